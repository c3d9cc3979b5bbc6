from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
FARGATE = {"launchType": "FARGATE", "networkConfiguration": NETWORK}


@pytest.fixture
def run(ecs: Any, cluster: str, register: Callable[..., str]) -> Callable[..., Any]:
    register()

    def run(**members: Any) -> Any:
        return ecs.run_task(**{"cluster": cluster, "taskDefinition": "web", **FARGATE, **members})["tasks"]

    return run


@pytest.fixture
def task_of(ecs: Any, cluster: str) -> Callable[[str], Any]:
    return lambda arn: ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]


def test_a_task_runs_until_it_is_stopped(
    ecs: Any,
    account: str,
    cluster: str,
    run: Callable[..., Any],
    task_of: Callable[[str], Any],
    step: Callable[..., None],
) -> None:
    task = run(startedBy="me")[0]
    arn = task["taskArn"]
    assert arn.startswith(f"arn:aws:ecs:eu-west-1:{account}:task/{cluster}/")
    assert (task["lastStatus"], task["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert (task["group"], task["startedBy"]) == ("family:web", "me")
    assert (task["cpu"], task["memory"], task["platformVersion"]) == ("256", "512", "1.4.0")
    step()
    assert task_of(arn)["lastStatus"] == "PENDING"
    step()
    running = task_of(arn)
    assert (running["lastStatus"], running["containers"][0]["lastStatus"]) == ("RUNNING", "RUNNING")
    assert "startedAt" in running
    step(50)
    assert ecs.stop_task(cluster=cluster, task=arn, reason="enough")["task"]["desiredStatus"] == "STOPPED"
    step(2)
    stopped = task_of(arn)
    assert (stopped["lastStatus"], stopped["stopCode"]) == ("STOPPED", "UserInitiated")
    assert (stopped["stoppedReason"], stopped["containers"][0]["exitCode"]) == ("enough", 0)
    assert stopped["version"] > running["version"]


def test_a_task_with_a_command_of_its_own_ends_by_itself(
    ecs: Any, cluster: str, run: Callable[..., Any], step: Callable[..., None], task_of: Callable[[str], Any]
) -> None:
    overrides = {"containerOverrides": [{"name": "web", "command": ["rake", "db:migrate"]}]}
    arn = run(overrides=overrides)[0]["taskArn"]
    step(9)
    task = task_of(arn)
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("EssentialContainerExited", 0)
    assert task["overrides"]["containerOverrides"] == overrides["containerOverrides"]


def test_a_failure_that_was_asked_for_ends_the_task(
    run: Callable[..., Any], step: Callable[..., None], task_of: Callable[[str], Any]
) -> None:
    environment = [{"name": "FAIL", "value": "1"}]
    arn = run(overrides={"containerOverrides": [{"name": "web", "environment": environment}]})[0]["taskArn"]
    step(3)
    task = task_of(arn)
    assert (task["lastStatus"], task["stoppedReason"]) == ("STOPPED", "Essential container in task exited")
    assert task["containers"][0]["exitCode"] == 1


def test_a_container_that_is_not_essential_may_fail_alone(
    register: Callable[..., str],
    run: Callable[..., Any],
    step: Callable[..., None],
    task_of: Callable[[str], Any],
) -> None:
    sidecar = {"name": "side", "image": "busybox", "essential": False, "dockerLabels": {"FAIL": "yes"}}
    register(containerDefinitions=[{"name": "web", "image": "nginx"}, sidecar])
    arn = run()[0]["taskArn"]
    step(2)
    task = task_of(arn)
    assert [(each["name"], each["lastStatus"]) for each in task["containers"]] == [
        ("web", "RUNNING"),
        ("side", "STOPPED"),
    ]


def test_a_client_token_starts_its_tasks_once(run: Callable[..., Any]) -> None:
    first, again = run(clientToken="one", count=2), run(clientToken="one", count=2)
    assert [task["taskArn"] for task in again] == [task["taskArn"] for task in first]


def test_tasks_are_listed_by_what_shall_become_of_them(
    ecs: Any, cluster: str, run: Callable[..., Any], create: Callable[..., Any], step: Callable[..., None]
) -> None:
    mine, yours = run(startedBy="me")[0]["taskArn"], run(startedBy="you")[0]["taskArn"]
    create(desiredCount=1)
    step(3)
    ecs.stop_task(cluster=cluster, task=yours)

    def listed(**members: Any) -> Any:
        return ecs.list_tasks(cluster=cluster, **members)["taskArns"]

    own = listed(serviceName="web")
    assert len(own) == 1
    assert listed() == [mine, *own]
    assert listed(desiredStatus="STOPPED") == [yours]
    assert listed(desiredStatus="PENDING") == []
    assert listed(startedBy="me") == [mine]
    assert listed(family="web") == [mine, *own]
    assert listed(family="we") == []
    assert listed(launchType="EC2") == []


def test_stopped_tasks_are_told_for_an_hour(
    ecs: Any, cluster: str, run: Callable[..., Any], step: Callable[..., None]
) -> None:
    task = run()[0]["taskArn"]
    ecs.stop_task(cluster=cluster, task=task)
    step(2)
    assert ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"][0]["lastStatus"] == "STOPPED"
    step(2)
    run()
    step(1)
    assert ecs.describe_tasks(cluster=cluster, tasks=[task])["failures"] == [
        {"arn": task, "reason": "MISSING"}
    ]


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "eleven at once": ({"count": 11}, "InvalidParameterException", "Count must be between 1 and 10."),
    "a missing task definition": (
        {"taskDefinition": "nothing"},
        "ClientException",
        "TaskDefinition not found.",
    ),
    "a missing cluster": ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found."),
    "an unknown container": (
        {"overrides": {"containerOverrides": [{"name": "app"}]}},
        "InvalidParameterException",
        "Override for container named app is not a container in the TaskDefinition.",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_run_is_refused(
    run: Callable[..., Any], refused: Callable[..., Any], case: tuple[dict[str, Any], str, str]
) -> None:
    members, code, message = case
    with refused(code, message):
        run(**members)


def test_a_missing_task_cannot_be_stopped(ecs: Any, cluster: str, refused: Callable[..., Any]) -> None:
    with refused("InvalidParameterException", "The referenced task was not found."):
        ecs.stop_task(cluster=cluster, task="nothing")


def test_tasks_of_a_missing_service_cannot_be_listed(
    ecs: Any, cluster: str, refused: Callable[..., Any]
) -> None:
    with refused("ServiceNotFoundException", "Service not found."):
        ecs.list_tasks(cluster=cluster, serviceName="nothing")
