"""Application Auto Scaling: moto looks for services in an ECS of its own; here it finds those of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer, with our ECS before its eyes"""
    backend = world.moto("applicationautoscaling", request.account, request.region)
    backend.ecs_backend = _Services(world.service("ecs", request.account, request.region))
    return forward(request)


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
