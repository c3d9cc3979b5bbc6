"""Container definitions: the members that the server fills in, and those that it refuses.

Words in quotation marks of AWS are known from public error reports; those of a docstring that says
"inferred" are ours.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from pipectl.facts.fargate_settings import unsupported_in_awsvpc
from pipectl.local.ecs.names import client_error

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CONTAINERS = 10
HIGHEST_PORT = 65_535
LEAST_MEMORY = 4  # MiB, docker's own floor (API reference, ContainerDefinition.memory)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_IMAGE = re.compile(
    r"[A-Za-z0-9_\-:./#@]{1,255}"
)  # API reference, ContainerDefinition.image; `@` for digests

# API reference, HealthCheck: default, least, most
_HEALTH: dict[str, tuple[int | None, int, int]] = {
    "interval": (30, 5, 300),
    "timeout": (5, 2, 60),
    "retries": (3, 1, 10),
    "startPeriod": (None, 0, 300),
}
_AWSLOGS_NEEDS = ("awslogs-group", "awslogs-region")


def completed(sent: dict[str, Any], network_mode: str) -> dict[str, Any]:
    """A container as DescribeTaskDefinition tells it, defaults filled in

    API reference, ContainerDefinition, and what Terraform's provider takes out again to compare.
    """
    container = copy.deepcopy(sent)
    container.setdefault("cpu", 0)
    container.setdefault("essential", True)
    for member in ("portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"):
        container.setdefault(member, [])
    container["portMappings"] = [_port(each, network_mode) for each in container["portMappings"]]
    if "healthCheck" in container:
        defaults = {member: value for member, (value, _, _) in _HEALTH.items() if value is not None}
        container["healthCheck"] = {**defaults, **container["healthCheck"]}
    return container


def _port(sent: dict[str, Any], network_mode: str) -> dict[str, Any]:
    """API reference, PortMapping: the host's port is the container's; on a bridge docker picks one"""
    port = {**sent, "protocol": sent.get("protocol", "tcp")}
    if "hostPort" not in port and "containerPort" in port:
        port["hostPort"] = 0 if network_mode == "bridge" else port["containerPort"]
    return port


def check_all(containers: list[dict[str, Any]], task: dict[str, Any], network_mode: str) -> None:
    """Refuse what no task can be made of; `task` is the request around the containers"""
    if not containers:
        raise client_error("Container list cannot be empty.")
    if len(containers) > MOST_CONTAINERS:
        raise client_error(f"Task definition can have at most {MOST_CONTAINERS} containers.")
    check_identities(containers)
    names = [container.get("name") for container in containers]
    for container in containers:
        _check_memory(container, task)
        _check_ports(container, network_mode)
        _check_health(container)
        _check_log_driver(container)
        _check_secrets(container)
        _check_references(container, names, task)
    if len(set(names)) < len(names):
        raise client_error("Container.name contains non-unique value.")
    if not any(container.get("essential", True) for container in containers):
        raise client_error("At least one container in the task definition must be marked as essential.")


def check_identities(containers: list[dict[str, Any]]) -> None:
    """Refuse containers without a name or an image, before anything else of them is looked at (inferred)"""
    for container in containers:
        _check_identity(container)


def _check_identity(container: dict[str, Any]) -> None:
    for member, pattern in (("name", _NAME), ("image", _IMAGE)):
        if not container.get(member):
            raise client_error(f"Container.{member} should not be null or empty.")
        if not pattern.fullmatch(container[member]):
            raise client_error(f"Container.{member} contains invalid characters.")


def _check_memory(container: dict[str, Any], task: dict[str, Any]) -> None:
    """API reference, ContainerDefinition.memory; the words of all but the first are inferred"""
    name, limit, reserved = container["name"], container.get("memory"), container.get("memoryReservation")
    if limit is None and reserved is None and not task.get("memory"):
        raise client_error(
            f"Invalid setting for container '{name}'. "
            "At least one of 'memory' or 'memoryReservation' must be specified."
        )
    if any(value is not None and value < LEAST_MEMORY for value in (limit, reserved)):
        raise client_error(
            f"Invalid setting for container '{name}'. 'memory' must be at least {LEAST_MEMORY}."
        )
    if limit is not None and reserved is not None and reserved > limit:
        raise client_error(
            f"Invalid setting for container '{name}'. 'memory' must not be less than 'memoryReservation'."
        )


def check_within_task(containers: Iterable[dict[str, Any]], cpu: int | None, memory: int | None) -> None:
    """API reference, ContainerDefinition: all containers together stay within the task (inferred words)"""
    listed = list(containers)
    if cpu is not None and sum(each.get("cpu", 0) for each in listed) > cpu:
        raise client_error("Invalid 'cpu' setting for task. The sum of 'cpu' of all containers is above it.")
    for each in listed:
        if memory is not None and each.get("memory", 0) > memory:
            raise client_error(
                f"Invalid setting for container '{each['name']}'. 'memory' must not be above the task's."
            )
    if memory is not None and sum(each.get("memoryReservation", 0) for each in listed) > memory:
        raise client_error(
            "The sum of 'memoryReservation' of all containers must not be above the task's 'memory'."
        )


def _check_ports(container: dict[str, Any], network_mode: str) -> None:
    for port in container.get("portMappings", []):
        if "containerPort" not in port and "containerPortRange" not in port:
            raise client_error("Container port is required in a port mapping.")
        if not 1 <= port.get("containerPort", 1) <= HIGHEST_PORT:
            raise client_error(f"Container port must be between 1 and {HIGHEST_PORT}.")
        if not 0 <= port.get("hostPort", 0) <= HIGHEST_PORT:
            raise client_error(f"Host port must be between 0 and {HIGHEST_PORT}.")
        if network_mode in ("awsvpc", "host") and port.get("hostPort") not in (
            None,
            0,
            port.get("containerPort"),
        ):
            raise client_error(
                f"When networkMode={network_mode}, "
                "the host ports and container ports in port mappings must match."
            )
    for _, text in unsupported_in_awsvpc(container) if network_mode == "awsvpc" else ():
        raise client_error(text)
    if network_mode == "none" and container.get("portMappings"):
        raise client_error("Port mappings are not supported when networkMode=none.")


def _check_health(container: dict[str, Any]) -> None:
    """API reference, HealthCheck (inferred words)"""
    check = container.get("healthCheck", {})
    for member, (_, least, most) in _HEALTH.items():
        if member in check and not least <= check[member] <= most:
            raise client_error(
                f"Invalid setting for container '{container['name']}'. "
                f"Health check {member} must be between {least} and {most}."
            )
    if "command" in check and not check["command"]:
        raise client_error(
            f"Invalid setting for container '{container['name']}'. Health check command is empty."
        )


def _check_log_driver(container: dict[str, Any]) -> None:
    log = container.get("logConfiguration", {})
    options = log.get("options", {})
    if log.get("logDriver") == "awslogs" and not all(options.get(option) for option in _AWSLOGS_NEEDS):
        raise client_error("Log driver awslogs requires options: awslogs-region, awslogs-group")


def _check_references(container: dict[str, Any], names: list[Any], task: dict[str, Any]) -> None:
    """What a container names must be in the same definition"""
    volumes = [volume.get("name") for volume in task.get("volumes", [])]
    for mount in container.get("mountPoints", []):
        if mount.get("sourceVolume") not in volumes:
            raise client_error(f"Unknown volume '{mount.get('sourceVolume')}'.")
    for other in container.get("dependsOn", []):
        if other["containerName"] not in names or other["containerName"] == container["name"]:
            raise client_error(
                f"Container '{container['name']}' depends on unknown '{other['containerName']}'."
            )
    _check_ends(container, task)
    for other in container.get("volumesFrom", []):
        if other.get("sourceContainer") not in names:
            raise client_error(f"Unknown container '{other.get('sourceContainer')}'.")


def _check_ends(container: dict[str, Any], task: dict[str, Any]) -> None:
    """The sentence is in boto/boto3#2436"""
    essential = {each.get("name"): each.get("essential", True) for each in task["containerDefinitions"]}
    for other in container.get("dependsOn", []):
        if other["condition"] in ("SUCCESS", "COMPLETE") and essential.get(other["containerName"]):
            raise client_error(
                "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
            )


def _check_secrets(container: dict[str, Any]) -> None:
    """API reference, ContainerDefinition: environment and secrets share their names (recalled words)"""
    plain = {each.get("name") for each in container.get("environment", [])}
    for secret in container.get("secrets", []):
        if secret["name"] in plain:
            raise client_error(
                "The secret name must be unique and not shared with any new or existing environment "
                f"variables set on the container, such as '{secret['name']}'."
            )
