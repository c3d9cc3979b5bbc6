"""Tasks that do not come to run: AWS tries again more and more slowly, and a circuit breaker may give up.

Developer guide, "How the deployment circuit breaker detects failures" and "Service throttle logic".
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import events
from pipectl.local.ecs.names import new_deployment_id

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Deployment, ServiceRecord, State

FEWEST_FAILURES, MOST_FAILURES = 3, 200  # developer guide, circuit breaker: the bounds of its threshold
HALF = 50  # API reference: the default of thresholdConfiguration.value, in per cent
IMPAIRED_AT = 3  # failed tasks in a row before AWS slows down; the number is inferred
LONGEST_RETRY_S = 60  # AWS waits up to 27 minutes; shorter here, so that a pushed image heals the service
SHORTEST_RETRY_S = 0.2


def breaker(service: ServiceRecord) -> dict[str, Any]:
    """The service's circuit breaker as it was said"""
    said: dict[str, Any] = service.fields["deploymentConfiguration"]["deploymentCircuitBreaker"]
    return said


def threshold(service: ServiceRecord) -> int:
    """So many failed tasks open the breaker

    Half of the desired count, but 3 to 200 (developer guide); API reference, thresholdConfiguration:
    UNBOUNDED_PERCENT leaves the bounds out, COUNT is the number itself.
    """
    said = breaker(service).get("thresholdConfiguration", {})
    value, kind = said.get("value", HALF), said.get("type", "BOUNDED_PERCENT")
    if kind == "COUNT":
        return max(1, int(value))
    share: int = math.ceil(service.desired * value / 100)
    return max(1, share) if kind == "UNBOUNDED_PERCENT" else min(max(share, FEWEST_FAILURES), MOST_FAILURES)


def note_success(service: ServiceRecord, deployment: Deployment) -> None:
    """A running task sets the counts of failures back (API reference, failedTasks, resetOnHealthyTask)"""
    deployment.failed = 0
    if breaker(service).get("resetOnHealthyTask", True):
        deployment.counted = 0


def note_failure(state: State, service: ServiceRecord, deployment: Deployment, now: datetime) -> None:
    """A task did not come to run: count it, wait longer each time, open the breaker at last"""
    if deployment.status != "PRIMARY" or deployment.state == "FAILED":
        return
    deployment.failed += 1
    deployment.counted += 1
    deployment.updated_at = now
    if deployment.failed == IMPAIRED_AT:
        events.say(service, "is unable to consistently start tasks successfully.", now)
        events.action(state, service, "SERVICE_TASK_START_IMPAIRED", "WARN", now)
    opens = breaker(service)["enable"] and deployment.counted >= threshold(service)
    if opens and deployment.state == "IN_PROGRESS":
        _open_breaker(state, service, deployment, now)
        return
    deployment.retry_at = now + timedelta(seconds=_patience(deployment.failed))


def _patience(failed: int) -> float:
    """Doubled with every failure after the third"""
    return min(LONGEST_RETRY_S, SHORTEST_RETRY_S * 2.0 ** min(max(0, failed - IMPAIRED_AT), 16))


def _open_breaker(state: State, service: ServiceRecord, failed: Deployment, now: datetime) -> None:
    """FAILED; with rollback the last completed deployment is PRIMARY again (developer guide)"""
    failed.state, failed.reason = "FAILED", "ECS deployment circuit breaker: tasks failed to start."
    failed.retry_at = None
    events.say(service, f"(deployment {failed.id}) deployment failed: tasks failed to start.", now)
    events.deployment(state, service, failed, now)
    back = service.last_completed
    failed.outcome, failed.finished_at = "STOPPED", now
    if not breaker(service)["rollback"] or back is None or failed.rolls_back:
        return
    again = roll_back(service, failed, back, now)
    events.say(service, f"rolling back to deployment {again.id}.", now)
    events.deployment(state, service, again, now)


def roll_back(service: ServiceRecord, failed: Deployment, back: Deployment, now: datetime) -> Deployment:
    """PRIMARY is the completed deployment itself while tasks of it run, else one like it (inferred)"""
    failed.status = "ACTIVE"
    alive = back in service.deployments
    again = back if alive else replace(back, id=new_deployment_id(), created_at=now)
    if alive:
        service.deployments.remove(back)
    again.status, again.state, again.desired, again.updated_at = (
        "PRIMARY",
        "IN_PROGRESS",
        service.desired,
        now,
    )
    again.failed, again.counted, again.rolls_back = 0, 0, True
    failed.outcome, failed.finished_at, failed.back_to = "ROLLBACK_IN_PROGRESS", None, again
    again.reason = f"ECS deployment circuit breaker: rolling back to deploymentId {again.id}."
    service.deployments.insert(0, again)
    service.fields |= back.settings
    service.steady = False
    return again
