"""`pipectl history`: what ran in a pipeline, and how its definition changed."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipectl.cli import _since
from pipectl.cli._options import Chosen, Settings, aws_options, only_file
from pipectl.errors import WrongUsage

if TYPE_CHECKING:
    from pipectl.cli._where import Where
    from pipectl.runs.history import Wanted

SHOWN = 20
"""Executions, or versions, that are shown unless `-n` says otherwise."""


@click.command()
@click.argument("versions", nargs=-1, type=click.IntRange(1), metavar="[VERSION]...")
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@click.option("-n", "most", type=click.IntRange(1), default=SHOWN, help=f"At most so many (else {SHOWN})")
@click.option("--stage", metavar="NAME", help="Only executions that were in this stage")
@click.option("--failed", is_flag=True, help="Only executions that failed")
@click.option("--since", metavar="WHEN", help=_since.HELP)
@click.option("--definition", is_flag=True, help="The versions of the pipeline instead, and what differs")
@click.option("--all", "every", is_flag=True, help="The newest of every pipeline; `-p` may be a pattern then")
@only_file
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    versions: tuple[int, ...],
    pipeline: str | None,
    most: int,
    stage: str | None,
    failed: bool,
    since: str | None,
    definition: bool,
    every: bool,
) -> None:
    """List executions, newest first

    Who or what started it, its commit, how it ended, how long it took, and where it is live. With
    `--stage` moments and results are those of the stage.

    With `--definition` the versions of the pipeline that AWS still has are listed; with one VERSION what
    it changed is shown, with two how they differ.

    With `--all` the newest execution of every pipeline of the account and Region, or of `-f SPEC`, those
    first that need a person.

    With `-o json`: a list, printed item by item.
    """
    from pipectl.cli import _many, _printing, _where
    from pipectl.runs.history import Wanted

    if every and (versions or stage or failed or since or definition):
        raise WrongUsage("`--all` shows the newest execution of each pipeline", hint="leave the filters out")
    if every:
        _many.show(settings, chosen, [pipeline] if pipeline else [], executions=True)
        return
    if versions and not definition:
        raise WrongUsage("a VERSION only goes with `--definition`", hint="as `history --definition 3 5`")
    if len(versions) > 2:  # noqa: PLR2004  a difference is one of two
        raise WrongUsage("at most two versions can be compared", hint="as `history --definition 3 5`")
    if definition and (stage or failed or since):
        raise WrongUsage("`--definition` lists versions, not executions", hint="leave the filters out")
    wanted = Wanted(most, stage, _since.since(since, datetime.now().astimezone()), failed)
    with _where.pipeline(settings, chosen, pipeline) as where, _printing.while_read():
        if len(versions) > 0:
            _compare(settings, where, versions)
        elif definition:
            _definitions(settings, where, most)
        else:
            _executions(settings, where, wanted)


def _executions(settings: Settings, where: "Where", wanted: "Wanted") -> None:
    from pipectl.cli import _printing
    from pipectl.cli._look import look_of
    from pipectl.render.history import entry_data, entry_text
    from pipectl.runs.history import history

    entries = history(where.cloud, where.pipeline, wanted, _looked_back)
    if not settings.is_text:
        _printing.items(map(entry_data, entries), settings.output)
        return
    now, look, count = datetime.now().astimezone(), look_of(sys.stdout), 0
    for entry in entries:
        count += 1
        _printing.line(entry_text(entry, look, now))
    if not count:
        filtered = wanted.stage or wanted.since or wanted.only_failed
        click.echo(f"no execution of {where.pipeline} {'fits' if filtered else 'has ever run'}", err=True)
    elif count == wanted.most:
        click.echo(f"`-n {2 * wanted.most}` shows more", err=True)


def _looked_back(moment: datetime) -> None:
    from pipectl.cli import _session
    from pipectl.render.times import clock

    _session.tell(f"looked back to {clock(moment, datetime.now().astimezone())}")


def _definitions(settings: Settings, where: "Where", most: int) -> None:
    from pipectl.cli._look import look_of
    from pipectl.render.document import document
    from pipectl.render.history import version_data, versions_text
    from pipectl.runs import definitions

    found = list(definitions.versions(where.cloud, where.pipeline, most))
    if settings.is_text:
        click.echo(versions_text(found, look_of(sys.stdout), datetime.now().astimezone()))
    else:
        before = [*found[1:], None]
        told = [version_data(version, other) for version, other in zip(found, before, strict=True)]
        click.echo(document(told, settings.output))


def _compare(settings: Settings, where: "Where", numbers: tuple[int, ...]) -> None:
    """One version with the one before it, or two with each other."""
    from pipectl.cli._look import look_of
    from pipectl.render.document import document
    from pipectl.render.history import differences_data, differences_text
    from pipectl.runs import definitions

    if numbers == (1,):
        raise WrongUsage("version 1 is the first", hint="name two versions to compare them")
    first, last = (numbers[0] - 1, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    after, before = (definitions.one(where.cloud, where.pipeline, number) for number in (last, first))
    if settings.is_text:
        click.echo(differences_text(before, after, look_of(sys.stdout)))
    else:
        told = {"before": first, "after": last, "differences": differences_data(before, after)}
        click.echo(document(told, settings.output))
