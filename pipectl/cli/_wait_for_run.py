"""`create --wait-for-run`: let what runs in a pipeline end before the pipeline changes or goes."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from pipectl.cli._act_options import Wait
from pipectl.cli._wait import follow
from pipectl.command import about, pipectl
from pipectl.engine.values import Plan
from pipectl.errors import TimedOut
from pipectl.render.status import short
from pipectl.runs.values import Execution

if TYPE_CHECKING:
    from pipectl.aws.session import Connection
    from pipectl.flow import Stack

Plans = Sequence[Plan]
Busy = tuple["Stack", str, str]
"""The stack, the pipeline and the execution that a planned change would disturb."""


def follow_all(
    plans: Plans,
    going: Plans,
    stacks: "Sequence[Stack]",
    connection: "Connection",
    timeout: float | None,
    planned: Callable[[], tuple[Plans, Plans]],
) -> tuple[Plans, Plans]:
    """What is to be made and to go when no execution would be disturbed: `planned` again after each wait.

    How an execution ends does not matter. Raises TimedOut when one has not ended in `timeout` seconds.
    """
    started = time.monotonic()
    while busy := next(_busy([*plans, *going], [*stacks, *(stacks if going else ())]), None):
        left = None if timeout is None else max(0.0, timeout - (time.monotonic() - started))
        _follow(busy, connection, Wait(left))
        plans, going = planned()
    return plans, going


def _follow(busy: Busy, connection: "Connection", wait: Wait) -> None:
    stack, pipeline, execution = busy
    click.echo(f"\nwaiting until execution {short(execution)} of {pipeline} has ended", err=True)
    with about(pipeline):
        end, _ = follow(connection, stack.cloud, pipeline, Execution(execution), wait)
    if not end.ended:
        raise TimedOut(
            f"execution {short(execution)} of {pipeline} has not ended; nothing was written",
            hint=f"{pipectl('status', pipeline=pipeline)} shows it;"
            " `--yes` instead of `--wait-for-run` cancels it",
        )


def _busy(plans: Plans, stacks: "Sequence[Stack]") -> "Iterator[Busy]":
    for plan, stack in zip(plans, stacks, strict=True):
        for step in plan.pending:
            for remark in step.remarks:
                if remark.execution:
                    yield stack, step.resource.name, remark.execution
