"""Service Connect, VPC Lattice, volumes and mounts that name ports and volumes which are not there."""

from collections.abc import Iterator

from pipectl.kinds.service_block import TaskDefinition
from pipectl.rules._tools import PlacedService, error, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, did_you_mean, shown
from pipectl.spec.spec import Spec

RULE = "named-ports"
PROXIED = ("awsvpc", "bridge")
"""Network modes of tasks with Service Connect (developer guide, "Service Connect considerations")."""


def check(spec: Spec) -> Iterator[Problem]:
    """Names of ports and volumes (API reference, ServiceConnectService, VpcLatticeConfiguration)."""
    for service, task in tasks(spec):
        block = service.block
        yield from _mounts(spec, service, task)
        if block.service_connect:
            yield from _connected(spec, service, task)
        for number, target in enumerate(block.lattice or ()):
            yield from _port(spec, service, target.port_name, (*service.path, "lattice", number, "port_name"))
        for number, volume in enumerate(block.volumes or ()):
            path = (*service.path, "volumes", number, "name")
            yield from _volume(spec, service, task, volume.name, path)


def _connected(spec: Spec, service: PlacedService, task: TaskDefinition) -> Iterator[Problem]:
    connect, path = service.block.service_connect, (*service.path, "service_connect")
    if task.network_mode not in PROXIED:
        message = f"with network mode {task.network_mode} there is no Service Connect"
        yield error(spec, path, RULE, message, "take `network_mode: awsvpc` or `bridge`")
    names: set[str] = set()
    for number, each in enumerate(connect.services if connect else ()):
        here = (*path, "services", number)
        yield from _port(spec, service, each.port_name, (*here, "port_name"))
        name = each.discovery_name or each.port_name
        if name in names:
            message = f"two services of {service.title} have the discovery name {shown(name)}"
            yield error(spec, here, RULE, message, "give one of them another `discovery_name`")
        names.add(name)


def _port(spec: Spec, service: PlacedService, name: str, path: Path) -> Iterator[Problem]:
    """A port's name; raw `portMappings` may have any."""
    containers = [container for _, container, _ in service.containers()]
    raw = [each for container in containers for each in container.aws.get("portMappings") or []]
    known = [port.name for container in containers for port in container.ports if port.name]
    known += [str(each["name"]) for each in raw if isinstance(each, dict) and each.get("name")]
    if name not in known:
        message = f"no container of {service.title} has a port with the name {shown(name)}"
        there = f"the names there are: {', '.join(known)}" if known else None
        hint = did_you_mean(name, known) or there or f"write `ports: [{{container: 8080, name: {name}}}]`"
        yield error(spec, path, RULE, message, hint)


def _volume(
    spec: Spec, service: PlacedService, task: TaskDefinition, name: str, path: Path
) -> Iterator[Problem]:
    volumes = {str(each.get("name")): each for each in [*task.volumes, *_raw_volumes(task)]}
    if name not in volumes:
        message = f"the task definition of {service.title} has no volume {shown(name)}"
        hint = did_you_mean(name, volumes) or f"write `volumes: [{{name: {name}, configuredAtLaunch: true}}]`"
        yield error(spec, path, RULE, message, hint)
    elif not volumes[name].get("configuredAtLaunch"):
        message = f"volume {shown(name)} of {service.title} is not configured at launch"
        yield error(spec, path, RULE, message, "write `configuredAtLaunch: true` in the task definition")


def _mounts(spec: Spec, service: PlacedService, task: TaskDefinition) -> Iterator[Problem]:
    """Raw `mountPoints` (RegisterTaskDefinition: "Unknown volume 'data'.")."""
    names = [str(volume.get("name")) for volume in [*task.volumes, *_raw_volumes(task)]]
    for _, container, path in service.containers():
        raw = container.aws.get("mountPoints")
        for number, mount in enumerate(raw if isinstance(raw, list) else ()):
            name = mount.get("sourceVolume") if isinstance(mount, dict) else None
            if isinstance(name, str) and name not in names:
                message = f"the task definition of {service.title} has no volume {shown(name)}"
                hint = did_you_mean(name, names) or f"write `volumes: [{{name: {name}}}]`"
                here = (*path, "aws", "mountPoints", number, "sourceVolume")
                yield error(spec, here, RULE, message, hint)


def _raw_volumes(task: TaskDefinition) -> list[dict[str, object]]:
    raw = task.aws.get("volumes")
    return [each for each in raw if isinstance(each, dict)] if isinstance(raw, list) else []
