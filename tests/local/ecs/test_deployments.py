from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pipectl.local.service import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"


def rollout(service: Any) -> list[tuple[str, str, int, int, int]]:
    return [
        (
            each["status"],
            each["rolloutState"],
            each["desiredCount"],
            each["pendingCount"],
            each["runningCount"],
        )
        for each in service["deployments"]
    ]


def messages(service: Any) -> list[str]:
    return [event["message"].removeprefix("(service web) ") for event in service["events"]]


def test_a_new_service_comes_up_step_by_step(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    assert rollout(create()) == [("PRIMARY", "IN_PROGRESS", 2, 0, 0)]
    step()
    assert rollout(look()) == [("PRIMARY", "IN_PROGRESS", 2, 2, 0)]
    step(2)
    service = look()
    deployment = service["deployments"][0]
    assert rollout(service) == [("PRIMARY", "COMPLETED", 2, 0, 2)]
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    assert (service["runningCount"], service["pendingCount"]) == (2, 0)
    assert messages(service)[:2] == [
        "has reached a steady state.",
        f"(deployment {deployment['id']}) deployment completed.",
    ]
    assert messages(service)[2].startswith("has started 2 tasks: (task ")


def test_a_service_that_wants_nothing_is_steady_at_once(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create(desiredCount=0)
    step()
    assert rollout(look()) == [("PRIMARY", "COMPLETED", 0, 0, 0)]


def test_the_new_revision_runs_before_the_old_one_goes(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create()
    step(3)
    second = register({"image": "nginx:2"})
    ecs.update_service(cluster=cluster, service="web", taskDefinition="web")
    step()
    assert rollout(look()) == [("PRIMARY", "IN_PROGRESS", 2, 2, 0), ("ACTIVE", "COMPLETED", 2, 0, 2)]
    step(2)
    assert look()["deployments"][0]["runningCount"] == 2
    step(2)
    service = look()
    assert rollout(service) == [("PRIMARY", "COMPLETED", 2, 0, 2)]
    assert service["taskDefinition"] == service["deployments"][0]["taskDefinition"] == second
    assert any(message.startswith("has stopped 2 running tasks: (task ") for message in messages(service))
    tasks = ecs.describe_tasks(cluster=cluster, tasks=ecs.list_tasks(cluster=cluster)["taskArns"])["tasks"]
    assert {task["containers"][0]["image"] for task in tasks} == {"nginx:2"}


@pytest.mark.parametrize(
    ("desired", "least", "most"),
    [(2, 100, 200), (2, 50, 100), (3, 50, 150), (4, 75, 125), (1, 0, 100), (5, 100, 120)],
)
def test_minimum_and_maximum_percent_are_kept_all_the_way(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    desired: int,
    least: int,
    most: int,
) -> None:
    register()
    create(
        desiredCount=desired,
        deploymentConfiguration={"minimumHealthyPercent": least, "maximumPercent": most},
    )
    step(3)
    ecs.update_service(cluster=cluster, service="web", forceNewDeployment=True)
    for _ in range(40):
        step()
        service = look()
        active = ecs.list_tasks(cluster=cluster, serviceName="web")["taskArns"]
        running = (
            [
                task
                for task in ecs.describe_tasks(cluster=cluster, tasks=active)["tasks"]
                if task["lastStatus"] == "RUNNING"
            ]
            if active
            else []
        )
        assert len(running) * 100 >= desired * least
        assert len(active) * 100 <= desired * most
        if len(service["deployments"]) == 1 and service["deployments"][0]["rolloutState"] == "COMPLETED":
            break
    assert rollout(service) == [("PRIMARY", "COMPLETED", desired, 0, desired)]


def test_percents_that_leave_no_room_are_told(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create(desiredCount=1, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 150})
    step(3)
    ecs.update_service(cluster=cluster, service="web", forceNewDeployment=True)
    step(3)
    blocked = [
        message for message in messages(look()) if message.startswith("was unable to stop or start tasks")
    ]
    assert blocked == [
        (
            "was unable to stop or start tasks during a deployment because of the service deployment "
            "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
        )
    ]


def test_scaling_begins_no_deployment_and_ends_steady(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create()
    step(3)
    ecs.update_service(cluster=cluster, service="web", desiredCount=3)
    step(3)
    assert rollout(look()) == [("PRIMARY", "COMPLETED", 3, 0, 3)]
    ecs.update_service(cluster=cluster, service="web", desiredCount=1)
    step(3)
    assert rollout(look()) == [("PRIMARY", "COMPLETED", 1, 0, 1)]
    assert messages(look()).count("has reached a steady state.") == 3


def test_a_stopped_task_is_replaced(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create()
    step(3)
    ecs.stop_task(cluster=cluster, task=ecs.list_tasks(cluster=cluster)["taskArns"][0])
    step()
    assert look()["runningCount"] == 1
    step(3)
    assert look()["runningCount"] == 2


def test_a_load_balancer_gets_the_tasks_that_run(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create(loadBalancers=[{"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}])
    step(3)
    assert messages(look()).count(f"registered 1 targets in (target-group {GROUP})") == 2


def test_an_image_that_ecr_does_not_hold_fails_until_it_is_pushed(
    ecs: Any,
    account: str,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    other: Callable[[str], Any],
) -> None:
    image = f"{account}.dkr.ecr.eu-west-1.amazonaws.com/app:v1"
    register({"image": image})
    create()
    step(4)
    service = look()
    assert service["runningCount"] == 0
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    problem = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {image}: not found"
    )
    assert f"was unable to place a task. Reason: {problem}." in messages(service)
    stopped = ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
    task = ecs.describe_tasks(cluster=cluster, tasks=stopped)["tasks"][0]
    assert (task["stopCode"], task["stoppedReason"]) == ("TaskFailedToStart", problem)
    assert task["containers"][0]["reason"] == problem
    other("ecr").create_repository(repositoryName="app")
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "layers": [],
    }
    pushed = other("ecr").put_image(repositoryName="app", imageManifest=json.dumps(manifest), imageTag="v1")[
        "image"
    ]
    step(4)
    assert rollout(look()) == [("PRIMARY", "COMPLETED", 2, 0, 2)]
    running = ecs.describe_tasks(cluster=cluster, tasks=ecs.list_tasks(cluster=cluster)["taskArns"])["tasks"]
    assert {each["containers"][0]["imageDigest"] for each in running} == {pushed["imageId"]["imageDigest"]}


def test_a_registry_that_is_no_account_holds_nothing(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register({"image": "account_id.dkr.ecr.eu-west-1.amazonaws.com/app:latest"})
    create()
    step(4)
    assert look()["runningCount"] == 0


def test_after_some_failures_aws_says_that_it_cannot_start_tasks(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register({"dockerLabels": {"FAIL": "1"}})
    create()
    step(20)
    service = look()
    assert messages(service).count("is unable to consistently start tasks successfully.") == 1
    assert service["deployments"][0]["failedTasks"] >= 3
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_the_circuit_breaker_fails_a_deployment_without_one_to_go_back_to(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register({"environment": [{"name": "FAIL", "value": "true"}]})
    create(deploymentConfiguration=BREAKER)
    step(20)
    service = look()
    deployment = service["deployments"][0]
    assert deployment["rolloutState"] == "FAILED"
    assert deployment["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    failed = f"(deployment {deployment['id']}) deployment failed: tasks failed to start."
    assert messages(service).count(failed) == 1
    events = len(service["events"])
    step(20)
    assert len(look()["events"]) == events


def test_the_circuit_breaker_goes_back_to_the_last_completed_deployment(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    stepped_server: Server,
    account: str,
) -> None:
    first = register()
    good = create(deploymentConfiguration=BREAKER)["deployments"][0]["id"]
    step(3)
    register({"dockerLabels": {"FAIL": "1"}})
    ecs.update_service(cluster=cluster, service="web", taskDefinition="web")
    seen = []
    for _ in range(20):
        step()
        seen.append(
            stepped_server.world.service("ecs", account, "eu-west-1").deployment_state(cluster, "web")
        )
        assert look()["runningCount"] == 2
    service = look()
    assert rollout(service) == [("PRIMARY", "COMPLETED", 2, 0, 2)]
    assert (service["deployments"][0]["id"], service["taskDefinition"]) == (good, first)
    assert f"rolling back to deployment {good}." in messages(service)
    assert (
        first,
        "IN_PROGRESS",
        f"ECS deployment circuit breaker: rolling back to deploymentId {good}.",
    ) in seen


@pytest.mark.parametrize(
    ("threshold", "opens_at"),
    [({"type": "COUNT", "value": 1}, 2), ({"type": "UNBOUNDED_PERCENT", "value": 50}, 2), (None, 4)],
)
def test_the_threshold_of_the_circuit_breaker_is_heeded(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    threshold: dict[str, Any] | None,
    opens_at: int,
) -> None:
    """Two tasks fail at a time"""
    register({"dockerLabels": {"FAIL": "1"}})
    said: dict[str, Any] = {"enable": True, "rollback": False}
    if threshold:
        said["thresholdConfiguration"] = threshold
    create(deploymentConfiguration={"deploymentCircuitBreaker": said})
    failures = 0
    for _ in range(20):
        step()
        deployment = look()["deployments"][0]
        failures = max(failures, deployment["failedTasks"])
        if deployment["rolloutState"] == "FAILED":
            break
    assert deployment["rolloutState"] == "FAILED"
    assert opens_at - 1 <= failures <= opens_at


def test_a_role_that_does_not_trust_tasks_starts_none(
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    other: Callable[[str], Any],
) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = other("iam").create_role(RoleName="task", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    register(taskRoleArn=role)
    create()
    step(3)
    service = look()
    assert service["runningCount"] == service["pendingCount"] == 0
    assert messages(service)[0].startswith(
        f"failed to launch a task with (error ECS was unable to assume the role '{role}' that was provided"
    )


def test_tasks_write_into_their_log_group(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    other: Callable[[str], Any],
) -> None:
    options = {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs"}
    register({"logConfiguration": {"logDriver": "awslogs", "options": options}})
    create(desiredCount=1)
    step(3)
    assert "The specified log group does not exist." in messages(look())[0]
    other("logs").create_log_group(logGroupName="/ecs/web")
    step(4)
    task = ecs.list_tasks(cluster=cluster)["taskArns"][0].rsplit("/", 1)[1]
    events = other("logs").get_log_events(logGroupName="/ecs/web", logStreamName=f"ecs/web/{task}")["events"]
    assert [event["message"] for event in events] == ["the local AWS started web with nginx:1"]


def test_tags_reach_the_tasks_that_are_started(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create(
        desiredCount=1,
        tags=[{"key": "team", "value": "a"}],
        propagateTags="SERVICE",
        enableECSManagedTags=True,
    )
    step()
    task = ecs.list_tasks(cluster=cluster)["taskArns"][0]
    tags = ecs.describe_tasks(cluster=cluster, tasks=[task], include=["TAGS"])["tasks"][0]["tags"]
    assert {each["key"]: each["value"] for each in tags} == {
        "team": "a",
        "aws:ecs:clusterName": cluster,
        "aws:ecs:serviceName": "web",
    }


def test_without_anybody_asking_a_service_becomes_steady(
    server: Server, client: Callable[..., Any], account: str
) -> None:
    """The server's own thread, in real time"""
    steady = threading.Event()

    def listen(emitter: str, region: str, event: dict[str, Any]) -> None:
        if emitter == account and event["detail"].get("eventName") == "SERVICE_STEADY_STATE":
            steady.set()

    server.world.on_event(listen)
    ecs = client("ecs")
    ecs.create_cluster()
    ecs.register_task_definition(
        family="old", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128}]
    )
    ecs.create_service(serviceName="web", taskDefinition="old", desiredCount=2)
    assert steady.wait(30)


def test_the_waiter_of_boto3_agrees_that_a_service_is_stable(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create()
    step(3)
    ecs.get_waiter("services_stable").wait(
        cluster=cluster, services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 1}
    )


def test_clients_of_other_regions_see_nothing(
    server: Server, client: Callable[..., Any], account: str
) -> None:
    client("ecs").create_cluster(clusterName="shop")
    west = boto3.client(
        "ecs",
        region_name="us-west-2",
        endpoint_url=server.url,
        aws_access_key_id=account,
        aws_secret_access_key="local",
    )
    assert west.list_clusters()["clusterArns"] == []


def test_a_deploy_action_registers_updates_and_waits_in_process(
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    stepped_server: Server,
    account: str,
) -> None:
    """What the local CodePipeline does: the definition that it registers is one that was described"""
    world = stepped_server.world
    caller = Caller(account, "eu-west-1", f"arn:aws:iam::{account}:root")
    local = world.service("ecs", account, "eu-west-1")
    first = register(tags=[{"key": "team", "value": "a"}])
    create()
    step(3)
    assert local.deployment_state(cluster, "web")[:2] == (first, "COMPLETED")
    with world.lock:
        described = local.describe_task_definition({"taskDefinition": first, "include": ["TAGS"]}, caller)
        again = {**described["taskDefinition"], "tags": described["tags"]}
        second = local.register_task_definition(again, caller)["taskDefinition"]["taskDefinitionArn"]
        local.update_service({"cluster": cluster, "service": "web", "taskDefinition": second}, caller)
    assert local.deployment_state(cluster, "web")[:2] == (second, "IN_PROGRESS")
    step(5)
    assert local.deployment_state(cluster, "web")[:2] == (second, "COMPLETED")


def test_a_listener_may_ask_ecs_while_it_takes_a_step(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    stepped_server: Server,
    account: str,
) -> None:
    local = stepped_server.world.service("ecs", account, "eu-west-1")

    def listen(emitter: str, region: str, event: dict[str, Any]) -> None:
        if emitter == account and event["detail"].get("eventName") == "SERVICE_STEADY_STATE":
            local.deployment_state(cluster, "web")
            local.create_cluster({"clusterName": "another"}, Caller(account, region, "arn:aws:iam::1:root"))

    stepped_server.world.on_event(listen)
    register()
    create()
    step(3)
    assert look()["runningCount"] == 2
    assert len(ecs.list_clusters()["clusterArns"]) == 2


def test_a_clock_that_jumps_by_a_month_costs_no_month_of_steps(
    stepped_server: Server,
    ecs: Any,
    account: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
) -> None:
    stepped_server.world.service("ecs", account, "eu-west-1").seconds_per_step = 0.2
    register({"dockerLabels": {"FAIL": "1"}})
    create()
    stepped_server.world.clock.advance(30 * 24 * 3600)
    before = time.monotonic()
    assert look()["runningCount"] == 0
    assert time.monotonic() - before < 10
