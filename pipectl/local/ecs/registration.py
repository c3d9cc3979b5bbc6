"""RegisterTaskDefinition: from a request to the revision that DescribeTaskDefinition tells."""

from __future__ import annotations

import json
from typing import Any

from pipectl.local.ecs import attributes, containers, fargate
from pipectl.local.ecs.names import NAME, client_error, well_formed_role
from pipectl.local.ecs.sizes import check_ec2_cpu, cpu_units, mebibytes

_OF_MANAGED_INSTANCES = ("awsvpc", "host")
MOST_BYTES = 65_536
_ROLES = ("taskRoleArn", "executionRoleArn")
_KEPT = (
    "taskRoleArn",
    "executionRoleArn",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "requiresCompatibilities",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
)


def definition(request: dict[str, Any]) -> dict[str, Any]:
    """The checked task definition with the server's defaults, without revision, ARN and registration

    API reference, RegisterTaskDefinition: `bridge` when no network mode is said; cpu and memory as strings.
    """
    _check(request)
    mode = request.get("networkMode", "bridge")
    answer: dict[str, Any] = {
        "family": request["family"],
        "networkMode": mode,
        "containerDefinitions": [
            containers.completed(each, mode) for each in request["containerDefinitions"]
        ],
        "volumes": request.get("volumes", []),
        "placementConstraints": request.get("placementConstraints", []),
        **{member: request[member] for member in _KEPT if member in request},
    }
    if request.get("cpu"):
        answer["cpu"] = str(cpu_units(request["cpu"]))
    if request.get("memory"):
        answer["memory"] = str(mebibytes(request["memory"]))
    answer["requiresAttributes"] = attributes.required(answer)
    answer["compatibilities"] = _compatibilities(request)
    return answer


def _check(request: dict[str, Any]) -> None:
    _check_head(request)
    containers.check_identities(request["containerDefinitions"])
    on_fargate = "FARGATE" in request.get("requiresCompatibilities", [])
    if on_fargate:
        fargate.check_size(request)
    for volume in request.get("volumes", []):
        if not volume.get("name"):
            raise client_error("Volume name should not be null or empty.")
    containers.check_all(request["containerDefinitions"], request, request.get("networkMode", "bridge"))
    if on_fargate:
        fargate.check_containers(request)
    cpu = cpu_units(request["cpu"]) if request.get("cpu") else None
    memory = mebibytes(request["memory"]) if request.get("memory") else None
    if cpu is not None:
        check_ec2_cpu(cpu)
    containers.check_within_task(request["containerDefinitions"], cpu, memory)


def _check_head(request: dict[str, Any]) -> None:
    """The words of size and role are in public error reports, those of the family are inferred"""
    if not request["family"]:
        raise client_error("Family should not be blank.")
    if not NAME.fullmatch(request["family"]):
        raise client_error("Family contains invalid characters.")
    length = len(json.dumps(request, separators=(",", ":"), default=str).encode())
    if length > MOST_BYTES:
        raise client_error(f"Actual length: '{length}'. Max allowed length is '{MOST_BYTES}' bytes.")
    for member in _ROLES:
        if member in request and not well_formed_role(request[member]):
            raise client_error("Role is not valid")


def _compatibilities(request: dict[str, Any]) -> list[str]:
    """What AWS found the definition able to run on, asked for or not (API reference, TaskDefinition)

    MANAGED_INSTANCES and the order: radkawar/stackd, testdata/aws/ecs/task_tags.json, there of awsvpc; that
    `host` runs there too: developer guide, "Amazon ECS Managed Instances".
    """
    found = ["EC2"]
    if request.get("networkMode", "bridge") != "awsvpc":
        found.insert(0, "EXTERNAL")
    if request.get("networkMode") in _OF_MANAGED_INSTANCES:
        found.append("MANAGED_INSTANCES")
    if fargate.runs(request):
        found.append("FARGATE")
    return found + [each for each in request.get("requiresCompatibilities", []) if each not in found]
