from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.ecs.shown import messages, rollout

if TYPE_CHECKING:
    from collections.abc import Callable


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
