"""Settings of a task definition that Fargate, or the network mode awsvpc, does not have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")
"""API reference, LogConfiguration, logDriver."""

CAPABILITIES = ("SYS_PTRACE",)
"""Kernel capabilities that may be added (API reference, KernelCapabilities)."""

_LINUX = ("devices", "maxSwap", "sharedMemorySize", "swappiness")
_VOLUMES = ("dockerVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration")
_TASK = ("inferenceAccelerators", "placementConstraints")
_IPC_MODES = ("host", "task", "none")
_AWSVPC = {"links": "Links are", "hostname": "Hostname is", "extraHosts": "Extra hosts are"}

Found = tuple[tuple[str | int, ...], str]
"""The path of a setting in the request of RegisterTaskDefinition, and what is said of it."""


def unsupported(task: Mapping[str, Any]) -> Iterator[Found]:
    """What Fargate does not have of a request of RegisterTaskDefinition.

    API reference: TaskDefinition, Volume, HostVolumeProperties, ContainerDefinition, LinuxParameters,
    ResourceRequirement. Values of a wrong type are passed over.
    """
    for name in _TASK:
        if task.get(name):
            yield (name,), f"Fargate does not support {name}"
    if task.get("ipcMode") in _IPC_MODES:  # cn-terraform/terraform-aws-ecs-fargate#2 quotes AWS
        yield ("ipcMode",), "Tasks using the Fargate launch type do not support ipcMode"
    if task.get("pidMode") == "host":  # aws/aws-cdk#29619 quotes AWS
        text = "Tasks using the Fargate launch type do not support pidMode 'host'. "
        yield ("pidMode",), f"{text}The supported value for pidMode is 'task'"
    for path, text in _of_volumes(task):
        yield ("volumes", *path), text
    for number, container in _mappings(task.get("containerDefinitions")):
        for path, text in _of_container(container):
            yield ("containerDefinitions", number, *path), text


def _of_volumes(task: Mapping[str, Any]) -> Iterator[Found]:
    for number, volume in _mappings(task.get("volumes")):
        for name in _VOLUMES:
            if volume.get(name):
                yield (number, name), f"Fargate does not support {name}"
        if _mapping(volume, "host").get("sourcePath"):
            yield (number, "host", "sourcePath"), "Fargate does not support sourcePath of a volume"


def _of_container(container: Mapping[str, Any]) -> Iterator[Found]:
    if container.get("privileged") is True:
        yield ("privileged",), "Fargate does not support privileged containers"
    if container.get("dockerSecurityOptions"):
        yield ("dockerSecurityOptions",), "Fargate does not support dockerSecurityOptions"
    linux = _mapping(container, "linuxParameters")
    for name in _LINUX:
        if linux.get(name) is not None:
            yield ("linuxParameters", name), f"Fargate does not support {name}"
    added = _mapping(linux, "capabilities").get("add")
    for number, capability in enumerate(added if isinstance(added, Sequence) else ()):
        if capability not in CAPABILITIES:
            text = f"Fargate can add the capability {CAPABILITIES[0]} only"
            yield ("linuxParameters", "capabilities", "add", number), text
    for number, needed in _mappings(container.get("resourceRequirements")):
        yield ("resourceRequirements", number, "type"), f"Fargate does not have {needed.get('type')}"
    driver = _mapping(container, "logConfiguration").get("logDriver", LOG_DRIVERS[0])
    if driver not in LOG_DRIVERS:
        text = f"{driver} is not a valid log driver. Must be one of [{','.join(LOG_DRIVERS)}]"
        yield ("logConfiguration", "logDriver"), text


def unsupported_in_awsvpc(container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Members of a container that the network mode awsvpc does not have, and AWS's sentence.

    API reference, ContainerDefinition; the sentence of links is public, the others are formed after it.
    """
    for name, words in _AWSVPC.items():
        if container.get(name):
            yield name, f"{words} not supported when networkMode=awsvpc."


def _mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key)
    return found if isinstance(found, Mapping) else {}


def _mappings(values: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, Mapping):
            yield number, value
