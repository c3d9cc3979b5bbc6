"""Images that are built for one kind of processor and run on another."""

import re
from collections.abc import Iterator

from pipectl.kinds.buildspec import buildspec, uses
from pipectl.rules._delivery import Delivery, deliveries
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.report import problem_at
from pipectl.spec.spec import Spec

RULE = "architecture"
OTHER_PLATFORM = re.compile(r"--platform|\bbuildx\b|DOCKER_DEFAULT_PLATFORM")
ENVIRONMENTS = {"X86_64": "LINUX_CONTAINER", "ARM64": "ARM_CONTAINER"}


def check(spec: Spec) -> Iterator[Problem]:
    """Every build against the tasks that it is deployed to: such a task ends with `exec format error`."""
    for each in deliveries(spec):
        if each.task is None or each.service is None:
            continue
        builds = "ARM64" if "ARM" in each.project.kind_of_environment else "X86_64"
        runs = each.task.architecture or "X86_64"
        if builds != runs:
            yield from _mismatch(spec, each, builds, runs)


def _mismatch(spec: Spec, each: Delivery, builds: str, runs: str) -> Iterator[Problem]:
    name = each.build.action.project or ""
    found = buildspec(spec, name, each.project)
    if found is not None and any(uses(command.text, OTHER_PLATFORM) for command in found.commands()):
        return
    assert each.service is not None  # noqa: S101  looked at above
    path = (*each.service.task_path, "architecture")
    kind = each.project.kind_of_environment
    message = f"{each.service.title} runs on {runs}, but {name} builds its image on {builds} ({kind})"
    other = f"`environment_type: {ENVIRONMENTS[runs]}` and an image for it there"
    hint = f"write `architecture: {builds}` here, or {other}"
    # A buildspec that cannot be seen may build for another processor.
    severity = Severity.ERROR if found is not None and found.certain else Severity.WARNING
    yield problem_at(spec.places.of(path), RULE, message, hint, severity)
