"""`create --wait`: follow what runs in the pipelines of the specs, after everything was made."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pipectl.aws.patient import PATIENCE
from pipectl.cli import _pipelines
from pipectl.cli._act_options import Wait
from pipectl.cli._options import Settings
from pipectl.cli._wait import follow, refuse, told_end
from pipectl.command import about
from pipectl.engine.values import Action, Outcome, Result
from pipectl.errors import PipectlError, PipelineFailed, TimedOut
from pipectl.render.error import EXCERPT
from pipectl.render.wait import ending_data, excerpt, failure_message
from pipectl.runs import executions
from pipectl.runs.ending import Ending
from pipectl.runs.values import Execution
from pipectl.runs.wait import Sign, first, signs

if TYPE_CHECKING:
    from pipectl.aws.session import Connection
    from pipectl.flow import Stack

KIND = "pipeline"
ROLE = "iam role"
RETRY_AFTER = 5.0
"""Seconds that a role gets until what was refused is retried."""


@dataclass(frozen=True)
class Followed:
    """How one pipeline's execution ended; `end` is None where nothing ran."""

    stack: str
    pipeline: str
    end: Ending | None = None
    seconds: float = 0.0


def follow_all(
    stacks: "Sequence[Stack]",
    outcomes: Sequence[Outcome],
    connection: "Connection",
    wait: Wait,
    settings: Settings,
    pause: Callable[[float], bool] | None = None,
) -> "Iterator[Followed]":
    """The newest execution of each pipeline, one after the other, when it was just begun or still runs.

    One that fails for a missing permission right after its role was written is retried once, after a `pause`.
    """
    created = {
        outcome.step.resource.name
        for outcome in outcomes
        if outcome.step.resource.kind == KIND and outcome.step.action is Action.CREATE
    }
    started = time.monotonic()
    several = len(list(_all(stacks))) > 1
    for stack, name in _all(stacks):
        newest = (
            first(stack.cloud, name, connection.stop.wait)
            if name in created
            else next(executions.recent(stack.cloud, name, most=1), None)
        )
        if newest is None or (newest.ended and name not in created):
            if settings.is_text:
                click.echo(f"nothing runs in {name}, so there is nothing to follow")
            yield Followed(stack.spec.name, name)
            continue
        left = _left(wait, started)
        done = _followed(stack, name, newest, connection, left, several=several, settings=settings)
        known = _retried(stack, done, pause or connection.stop.wait) if _may_settle(done, outcomes) else None
        if known is not None:
            left = _left(wait, started)
            done = _followed(
                stack, name, newest, connection, left, several=several, settings=settings, known=known
            )
        if settings.is_text and done.end and done.end.good:
            click.echo(told_end(done.end, done.seconds))
        yield done


def _all(stacks: "Sequence[Stack]") -> "Iterator[tuple[Stack, str]]":
    for stack in stacks:
        for name in _pipelines.of_spec(stack.spec):
            yield stack, name


def _left(wait: Wait, started: float) -> Wait:
    """The time that is left for the next one; one look is always taken."""
    if wait.timeout is None:
        return wait
    return Wait(max(0.0, wait.timeout - (time.monotonic() - started)))


def _followed(
    stack: "Stack",
    name: str,
    execution: Execution,
    connection: "Connection",
    wait: Wait,
    *,
    several: bool,
    settings: Settings,
    known: frozenset[Sign] = frozenset(),
) -> Followed:
    """`known` is what was so before a retry."""
    named = name if several else None
    with about(named):
        end, seconds = follow(connection, stack.cloud, name, execution, wait, known, settings)
    return Followed(stack.spec.name, name, end, seconds)


def _may_settle(done: Followed, outcomes: Sequence[Outcome]) -> bool:
    """Whether an execution failed only because the roles of this run were not known everywhere."""
    written = any(
        outcome.step.resource.kind == ROLE and outcome.result is Result.DONE for outcome in outcomes
    )
    return written and done.end is not None and done.end.denied and done.seconds < PATIENCE


def _retried(stack: "Stack", done: Followed, pause: Callable[[float], bool]) -> frozenset[Sign] | None:
    """Retry the failed stage, aloud: what was so before. None when the user stopped it, or AWS refused."""
    from pipectl.runs.verbs.retry import retry

    assert done.end is not None  # noqa: S101  `_may_settle` looked
    action, execution = done.end.failed[0], done.end.execution.id
    text = f"{action.stage}: {action.name} was not authorized, and its role was only just written"
    click.echo(f"{text}; retrying it once in {RETRY_AFTER:.0f} s", err=True)
    if pause(RETRY_AFTER):
        return None
    try:
        act = retry(stack.cloud, done.pipeline, action.stage, named=execution)
    except PipectlError as error:
        click.echo(f"it cannot be retried: {error.message}", err=True)
        return None
    return frozenset(signs(act.before, execution))


def data(done: Sequence[Followed], stack: str) -> list[dict[str, Any]]:
    """What was followed in one stack, for its document."""
    return [
        {"pipeline": each.pipeline, "execution": each.end.execution.id, **ending_data(each.end)}
        for each in done
        if each.end and each.stack == stack
    ]


def _told(each: Followed, end: Ending) -> Iterator[str]:
    yield f"  {each.pipeline}: {failure_message(end, each.seconds)}"
    yield from (f"  {EXCERPT}{line}" for line in excerpt(end))


def refuse_all(done: Sequence[Followed]) -> None:
    """Raise when one of them did not end well, or has not ended; several are told together."""
    bad = [(each, each.end) for each in done if each.end and not each.end.good]
    if len(bad) > 1:
        listed = "\n".join(line for each, end in bad for line in _told(each, end))
        told = f"the executions of {len(bad)} of {len(done)} pipelines did not succeed\n{listed}"
        raise PipelineFailed(told) if any(end.ended for _, end in bad) else TimedOut(told)
    for each, end in bad:
        refuse(end, each.seconds)
