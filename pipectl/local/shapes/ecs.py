"""What ECS fills in: discovery names, ARNs of namespaces, hosts and kinds of volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

_CONCERNED = (b'"serviceConnect', b'"volumes"', b'"managedEBSVolume"')
# API reference, ServiceManagedEBSVolumeConfiguration: what each is "by default"; that it is told is inferred
_EBS = {"volumeType": "gp3", "filesystemType": "xfs"}


def answered(world: World, request: Request, answer: Answer) -> Answer:
    """The answer with what ECS fills in, wherever it stands"""
    if request.service != "ecs" or not any(part in answer.body for part in _CONCERNED):
        return answer
    return answer.with_json(_Filling(world, request.account, request.region).of(answer.json()))


class _Filling:
    """How the members of an answer are filled in, by their names."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self._world, self._account, self._region = world, account, region

    def of(self, value: Any, name: str = "") -> Any:
        """A value with what is filled in at every depth"""
        if isinstance(value, list):
            return [self.of(part, name) for part in value]
        if not isinstance(value, dict):
            return value
        filled = {member: self.of(part, member) for member, part in value.items()}
        match name:
            case "serviceConnectConfiguration" | "serviceConnectDefaults" if filled.get("namespace"):
                return self._connected({**filled, "namespace": self._namespace(filled["namespace"])})
            case "serviceConnectConfiguration":
                return self._connected(filled)
            case "volumes":
                return _with_host(filled)
            case "managedEBSVolume":
                return {**_EBS, **filled}
        return filled

    @staticmethod
    def _connected(filled: dict[str, Any]) -> dict[str, Any]:
        """API reference, ServiceConnectService.discoveryName: the port name if nothing is said"""
        if "services" not in filled:
            return filled
        services = [{"discoveryName": one["portName"], **one} for one in filled["services"]]
        return {**filled, "services": services}

    def _namespace(self, name: str) -> str:
        """The ARN of a namespace (developer guide, Service Connect; AWS CLI example of create-cluster)

        ECS makes a cluster's default namespace when there is none. That of a service must be there on AWS;
        here it is made too (inferred), so that a spec can be rehearsed without making it first.
        """
        if name.startswith("arn:"):
            return name
        backend = self._world.moto("servicediscovery", self._account, self._region)
        if not any(one.name == name for one in backend.namespaces.values()):
            backend.create_http_namespace(name=name, creator_request_id=name, description="", tags=[])
        return next(str(one.arn) for one in backend.namespaces.values() if one.name == name)


def _with_host(volume: dict[str, Any]) -> dict[str, Any]:
    """A volume of no other kind is a bind mount, whose empty host is told (AWS CLI examples)"""
    is_mount = not any(member.endswith("Configuration") for member in volume) and not volume.get(
        "configuredAtLaunch"
    )
    return {"host": {}, **volume} if is_mount else volume
