"""A task as DescribeTasks and the event "ECS Task State Change" tell it."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import tag_list
from pipectl.local.ecs.placement import on_instances

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Task

_ATTACHED = {"PROVISIONING": "PRECREATED", "PENDING": "ATTACHING", "STOPPED": "DELETED"}


def described(task: Task, *, tags: bool = False) -> dict[str, Any]:
    """API reference, Task"""
    definition = task.revision.definition
    return {
        "taskArn": task.arn,
        "clusterArn": task.cluster_arn,
        "containerInstanceArn": task.instance.arn if task.instance else None,
        "taskDefinitionArn": task.revision.arn,
        "group": task.group,
        "startedBy": task.started_by or None,
        "version": task.version,
        "lastStatus": task.last_status,
        "desiredStatus": task.desired_status,
        "cpu": task.overrides.get("cpu") or definition.get("cpu") or _sum(definition, "cpu"),
        "memory": task.overrides.get("memory") or definition.get("memory") or _sum(definition, "memory"),
        "createdAt": task.created_at,
        **task.times,
        "stopCode": task.stop_code or None,
        "stoppedReason": task.stopped_reason or None,
        "connectivity": "CONNECTED" if "connectivityAt" in task.times else None,
        "healthStatus": _health(
            task, any("healthCheck" in each for each in definition["containerDefinitions"])
        ),
        "containers": [_container(task, each) for each in definition["containerDefinitions"]],
        "overrides": _overrides(task),
        "attributes": [{"name": "ecs.cpu-architecture", "value": _architecture(definition)}],
        "attachments": _attachments(task),
        "tags": tag_list(task.tags) if tags else None,
        **_settings(task),
    }


def _settings(task: Task) -> dict[str, Any]:
    settings = task.settings
    strategy = settings.get("capacityProviderStrategy")
    fargate = not on_instances(settings)
    storage = task.revision.definition.get("ephemeralStorage", {"sizeInGiB": 20})
    return {
        "launchType": "FARGATE" if fargate else settings.get("launchType", "EC2"),
        "capacityProviderName": strategy[0]["capacityProvider"] if strategy else None,
        "platformVersion": "1.4.0" if fargate else None,
        "platformFamily": "Linux" if fargate else None,
        "ephemeralStorage": storage if fargate else None,
        "enableExecuteCommand": settings.get("enableExecuteCommand", False),
    }


def _sum(definition: dict[str, Any], member: str) -> str | None:
    """What the containers have together, where the task has no size of its own"""
    total = sum(
        each.get(member, each.get("memoryReservation", 0)) for each in definition["containerDefinitions"]
    )
    return str(total)


def _architecture(definition: dict[str, Any]) -> str:
    named: str = definition.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")
    return named.lower()


def _overrides(task: Task) -> dict[str, Any]:
    """Every container is named, also without an override (API reference, examples)"""
    sent = {each.get("name"): each for each in task.overrides.get("containerOverrides", [])}
    names = [each["name"] for each in task.revision.definition["containerDefinitions"]]
    return {
        **task.overrides,
        "containerOverrides": [sent.get(name, {"name": name}) for name in names],
        "inferenceAcceleratorOverrides": [],
    }


def _container(task: Task, definition: dict[str, Any]) -> dict[str, Any]:
    name = definition["name"]
    exited = name in task.exit_codes
    return {
        "containerArn": f"{task.arn.replace(':task/', ':container/', 1)}/{_identity(task, name)}",
        "taskArn": task.arn,
        "name": name,
        "image": definition["image"],
        "imageDigest": task.digests.get(name),
        "runtimeId": f"{task.id}-{int(_digest(task, name)[:8], 16)}" if "startedAt" in task.times else None,
        "lastStatus": "STOPPED" if exited else _container_status(task),
        "exitCode": task.exit_codes.get(name),
        "reason": task.container_reasons.get(name),
        "managedAgents": _agents(task),
        "networkBindings": [],
        "networkInterfaces": _interfaces(task),
        "healthStatus": _health(task, "healthCheck" in definition),
        "cpu": str(definition["cpu"]),
        "memory": str(definition["memory"]) if "memory" in definition else None,
        "memoryReservation": str(definition["memoryReservation"])
        if "memoryReservation" in definition
        else None,
    }


def _agents(task: Task) -> list[dict[str, Any]] | None:
    """The agent of ECS Exec, in the state of its task (developer guide, ECS Exec)"""
    if not task.settings.get("enableExecuteCommand"):
        return None
    return [
        {
            "name": "ExecuteCommandAgent",
            "lastStatus": _container_status(task),
            "lastStartedAt": task.times.get("startedAt"),
        }
    ]


def _container_status(task: Task) -> str:
    return {"PROVISIONING": "PENDING", "STOPPING": "RUNNING"}.get(task.last_status, task.last_status)


def _health(task: Task, checked: bool) -> str:
    """A local container with a health check is healthy as soon as it runs"""
    return "HEALTHY" if checked and task.last_status == "RUNNING" else "UNKNOWN"


def _digest(task: Task, name: str) -> str:
    return hashlib.sha256(f"{task.arn}/{name}".encode()).hexdigest()


def _identity(task: Task, name: str) -> str:
    return str(uuid.UUID(_digest(task, name)[:32]))


def _address(task: Task) -> str:
    number = int(task.id[:4], 16)
    return f"10.0.{number >> 8}.{number & 255}"


def _interfaces(task: Task) -> list[dict[str, str]]:
    if task.revision.definition["networkMode"] != "awsvpc" or task.last_status == "PROVISIONING":
        return []
    return [{"attachmentId": _identity(task, "eni"), "privateIpv4Address": _address(task)}]


def _attachments(task: Task) -> list[dict[str, Any]]:
    """The network interface of an awsvpc task (API reference, Attachment); its addresses are made up"""
    network = task.settings.get("networkConfiguration")
    if not network:
        return []
    details = {
        "subnetId": network["awsvpcConfiguration"]["subnets"][0],
        "networkInterfaceId": f"eni-{_digest(task, 'eni')[:17]}",
        "macAddress": "02:" + ":".join(task.id[i : i + 2] for i in range(0, 10, 2)),
        "privateIPv4Address": _address(task),
    }
    return [
        {
            "id": _identity(task, "eni"),
            "type": "ElasticNetworkInterface",
            "status": _ATTACHED.get(task.last_status, "ATTACHED"),
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }
    ]
