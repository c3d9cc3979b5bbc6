"""`pipectl status`: what runs in a pipeline, and what holds it."""

import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from pipectl.cli._act_options import timeout_option
from pipectl.cli._options import Chosen, Settings, aws_options, specs_or_none
from pipectl.command import about
from pipectl.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipectl.aws.session import Connection
    from pipectl.render.marks import Look
    from pipectl.runs.declared import Declaration
    from pipectl.runs.values import PipelineState
    from pipectl.spec.outline import Outline


@click.command()
@specs_or_none
@click.option("-p", "--pipeline", metavar="NAME", help="The pipeline, when there are several")
@click.option("--all", "every", is_flag=True, help="Every pipeline, a line each; `-p` may be a pattern then")
@click.option("--watch", is_flag=True, help="Go on showing it until nothing runs any more")
@timeout_option
@click.option("--forever", is_flag=True, help="Go on watching when nothing runs")
@aws_options
def command(
    settings: Settings,
    chosen: Chosen,
    pipeline: str | None,
    every: bool,
    watch: bool,
    timeout: float | None,
    forever: bool,
) -> None:
    """Show stages, executions and transitions

    Stages, gates and actions, and the services that are deployed. With a SPEC all of its pipelines are
    shown. Without one it is the account's only pipeline, or `-p NAME`.

    With `--watch` one pipeline is shown as it changes, and also how long it takes, the phase and the last
    line of a build, and the old and new tasks of a rollout; one line for each change where stdout is no
    terminal. An execution before a closed gate does not run, one that waits for an approval does.
    `q` leaves it. Exit code 4 when what it shows at the end has failed, 5 when `--timeout` is over first.

    With `--all` every pipeline of the account and Region, or of a SPEC that is named, takes one line; those
    that need a person come first. With `--local` it is every Region, unless `--region` names one.

    With `-o json`: an object for one pipeline, a list for several or with `--all`; with `--watch` one
    object a line (NDJSON) for each change.
    """
    from pipectl.cli import _many, _session, _specs, _watch
    from pipectl.cli._look import look_of
    from pipectl.render.document import document, one_or_all, status_data

    if every and (watch or forever):
        raise WrongUsage(
            "`--watch` shows one pipeline, `--all` shows every one", hint="leave one of them out"
        )
    if timeout is not None and not (watch or forever):
        raise WrongUsage("`--timeout` says how long to watch, but nothing is watched", hint="add `--watch`")
    if every:
        _many.show(settings, chosen, [pipeline] if pipeline else [])
        return
    if watch or forever:
        _watch.watch(settings, chosen, pipeline, forever=forever, timeout=timeout)
        return
    loaded = _specs.outlines(chosen, changes=False)
    with _session.connected(settings, loaded, pipelines=[pipeline]) as connection:
        states = _states(loaded, pipeline, connection, settings, named=chosen.named)
    if not settings.is_text:
        click.echo(document(one_or_all([status_data(state) for state in states]), settings.output))
        return
    now, look = datetime.now().astimezone(), look_of(sys.stdout)
    named = len(states) > 1
    click.echo("\n\n".join(_text(state, look, now, named=named) for state in states))


def _states(
    loaded: "Sequence[Outline]",
    pipeline: str | None,
    connection: "Connection",
    settings: Settings,
    *,
    named: bool,
) -> "list[PipelineState]":
    from pipectl import flow
    from pipectl.aws.cloud import side_by_side
    from pipectl.cli import _pipelines
    from pipectl.runs import state

    described = [spec for spec in loaded if _pipelines.of_spec(spec, pipeline)]
    if not described:
        spec = _pipelines.spec_of(loaded, pipeline, named=named)
        region = flow.region_of(spec, connection, settings.aws)
        cloud = connection.cloud(region)
        return [state.state(cloud, region, _pipelines.one(loaded, pipeline, cloud))]
    asked = [(flow.region_of(spec, connection, settings.aws), spec) for spec in described]
    regions = {region: dict(_of_region(asked, region, pipeline)) for region, _ in asked}
    found = side_by_side(
        [
            partial(state.states, connection.cloud(region), region, wanted)
            for region, wanted in regions.items()
        ]
    )
    return [each for states in found for each in states]


def _of_region(
    asked: "Sequence[tuple[str, Outline]]", region: str, pipeline: str | None
) -> "Iterator[tuple[str, Declaration | None]]":
    from pipectl.cli import _pipelines

    for where, spec in asked:
        if where == region:
            yield from _pipelines.outlined(spec, pipeline).items()


def _text(state: "PipelineState", look: "Look", now: datetime, *, named: bool) -> str:
    """One screen. Of several each names its pipeline in the commands that it mentions."""
    from pipectl.render.status import status_text

    with about(state.pipeline if named else None, state.region):
        return status_text(state, look, now)
