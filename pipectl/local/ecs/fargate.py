"""What Fargate asks of a task definition (developer guide, "Task definition differences for Fargate")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.facts.fargate_settings import unsupported
from pipectl.local.ecs.images import ecr_reference
from pipectl.local.ecs.names import client_error
from pipectl.local.ecs.sizes import check_fargate_size, cpu_units, fits_fargate, mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_STORAGE, MOST_STORAGE = 21, 200  # GiB; API reference, EphemeralStorage


def check_size(task: dict[str, Any]) -> None:
    """Refuse a RegisterTaskDefinition whose network or size Fargate does not have"""
    if task.get("networkMode") != "awsvpc":
        raise client_error("Fargate only supports network mode ‘awsvpc’.")
    for member in ("cpu", "memory"):
        if not task.get(member):
            raise client_error(f"Fargate requires that '{member}' be defined at the task level.")
    check_fargate_size(cpu_units(task["cpu"]), mebibytes(task["memory"]))


def check_containers(task: dict[str, Any]) -> None:
    """Refuse one whose containers ask for what Fargate does not have"""
    for complaint in _complaints(task):
        raise client_error(complaint)


def runs(task: dict[str, Any]) -> bool:
    """Whether `compatibilities` names FARGATE: AWS finds out even when it was not asked for"""
    sized = (
        task.get("cpu")
        and task.get("memory")
        and fits_fargate(cpu_units(task["cpu"]), mebibytes(task["memory"]))
    )
    return bool(task.get("networkMode") == "awsvpc" and sized and not any(_complaints(task)))


def _complaints(task: dict[str, Any]) -> Iterator[str]:
    """The words of those that name the execution role are public; the others are inferred"""
    if not task.get("executionRoleArn"):
        yield from _without_a_role(task)
    for container in task["containerDefinitions"]:
        yield from _container_complaints(container)
    storage = task.get("ephemeralStorage", {}).get("sizeInGiB", LEAST_STORAGE)
    if not LEAST_STORAGE <= storage <= MOST_STORAGE:
        yield f"Ephemeral storage must be between {LEAST_STORAGE} and {MOST_STORAGE} GiB."
    for _, text in unsupported(task):
        yield f"{text}{'' if text.endswith(']') else '.'}"


def _without_a_role(task: dict[str, Any]) -> Iterator[str]:
    needs = "Fargate requires task definition to have execution role ARN to support "
    for container in task["containerDefinitions"]:
        if ecr_reference(container.get("image", "")):
            yield f"{needs}ECR images."
        if container.get("logConfiguration", {}).get("logDriver") == "awslogs":
            yield f"{needs}log driver awslogs."
        if container.get("secrets"):
            yield f"{needs}secrets."


def _container_complaints(container: dict[str, Any]) -> Iterator[str]:
    log = container.get("logConfiguration", {})
    if log.get("logDriver") == "awslogs" and not log.get("options", {}).get("awslogs-stream-prefix"):
        yield "Fargate requires log driver awslogs to have the option awslogs-stream-prefix."
