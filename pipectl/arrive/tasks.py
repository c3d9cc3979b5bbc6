"""Task definitions and containers as the spec writes them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipectl.arrive.looking import filled, rest, words_of
from pipectl.kinds.task_definition import CONTAINER, SPOKEN, SPOKEN_CONTAINER

FILLED = frozenset({
    "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt",
    "registeredBy", "deregisteredAt", "deleteRequestedAt", "tags",
})  # fmt: skip
"""Members of a described definition that are not registered."""

PLAIN = {
    "cpu": "cpu",
    "memory": "memory",
    "memory_reservation": "memoryReservation",
}
BEHAVIOUR = {
    "command": "command",
    "entry_point": "entryPoint",
    "working_directory": "workingDirectory",
    "user": "user",
}
LIMITS = {
    "docker_labels": "dockerLabels",
    "read_only_root_filesystem": "readonlyRootFilesystem",
    "stop_timeout": "stopTimeout",
    "start_timeout": "startTimeout",
}
HEALTH = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
"""What ECS fills in (API reference, HealthCheck)."""


@dataclass(frozen=True)
class Surroundings:
    """What a container's words depend on: whose images are the pipeline's, and where is logged."""

    region: str
    images: Mapping[str, str]
    """Container -> the repository whose image the pipeline deploys."""
    log_group: str
    execution_role: str | bool | None
    """An ARN; False when there is none; None for the one that pipectl makes."""
    task_role: str | dict[str, Any] | None = None
    """An ARN; an empty mapping for the one that pipectl makes; None when there is none."""


def family(raw: Mapping[str, Any]) -> str:
    """The name that the revisions share."""
    return str(raw["family"])


def log_groups(raw: Mapping[str, Any]) -> list[str]:
    """The groups that its containers write to, in their order."""
    options = [
        (each.get("logConfiguration") or {}).get("options") or {} for each in raw["containerDefinitions"]
    ]
    return [each["awslogs-group"] for each in options if each.get("awslogs-group")]


def is_known(raw: Mapping[str, Any]) -> bool:
    """Whether the grammar can say it: ranges of ports it cannot compare."""
    return all(
        "containerPort" in port
        for each in raw["containerDefinitions"]
        for port in each.get("portMappings") or []
    )


def block(raw: Mapping[str, Any], around: Surroundings, launches: str | None) -> dict[str, Any]:
    """A task definition in the grammar."""
    platform = raw.get("runtimePlatform") or {}
    said: dict[str, Any] = {"family": raw["family"]}
    said |= filled(
        cpu=_number(raw.get("cpu")),
        memory=_number(raw.get("memory")),
        architecture="ARM64" if platform.get("cpuArchitecture") == "ARM64" else None,
    )
    mode = raw.get("networkMode") or "bridge"
    if mode != "awsvpc":
        said["network_mode"] = mode
    said |= filled(
        ephemeral_storage=(raw.get("ephemeralStorage") or {}).get("sizeInGiB"),
    )
    if around.task_role is not None:
        said["task_role"] = around.task_role
    if around.execution_role is not None:
        said["execution_role"] = around.execution_role
    containers = raw["containerDefinitions"]
    said["containers"] = {each["name"]: _container(each, raw, around) for each in containers}
    return said | filled(volumes=raw.get("volumes"), aws=_aws(raw, launches))


def _number(text: str | None) -> Any:
    return int(text) if text and text.isdigit() else text


def _aws(raw: Mapping[str, Any], launches: str | None) -> dict[str, Any]:
    system = (raw.get("runtimePlatform") or {}).get("operatingSystemFamily", "LINUX")
    wanted = [launches] if launches else []
    compatible = raw.get("requiresCompatibilities") or []
    return filled(
        runtimePlatform={"operatingSystemFamily": system} if system != "LINUX" else None,
        requiresCompatibilities=compatible if compatible != wanted else None,
    ) | rest(raw, frozenset(SPOKEN | FILLED), {})


def _container(raw: Mapping[str, Any], task: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    name = raw["name"]
    said: dict[str, Any] = (
        {"repository": around.images[name]} if name in around.images else {"image": raw["image"]}
    )
    if raw.get("essential") is False:
        said["essential"] = False
    said |= words_of({**raw, "cpu": raw.get("cpu") or None}, PLAIN)
    said |= filled(ports=[_port(each, task) for each in raw.get("portMappings") or []])
    said |= words_of(raw, BEHAVIOUR)
    said |= filled(
        environment=_by_name(raw.get("environment"), "value"),
        secrets=_by_name(raw.get("secrets"), "valueFrom"),
        health_check=_health(raw.get("healthCheck")),
        depends_on={each["containerName"]: each["condition"] for each in raw.get("dependsOn") or []},
    )
    said |= {
        word: value
        for word, value in words_of(raw, LIMITS).items()
        if value is not False  # what ECS does by itself
    }
    logging, raw_logging = _logging(raw.get("logConfiguration"), around)
    if not logging:
        said["logging"] = False
    more = rest(raw, SPOKEN_CONTAINER | frozenset(CONTAINER), {"versionConsistency": "enabled"})
    return said | filled(aws=more | filled(logConfiguration=raw_logging))


def _by_name(pairs: Iterable[Mapping[str, str]] | None, key: str) -> dict[str, str]:
    """Variables in the order of their names: AWS tells them in any."""
    return {each["name"]: each.get(key, "") for each in sorted(pairs or (), key=lambda each: each["name"])}


def _port(port: Mapping[str, Any], task: Mapping[str, Any]) -> Any:
    container = port["containerPort"]
    free: Collection[int] = {0, container} if task.get("networkMode") in (None, "bridge") else {container}
    said = filled(
        host=port.get("hostPort") if port.get("hostPort", container) not in free else None,
        protocol=port.get("protocol") if port.get("protocol", "tcp") != "tcp" else None,
        name=port.get("name"),
        app_protocol=port.get("appProtocol"),
    )
    return {"container": container, **said} if said else container


def _health(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not check:
        return None
    command = check["command"]
    is_line = len(command) == 2 and command[0] == "CMD-SHELL"  # noqa: PLR2004  the word and the line
    said = {
        "start_period" if key == "startPeriod" else key: check[key]
        for key, usual in HEALTH.items()
        if check.get(key) not in (None, usual)
    }
    return {"command": command[1] if is_line else command, **said}


def _logging(raw: Mapping[str, Any] | None, around: Surroundings) -> tuple[bool, dict[str, Any]]:
    """Whether `logging` says it, and what stands under `aws:` beside it."""
    if not raw:
        return False, {}
    ours = {
        "awslogs-group": around.log_group,
        "awslogs-region": around.region,
        "awslogs-stream-prefix": "ecs",
    }
    options = raw.get("options") or {}
    if raw["logDriver"] != "awslogs" or any(options.get(key) in (None, "") for key in ours):
        return False, dict(raw)
    other = {key: value for key, value in options.items() if ours.get(key) != value}
    return True, filled(options=other, secretOptions=raw.get("secretOptions"))
