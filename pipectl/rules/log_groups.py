"""Log groups of one's own, and how long they keep: names and days that CloudWatch Logs takes."""

import re
from collections.abc import Iterator

from pipectl.rules._tools import error, projects, tasks
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, shown
from pipectl.spec.spec import Spec

RULE = "log-group"
DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""API reference, PutRetentionPolicy."""
NAME = re.compile(r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}")
"""Service model, LogGroupName; `aws/` at the beginning is reserved."""


def check(spec: Spec) -> Iterator[Problem]:
    """Days and names of projects and services."""
    for path, group, days in _logging(spec):
        if days is not None and days not in DAYS:
            nearest = min(DAYS, key=lambda each: abs(each - days))
            message = f"CloudWatch Logs cannot keep logs for {days} days"
            hint = f"the nearest is {nearest}; it takes {', '.join(map(str, DAYS))}"
            yield error(spec, (*path, "log_retention_days"), RULE, message, hint)
        if group is not None and days is not None:
            message = "`log_retention_days` is for the log group that pipectl makes, not for your own"
            yield error(spec, (*path, "log_retention_days"), RULE, message, "take one of them out")
        if group is not None and not NAME.fullmatch(group):
            hint = "1 to 512 letters, digits and `._-/#`, not beginning with `aws/`"
            yield error(spec, (*path, "log_group"), RULE, f"no log group can be called {shown(group)}", hint)


def _logging(spec: Spec) -> Iterator[tuple[Path, str | None, int | None]]:
    for name, project in projects(spec):
        yield ("codebuild", name), project.log_group, project.log_retention_days
    for service, _ in tasks(spec):
        yield service.path, service.block.log_group, service.block.log_retention_days
