"""`pipectl logs`: what an execution said: builds, service events, tasks that stopped."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipectl.cli import _since
from pipectl.cli._act_options import timeout_option
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.command import pipectl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.cli._where import Where
    from pipectl.runs.log_lines import Line, Wanted
    from pipectl.runs.logs import Logs
    from pipectl.runs.values import Execution


@click.command()
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@click.option("--execution", metavar="ID", help="Another execution than the newest, by its id or commit")
@click.option("--action", metavar="NAME", help="Only this action, or the actions of this stage")
@click.option("--phase", metavar="NAME", help="Only this phase of the builds, as BUILD or PRE_BUILD")
@click.option("--since", metavar="WHEN", help=_since.HELP)
@click.option("--follow", is_flag=True, help="Go on until the execution has ended; exit code 4 if it failed")
@timeout_option
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    pipeline: str | None,
    execution: str | None,
    action: str | None,
    phase: str | None,
    since: str | None,
    follow: bool,
    timeout: float | None,
) -> None:
    """Show the logs of an execution

    The logs of its builds; for a deployment to ECS the service's events, and the reasons and logs of the
    tasks that stopped. The beginning of an execution's id or of a commit is enough.

    With `--follow` the exit code is 4 when what it shows has failed, 5 when `--timeout` is over first.

    With `-o json`: a list, printed line by line; with `--follow` one object a line (NDJSON).
    """
    from pipectl.cli import _printing, _where
    from pipectl.errors import WrongUsage
    from pipectl.render.logs import line_data

    if timeout is not None and not follow:
        raise WrongUsage(
            "`--timeout` says how long to follow, but nothing is followed", hint="add `--follow`"
        )

    now = datetime.now().astimezone()
    wanted = _wanted(phase, _since.since(since, now))
    with _where.pipeline(settings, chosen, pipeline) as where, _printing.while_read():
        lines = _lines(where, execution, action, wanted, _Follow(timeout) if follow else None)
        if settings.is_text:
            _print(lines)
        elif follow:
            _printing.stream(map(line_data, lines), settings.output)
        else:
            _printing.items(map(line_data, lines), settings.output)


@dataclass(frozen=True)
class _Follow:
    """That the lines are followed, and for how many seconds at most."""

    timeout: float | None = None


def _wanted(phase: str | None, since: datetime | None) -> "Wanted":
    from pipectl.errors import WrongUsage
    from pipectl.runs.builds import PHASES
    from pipectl.runs.log_lines import Wanted
    from pipectl.spec.problems import did_you_mean, shown

    if phase is not None and phase.upper() not in PHASES:
        listed = f"the phases are {', '.join(PHASES[2:-1])}"
        raise WrongUsage(
            f"a build has no phase {shown(phase)}", hint=did_you_mean(phase.upper(), PHASES) or listed
        )
    return Wanted(phase and phase.upper(), since)


def _lines(
    where: "Where", execution: str | None, action: str | None, wanted: "Wanted", follow: _Follow | None
) -> "Iterator[Line]":
    from pipectl.runs import executions
    from pipectl.runs.logs import Asked, Logs, refuse_unknown

    found = (
        executions.find(where.cloud, where.pipeline, execution)
        if execution
        else next(executions.recent(where.cloud, where.pipeline, most=1), None)
    )
    if found is None:
        click.echo(f"{where.pipeline} has never run", err=True)
        return
    if _waits_for_push(where, found):
        return
    logs = Logs(where.connection.cloud, where.cloud, Asked(where.pipeline, found.id, action, wanted))
    count = 0
    pause = where.connection.stop.wait
    for line in logs.follow(pause, follow.timeout) if follow else logs.read():
        count += 1
        yield line
    refuse_unknown([run.declared for run in logs.runs], action)
    if logs.refused:
        raise next(iter(logs.refused.values()))
    if not count:
        click.echo(f"execution {found.id[:8]} has said nothing that is asked for", err=True)
    if follow:
        _refuse(logs, found.id[:8], follow)


def _waits_for_push(where: "Where", execution: "Execution") -> bool:
    """Whether the pipeline waits for its first push, which is said then: nothing of it has failed."""
    from pipectl.command import first_push
    from pipectl.runs import executions
    from pipectl.runs.first_push import awaited

    if execution.status != "Failed" or execution.revisions:
        return False
    others = executions.recent(where.cloud, where.pipeline, most=executions.PAGE)
    missing = awaited(where.cloud, where.pipeline, [execution, *others])
    if missing is not None:
        click.echo(first_push(missing.url, missing.branch, missing.repository), err=True)
    return missing is not None


def _refuse(logs: "Logs", identity: str, follow: _Follow) -> None:
    """Raise PipelineFailed when what was shown has failed, and TimedOut when it has not ended."""
    from pipectl.errors import PipelineFailed, TimedOut
    from pipectl.render.times import duration

    if not logs.is_over:
        raise TimedOut(
            f"execution {identity} still runs after {duration(follow.timeout or 0.0)}",
            hint=f"{pipectl('status')} shows it",
        )
    if ended := logs.failed():
        raise PipelineFailed(
            f"execution {identity} {ended}", hint=f"{pipectl('why', identity)} says why, and what helps"
        )


def _print(lines: "Iterator[Line]") -> None:
    """A heading wherever the lines of another source begin."""
    from pipectl.cli import _printing
    from pipectl.cli._look import look_of
    from pipectl.render.logs import heading, line_text

    look = look_of(sys.stdout)
    source = None
    for line in lines:
        if line.source != source:
            _printing.line(("\n" if source else "") + heading(line.source, look))
            source = line.source
        _printing.line(line_text(line, look))
