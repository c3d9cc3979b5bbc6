"""`enable-transition --wait`: open one gate, and follow the execution that waited before it."""

from datetime import datetime

import click

from pipectl.cli import _gate
from pipectl.cli._act import acting
from pipectl.cli._act_options import Wait
from pipectl.cli._options import Chosen, Settings
from pipectl.cli._wait import follow, printed_at_last, refuse, told_end
from pipectl.command import pipectl
from pipectl.errors import PipectlError
from pipectl.render.wait import LONGEST_WAIT, ending_data, execution_text
from pipectl.runs.gate import gate as inbound_gate
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.scene import scene
from pipectl.runs.wait import signs


def open_and_follow(stage: str, pipeline: str | None, settings: Settings, chosen: Chosen, wait: Wait) -> None:
    """Open the gate, tell, and follow what waited there; where nothing did, that is all."""
    with acting(settings, chosen, pipeline) as where:
        before = scene(where.cloud, where.pipeline)
        state = before.stage(stage)
        waiting = next(iter(state.waiting), None)
        gate = _gate.Gate(stage, where.pipeline, outbound=False, reason=None)
        found = inbound_gate(where.cloud, where.pipeline, stage)
        step = _gate.turned(gate, where.cloud, where.pipeline, found)
        if settings.is_text:
            opposite = _gate.contrary(gate, where.spec, where.pipeline)
            notes = [_waiting(state, waiting), *opposite]
            click.echo("\n  ".join([_gate.told(gate, where.pipeline, step), *notes]))
        data = {**_gate.data(gate, where.pipeline, step), "execution": None, "wait": None}
        with printed_at_last(data, settings):
            _refuse_lost(state, waiting)
            if waiting is None:
                return
            data["execution"], known = waiting.id, frozenset(signs(before.stages, waiting.id))
            end, seconds = follow(
                where.connection, where.cloud, where.pipeline, waiting, wait, known, settings
            )
            data["wait"] = ending_data(end)
        if not end.good:
            refuse(end, seconds)
        if settings.is_text:
            click.echo(told_end(end, seconds))


def _waiting(state: StageState, waiting: Execution | None) -> str:
    if waiting is None:
        return f"nothing waits before {state.name}, so there is nothing to follow"
    return f"{execution_text(waiting)} goes on"


def _refuse_lost(state: StageState, waiting: Execution | None) -> None:
    """What waited for more than 30 days does not go on (User guide, transitions)."""
    since = state.gate.changed_at
    lost = not state.gate.enabled and since and datetime.now(since.tzinfo) - since > LONGEST_WAIT
    if lost and waiting:
        raise PipectlError(
            f"{execution_text(waiting)} does not go on: {state.name} was closed for more than 30 days",
            hint=f"{pipectl('start')} starts a new one",
        )
