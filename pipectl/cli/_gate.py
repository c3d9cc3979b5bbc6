"""One gate of `enable-transition` and `disable-transition`: turn it, say what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _where
from pipectl.cli._options import Chosen, Settings
from pipectl.command import pipectl
from pipectl.engine import plan as planning
from pipectl.engine.values import Action, Resource, Step
from pipectl.render.document import document
from pipectl.render.hold import until_text
from pipectl.render.plan import person, quoted
from pipectl.render.times import since
from pipectl.runs import until, values
from pipectl.runs.gate import gate as inbound_gate
from pipectl.runs.gate import turn_inbound, turn_outbound, words

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.spec.outline import Outline


@dataclass(frozen=True)
class Gate:
    """The gate that a command line names, and how it shall be."""

    stage: str
    pipeline: str | None
    outbound: bool
    reason: str | None
    """Why it shall be closed, and until when; None opens it."""

    @property
    def stated(self) -> dict[str, Any]:
        """In the words of the transition kind."""
        return {"enabled": True} if self.reason is None else {"enabled": False, "reason": self.reason}


def turn(gate: Gate, settings: Settings, chosen: Chosen, notes: Sequence[str] = ()) -> None:
    """Turn the gate when it is not so already, and tell."""
    with _where.pipeline(settings, chosen, gate.pipeline, changes=True) as where:
        pipeline, cloud = where.pipeline, where.cloud
        if gate.outbound:
            turn_outbound(cloud, pipeline, gate.stage, gate.reason)
            _tell_outbound(gate, settings, pipeline, notes)
            return
        step = turned(gate, cloud, pipeline, inbound_gate(cloud, pipeline, gate.stage))
    opposite = contrary(gate, where.spec, pipeline)
    if settings.is_text:
        click.echo("\n".join([told(gate, pipeline, step), *(f"  {note}" for note in [*notes, *opposite])]))
    else:
        click.echo(document(data(gate, pipeline, step), settings.output))


def turned(gate: Gate, cloud: "Cloud", pipeline: str, found: Mapping[str, Any]) -> Step:
    """The step that was carried out, or needed nothing, now that AWS tells of the gate what was `found`."""
    step = planned(gate, pipeline, found)
    if step.action is not Action.KEEP:  # it was just looked at, so it is set without another look
        turn_inbound(cloud, pipeline, gate.stage, gate.reason)
    return step


def planned(gate: Gate, pipeline: str, found: Mapping[str, Any]) -> Step:
    """What would be done about the gate."""
    resource = Resource("transition", f"{pipeline}/{gate.stage}", gate.stated)
    before = words(found)
    differences = tuple(planning.differences(gate.stated, before))
    return Step(resource, Action.UPDATE if differences else Action.KEEP, before, differences)


def told(gate: Gate, pipeline: str, step: Step) -> str:
    """What became of the gate."""
    word = "open" if gate.reason is None else "closed"
    before = step.before or {}
    if step.action is Action.KEEP:
        return f"{gate.stage} of {pipeline} is {word} already{_hold(before)}; nothing was sent"
    reason = _why(gate.reason)
    held = f"\n  it was closed{_hold(before)}" if before.get("enabled") is False else ""
    return f"{gate.stage} of {pipeline} is {word}{reason}{held}"


def _hold(before: Mapping[str, Any]) -> str:
    """Whose hold it was, since when and why."""
    if before.get("enabled") is not False:
        return ""
    now, when = datetime.now().astimezone(), before.get("changed_at")
    who = f" by {person(before['changed_by'])}" if before.get("changed_by") else ""
    moment = f" {since(when, now)}" if isinstance(when, datetime) else ""
    return f"{who}{moment}{_why(before.get('reason'))}"


def _why(reason: str | None) -> str:
    """Until when, and why."""
    closed = values.Gate(False, reason)
    return f"{until_text(closed, datetime.now().astimezone())}: {quoted(closed.why)}" if reason else ""


def contrary(gate: Gate, spec: "Outline | None", pipeline: str) -> list[str]:
    """A word when the spec states the opposite."""
    if spec is None or pipeline not in spec.pipelines:
        return []
    from pipectl.kinds.outlined import transitions

    stated = transitions(spec, pipeline).get(gate.stage)
    if stated is None or stated == gate.stated["enabled"]:
        return []
    word = "open" if stated else "closed"
    return [f"{spec.file} says {word}: the next {pipectl('create')} sets it back"]


OUTBOUND_NOTE = "AWS does not tell the state of outbound transitions, so `status` cannot show it"


def _tell_outbound(gate: Gate, settings: Settings, pipeline: str, notes: Sequence[str]) -> None:
    if not settings.is_text:
        click.echo(document(outbound_data(gate, pipeline), settings.output))
        return
    lines = [outbound_told(gate, pipeline), *(f"  {note}" for note in [*notes, OUTBOUND_NOTE])]
    click.echo("\n".join(lines))


def outbound_told(gate: Gate, pipeline: str) -> str:
    """What became of the way out of a stage."""
    word = "open" if gate.reason is None else f"closed{_why(gate.reason)}"
    return f"the way out of {gate.stage} of {pipeline} is {word}"


def outbound_data(gate: Gate, pipeline: str) -> dict[str, Any]:
    """A write was sent in any case: nobody knows how it was."""
    transition = {**gate.stated, "type": "outbound"}
    return {"pipeline": pipeline, "stage": gate.stage, "transition": transition, "changed": True}


def data(gate: Gate, pipeline: str, step: Step) -> dict[str, Any]:
    """`changed_by` and `changed_at` are null when this very command changed the transition."""
    changed = step.action is not Action.KEEP
    found: Mapping[str, Any] = {} if changed else step.before or {}
    return {
        "pipeline": pipeline,
        "stage": gate.stage,
        "transition": {
            "enabled": gate.stated["enabled"],
            "reason": gate.reason,
            "changed_by": found.get("changed_by"),
            "changed_at": found.get("changed_at"),
            "until": until.end(gate.reason),
        },
        "changed": changed,
    }
