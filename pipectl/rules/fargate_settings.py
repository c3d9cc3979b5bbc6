"""Raw settings of a task definition that Fargate, or the network mode awsvpc, does not have."""

from collections.abc import Iterator
from typing import Any

from pipectl.facts.fargate_settings import unsupported, unsupported_in_awsvpc
from pipectl.kinds.service_block import TaskDefinition
from pipectl.rules._tools import PlacedService, error, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "fargate-setting"
HINT = "take it out, or use launch_type: EC2"

BEFORE_FILES = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
"""Platform versions without files of environment variables (developer guide, "Use a file")."""


def check(spec: Spec) -> Iterator[Problem]:
    """Every task definition (API reference, RegisterTaskDefinition)."""
    for service, task in tasks(spec):
        names = list(task.containers)
        for path, text in unsupported(_raw(task)) if service.block.is_on_fargate else ():
            yield error(spec, _place(service, task, names, path), RULE, text, HINT)
        if service.block.is_on_fargate and service.block.platform_version in BEFORE_FILES:
            yield from _files(spec, service)
        if task.network_mode == "awsvpc":
            for _, container, path in service.containers():
                for name, text in unsupported_in_awsvpc(container.aws):
                    yield error(spec, (*path, "aws", name), RULE, text.removesuffix("."), "take it out")


def _files(spec: Spec, service: PlacedService) -> Iterator[Problem]:
    for _, container, path in service.containers():
        if container.aws.get("environmentFiles"):
            message = f"platform version {service.block.platform_version} has no environmentFiles"
            hint = "write `platform_version: 1.4.0`, or leave it out"
            yield error(spec, (*path, "aws", "environmentFiles"), RULE, message, hint)


def _raw(task: TaskDefinition) -> dict[str, Any]:
    """What the spec says in AWS's own words: nothing else can be unsupported."""
    return {
        **task.aws,
        "volumes": task.aws.get("volumes", task.volumes),
        "containerDefinitions": [container.aws for container in task.containers.values()],
    }


def _place(service: PlacedService, task: TaskDefinition, names: list[str], path: Path) -> Path:
    first, *rest = path
    if first == "containerDefinitions":
        return (*service.container_path(names[int(rest[0])]), "aws", *rest[1:])
    if first == "volumes" and "volumes" not in task.aws:
        return (*service.task_path, *path)
    return (*service.task_path, "aws", *path)
