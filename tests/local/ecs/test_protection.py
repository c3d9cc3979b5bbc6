"""Task protection, ECS Exec, and the services of a namespace."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 60


@pytest.fixture
def tasks(
    ecs: Any, register: Callable[..., str], create: Callable[..., Any], step: Callable[..., None]
) -> list[str]:
    """The two running tasks of the service `web`"""
    register(taskRoleArn="arn:aws:iam::123456789012:role/task")
    create(enableExecuteCommand=True)
    step(4)
    return list(ecs.list_tasks(cluster="shop", serviceName="web")["taskArns"])


def test_a_protected_task_outlives_scaling_in_until_its_time_is_over(
    ecs: Any, tasks: list[str], step: Callable[..., None]
) -> None:
    answer = ecs.update_task_protection(
        cluster="shop", tasks=tasks, protectionEnabled=True, expiresInMinutes=12 * HOUR
    )
    assert [each["protectionEnabled"] for each in answer["protectedTasks"]] == [True, True]
    ecs.update_task_protection(cluster="shop", tasks=tasks[:1], protectionEnabled=False)
    ecs.update_service(cluster="shop", service="web", desiredCount=0)
    step(6)
    assert ecs.list_tasks(cluster="shop")["taskArns"] == tasks[1:]
    assert "expirationDate" in ecs.get_task_protection(cluster="shop", tasks=tasks[1:])["protectedTasks"][0]
    step(10)
    ecs.update_service(cluster="shop", service="web", desiredCount=1)
    ecs.update_service(cluster="shop", service="web", desiredCount=0)
    step(4)
    assert ecs.list_tasks(cluster="shop")["taskArns"] == []


def test_a_protected_task_outlives_a_deployment(
    ecs: Any, tasks: list[str], register: Callable[..., str], step: Callable[..., None]
) -> None:
    ecs.update_task_protection(
        cluster="shop", tasks=tasks[:1], protectionEnabled=True, expiresInMinutes=48 * HOUR
    )
    register(taskRoleArn="arn:aws:iam::123456789012:role/task")
    ecs.update_service(cluster="shop", service="web", taskDefinition="web")
    step(10)
    left = ecs.list_tasks(cluster="shop")["taskArns"]
    assert tasks[0] in left
    assert tasks[1] not in left


def test_what_cannot_be_protected_is_a_failure(ecs: Any, tasks: list[str]) -> None:
    network = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
    alone = ecs.run_task(
        cluster="shop", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
    )["tasks"][0]["taskArn"]
    answer = ecs.update_task_protection(cluster="shop", tasks=[*tasks, alone, "none"], protectionEnabled=True)
    assert len(answer["protectedTasks"]) == 2
    assert [each["reason"] for each in answer["failures"]] == ["TASK_NOT_VALID", "MISSING"]


@pytest.mark.parametrize("minutes", [0, 2881])
def test_protection_lasts_from_a_minute_to_two_days(ecs: Any, tasks: list[str], minutes: int) -> None:
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="between 1 and 2880"):
        ecs.update_task_protection(
            cluster="shop", tasks=tasks, protectionEnabled=True, expiresInMinutes=minutes
        )


def test_execute_command_names_a_session_that_is_refused_in_words(ecs: Any, tasks: list[str]) -> None:
    answer = ecs.execute_command(cluster="shop", task=tasks[0], command="sh", interactive=True)
    assert (answer["containerName"], answer["taskArn"]) == ("web", tasks[0])
    assert answer["session"]["sessionId"].startswith("ecs-execute-command-")
    stream = answer["session"]["streamUrl"].replace("ws://", "http://")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(stream)  # noqa: S310  an address of the server of this test
    assert refused.value.code == 501
    assert b"The local AWS runs no containers" in refused.value.read()


def test_the_agent_of_execute_command_is_told_with_its_container(ecs: Any, tasks: list[str]) -> None:
    container = ecs.describe_tasks(cluster="shop", tasks=tasks[:1])["tasks"][0]["containers"][0]
    agent = container["managedAgents"][0]
    assert (agent["name"], agent["lastStatus"]) == ("ExecuteCommandAgent", "RUNNING")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"interactive": False}, "Interactive is the only mode supported currently."),
        ({"container": "none"}, "The container none was not found in the task."),
        ({"task": "none"}, "The specified task was not found."),
    ],
)
def test_a_command_that_cannot_be_executed_is_refused(
    ecs: Any, tasks: list[str], members: dict[str, Any], words: str, refused: Callable[..., Any]
) -> None:
    request = {"cluster": "shop", "task": tasks[0], "command": "sh", "interactive": True, **members}
    with refused("InvalidParameterException", words):
        ecs.execute_command(**request)


def test_a_task_without_execute_command_is_refused_in_the_words_of_aws(
    ecs: Any, register: Callable[..., str], create: Callable[..., Any], step: Callable[..., None]
) -> None:
    register()
    create()
    step(4)
    task = ecs.list_tasks(cluster="shop")["taskArns"][0]
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="execute command was not enabled"):
        ecs.execute_command(cluster="shop", task=task, command="sh", interactive=True)


def test_the_services_of_a_namespace_are_listed(
    ecs: Any, register: Callable[..., str], create: Callable[..., Any], other: Callable[..., Any]
) -> None:
    register()
    for name in ("inside", "elsewhere"):
        other("servicediscovery").create_http_namespace(Name=name)
    connected = create(
        serviceName="web", serviceConnectConfiguration={"enabled": True, "namespace": "inside"}
    )
    create(serviceName="alone")
    assert ecs.list_services_by_namespace(namespace="inside")["serviceArns"] == [connected["serviceArn"]]
    assert ecs.list_services_by_namespace(namespace="elsewhere")["serviceArns"] == []
    with pytest.raises(ecs.exceptions.NamespaceNotFoundException):
        ecs.list_services_by_namespace(namespace="none")
