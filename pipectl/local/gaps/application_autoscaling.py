"""Application Auto Scaling: moto looks for services in an ECS of its own; here it finds those of ours.

What targets and scheduled actions do to services: see `pipectl.local.scaling`.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

from pipectl.local import answers, scaling
from pipectl.local.service import Refused
from pipectl.local.wire import json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World

_OK = 200


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer, with our ECS before its eyes; then let the services follow"""
    backend = world.moto("applicationautoscaling", request.account, request.region)
    backend.ecs_backend = _Services(world.service("ecs", request.account, request.region))
    if request.operation == "DescribeScalingActivities":
        return _activities(world, request)
    if request.operation == "PutScheduledAction":
        _check_schedule(request.json())
    answered = forward(request)
    if answered.status == _OK and request.operation in _AFTERWARDS:
        _AFTERWARDS[request.operation](world, request, backend)
    return answered


def _activities(world: World, request: Request) -> Answer:
    """The activities of services, the newest first (API reference, DescribeScalingActivities)"""
    asked = request.json()
    wanted = asked.get("ResourceId")
    found = [
        activity.described(fulfilled=fulfilled)
        for activity, fulfilled in scaling.of(world).activities(request.account, request.region)
        if asked.get("ServiceNamespace") == "ecs" and wanted in (None, activity.resource)
    ]
    return json_answer(answers.encode({"ScalingActivities": found[: asked.get("MaxResults", 50)]}))


def _registered(world: World, request: Request, backend: Any) -> None:
    asked = request.json()
    if asked.get("ScalableDimension") == scaling.DIMENSION:
        target = backend.targets[scaling.DIMENSION][asked["ResourceId"]]
        scaling.of(world).limit(request.account, request.region, target)


def _scheduled(world: World, _request: Request, _backend: Any) -> None:
    scaling.of(world).stir()


_AFTERWARDS: dict[str, Callable[[World, Request, Any], None]] = {
    "RegisterScalableTarget": _registered,
    "PutScheduledAction": _scheduled,
    "DeleteScheduledAction": _scheduled,
}


def _check_schedule(asked: dict[str, Any]) -> None:
    """Refuse a schedule or a time zone that nobody can read (API reference; inferred words)"""
    if expression := asked.get("Schedule"):
        try:
            scaling.parse(expression)
        except ValueError:
            raise Refused(
                "ValidationException", f"The schedule expression {expression} is not valid."
            ) from None
    if zone := asked.get("Timezone"):
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise Refused("ValidationException", f"The time zone {zone} is not valid.") from None


class _Services:
    """What moto asks an ECS about services."""

    def __init__(self, ecs: Any) -> None:
        self._ecs = ecs

    def describe_services(self, cluster: str, names: list[str]) -> tuple[list[Any], list[str]]:
        """Return the services that are not INACTIVE, and the names of the others"""
        services = {name: self._active(cluster, name) for name in names}
        missing = [name for name, service in services.items() if service is None]
        return [service for service in services.values() if service is not None], missing

    def _active(self, cluster: str, name: str) -> Any | None:
        try:
            service = self._ecs.find_service(self._ecs.existing_cluster(cluster), name)
        except Refused:
            return None
        return service if service is not None and service.status != "INACTIVE" else None
