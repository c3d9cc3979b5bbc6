"""A pipeline that is watched: the picture of one look, and one line for each thing that changed."""

import math
import os
from collections.abc import Iterator, Sequence
from datetime import datetime

from click import unstyle

from pipectl.command import pipectl
from pipectl.errors import NoAnswer
from pipectl.render.hold import closed_text
from pipectl.render.marks import Look, Mark
from pipectl.render.status import Fold, counts_text, short, status_text
from pipectl.render.text import cut, pad, plain, width
from pipectl.render.times import duration, span
from pipectl.runs.failures import Failure
from pipectl.runs.parallel import RUNNING
from pipectl.runs.services import awaits_first_deployment
from pipectl.runs.values import ActionState, PipelineState, ServiceState, StageState
from pipectl.runs.watch import View

LABEL = 20
"""Where the words behind a stage or an action begin."""

FOOT = 2
"""Lines at the end of a picture that tell of the looks that are to come."""

_MARKS = {"Succeeded": Mark.DONE, "Failed": Mark.FAILED, "InProgress": Mark.RUNNING}


def picture(view: View, look: Look, now: datetime, size: os.terminal_size, ends: str = "Ctrl-C ends") -> str:
    """The screen of one look, and how it goes on below it; folded where it is higher than the terminal.

    What is too high even so loses its end, and says so. The last one stays, so it is whole. A line that is
    wider than the terminal, as a link, takes several rows there. `ends` says which keys leave it.
    """
    if not view.pause:
        return status_text(view.state, look, now)
    foot = ["", f"  {look.faint(footer(view, look, ends))}"]
    room = max(size.lines - 1 - len(foot), 1)
    for fold in Fold:
        lines = status_text(view.state, look, now, fold=fold).split("\n")
        if _rows(lines, size.columns) <= room:
            return "\n".join([*lines, *foot])
    while len(lines) > 1 and _rows(lines[: room - 1], size.columns) > room - 1:
        room -= 1
    more = f"  {look.faint(f'... {len(lines) - room + 1} lines more, on a higher terminal')}"
    return "\n".join([*lines[: room - 1], more, *foot])


def _rows(lines: Sequence[str], columns: int) -> int:
    """How many rows of the terminal they take."""
    return sum(max(1, math.ceil(width(unstyle(line)) / columns)) for line in lines)


def footer(view: View, look: Look, ends: str = "Ctrl-C ends") -> str:
    """How often it is looked, and why that is seldom."""
    rhythm = hindrance(view) or f"looks every {span(view.pause)}{'' if view.is_running else ', nothing runs'}"
    return cut(f"{rhythm}; {ends}", look.width - 2)


def hindrance(view: View) -> str | None:
    """Why a look saw nothing, and when the next one comes; None when it saw something."""
    if view.hindered is None:
        return None
    why = "AWS does not answer" if isinstance(view.hindered, NoAnswer) else "AWS asks for patience"
    return f"{why}: looks every {span(view.pause)}"


def ending_text(view: View) -> str:
    """Why there is no more to watch."""
    waiting = [stage.name for stage in view.state.stages if stage.waiting and not stage.gate.enabled]
    if waiting:
        return f"nothing runs; what waits before {' and '.join(waiting)} goes on when the gate is opened"
    return "nothing runs any more"


def failure_text(failed: Sequence[Failure]) -> str:
    """What has failed, in one sentence: `execution 7b1d03fe failed in Build`."""
    return "; ".join(map(_failure, failed))


def _failure(failed: Failure) -> str:
    if failed.service:
        return f"the rollout of {plain(failed.service)} failed"
    word = "failed" if failed.status == "Failed" else f"was {failed.status.lower()}"
    who = f"execution {short(failed.execution)}" if failed.execution else "it"
    return f"{who} {word}{f' in {plain(failed.stage)}' if failed.stage else ''}"


def unfinished_text(view: View, seconds: float) -> str:
    """What `--timeout` says when it is over first."""
    if view.hindered:
        return f"{hindrance(view)}, for {duration(seconds)}"
    places = [stage.name for stage in view.state.stages if stage.status in RUNNING]
    place = f", in {' and '.join(map(plain, places))}" if places else ""
    return f"{plain(view.state.pipeline)} still runs after {duration(seconds)}{place}"


def changes(before: PipelineState | None, after: PipelineState, look: Look, now: datetime) -> Iterator[str]:
    """One line for each thing that is not as it was; at first, for what is so."""
    if after.execution and (before is None or _is_new(before, after)):
        told = f'"{plain(after.execution.message)}"' if after.execution.message else ""
        yield _line(Mark.OPEN, f"execution {short(after.execution.id)}", told, look, now)
    old = {stage.name: stage for stage in before.stages} if before else {}
    for stage in after.stages:
        yield from _of_stage(old.get(stage.name), stage, look, now)
    places = {each.execution.id: each.stage for each in before.beside} if before else {}
    for each in after.beside:
        if each.stage and places.get(each.execution.id) != each.stage:
            yield _line(Mark.RUNNING, f"execution {short(each.execution.id)}", f"in {each.stage}", look, now)
    services = {(each.cluster, each.service): each for each in before.services} if before else {}
    for service in after.services:
        was = services.get((service.cluster, service.service))
        told = _service(service, after.stages)
        if was is None or before is None or _service(was, before.stages) != told:
            yield _line(Mark.OPEN, service.service, told, look, now)


def _is_new(before: PipelineState, after: PipelineState) -> bool:
    one, other = before.execution, after.execution
    return (one and (one.id, one.message)) != (other and (other.id, other.message))


def _of_stage(old: StageState | None, stage: StageState, look: Look, now: datetime) -> Iterator[str]:
    gate = stage.gate
    if (old is not None and old.gate != gate) or (old is None and not gate.enabled):
        told = "opened" if gate.enabled else closed_text(gate, now)
        yield _line(Mark.OPEN if gate.enabled else Mark.CLOSED, stage.name, told, look, now)
    waited = {each.id for each in old.waiting} if old else set()
    opens = f"; {pipectl('enable-transition', stage.name)} lets it in" if not gate.enabled else ""
    for each in stage.waiting:
        if each.id not in waited:
            yield _line(Mark.ASKS, stage.name, f"{short(each.id)} waits before it{opens}", look, now)
    before = {action.name: action for action in old.actions} if old else {}
    for action in stage.actions:
        was = before.get(action.name)
        if action.status and _standing(was) != _standing(action):
            mark = Mark.ASKS if action.token else _MARKS.get(action.status, Mark.KEPT)
            label = stage.name if action.name == stage.name else f"{stage.name}/{action.name}"
            yield _line(mark, label, _said(action), look, now)


def _standing(action: ActionState | None) -> object:
    return action and (action.run, action.status, action.token, action.phase)


def _said(action: ActionState) -> str:
    if action.token:
        return f"waits for an approval; {pipectl('approve')} gives it"
    word = {"InProgress": "runs", "Succeeded": "succeeded"}.get(
        action.status or "", (action.status or "").lower()
    )
    phase = f", in {action.phase}" if action.phase else ""
    error = f": {action.error}" if action.error else ""
    return f"{word}{phase}{error}"


def _service(service: ServiceState, stages: Sequence[StageState]) -> str:
    told = [counts_text(service)]
    if awaits_first_deployment(stages, service):
        return f"{told[0]}, no image yet: waits for the pipeline's first deployment"
    if service.desired is None or service.is_draining:
        return told[0]
    told += [
        f"{'new' if each.status == 'PRIMARY' else 'old'} {each.revision} {each.running}/{each.desired}"
        for each in (service.deployments if len(service.deployments) > 1 else ())
    ]
    rollout = (service.rollout or "").lower().replace("_", " ")
    return ", ".join([*told, *([f"rollout {rollout}"] if rollout else [])])


def _line(mark: Mark, label: str, told: str, look: Look, now: datetime) -> str:
    """A line that can stand in a log: the whole text, however long."""
    return f"{now:%H:%M:%S} {look.mark(mark)} {pad(plain(label), LABEL)}{plain(told)}".rstrip()
