"""Health checks of containers that ECS refuses or that can never succeed (API reference, HealthCheck)."""

from collections.abc import Iterator

from pipectl.kinds.service_block import HealthCheck
from pipectl.rules._tools import error, tasks, warning
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "health-check"
FIRST = ("CMD", "CMD-SHELL", "NONE")


def check(spec: Spec) -> Iterator[Problem]:
    """Every container with a health check."""
    for service, _ in tasks(spec):
        for _, container, path in service.containers():
            if container.health_check is not None:
                yield from _check(spec, (*path, "health_check"), container.health_check)


def _check(spec: Spec, path: Path, check_: HealthCheck) -> Iterator[Problem]:
    command = check_.command
    if not command:
        yield error(
            spec, (*path, "command"), RULE, "the health check has no command", "write the line to run"
        )
    elif isinstance(command, list) and command[0] not in FIRST:
        message = f"a health check of words begins with CMD or CMD-SHELL, not with {shown(command[0])}"
        yield error(spec, (*path, "command"), RULE, message, "put CMD first, or write one line of text")
    if check_.timeout >= check_.interval:
        message = (
            f"the health check may take {check_.timeout} seconds, and the next begins after {check_.interval}"
        )
        yield warning(spec, (*path, "timeout"), RULE, message, "take a `timeout` below `interval`")
