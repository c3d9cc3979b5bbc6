"""Options that the acts on executions share: which pipeline, which execution, and waiting for its end."""

import re
from dataclasses import dataclass
from typing import Any

import click

from pipectl.errors import WrongUsage

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Wait:
    """That an execution is followed, and for how many seconds at most."""

    timeout: float | None = None


class Duration(click.ParamType[float]):
    """`90`, `90s`, `10m`, `2h`, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds. Raises click's error for anything else."""
        match = re.fullmatch(r"(\d+)([smh]?)", str(value).strip())
        if match is None:
            self.fail(f"`{value}` is no duration such as `90s`, `10m` or `2h`", param, ctx)
        return float(match[1]) * UNITS[match[2]]


on_pipeline = click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
of_execution = click.option(
    "--execution", metavar="ID", help="The beginning of an execution's id, or of a commit"
)
_wait = click.option("--wait", is_flag=True, help="Follow the execution to its end; exit code 4 if it fails")
timeout_option = click.option(
    "--timeout",
    type=Duration(),
    metavar="TIME",
    help="Wait at most so long, as in `10m`; it goes on then, and the exit code is 5",
)


def wait_options(function: Any) -> Any:
    """`--wait` and `--timeout`; the command asks `waits` what they say."""
    return _wait(timeout_option(function))


def waits(wait: bool, timeout: float | None) -> Wait | None:
    """What the two options say together."""
    if timeout is not None and not wait:
        raise WrongUsage("`--timeout` says how long to wait, but nothing is waited for", hint="add `--wait`")
    return Wait(timeout) if wait else None
