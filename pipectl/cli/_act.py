"""What all acts on executions share: which pipeline, do it, tell, and follow it when that is asked for."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipectl.cli import _where
from pipectl.cli._act_options import Wait
from pipectl.cli._look import look_of
from pipectl.cli._options import Chosen, Settings
from pipectl.cli._wait import follow, printed_at_last, refuse, told_end
from pipectl.command import pipectl
from pipectl.errors import AwsError, PipectlError
from pipectl.render.act import act_data, act_text, refusal_text
from pipectl.render.document import document
from pipectl.render.wait import ending_data
from pipectl.runs.ending import SUCCEEDED
from pipectl.runs.verbs.act import Act, Senseless
from pipectl.runs.wait import signs

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud

OVERTAKEN = frozenset(
    {
        "ConditionNotOverridableException",
        "ConflictException",
        "NotLatestPipelineExecutionException",
        "PipelineExecutionNotStoppableException",
        "PipelineExecutionOutdatedException",
        "StageNotRetryableException",
        "UnableToRollbackStageException",
    }
)
"""What AWS answers to an act that made sense a moment ago (API reference, the acts' errors)."""

Do = Callable[["Cloud", str], Act]


@contextmanager
def acting(
    settings: Settings, chosen: Chosen, pipeline: str | None, *, changes: bool = True
) -> Iterator[_where.Where]:
    """Connect, find the pipeline, and word every error for it."""
    with _where.pipeline(settings, chosen, pipeline, changes=changes) as where, _worded():
        yield where


@contextmanager
def _worded() -> Iterator[None]:
    """Errors that depend on the moment say when, and what AWS refuses because something happened says so."""
    try:
        yield
    except PipectlError as error:
        if isinstance(error, Senseless):
            error.message = refusal_text(error, datetime.now().astimezone())
        if isinstance(error, AwsError) and error.code in OVERTAKEN:
            error.hint = (
                error.hint or f"something happened since it was looked at; {pipectl('status')} shows it"
            )
        raise


def carry_out(
    do: Do,
    settings: Settings,
    chosen: Chosen,
    pipeline: str | None,
    wait: Wait | None = None,
    *,
    aim: str = SUCCEEDED,
) -> None:
    """Act and tell; with `wait` follow the execution, and raise PipelineFailed when it ends in another way.

    `aim` is the status with which it is to end, in AWS's words.
    """
    with acting(settings, chosen, pipeline) as where:
        act = do(where.cloud, where.pipeline)
        if settings.is_text:
            click.echo(act_text(act, look_of(sys.stdout), datetime.now().astimezone()))
        if wait:
            _follow(act, where, wait, settings, aim)
        elif not settings.is_text:
            click.echo(document(act_data(act, None), settings.output))


def _follow(act: Act, where: _where.Where, wait: Wait, settings: Settings, aim: str) -> None:
    known = frozenset(signs(act.before, act.execution.id)) if act.changed else frozenset()
    data = act_data(act, None)
    with printed_at_last(data, settings):
        end, seconds = follow(
            where.connection, where.cloud, where.pipeline, act.execution, wait, known, settings
        )
        data["wait"] = ending_data(end)
    if end.reached(aim):
        if settings.is_text:
            click.echo(told_end(end, seconds))
    else:
        refuse(end, seconds)
