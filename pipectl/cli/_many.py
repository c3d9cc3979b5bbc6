"""`--all`: every pipeline of the account and Region, or of the specs that are named, a line each."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from pipectl.cli import _pipelines, _session, _specs
from pipectl.cli._look import look_of
from pipectl.cli._options import Chosen, Settings
from pipectl.render.document import document
from pipectl.render.many import glance_data, history_text, many_text

if TYPE_CHECKING:
    from pipectl.aws.session import Connection
    from pipectl.runs.many import Glance
    from pipectl.spec.outline import Outline


def show(settings: Settings, chosen: Chosen, patterns: Sequence[str], *, executions: bool = False) -> None:
    """How each stands; with `executions` the newest one of each."""
    loaded = _specs.outlines(chosen, changes=False)
    with _session.connected(settings, loaded) as connection:
        asked = regions(loaded, chosen, connection, settings, patterns, everywhere=True)
        found = _found(asked, patterns, connection, executions=executions)
    if not settings.is_text:
        click.echo(document([_data(each, executions=executions) for each in found], settings.output))
        return
    draw = history_text if executions else many_text
    click.echo(draw(found, look_of(sys.stdout), datetime.now().astimezone()))


def _found(
    asked: Mapping[str, Sequence[str]],
    patterns: Sequence[str],
    connection: "Connection",
    *,
    executions: bool,
) -> "list[Glance]":
    from pipectl.aws.cloud import side_by_side
    from pipectl.runs import many

    now = datetime.now().astimezone()
    looks = [partial(_of_region, connection, region, names, patterns) for region, names in asked.items()]
    names = side_by_side(looks)
    glances = [
        partial(
            many.glances,
            connection.cloud(region),
            region,
            each,
            now,
            executions=executions,
            listed=not (asked[region] or patterns),
        )
        for region, each in zip(asked, names, strict=True)
    ]
    return many.in_order(each for found in side_by_side(glances) for each in found)


def _of_region(
    connection: "Connection", region: str, names: Sequence[str], patterns: Sequence[str]
) -> list[str]:
    from pipectl.runs import many
    from pipectl.runs.pipelines import pipeline_names

    if not names and not patterns:
        return pipeline_names(connection.cloud(region))
    return many.chosen(connection.cloud(region), patterns, names)


def regions(
    loaded: "Sequence[Outline]",
    chosen: Chosen,
    connection: "Connection",
    settings: Settings,
    patterns: Sequence[str],
    *,
    everywhere: bool = False,
) -> dict[str, list[str]]:
    """Where to look, and at which pipelines: none means all, or all that fit the patterns.

    Without a spec that is named it is one Region, which a spec that only lies here tells; of an AWS that
    tells where pipelines are it is each of these. `everywhere` does not heed the spec that lies here.
    """
    from pipectl import flow

    if not (loaded and chosen.named):
        stated = settings.region or (loaded[0].region if loaded else None)
        if connection.pipelines and not settings.region and (everywhere or not stated):
            return _narrowed(connection.pipelines, patterns, connection.region(stated))
        return {connection.region(stated): []}
    asked: dict[str, list[str]] = {}
    for spec in loaded:
        asked.setdefault(flow.region_of(spec, connection, settings.aws), []).extend(_pipelines.of_spec(spec))
    asked = {region: names for region, names in asked.items() if names}
    return _narrowed(asked, patterns, next(iter(asked))) if asked else {}


def _narrowed(
    known: Mapping[str, Sequence[str]], patterns: Sequence[str], otherwise: str
) -> dict[str, list[str]]:
    """The pipelines that fit, in their Regions. A name that is in none is looked for in `otherwise`."""
    from pipectl.runs import many

    found = {region: many.matching(names, patterns) for region, names in known.items()}
    there = {name for names in found.values() for name in names}
    lost = [name for name in patterns if not many.is_pattern(name) and name not in there]
    found[otherwise] = [*found.get(otherwise, []), *lost]
    return {region: names for region, names in found.items() if names} or {otherwise: []}


def _data(glance: "Glance", *, executions: bool) -> object:
    from pipectl.render.document import execution_data

    told = glance_data(glance)
    return {**told, "newest": glance.execution and execution_data(glance.execution)} if executions else told
