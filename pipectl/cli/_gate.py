"""What `enable-transition` and `disable-transition` share: which gate, turn it, say what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _pipelines, _session, _specs
from pipectl.cli._options import Chosen, Settings
from pipectl.engine import plan as planning
from pipectl.engine.values import Action, Resource, Step
from pipectl.kinds import transition
from pipectl.render.document import document
from pipectl.render.plan import person, quoted
from pipectl.render.times import since
from pipectl.runs.gate import gate as inbound_gate
from pipectl.runs.gate import turn_outbound

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.spec.spec import Spec


@dataclass(frozen=True)
class Gate:
    """The gate that a command line names, and how it shall be."""

    stage: str
    pipeline: str | None
    outbound: bool
    reason: str | None
    """Why it shall be closed; None opens it."""

    @property
    def stated(self) -> dict[str, Any]:
        """In the words of the transition kind."""
        return {"enabled": True} if self.reason is None else {"enabled": False, "reason": self.reason}


def turn(gate: Gate, settings: Settings, chosen: Chosen, notes: Sequence[str] = ()) -> None:
    """Turn the gate when it is not so already, and tell."""
    loaded = _specs.load_if_any(chosen)
    spec = _pipelines.spec_of(loaded, gate.pipeline, named=chosen.named)
    with _session.connected(settings, loaded) as connection:
        pipeline = _pipelines.one(loaded, spec, gate.pipeline, connection)
        region = connection.region(spec.region if spec else None)
        cloud = connection.cloud(region)
        if gate.outbound:
            turn_outbound(cloud, pipeline, gate.stage, gate.reason)
            _tell_outbound(gate, settings, pipeline, notes)
            return
        step = _turned(gate, cloud, pipeline)
    contrary = _contrary(gate, spec, region, step.resource.name)
    if settings.is_text:
        click.echo("\n".join([_told(gate, pipeline, step), *(f"  {note}" for note in [*notes, *contrary])]))
    else:
        click.echo(document(_data(gate, pipeline, step), settings.output))


def _turned(gate: Gate, cloud: "Cloud", pipeline: str) -> Step:
    """The step that was carried out, or needed nothing."""
    resource = Resource(transition.KIND.name, f"{pipeline}/{gate.stage}", gate.stated)
    found = transition.words(inbound_gate(cloud, pipeline, gate.stage))
    (step,) = planning.steps([resource], {resource.key: found}, [transition.KIND], "")
    if step.action is not Action.KEEP:
        transition.KIND.create(
            cloud, resource
        )  # it has just been looked at, so it is set without another look
    return step


def _told(gate: Gate, pipeline: str, step: Step) -> str:
    word = "open" if gate.reason is None else "closed"
    before = step.before or {}
    if step.action is Action.KEEP:
        return f"{gate.stage} of {pipeline} is {word} already{_hold(before)}; nothing was sent"
    reason = f": {quoted(gate.reason)}" if gate.reason else ""
    held = f"\n  it was closed{_hold(before)}" if before.get("enabled") is False else ""
    return f"{gate.stage} of {pipeline} is {word}{reason}{held}"


def _hold(before: Mapping[str, Any]) -> str:
    """Whose hold it was, since when and why."""
    if before.get("enabled") is not False:
        return ""
    now, when = datetime.now().astimezone(), before.get("changed_at")
    who = f" by {person(before['changed_by'])}" if before.get("changed_by") else ""
    moment = f" {since(when, now)}" if isinstance(when, datetime) else ""
    return f"{who}{moment}: {quoted(before.get('reason'))}"


def _contrary(gate: Gate, spec: "Spec | None", region: str, name: str) -> list[str]:
    """A word when the spec states the opposite."""
    if spec is None:
        return []
    from pipectl.aws.account import Account

    nobody = Account(id="000000000000", region=region)  # only names and states are read from the design
    designed = transition.KIND.design(spec, nobody)
    stated = next((each.stated for each in designed if each.name == name), None)
    if stated is None or stated["enabled"] == gate.stated["enabled"]:
        return []
    word = "open" if stated["enabled"] else "closed"
    return [f"{spec.file} says {word}: the next `pipectl create` sets it back"]


def _tell_outbound(gate: Gate, settings: Settings, pipeline: str, notes: Sequence[str]) -> None:
    if not settings.is_text:
        told = {"pipeline": pipeline, "stage": gate.stage, "transition": {**gate.stated, "type": "outbound"}}
        click.echo(document({**told, "changed": True}, settings.output))
        return
    word = "open" if gate.reason is None else f"closed: {quoted(gate.reason)}"
    told_notes = [*notes, "AWS does not tell the state of outbound transitions, so `status` cannot show it"]
    click.echo(
        "\n".join([f"the way out of {gate.stage} of {pipeline} is {word}", *(f"  {n}" for n in told_notes)])
    )


def _data(gate: Gate, pipeline: str, step: Step) -> dict[str, Any]:
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
        },
        "changed": changed,
    }
