"""`requiresAttributes`: what a container instance must be able to do to run a task definition.

Developer guide, "Container instance attributes" and the capabilities that the ECS agent registers; the
set that AWS derives is not documented completely.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.images import ecr_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

_AMAZON = "com.amazonaws.ecs.capability."
_ECS = "ecs.capability."


def required(task: dict[str, Any]) -> list[dict[str, str]]:
    """The attributes, each once, in a fixed order"""
    names = dict.fromkeys([*_of_the_task(task), *(name for each in _containers(task) for name in each)])
    return [{"name": name} for name in names]


def _containers(task: dict[str, Any]) -> Iterator[Iterator[str]]:
    by_role = bool(task.get("executionRoleArn"))
    for container in task["containerDefinitions"]:
        yield _of_a_container(container, by_role=by_role)


def _of_the_task(task: dict[str, Any]) -> Iterator[str]:
    yield f"{_AMAZON}docker-remote-api.1.18"
    if task.get("taskRoleArn"):
        yield f"{_AMAZON}task-iam-role"
    if task.get("networkMode") == "awsvpc":
        yield f"{_ECS}task-eni"
    if task.get("pidMode") or task.get("ipcMode"):
        yield f"{_ECS}pid-ipc-namespace-sharing"
    if any("efsVolumeConfiguration" in volume for volume in task.get("volumes", [])):
        yield f"{_ECS}efs"


def _of_a_container(container: dict[str, Any], *, by_role: bool) -> Iterator[str]:
    log = container.get("logConfiguration", {})
    if "logDriver" in log:
        yield f"{_AMAZON}logging-driver.{log['logDriver']}"
    if log.get("logDriver") == "awslogs":
        yield f"{_AMAZON}docker-remote-api.1.19"
        if by_role:
            yield f"{_ECS}execution-role-awslogs"
    if ecr_reference(container["image"]):
        yield f"{_AMAZON}ecr-auth"
        if by_role:
            yield f"{_ECS}execution-role-ecr-pull"
    for secret in container.get("secrets", []):
        store = "asm" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
        yield f"{_ECS}secrets.{store}.environment-variables"
    for member, name in _BY_MEMBER.items():
        if container.get(member):
            yield name


_BY_MEMBER = {
    "dependsOn": f"{_ECS}container-ordering",
    "environmentFiles": f"{_ECS}env-files.s3",
    "firelensConfiguration": f"{_ECS}firelens.fluentbit",
    "healthCheck": f"{_ECS}container-health-check",
    "privileged": f"{_AMAZON}privileged-container",
    "repositoryCredentials": f"{_ECS}private-registry-authentication.secretsmanager",
}
