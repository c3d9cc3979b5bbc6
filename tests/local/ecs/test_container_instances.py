"""Container instances: registered, drained and deregistered, and tasks are placed where there is room."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.ecs.shown import messages

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM = [
    {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
    {"name": "MEMORY", "type": "INTEGER", "integerValue": 2048},
    {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
    {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []},
]


@pytest.fixture
def instance(ecs: Any, cluster: str) -> Callable[..., str]:
    """Register an instance in a zone; the answer is its ARN"""

    def instance(zone: str = "eu-west-1a", **members: Any) -> str:
        document = {"instanceId": "i-0a1b2c3d4e5f60718", "availabilityZone": zone, "imageId": "ami-1"}
        request = {"totalResources": ROOM, **members}
        answer = ecs.register_container_instance(
            cluster=cluster, instanceIdentityDocument=json.dumps(document), **request
        )
        return str(answer["containerInstance"]["containerInstanceArn"])

    return instance


@pytest.fixture
def on_ec2(register: Callable[..., str]) -> Callable[..., str]:
    """Register a family that runs on instances"""

    def on_ec2(cpu: int = 256, memory: int = 512, **members: Any) -> str:
        container = {"name": "web", "image": "nginx:1", "cpu": cpu, "memory": memory, **members}
        return register(
            requiresCompatibilities=None,
            networkMode=None,
            cpu=None,
            memory=None,
            executionRoleArn=None,
            containerDefinitions=[container],
        )

    return on_ec2


@pytest.fixture
def look_at(ecs: Any, cluster: str) -> Callable[[str], Any]:
    def look_at(arn: str) -> Any:
        answer = ecs.describe_container_instances(cluster=cluster, containerInstances=[arn])
        return answer["containerInstances"][0]

    return look_at


def left(instance: Any) -> dict[str, Any]:
    return {
        resource["name"]: sorted(resource["stringSetValue"])
        if resource["name"].startswith("PORTS")
        else resource["integerValue"]
        for resource in instance["remainingResources"]
    }


def test_a_registered_instance_has_what_its_agent_and_its_document_state(
    ecs: Any, cluster: str, instance: Callable[..., str], look_at: Callable[[str], Any], account: str
) -> None:
    arn = instance(
        versionInfo={"agentVersion": "1.80.0"}, attributes=[{"name": "ecs.os-family", "value": "x"}]
    )
    assert arn.startswith(f"arn:aws:ecs:eu-west-1:{account}:container-instance/{cluster}/")
    found = look_at(arn)
    assert (found["ec2InstanceId"], found["status"]) == ("i-0a1b2c3d4e5f60718", "ACTIVE")
    assert found["versionInfo"] == {"agentVersion": "1.80.0"}
    assert {each["name"]: each["value"] for each in found["attributes"]} == {
        "ecs.availability-zone": "eu-west-1a",
        "ecs.ami-id": "ami-1",
        "ecs.os-type": "linux",
        "ecs.os-family": "x",
    }
    assert left(found) == {"CPU": 1024, "MEMORY": 2048, "PORTS": ["22"], "PORTS_UDP": []}
    described = ecs.describe_clusters(clusters=[cluster])["clusters"][0]
    assert described["registeredContainerInstancesCount"] == 1


def test_an_instance_without_an_identity_is_refused(
    ecs: Any, cluster: str, refused: Callable[..., Any]
) -> None:
    with refused("ClientException", "The instance identity document is not valid."):
        ecs.register_container_instance(cluster=cluster, instanceIdentityDocument="{}")


def test_a_task_takes_room_and_ports_until_it_has_stopped(
    ecs: Any,
    cluster: str,
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    look_at: Callable[[str], Any],
    step: Callable[..., None],
) -> None:
    arn = instance()
    on_ec2(portMappings=[{"containerPort": 80, "hostPort": 8080}, {"containerPort": 81}])
    task = ecs.run_task(cluster=cluster, taskDefinition="web")["tasks"][0]
    assert task["containerInstanceArn"] == arn
    assert task["launchType"] == "EC2"
    assert left(look_at(arn)) == {"CPU": 768, "MEMORY": 1536, "PORTS": ["22", "8080"], "PORTS_UDP": []}
    assert look_at(arn)["runningTasksCount"] == 1
    assert ecs.list_tasks(cluster=cluster, containerInstance=arn)["taskArns"] == [task["taskArn"]]
    ecs.stop_task(cluster=cluster, task=task["taskArn"])
    step(3)
    assert left(look_at(arn))["CPU"] == 1024


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"cpu": 2048}, "RESOURCE:CPU"),
        ({"memory": 4096}, "RESOURCE:MEMORY"),
        ({"portMappings": [{"containerPort": 80, "hostPort": 22}]}, "RESOURCE:PORTS"),
    ],
)
def test_what_does_not_fit_is_a_failure_of_the_instance(
    ecs: Any,
    cluster: str,
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    members: dict[str, Any],
    reason: str,
) -> None:
    arn = instance()
    on_ec2(**members)
    for answer in (
        ecs.run_task(cluster=cluster, taskDefinition="web"),
        ecs.start_task(cluster=cluster, taskDefinition="web", containerInstances=[arn]),
    ):
        assert answer["tasks"] == []
        assert answer["failures"] == [{"arn": arn, "reason": reason}]


def test_start_task_places_where_it_is_told(
    ecs: Any, cluster: str, instance: Callable[..., str], on_ec2: Callable[..., str]
) -> None:
    instance()
    second = instance()
    on_ec2()
    answer = ecs.start_task(
        cluster=cluster, taskDefinition="web", containerInstances=[second.rsplit("/", 1)[-1], "none"]
    )
    assert [task["containerInstanceArn"] for task in answer["tasks"]] == [second]
    assert [failure["reason"] for failure in answer["failures"]] == ["MISSING"]


@pytest.mark.parametrize(
    ("strategy", "zones"),
    [
        ([{"type": "spread", "field": "attribute:ecs.availability-zone"}], ["a", "b", "a"]),
        ([{"type": "spread", "field": "host"}], ["a", "a", "b"]),
        ([{"type": "binpack", "field": "memory"}], ["a", "a", "a"]),
    ],
)
def test_a_strategy_chooses_the_instance(
    ecs: Any,
    cluster: str,
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    strategy: list[dict[str, str]],
    zones: list[str],
) -> None:
    homes = {instance("a"): "a", instance("a"): "a", instance("b"): "b"}
    on_ec2()
    tasks = ecs.run_task(cluster=cluster, taskDefinition="web", count=3, placementStrategy=strategy)["tasks"]
    assert [homes[task["containerInstanceArn"]] for task in tasks] == zones


def test_distinct_instances_take_one_task_each(
    ecs: Any, cluster: str, instance: Callable[..., str], on_ec2: Callable[..., str]
) -> None:
    instance()
    on_ec2()
    answer = ecs.run_task(
        cluster=cluster, taskDefinition="web", count=2, placementConstraints=[{"type": "distinctInstance"}]
    )
    assert len(answer["tasks"]) == len(answer["failures"]) == 1


def test_placement_by_the_query_language_is_refused_in_words(
    ecs: Any,
    cluster: str,
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    refused: Callable[..., Any],
) -> None:
    instance()
    on_ec2()
    with refused(
        "UnsupportedFeatureException",
        "The local AWS cannot place tasks by memberOf: it does not read the cluster query language.",
    ):
        ecs.run_task(
            cluster=cluster,
            taskDefinition="web",
            placementConstraints=[{"type": "memberOf", "expression": "attribute:a == b"}],
        )


def on_the_instances(service: dict[str, Any]) -> dict[str, Any]:
    return {"launchType": "EC2", "networkConfiguration": None, **service}


def test_a_service_replaces_its_tasks_on_a_draining_instance(
    ecs: Any,
    cluster: str,
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    create: Callable[..., Any],
    look_at: Callable[[str], Any],
    step: Callable[..., None],
) -> None:
    first = instance()
    on_ec2()
    create(**on_the_instances({"desiredCount": 1}))
    step(4)
    alone = ecs.run_task(cluster=cluster, taskDefinition="web")["tasks"][0]
    second = instance()
    answer = ecs.update_container_instances_state(
        cluster=cluster, containerInstances=[first, "none"], status="DRAINING"
    )
    assert [each["status"] for each in answer["containerInstances"]] == ["DRAINING"]
    assert [each["reason"] for each in answer["failures"]] == ["MISSING"]
    step(8)
    assert look_at(second)["runningTasksCount"] == 1
    assert look_at(first)["runningTasksCount"] == 1
    assert ecs.list_tasks(cluster=cluster, containerInstance=first)["taskArns"] == [alone["taskArn"]]


def test_a_service_without_room_says_so_once_and_places_later(
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    arn = instance()
    on_ec2(cpu=800)
    create(**on_the_instances({}))
    step(4)
    said = [text for text in messages(look()) if "unable to place" in text]
    closest = f"(container-instance {arn.rsplit('/', 1)[-1]}) has insufficient CPU units available."
    assert len(said) == 1
    assert f"no container instance met all of its requirements. The closest matching {closest}" in said[0]
    instance()
    step(6)
    assert look()["runningCount"] == 2


def test_a_daemon_runs_once_on_each_instance(
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    instance()
    on_ec2()
    create(**on_the_instances({"desiredCount": None, "schedulingStrategy": "DAEMON"}))
    step(4)
    assert (look()["desiredCount"], look()["runningCount"]) == (1, 1)
    instance()
    step(4)
    assert (look()["desiredCount"], look()["runningCount"]) == (2, 2)


def test_an_instance_with_tasks_is_deregistered_by_force_only(
    ecs: Any,
    cluster: str,
    instance: Callable[..., str],
    on_ec2: Callable[..., str],
    refused: Callable[..., Any],
) -> None:
    arn = instance()
    on_ec2()
    ecs.run_task(cluster=cluster, taskDefinition="web")
    with refused("InvalidParameterException", "Found running tasks on the instance."):
        ecs.deregister_container_instance(cluster=cluster, containerInstance=arn)
    gone = ecs.deregister_container_instance(cluster=cluster, containerInstance=arn, force=True)
    assert gone["containerInstance"]["status"] == "INACTIVE"
    assert ecs.list_container_instances(cluster=cluster)["containerInstanceArns"] == []
    assert ecs.list_tasks(cluster=cluster)["taskArns"] == []


def test_a_cluster_with_instances_is_not_deleted(
    ecs: Any, cluster: str, instance: Callable[..., str], refused: Callable[..., Any]
) -> None:
    arn = instance()
    with refused(
        "ClusterContainsContainerInstancesException",
        "The Cluster cannot be deleted while Container Instances are active or draining.",
    ):
        ecs.delete_cluster(cluster=cluster)
    ecs.deregister_container_instance(cluster=cluster, containerInstance=arn)
    assert ecs.delete_cluster(cluster=cluster)["cluster"]["status"] == "INACTIVE"


def test_instances_are_listed_by_status_and_tagged(
    ecs: Any, cluster: str, instance: Callable[..., str]
) -> None:
    first, second = instance(), instance(tags=[{"key": "team", "value": "a"}])
    ecs.update_container_instances_state(cluster=cluster, containerInstances=[second], status="DRAINING")
    draining = ecs.list_container_instances(cluster=cluster, status="DRAINING")
    assert draining["containerInstanceArns"] == [second]
    assert set(ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]) == {first, second}
    ecs.tag_resource(resourceArn=second, tags=[{"key": "more", "value": "b"}])
    shown = ecs.describe_container_instances(cluster=cluster, containerInstances=[second], include=["TAGS"])
    assert {tag["key"] for tag in shown["containerInstances"][0]["tags"]} == {"team", "more"}


def test_attributes_are_put_listed_and_deleted(ecs: Any, cluster: str, instance: Callable[..., str]) -> None:
    arn = instance()
    short = {"targetId": arn.rsplit("/", 1)[-1], "targetType": "container-instance"}
    put = ecs.put_attributes(cluster=cluster, attributes=[{"name": "stack", "value": "production", **short}])
    assert put["attributes"] == [{"name": "stack", "value": "production", "targetId": arn}]
    request = {"cluster": cluster, "targetType": "container-instance", "attributeName": "stack"}
    assert ecs.list_attributes(**request, attributeValue="production")["attributes"] == put["attributes"]
    assert ecs.list_attributes(**request, attributeValue="other")["attributes"] == []
    ecs.delete_attributes(cluster=cluster, attributes=[{"name": "stack", "targetId": arn}])
    assert ecs.list_attributes(**request)["attributes"] == []


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        ({"name": "a"}, "InvalidParameterException"),
        ({"name": "a", "targetId": "none"}, "InvalidParameterException"),
        ({"name": "a", "targetId": "none", "targetType": "container-instance"}, "TargetNotFoundException"),
    ],
)
def test_an_attribute_needs_a_target_that_is_there(
    ecs: Any, cluster: str, attribute: dict[str, str], code: str
) -> None:
    with pytest.raises(ecs.exceptions.from_code(code)):
        ecs.put_attributes(cluster=cluster, attributes=[attribute])


def test_an_instance_has_at_most_ten_custom_attributes(
    ecs: Any, cluster: str, instance: Callable[..., str]
) -> None:
    arn = instance()
    for number in range(10):
        ecs.put_attributes(cluster=cluster, attributes=[{"name": f"a{number}", "targetId": arn}])
    with pytest.raises(ecs.exceptions.AttributeLimitExceededException):
        ecs.put_attributes(cluster=cluster, attributes=[{"name": "b", "targetId": arn}])


def test_the_agents_calls_are_answered(ecs: Any, cluster: str) -> None:
    assert ecs.discover_poll_endpoint()["endpoint"].startswith("https://ecs-a-1.eu-west-1.")
    assert ecs.submit_task_state_change(cluster=cluster, status="RUNNING")["acknowledgment"]
    assert ecs.submit_container_state_change(cluster=cluster, status="RUNNING")["acknowledgment"]
    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.submit_attachment_state_changes(cluster="none", attachments=[])


def test_updating_an_agent_is_refused_in_words(
    ecs: Any, cluster: str, instance: Callable[..., str], refused: Callable[..., Any]
) -> None:
    arn = instance()
    with refused(
        "UnsupportedFeatureException",
        "The local AWS cannot update container agents: its container instances have none.",
    ):
        ecs.update_container_agent(cluster=cluster, containerInstance=arn)
