"""Task sets of a service whose deployments somebody else makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.ecs.conftest import NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def external(register: Callable[..., str], create: Callable[..., Any]) -> dict[str, str]:
    """The service `web` of an EXTERNAL controller with the desired count 3, as requests name it"""
    register()
    create(
        deploymentController={"type": "EXTERNAL"},
        desiredCount=3,
        taskDefinition=None,
        launchType=None,
        networkConfiguration=None,
    )
    return {"cluster": "shop", "service": "web"}


@pytest.fixture
def add(ecs: Any, external: dict[str, str]) -> Callable[..., Any]:
    def add(percent: float | None = None, **members: Any) -> Any:
        scale = {} if percent is None else {"scale": {"value": percent, "unit": "PERCENT"}}
        request = {"taskDefinition": "web", "launchType": "FARGATE", "networkConfiguration": NETWORK}
        return ecs.create_task_set(**external, **request, **scale, **members)["taskSet"]

    return add


@pytest.fixture
def look_at(ecs: Any, external: dict[str, str]) -> Callable[..., Any]:
    def look_at(identity: str, **members: Any) -> Any:
        return ecs.describe_task_sets(**external, taskSets=[identity], **members)["taskSets"][0]

    return look_at


def test_a_task_set_without_a_scale_wants_no_tasks(add: Callable[..., Any], account: str) -> None:
    task_set = add(externalId="green")
    arn = f"arn:aws:ecs:eu-west-1:{account}:task-set/shop/web/{task_set['id']}"
    assert task_set["taskSetArn"] == arn
    assert (task_set["status"], task_set["externalId"]) == ("ACTIVE", "green")
    assert task_set["scale"] == {"value": 0.0, "unit": "PERCENT"}
    assert task_set["computedDesiredCount"] == 0
    assert (task_set["launchType"], task_set["platformVersion"]) == ("FARGATE", "1.4.0")


def test_a_task_set_runs_its_share_rounded_up(
    ecs: Any, add: Callable[..., Any], look_at: Callable[..., Any], step: Callable[..., None]
) -> None:
    task_set = add(50)
    assert task_set["computedDesiredCount"] == 2
    assert task_set["stabilityStatus"] == "STABILIZING"
    step(4)
    found = look_at(task_set["taskSetArn"])
    assert (found["runningCount"], found["stabilityStatus"]) == (2, "STEADY_STATE")
    tasks = ecs.list_tasks(cluster="shop", serviceName="web")["taskArns"]
    described = ecs.describe_tasks(cluster="shop", tasks=tasks)["tasks"]
    assert {task["startedBy"] for task in described} == {task_set["id"]}


def test_another_scale_starts_and_stops_tasks(
    ecs: Any,
    external: dict[str, str],
    add: Callable[..., Any],
    look_at: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    identity = add(100)["id"]
    step(4)
    changed = ecs.update_task_set(**external, taskSet=identity, scale={"value": 25, "unit": "PERCENT"})
    assert changed["taskSet"]["computedDesiredCount"] == 1
    step(4)
    assert look_at(identity)["runningCount"] == 1
    ecs.update_service(**external, desiredCount=8)
    step(4)
    assert look_at(identity)["runningCount"] == 2


def test_the_primary_task_set_gives_the_service_its_settings(
    ecs: Any, external: dict[str, str], add: Callable[..., Any], look: Callable[..., Any]
) -> None:
    blue, green = add(100)["taskSetArn"], add(100)["taskSetArn"]
    assert "taskDefinition" not in look()
    ecs.update_service_primary_task_set(**external, primaryTaskSet=blue)
    assert look()["taskDefinition"].endswith(":task-definition/web:1")
    assert look()["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
    answer = ecs.update_service_primary_task_set(**external, primaryTaskSet=green)
    assert answer["taskSet"]["status"] == "PRIMARY"
    assert {each["taskSetArn"]: each["status"] for each in look()["taskSets"]} == {
        blue: "ACTIVE",
        green: "PRIMARY",
    }
    assert look()["deployments"] == []


def test_a_deleted_task_set_drains_and_is_gone(
    ecs: Any,
    external: dict[str, str],
    add: Callable[..., Any],
    refused: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    identity = add(100)["id"]
    step(4)
    with refused("InvalidParameterException", "The task set cannot be deleted while it is scaled above 0."):
        ecs.delete_task_set(**external, taskSet=identity)
    gone = ecs.delete_task_set(**external, taskSet=identity, force=True)["taskSet"]
    assert (gone["status"], gone["computedDesiredCount"]) == ("DRAINING", 0)
    step(5)
    answer = ecs.describe_task_sets(**external, taskSets=[identity])
    assert answer["taskSets"] == []
    assert [failure["reason"] for failure in answer["failures"]] == ["MISSING"]
    with pytest.raises(ecs.exceptions.TaskSetNotFoundException):
        ecs.update_task_set(**external, taskSet=identity, scale={"value": 1, "unit": "PERCENT"})


def test_the_same_token_answers_the_first_task_set(add: Callable[..., Any]) -> None:
    assert add(clientToken="once")["id"] == add(clientToken="once")["id"]
    assert add(clientToken="twice")["id"] != add(clientToken="once")["id"]


def test_a_service_has_at_most_five_task_sets(ecs: Any, add: Callable[..., Any]) -> None:
    for _ in range(5):
        add()
    with pytest.raises(ecs.exceptions.LimitExceededException):
        add()


def test_only_an_external_controller_has_task_sets(
    ecs: Any, register: Callable[..., str], create: Callable[..., Any]
) -> None:
    register()
    create()
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="EXTERNAL"):
        ecs.create_task_set(cluster="shop", service="web", taskDefinition="web")
    with pytest.raises(ecs.exceptions.ServiceNotFoundException):
        ecs.describe_task_sets(cluster="shop", service="none")


def test_task_sets_are_tagged(ecs: Any, add: Callable[..., Any], look_at: Callable[..., Any]) -> None:
    arn = add(tags=[{"key": "a", "value": "1"}])["taskSetArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}])
    assert "tags" not in look_at(arn)
    assert {tag["key"] for tag in look_at(arn, include=["TAGS"])["tags"]} == {"a", "b"}
    assert len(ecs.list_tags_for_resource(resourceArn=arn)["tags"]) == 2


def test_a_service_with_task_sets_is_deleted_by_force_only(
    ecs: Any,
    external: dict[str, str],
    add: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    add(100)
    step(4)
    ecs.update_service(**external, desiredCount=0)
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="task sets"):
        ecs.delete_service(**external)
    ecs.delete_service(**external, force=True)
    step(6)
    assert look()["status"] == "INACTIVE"
    assert ecs.list_tasks(cluster="shop")["taskArns"] == []
