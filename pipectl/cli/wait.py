"""`pipectl wait`: wait until a commit's execution appears, and follow it to its end."""

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli._act_options import Wait, on_pipeline, timeout_option
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.errors import TimedOut, WrongUsage

if TYPE_CHECKING:
    from pipectl.cli._events import Events
    from pipectl.cli._where import Where
    from pipectl.runs.appear import Appeared, Missing


@click.command()
@click.argument("commit", required=False)
@click.option("--execution", metavar="ID", help="An execution that is there already, by its id")
@on_pipeline
@timeout_option
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    commit: str | None,
    execution: str | None,
    pipeline: str | None,
    timeout: float | None,
) -> None:
    """Wait for the execution of a commit, to its end

    Waits until an execution of COMMIT appears, however it is started, says what it waits for, and follows
    it to its end. COMMIT is the beginning of a commit, an image digest, an object version or an execution;
    in a clone it may be a branch, a tag or HEAD. Without COMMIT it is the newest execution.

    Exit code 0 when it succeeded, 4 when it failed, was stopped, cancelled or superseded, 5 when
    `--timeout` is over first.

    With `-o json`: one object a line (NDJSON) for each thing that happens, the last one with the end.
    """
    from pipectl.cli import _clone, _printing
    from pipectl.cli._act import acting

    if commit and execution:
        raise WrongUsage("COMMIT and `--execution` both name an execution", hint="leave one of them out")
    wanted = _clone.revision(commit) if commit else execution
    with acting(settings, chosen, pipeline, changes=False) as where, _printing.while_read():
        _wait(where, settings, wanted, is_there=execution is not None, timeout=timeout)


def _wait(
    where: "Where", settings: Settings, wanted: str | None, *, is_there: bool, timeout: float | None
) -> None:
    from pipectl.cli._events import Events, print_end
    from pipectl.cli._wait import follow, refuse, told_end
    from pipectl.render.wait import ending_data

    started = time.monotonic()
    data: dict[str, Any] = {"pipeline": where.pipeline, "execution": None, "wait": None}
    events = Events(settings, where.pipeline)
    try:
        found = _found(where, events, wanted, is_there=is_there, timeout=timeout)
        data["execution"] = found.execution.id
        _tell(found, wanted, events)
        left = None if timeout is None else max(0.0, timeout - (time.monotonic() - started))
        end, _ = follow(
            where.connection, where.cloud, where.pipeline, found.execution, Wait(left), settings=settings
        )
        data["wait"] = ending_data(end)
    finally:
        print_end([data], settings)
    seconds = time.monotonic() - started
    if not end.good:
        refuse(end, seconds)
    if settings.is_text:
        click.echo(told_end(end, seconds))


def _found(
    where: "Where", events: "Events", wanted: str | None, *, is_there: bool, timeout: float | None
) -> "Appeared":
    """The execution, as soon as it is there. Raises TimedOut, and WrongUsage for what can be no revision."""
    from pipectl.render.appear import timed_out_hint, timed_out_message
    from pipectl.runs import executions
    from pipectl.runs.appear import Appeared, Search, appear

    if is_there and wanted:
        return Appeared(executions.find(where.cloud, where.pipeline, wanted))
    telling = _Telling(where.pipeline, wanted, events)
    search = Search(wanted, telling.tell, where.connection.stop.wait, timeout)
    found = appear(where.cloud, where.connection.cloud, where.pipeline, search)
    if found is None:
        now = datetime.now().astimezone()
        raise TimedOut(
            timed_out_message(where.pipeline, wanted, telling.last),
            hint=timed_out_hint(telling.last, now),
        )
    return found


def _tell(found: "Appeared", wanted: str | None, events: "Events") -> None:
    """Which execution it is, and that the commit came with a newer one."""
    from pipectl.render.appear import found_text

    execution = found.execution
    events.emit(
        "execution",
        execution=execution.id,
        revision=execution.revision,
        message=execution.message,
        carried_by=found.carrier and found.carrier.id,
    )
    click.echo(found_text(found, wanted), err=True)


class _Telling:
    """Says on stderr what is missing: at once what is new, and after a while that it still is."""

    def __init__(self, pipeline: str, wanted: str | None, events: "Events") -> None:
        from pipectl.cli._look import look_of
        from pipectl.cli._reminder import Reminder

        self._pipeline, self._wanted, self._events = pipeline, wanted, events
        self._look = look_of(sys.stderr)
        self._told: list[str] = []
        self._reminder = Reminder()
        self.last: Missing | None = None

    def tell(self, missing: "Missing") -> None:
        from pipectl.render.appear import missing_data, missing_lines, still_text

        self.last = missing
        now = datetime.now().astimezone()
        lines = missing_lines(self._pipeline, self._wanted, missing, self._look, now)
        fresh = [line for line in lines if line not in self._told]
        if fresh:
            self._told += fresh
            click.echo("\n".join(fresh), err=True)
            self._events.emit("waiting", execution=None, **missing_data(self._wanted, missing, now))
            self._reminder.restart()
        elif self._reminder.is_due():
            click.echo(still_text(missing, self._look), err=True)
