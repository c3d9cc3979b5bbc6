from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

Events = list[dict[str, Any]]


@pytest.fixture
def events(stepped_server: Server, account: str) -> Events:
    heard: Events = []

    def listen(emitter: str, region: str, event: dict[str, Any]) -> None:
        if emitter == account:
            heard.append(event)

    stepped_server.world.on_event(listen)
    return heard


def of_type(events: Events, detail_type: str) -> Events:
    return [event for event in events if event["detail-type"] == detail_type]


def test_a_deployment_tells_that_it_began_and_that_it_completed(
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    events: Events,
    ecs: Any,
) -> None:
    register()
    service = create()
    step(3)
    ecs.list_clusters()
    began, completed = of_type(events, "ECS Deployment State Change")
    assert began["source"] == "aws.ecs"
    assert began["resources"] == [service["serviceArn"]]
    assert began["detail"]["eventName"] == "SERVICE_DEPLOYMENT_IN_PROGRESS"
    assert began["detail"]["eventType"] == "INFO"
    assert began["detail"]["deploymentId"] == service["deployments"][0]["id"]
    assert completed["detail"]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
    assert completed["detail"]["reason"] == f"ECS deployment {service['deployments'][0]['id']} completed."


def test_a_failed_deployment_is_an_error(
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    events: Events,
    ecs: Any,
) -> None:
    register({"dockerLabels": {"FAIL": "1"}})
    create(deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    step(20)
    ecs.list_clusters()
    last = of_type(events, "ECS Deployment State Change")[-1]["detail"]
    assert (last["eventType"], last["eventName"]) == ("ERROR", "SERVICE_DEPLOYMENT_FAILED")
    impaired = of_type(events, "ECS Service Action")
    assert [each["detail"]["eventName"] for each in impaired] == ["SERVICE_TASK_START_IMPAIRED"]


def test_every_state_of_a_task_is_told_with_the_next_version(
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    events: Events,
    ecs: Any,
) -> None:
    register()
    create(desiredCount=1)
    step(3)
    ecs.list_clusters()
    told = of_type(events, "ECS Task State Change")
    assert [(each["detail"]["lastStatus"], each["detail"]["version"]) for each in told] == [
        ("PROVISIONING", 1),
        ("PENDING", 2),
        ("RUNNING", 3),
    ]
    assert told[0]["resources"] == [told[0]["detail"]["taskArn"]]
    assert told[2]["detail"]["startedAt"].endswith("Z")
    assert told[2]["detail"]["group"] == "service:web"


def test_a_steady_service_says_so_once(
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    events: Events,
    ecs: Any,
) -> None:
    register()
    create()
    step(30)
    ecs.list_clusters()
    actions = of_type(events, "ECS Service Action")
    assert [each["detail"]["eventName"] for each in actions] == ["SERVICE_STEADY_STATE"]


def test_an_instance_tells_each_of_its_states_with_the_next_version(
    ecs: Any, cluster: str, events: Events
) -> None:
    document = '{"instanceId": "i-0a1b2c3d4e5f60718"}'
    answer = ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=document)
    arn = answer["containerInstance"]["containerInstanceArn"]
    ecs.update_container_instances_state(cluster=cluster, containerInstances=[arn], status="DRAINING")
    ecs.deregister_container_instance(cluster=cluster, containerInstance=arn)
    told = of_type(events, "ECS Container Instance State Change")
    assert [(each["detail"]["status"], each["detail"]["version"]) for each in told] == [
        ("ACTIVE", 1),
        ("DRAINING", 2),
        ("INACTIVE", 3),
    ]
    assert {tuple(each["resources"]) for each in told} == {(arn,)}
    assert told[0]["detail"]["clusterArn"].endswith(f":cluster/{cluster}")
