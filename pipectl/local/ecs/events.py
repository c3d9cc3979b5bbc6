"""What ECS says: a service's own events, newest first, and events for EventBridge.

Wording of service events and members of EventBridge events: developer guide, "Service event messages" and
"Amazon ECS events".
"""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Deployment, ServiceRecord, State, Task

STEADY = "has reached a steady state."


def say(service: ServiceRecord, message: str, now: datetime) -> None:
    """Add an event to the service: `(service NAME) ...`"""
    service.events.appendleft(
        {"id": str(uuid.uuid4()), "createdAt": now, "message": f"(service {service.name}) {message}"}
    )


def is_newest(service: ServiceRecord, message: str) -> bool:
    """Whether the service's newest event says this already"""
    return bool(service.events) and service.events[0]["message"] == f"(service {service.name}) {message}"


def is_told(service: ServiceRecord, message: str) -> bool:
    """Whether the service says this already, since it was steady

    Developer guide, "Viewing Amazon ECS service event messages": duplicates are omitted until the cause is
    resolved (or six hours have passed, which the local AWS does not count).
    """
    texts = (event["message"].removeprefix(f"(service {service.name}) ") for event in service.events)
    return message in itertools.takewhile(lambda text: text != STEADY, texts)


def started(service: ServiceRecord, tasks: list[Task], now: datetime) -> None:
    """Tell that tasks were started"""
    say(service, f"has started {len(tasks)} tasks: {_list(tasks)}.", now)


def stopped(service: ServiceRecord, tasks: list[Task], now: datetime) -> None:
    """Tell that tasks were stopped"""
    say(service, f"has stopped {len(tasks)} running tasks: {_list(tasks)}.", now)


def registered(service: ServiceRecord, now: datetime) -> None:
    """Tell that a task that runs now was put behind the service's target groups"""
    for balancer in service.fields["loadBalancers"]:
        if "targetGroupArn" in balancer:
            say(service, f"registered 1 targets in (target-group {balancer['targetGroupArn']})", now)


def _list(tasks: list[Task]) -> str:
    return " ".join(f"(task {task.id})" for task in tasks)


def deployment(state: State, service: ServiceRecord, deployment: Deployment, now: datetime) -> None:
    """ECS Deployment State Change: the deployment is in progress, completed or failed"""
    detail = {
        "eventType": "ERROR" if deployment.state == "FAILED" else "INFO",
        "eventName": f"SERVICE_DEPLOYMENT_{deployment.state}",
        "clusterArn": service.cluster_arn,
        "deploymentId": deployment.id,
        "updatedAt": _moment(now),
        "reason": deployment.reason,
    }
    _emit(state, "ECS Deployment State Change", service.arn, detail)


def action(state: State, service: ServiceRecord, name: str, kind: str, now: datetime) -> None:
    """ECS Service Action: SERVICE_STEADY_STATE and its like; `kind` is INFO, WARN or ERROR"""
    detail = {
        "eventType": kind,
        "eventName": name,
        "clusterArn": service.cluster_arn,
        "createdAt": _moment(now),
    }
    _emit(state, "ECS Service Action", service.arn, detail)


def task(state: State, arn: str, described: dict[str, Any]) -> None:
    """ECS Task State Change: the task as DescribeTasks tells it, moments as text"""
    _emit(state, "ECS Task State Change", arn, _as_text(described))


def container_instance(state: State, described: dict[str, Any]) -> None:
    """ECS Container Instance State Change: the instance as DescribeContainerInstances tells it"""
    arn = described["containerInstanceArn"]
    _emit(state, "ECS Container Instance State Change", arn, _as_text(described))


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return _moment(value) if isinstance(value, datetime) else value


def _moment(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


def _emit(state: State, detail_type: str, resource: str, detail: dict[str, Any]) -> None:
    state.world.emit(
        state.account,
        state.region,
        source="aws.ecs",
        detail_type=detail_type,
        resources=[resource],
        detail=detail,
    )
