"""A task whose log group is not there does not start."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pipectl.command import aws
from pipectl.doctor._case import Case
from pipectl.doctor._finding import Finding, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import log_group as groups_kind

TITLE = "log group"


@dataclass(frozen=True)
class Used:
    """A log group that a container writes to."""

    name: str
    service: str


def check(case: Case) -> list[Finding]:
    """Every log group of every service that is there; `create` makes those of the others."""
    return each(dict.fromkeys(_used(case)), lambda used: used.name, partial(_look, case))


def _used(case: Case) -> Iterator[Used]:
    for service in case.services():
        for container in service.containers if service.live else ():
            logging = container.get("logConfiguration") or {}
            options = logging.get("options") or {}
            made = options.get("awslogs-create-group") == "true"
            elsewhere = options.get("awslogs-region") not in (None, case.cloud.account.region)
            if logging.get("logDriver") == "awslogs" and not made and not elsewhere:
                yield Used(options.get("awslogs-group", ""), service.title)


def _look(case: Case, used: Used) -> Iterator[Finding]:
    answer = case.cloud.call("logs", "describe_log_groups", logGroupNamePrefix=used.name)
    if used.name in [group["logGroupName"] for group in answer["logGroups"]]:
        yield good(used.name, "is there")
    else:
        text = f"is not there: tasks of {used.service} cannot start"
        otherwise = aws("logs create-log-group", "--log-group-name", used.name)
        yield wrong(used.name, text, case.mend(groups_kind.NAME, used.name, otherwise))
