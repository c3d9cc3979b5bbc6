from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.ecs.shown import messages, rollout

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


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
