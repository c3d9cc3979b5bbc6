"""Several gates at once: find them, show the list, ask, turn them, say what became of each."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _gate, _many, _pipelines, _session, _specs
from pipectl.cli._options import Chosen, Settings
from pipectl.command import pipectl
from pipectl.engine.values import Step
from pipectl.errors import Declined, PipectlError, Unchanged
from pipectl.render.document import document
from pipectl.render.hold import closed_text
from pipectl.render.text import counted, plain
from pipectl.runs import many
from pipectl.runs.gate import gates, no_such_stage, turn_outbound, words
from pipectl.runs.values import Gate

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.spec.outline import Outline


@dataclass(frozen=True)
class Order:
    """What shall be done: the stages, the pipelines or patterns, and why they are closed."""

    stages: tuple[str, ...]
    pipelines: tuple[str, ...]
    outbound: bool = False
    reason: str | None = None
    """None opens."""
    yes: bool = False

    @property
    def is_one(self) -> bool:
        """Whether only one gate can be meant, so that nobody need be asked."""
        several = len(self.stages) > 1 or len(self.pipelines) > 1
        return not several and not any(map(many.is_pattern, self.pipelines))

    def gate(self, pipeline: str | None, stage: str) -> _gate.Gate:
        """One gate as it shall be."""
        return _gate.Gate(stage, pipeline, self.outbound, self.reason)


@dataclass(frozen=True)
class _Found:
    """A gate that is there."""

    cloud: "Cloud"
    pipeline: str
    stage: str
    state: Mapping[str, Any]


def turn(order: Order, settings: Settings, chosen: Chosen, notes: Sequence[str] = ()) -> None:
    """Turn all of them; of several the list is shown, and asked about."""
    if order.is_one:
        pipeline = next(iter(order.pipelines), None)
        _gate.turn(order.gate(pipeline, order.stages[0]), settings, chosen, notes)
        return
    loaded = _specs.outlines(chosen, order.pipelines, changes=True)
    with _session.connected(settings, loaded, pipelines=order.pipelines) as connection:
        found = [each for cloud, names in _places(order, loaded, chosen, connection, settings)
                 for each in _chosen(order, cloud, names)]  # fmt: skip
        if not found:
            raise _nothing_fits(order)
        _ask(order, found)
        _turn(order, found, settings, notes)


def open_expired(order: Order, settings: Settings, chosen: Chosen) -> None:
    """Open the holds whose recorded end has passed. It was said when they were closed, so nobody is asked.

    A pipeline that cannot be read hinders no other; it is told at the end.
    """
    loaded, now = _specs.outlines(chosen, order.pipelines, changes=True), datetime.now().astimezone()
    with _session.connected(settings, loaded, pipelines=order.pipelines) as connection:
        unread: dict[str, PipectlError] = {}
        there = [
            each
            for cloud, names in _places(order, loaded, chosen, connection, settings, every=True)
            for each in _readable(cloud, names, unread)
            if not order.stages or each.stage in order.stages
        ]
        if not (there or unread) and order.stages:
            raise _nothing_fits(order)
        found = [each for each in there if _is_over(each.state, now)]
        if found or not settings.is_text:
            _turn(order, found, settings, ())
        else:
            click.echo("no hold has come to its end")
        if unread:
            told = "; ".join(f"{name}: {error.message}" for name, error in unread.items())
            raise PipectlError(f"{counted(len(unread), 'pipeline')} could not be read: {told}")


def _is_over(state: Mapping[str, Any], now: datetime) -> bool:
    gate = Gate(**words(state))
    return gate.until is not None and gate.until <= now


def _places(
    order: Order,
    loaded: "Sequence[Outline]",
    chosen: Chosen,
    connection: "Connection",
    settings: Settings,
    *,
    every: bool = False,
) -> "Iterator[tuple[Cloud, list[str]]]":
    """The doors, and the pipelines behind each; where none is named the only one, or every one."""
    from pipectl import flow

    if not (order.pipelines or every):
        spec = _pipelines.spec_of(loaded, None, named=chosen.named)
        cloud = connection.cloud(flow.region_of(spec, connection, settings.aws))
        yield cloud, [_pipelines.one(loaded, None, cloud)]
        return
    for region, known in _many.regions(loaded, chosen, connection, settings, order.pipelines).items():
        cloud = connection.cloud(region)
        for spec in loaded:
            flow.refuse_other_account(spec, connection, region)
        yield cloud, many.chosen(cloud, order.pipelines, known)


def _gates_of(cloud: "Cloud", names: Sequence[str]) -> Iterator[_Found]:
    from pipectl.aws.cloud import by_name

    for pipeline, found in by_name(gates, cloud, names).items():
        for stage, state in found.items():
            yield _Found(cloud, pipeline, stage, state)


def _readable(cloud: "Cloud", names: Sequence[str], unread: dict[str, PipectlError]) -> Iterator[_Found]:
    """The gates of all that can be read; why not is kept for the others."""
    from pipectl.aws.cloud import for_each

    def look(name: str) -> list[_Found] | PipectlError:
        try:
            return list(_gates_of(cloud, [name]))
        except PipectlError as error:
            return error

    for name, found in zip(names, for_each(look, names), strict=True):
        if isinstance(found, PipectlError):
            unread[name] = found
        else:
            yield from found


def _chosen(order: Order, cloud: "Cloud", names: Sequence[str]) -> Iterator[_Found]:
    """The gates of the stages that are meant. A pipeline that was named must have all of them."""
    found: dict[str, dict[str, _Found]] = {}
    for each in _gates_of(cloud, names):
        found.setdefault(each.pipeline, {})[each.stage] = each
    for pipeline, stages in found.items():
        for stage in order.stages:
            if stage in stages:
                yield stages[stage]
            elif pipeline in order.pipelines or not order.pipelines:
                raise no_such_stage(pipeline, stage, list(stages))


def _nothing_fits(order: Order) -> PipectlError:
    stages = " or ".join(f"`{plain(stage)}`" for stage in order.stages)
    return PipectlError(
        f"no pipeline that fits has a stage {stages}",
        hint=f"{pipectl('status', '--all')} lists the pipelines",
    )


def _ask(order: Order, found: Sequence[_Found]) -> None:
    """Show the list. Raises Declined without a terminal, Unchanged when the answer is no."""
    word = "opened" if order.reason is None else "closed"
    head = f"{counted(len(found), 'transition')} {'is' if len(found) == 1 else 'are'} to be {word}"
    regions = {each.cloud.account.region for each in found}
    places = [f" ({each.cloud.account.region})" if len(regions) > 1 else "" for each in found]
    listed = "\n".join(
        f"  {each.pipeline}/{each.stage}{place}{_now(order, each)}"
        for each, place in zip(found, places, strict=True)
    )
    click.echo(f"{head}\n{listed}", err=True)
    if order.yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Declined(f"nothing was written: {head}", hint="`--yes` answers yes")
    if not click.confirm("Go on?", err=True):
        raise Unchanged("nothing changed")


def _now(order: Order, each: _Found) -> str:
    """How it is, where that is known."""
    gate = Gate(**words(each.state))
    if order.outbound:
        return ", the way out"
    if gate.enabled:
        return ", open already" if order.reason is None else ""
    return f", {closed_text(gate, datetime.now().astimezone())}"


def _turn(order: Order, found: Sequence[_Found], settings: Settings, notes: Sequence[str]) -> None:
    """Turn all of them side by side; one that fails does not hinder the others, and is told at the end."""
    from pipectl.aws.cloud import for_each

    done = for_each(partial(_turned, order), found)
    texts: list[str] = []
    documents: list[dict[str, Any]] = []
    for each, step in zip(found, done, strict=True):
        gate = order.gate(each.pipeline, each.stage)
        if isinstance(step, PipectlError):
            continue
        texts.append(
            _gate.told(gate, each.pipeline, step) if step else _gate.outbound_told(gate, each.pipeline)
        )
        documents.append(
            _gate.data(gate, each.pipeline, step) if step else _gate.outbound_data(gate, each.pipeline)
        )
    told_notes = [*notes, *([_gate.OUTBOUND_NOTE] if order.outbound else [])]
    if settings.is_text:
        click.echo("\n".join([*texts, *(f"  {note}" for note in told_notes)]))
    else:
        click.echo(document(documents, settings.output))
    failed = [(each, step) for each, step in zip(found, done, strict=True) if isinstance(step, PipectlError)]
    if failed:
        listed = "; ".join(f"{each.pipeline}/{each.stage}: {error.message}" for each, error in failed)
        raise PipectlError(f"{len(failed)} of {len(found)} failed: {listed}", hint=failed[0][1].hint)


def _turned(order: Order, each: _Found) -> Step | PipectlError | None:
    """The step, the error, or None for a way out, of which nobody knows how it was."""
    gate = order.gate(each.pipeline, each.stage)
    try:
        if order.outbound:
            turn_outbound(each.cloud, each.pipeline, each.stage, order.reason)
            return None
        return _gate.turned(gate, each.cloud, each.pipeline, each.state)
    except PipectlError as error:
        return error
