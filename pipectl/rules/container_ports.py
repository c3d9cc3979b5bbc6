"""Ports that two containers of a task cannot have at once, and host ports that ECS refuses."""

from collections.abc import Iterator

from pipectl.kinds.service_block import Port
from pipectl.rules._tools import error, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "container-ports"
SHARED = ("awsvpc", "host")
"""Network modes in which all containers of a task have one network (API reference, PortMapping)."""


def check(spec: Spec) -> Iterator[Problem]:
    """Ports of all containers of a task."""
    for service, task in tasks(spec):
        taken: dict[tuple[int, str], str] = {}
        for name, container, path in service.containers():
            for number, port in enumerate(container.ports):
                here = (*path, "ports", number)
                yield from _host(spec, here, port, task.network_mode)
                host = port.container if task.network_mode in SHARED else port.host or 0
                if host and (host, port.protocol) in taken:
                    message = (
                        f"port {host}/{port.protocol} belongs to container `{taken[host, port.protocol]}`"
                    )
                    shared = (
                        "of a task share one network" if task.network_mode in SHARED else "share the host"
                    )
                    hint = f"containers {shared}: take another port"
                    yield error(spec, here, RULE, message, hint)
                elif host:
                    taken[host, port.protocol] = name


def _host(spec: Spec, path: Path, port: Port, mode: str) -> Iterator[Problem]:
    if mode in SHARED and port.host not in (None, port.container):
        message = (
            f"with network mode {mode} the host's port is the container's, {port.container}, not {port.host}"
        )
        yield error(spec, path, RULE, message, "leave `host` out")
    if mode == "none":
        yield error(spec, path, RULE, "with network mode none there are no ports", "leave `ports` out")
