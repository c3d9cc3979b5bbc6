from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.local.ecs.shown import messages, rollout

if TYPE_CHECKING:
    from collections.abc import Callable


GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"


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
