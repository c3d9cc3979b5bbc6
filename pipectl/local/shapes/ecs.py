"""What ECS fills in: discovery names and hosts of volumes.

Of managed EBS volumes it tells only what was sent: Terraform's acceptance test of aws_ecs_service,
VolumeConfiguration_basic, plans nothing on AWS without a type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

_CONCERNED = (b'"serviceConnectConfiguration"', b'"volumes"')


def answered(_world: World, request: Request, answer: Answer) -> Answer:
    """The answer with what ECS fills in, wherever it stands"""
    if request.service != "ecs" or not any(part in answer.body for part in _CONCERNED):
        return answer
    return answer.with_json(_filled(answer.json()))


def _filled(value: Any, name: str = "") -> Any:
    """A member of an answer with what is filled in at every depth, by its name"""
    if isinstance(value, list):
        return [_filled(part, name) for part in value]
    if not isinstance(value, dict):
        return value
    filled = {member: _filled(part, member) for member, part in value.items()}
    match name:
        case "serviceConnectConfiguration":
            return _with_discovery_names(filled)
        case "volumes":
            return _with_host(filled)
    return filled


def _with_discovery_names(filled: dict[str, Any]) -> dict[str, Any]:
    """API reference, ServiceConnectService.discoveryName: the port name if nothing is stated"""
    if "services" not in filled:
        return filled
    services = [{"discoveryName": one["portName"], **one} for one in filled["services"]]
    return {**filled, "services": services}


def _with_host(volume: dict[str, Any]) -> dict[str, Any]:
    """A volume of no other kind is a bind mount, whose empty host is told (AWS CLI examples)"""
    is_mount = not any(member.endswith("Configuration") for member in volume) and not volume.get(
        "configuredAtLaunch"
    )
    return {"host": {}, **volume} if is_mount else volume
