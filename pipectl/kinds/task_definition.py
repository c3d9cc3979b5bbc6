"""ECS task definition: what is registered for a service, and the words that both sides are compared in."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find
from pipectl.engine.values import Exactly, Ordered, exactly
from pipectl.kinds.kind import merged
from pipectl.kinds.raw import arranged
from pipectl.kinds.repository import uri
from pipectl.kinds.service_block import Container, Service, TaskDefinition

FIRST_TAG = "latest"
"""The tag of a repository's image as long as no pipeline has deployed one."""


def request(
    account: Account,
    block: TaskDefinition,
    service: Service,
    execution_role: str | None,
    task_role: str | None,
) -> dict[str, Any]:
    """The parameters of RegisterTaskDefinition, with the first image of each container."""
    params: dict[str, Any] = {
        "family": block.family,
        "networkMode": block.network_mode,
        "containerDefinitions": [
            _container(account, block, service, name, container)
            for name, container in block.containers.items()
        ],
    }
    optional = {
        "cpu": _text(block.cpu),
        "memory": _text(block.memory),
        "executionRoleArn": execution_role,
        "taskRoleArn": task_role,
        "requiresCompatibilities": [service.launches] if service.launches else None,
        "volumes": block.volumes or None,
    }
    params |= {key: value for key, value in optional.items() if value is not None}
    if block.architecture:
        params["runtimePlatform"] = {"cpuArchitecture": block.architecture, "operatingSystemFamily": "LINUX"}
    if block.ephemeral_storage:
        params["ephemeralStorage"] = {"sizeInGiB": block.ephemeral_storage}
    whole: dict[str, Any] = merged(params, block.aws)
    return whole


def first_image(account: Account, container: Container) -> str | None:
    """The image that a container starts with."""
    if container.image or not container.repository:
        return container.image
    return f"{uri(account, container.repository)}:{FIRST_TAG}"


def log_group_name(block: TaskDefinition, service: Service) -> str:
    """The log group of the service's containers."""
    return service.log_group or f"/ecs/{block.family}"


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _container(
    account: Account, block: TaskDefinition, service: Service, name: str, container: Container
) -> dict[str, Any]:
    optional = {
        "cpu": container.cpu,
        "memory": container.memory,
        "memoryReservation": container.memory_reservation,
        "command": container.command,
        "entryPoint": container.entry_point,
        "workingDirectory": container.working_directory,
        "user": container.user,
        "readonlyRootFilesystem": container.read_only_root_filesystem,
        "stopTimeout": container.stop_timeout,
        "startTimeout": container.start_timeout,
        "healthCheck": _health_check(container),
        "dockerLabels": container.docker_labels or None,
        "portMappings": [_port(port) for port in container.ports] or None,
        "environment": _pairs(container.environment, "value") or None,
        "secrets": _pairs(container.secrets, "valueFrom") or None,
        "dependsOn": [
            {"containerName": other, "condition": condition}
            for other, condition in container.depends_on.items()
        ]
        or None,
        "logConfiguration": _logging(account, block, service) if container.logging else None,
    }
    params = {"name": name, "image": first_image(account, container) or "", "essential": container.essential}
    params |= {key: value for key, value in optional.items() if value is not None}
    whole: dict[str, Any] = merged(params, container.aws)
    return whole


def _health_check(container: Container) -> dict[str, Any] | None:
    check = container.health_check
    if check is None:
        return None
    command = ["CMD-SHELL", check.command] if isinstance(check.command, str) else list(check.command)
    params: dict[str, Any] = {"command": command, "interval": check.interval, "timeout": check.timeout}
    params["retries"] = check.retries
    return params if check.start_period is None else {**params, "startPeriod": check.start_period}


def _port(port: Any) -> dict[str, Any]:
    params = {"containerPort": port.container, "protocol": port.protocol}
    optional = {"hostPort": port.host, "name": port.name, "appProtocol": port.app_protocol}
    return {**params, **{key: value for key, value in optional.items() if value is not None}}


def _pairs(values: Mapping[str, str], key: str) -> list[dict[str, str]]:
    return [{"name": name, key: value} for name, value in sorted(values.items())]


def _logging(account: Account, block: TaskDefinition, service: Service) -> dict[str, Any]:
    options = {
        "awslogs-group": log_group_name(block, service),
        "awslogs-region": account.region,
        "awslogs-stream-prefix": "ecs",  # required on Fargate (service model, LogConfiguration)
    }
    return {"logDriver": "awslogs", "options": options}


# The names of AWS and ours; what is not here is compared by its own name, when it is stated.
TOP = {
    "family": "family",
    "cpu": "cpu",
    "memory": "memory",
    "networkMode": "network_mode",
    "taskRoleArn": "task_role",
    "executionRoleArn": "execution_role",
}
CONTAINER = {
    "image": "image",
    "memory": "memory",
    "memoryReservation": "memory_reservation",
    "command": "command",
    "entryPoint": "entry_point",
    "workingDirectory": "working_directory",
    "user": "user",
    "readonlyRootFilesystem": "read_only_root_filesystem",
    "stopTimeout": "stop_timeout",
    "startTimeout": "start_timeout",
    "dockerLabels": "docker_labels",
    "logConfiguration": "logging",
}
SPOKEN = frozenset({
    *TOP, "containerDefinitions", "runtimePlatform", "ephemeralStorage", "volumes", "requiresCompatibilities",
})  # fmt: skip
SPOKEN_CONTAINER = frozenset({
    *CONTAINER, "name", "cpu", "essential", "healthCheck", "portMappings", "environment", "secrets",
    "dependsOn",
})  # fmt: skip


def words(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A task definition, asked for or described, in the words of the spec and without AWS's defaults.

    Every word of the grammar is there, None for what is not set, so that what the spec no longer says is a
    difference; what the grammar has no word for (`aws:`) keeps its name. What AWS fills in is in the fact
    sheet (services, section 1.2).
    """
    platform = raw.get("runtimePlatform") or {}
    said: dict[str, Any] = {ours: raw.get(theirs) or None for theirs, ours in TOP.items()}
    for size in ("cpu", "memory"):
        said[size] = int(said[size]) if str(said[size] or "").isdigit() else said[size]
    said["network_mode"] = raw.get("networkMode") or "bridge"
    said["architecture"] = platform.get("cpuArchitecture") or "X86_64"
    said["ephemeral_storage"] = (raw.get("ephemeralStorage") or {}).get("sizeInGiB")
    said["volumes"] = raw.get("volumes") or []
    said["containers"] = {each["name"]: _container_words(each, raw) for each in raw["containerDefinitions"]}
    return said | {key: value for key, value in raw.items() if key not in SPOKEN}


def _container_words(raw: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {ours: raw.get(theirs) or None for theirs, ours in CONTAINER.items()}
    said["cpu"] = raw.get("cpu") or 0
    said["essential"] = raw.get("essential", True)
    said["environment"] = {each["name"]: each.get("value", "") for each in raw.get("environment") or []}
    said["secrets"] = {each["name"]: each["valueFrom"] for each in raw.get("secrets") or []}
    said["depends_on"] = {each["containerName"]: each["condition"] for each in raw.get("dependsOn") or []}
    said["ports"] = sorted(_port_words(port, task) for port in raw.get("portMappings") or [])
    said["health_check"] = _health_words(raw.get("healthCheck"))
    return said | {key: value for key, value in raw.items() if key not in SPOKEN_CONTAINER}


def _port_words(port: Mapping[str, Any], task: Mapping[str, Any]) -> str:
    """`3000/tcp`; with awsvpc and host the host's port is the container's."""
    container = port.get("containerPort") or port.get("containerPortRange")
    free = 0 if task.get("networkMode") == "bridge" else container
    host = port.get("hostPort", free)
    parts = [f"{container}/{port.get('protocol') or 'tcp'}"]
    if host not in (free, container):
        parts.insert(0, f"{host}:")
    return "".join(parts) + "".join(f" {port[key]}" for key in ("name", "appProtocol") if port.get(key))


def _health_words(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not check:
        return None
    return {
        "command": Ordered(check["command"]),
        "interval": check.get("interval", 30),
        "timeout": check.get("timeout", 5),
        "retries": check.get("retries", 3),
        "start_period": check.get("startPeriod") or None,
    }


def stated(params: Mapping[str, Any], left_alone: Iterable[str]) -> dict[str, Any]:
    """The words that are compared: all of them, but not the images of the containers `left_alone`."""
    said = {key: _compared(key, value) for key, value in words(params).items()}
    alone = set(left_alone)
    for name, container in said["containers"].items():
        if name in alone:
            del container["image"]
        for key in ("environment", "secrets", "depends_on", "docker_labels"):
            container[key] = exactly(container[key] or {})
    # no other containers, but each one may have what the grammar has no word for
    said["containers"] = Exactly(said["containers"])
    return said


def _compared(key: str, value: Any) -> Any:
    """What the grammar has no word for is compared as AWS's own: mostly sets, with defaults filled in."""
    if key == "containers":
        return {name: _compared_container(container) for name, container in value.items()}
    return value if key in TOP.values() else arranged(SERVICE, value, key)


def _compared_container(container: Mapping[str, Any]) -> dict[str, Any]:
    ordered = {key: Ordered(container[key]) for key in IN_ORDER if container[key]}
    return {key: arranged(SERVICE, value, key) for key, value in container.items()} | ordered


SERVICE = "ecs"
IN_ORDER = ("command", "entry_point")
"""Words of a command (facts, order)."""


def images(raw: Mapping[str, Any]) -> dict[str, str]:
    """Container -> image."""
    return {each["name"]: each["image"] for each in raw["containerDefinitions"]}


def with_images(params: Mapping[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
    """The same definition with the given images for the containers that are named."""
    containers = [
        {**each, "image": now.get(each["name"], each["image"])} for each in params["containerDefinitions"]
    ]
    return {**params, "containerDefinitions": containers}


def describe(cloud: Cloud, name: str) -> dict[str, Any] | None:
    """A revision by ARN, or the newest active one of a family; None when there is none."""
    answer = find(["ClientException"], cloud, "ecs", "describe_task_definition", taskDefinition=name)
    return answer["taskDefinition"] if answer else None


def register(cloud: Cloud, params: Mapping[str, Any], tags: list[dict[str, str]]) -> str:
    """The ARN of a revision like `params`: the newest one if it is equal, else a new one."""
    newest = describe(cloud, str(params["family"]))
    if newest is not None and _equal(newest, params):
        return str(newest["taskDefinitionArn"])
    answer = cloud.call("ecs", "register_task_definition", **params, tags=tags)
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def changed_words(stated: Mapping[str, Any], found: Mapping[str, Any]) -> set[str]:
    """The words, of a definition or of its service, in which what was found is not as stated."""
    from pipectl.engine.plan import differences

    return {each.path.partition(".")[0] for each in differences(stated, found)}


def _equal(found: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    return not changed_words(stated(params, ()), words(found))
