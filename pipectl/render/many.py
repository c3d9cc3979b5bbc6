"""Many pipelines, one line each: how it stands, since when, and what it needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipectl.render.hold import ahead, thirty_days
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import person, quoted
from pipectl.render.status import short
from pipectl.render.text import counted, cut, pad, plain, width, wrapped
from pipectl.render.times import ago, clock, duration
from pipectl.runs.many import Glance, Standing, counts

NAMES = 32
"""Cells that a name takes at most; a longer one loses its middle."""
STAGES = 24
"""Cells of a stage's name within a line."""

_MARKS = {
    Standing.FAILED: Mark.FAILED,
    Standing.BROKEN: Mark.FAILED,
    Standing.UNREAD: Mark.ASKS,
    Standing.ASKED: Mark.ASKS,
    Standing.FIRST_PUSH: Mark.ASKS,
    Standing.HELD_LONG: Mark.ASKS,
    Standing.RUNNING: Mark.RUNNING,
    Standing.HELD: Mark.CLOSED,
    Standing.DONE: Mark.DONE,
}


def many_text(found: Sequence[Glance], look: Look, now: datetime) -> str:
    """The lines, and the sum of them."""
    names = [_name(each, found) for each in found]
    column = min(max(map(width, names), default=0), NAMES)
    lines = [_line(each, name, column, look, now) for each, name in zip(found, names, strict=True)]
    return "\n".join([*lines, "", *_sum(found, look)])


def history_text(found: Sequence[Glance], look: Look, now: datetime) -> str:
    """The lines with the newest execution of each."""
    names = [_name(each, found) for each in found]
    column = min(max(map(width, names), default=0), NAMES)
    lines = [
        _row(each, name, column, _ran(each, now, look), look) for each, name in zip(found, names, strict=True)
    ]
    return "\n".join([*lines, "", *_sum(found, look)])


def _name(glance: Glance, found: Sequence[Glance]) -> str:
    """With its Region where there are several."""
    several = len({each.region for each in found}) > 1
    return f"{glance.pipeline} {glance.region}" if several else glance.pipeline


def _line(glance: Glance, name: str, column: int, look: Look, now: datetime) -> str:
    return _row(glance, name, column, _told(glance, now, look), look)


def _row(glance: Glance, name: str, column: int, told: str, look: Look) -> str:
    mark = look.mark(_MARKS.get(glance.standing, Mark.KEPT))
    room = look.width - column - 6
    label = pad(cut(plain(name), look.limit(column)), column)
    return f"  {mark} {label}  {_short(plain(told), look.limit(room))}".rstrip()


def _short(text: str, cells: int) -> str:
    """What is too long loses its end: the beginning says what matters."""
    if width(text) <= cells:
        return text
    while width(text) > cells - 3:
        text = text[:-1]
    return f"{text.rstrip()}..."


def _told(glance: Glance, now: datetime, look: Look) -> str:
    stage = cut(glance.stage.name, look.limit(STAGES)) if glance.stage else ""
    when = f" {ago(glance.since, now)}" if glance.since else ""
    if glance.standing in (Standing.FAILED, Standing.BROKEN):
        what = "connection broken" if glance.standing is Standing.BROKEN else "failed"
        return f"{stage} {what}{when}{f': {glance.error}' if glance.error else ''}"
    if glance.standing is Standing.UNREAD:
        return f"cannot be read: {glance.error}"
    if glance.standing is Standing.ASKED:
        return f"{stage} waits for approval{f', asked{when}' if when else ''}"
    if glance.standing in (Standing.HELD, Standing.HELD_LONG):
        return _held(glance, now, look)
    if glance.standing is Standing.RUNNING:
        return f"{stage} runs, last change{when}" if when else f"{stage} runs"
    if glance.standing is Standing.NEVER:
        return "has never run"
    if glance.standing is Standing.FIRST_PUSH:
        return str(glance.standing)
    return f"{stage} {glance.standing}{when}"


def _held(glance: Glance, now: datetime, look: Look) -> str:
    """What is urgent stands first: a line is short."""
    assert glance.stage is not None  # noqa: S101  only a stage is held
    gate, stage = glance.stage.gate, glance.stage
    head = f"{cut(stage.name, look.limit(STAGES))} held"
    waits = f", {short(stage.waiting[0].id)} waits" if stage.waiting else ""
    if len(stage.waiting) > 1:
        waits = f", {len(stage.waiting)} wait"
    who = f" by {person(gate.changed_by)}" if gate.changed_by else ""
    when = f" {ago(gate.changed_at, now)}" if gate.changed_at else ""
    if gate.nears_thirty_days(now) and stage.waiting:
        return f"{head}{who}{when}{waits}; {thirty_days(gate, now).partition(':')[0]}"
    if gate.until is not None:
        end = "which is over" if gate.until <= now else ahead(gate, now)
        return f"{head}{who} until {clock(gate.until, now)}, {end}{waits}: {quoted(gate.why)}"
    why = f": {quoted(gate.why)}" if gate.why else ""
    return f"{head}{who}{when}{waits}{why}"


def _ran(glance: Glance, now: datetime, look: Look) -> str:
    """The newest execution: how it stands, when it began, how long it took, what it brought."""
    each = glance.execution
    if each is None:
        return _told(glance, now, look)
    began = f" {ago(each.started, now)}" if each.started else ""
    took = ""
    if each.ended and each.started and each.updated:
        took = f", took {duration((each.updated - each.started).total_seconds())}"
    word = "running" if each.status == "InProgress" else (each.status or "").lower()
    needs = f" ({glance.standing})" if glance.standing.needs_person and word != glance.standing else ""
    commit = f" {short(each.revision)}" if each.revision else ""
    message = f" {quoted(each.message)}" if each.message else ""
    return f"{short(each.id)} {word}{needs}{began}{took}{commit}{message}"


def _sum(found: Sequence[Glance], look: Look) -> list[str]:
    told = [f"{count} {standing}" for standing, count in counts(found).items()]
    needy = sum(each.standing.needs_person for each in found)
    head = f"{counted(len(found), 'pipeline')}, {needy} {'needs' if needy == 1 else 'need'} a person"
    return wrapped(f"{head}: {', '.join(told)}" if told else head, look.width)


def glance_data(glance: Glance) -> dict[str, Any]:
    """One pipeline. `standing` is one of ours, `execution` the one that the stage tells of."""
    stage = glance.stage
    return {
        "pipeline": glance.pipeline,
        "region": glance.region,
        "standing": str(glance.standing),
        "needs_person": glance.standing.needs_person,
        "stage": stage.name if stage else None,
        "action": glance.action.name if glance.action else None,
        "since": glance.since,
        "error": glance.error,
        "execution": stage.execution if stage else None,
        "waiting": [each.id for each in stage.waiting] if stage else [],
        "reason": stage.gate.reason if stage else None,
        "until": stage.gate.until if stage else None,
    }
