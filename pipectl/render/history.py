"""Executions as a list, and the versions of a definition: what ran, why, how long, where it is live."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pipectl.engine.values import Difference
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import quoted
from pipectl.render.secrets import masked
from pipectl.render.status import short
from pipectl.render.text import counted, cut, pad, plain, width
from pipectl.render.times import age, clock, duration
from pipectl.render.trigger import trigger_text
from pipectl.runs.definitions import Version, differences
from pipectl.runs.history import Entry
from pipectl.runs.values import Execution

INDENT = 4
IDENTITY, MOMENT, TOOK = 10, 19, 14
BESIDE = INDENT + IDENTITY

_MARKS = {"Succeeded": Mark.DONE, "Failed": Mark.FAILED, "InProgress": Mark.RUNNING}
_MOST_CHANGES = 3
"""Changes of a version that its line names."""


def entry_text(entry: Entry, look: Look, now: datetime) -> str:
    """One execution: when and how long, what it brought; below it who started it and what became of it."""
    execution, status, started, took = _of(entry, now)
    identity = pad(short(execution.id), IDENTITY)
    head = f"{pad(clock(started, now) if started else '', MOMENT)}{pad(took, TOOK)}"
    room = look.limit(look.width - BESIDE - width(head))
    first = (
        f"  {look.mark(_MARKS.get(status, Mark.KEPT))} {identity}{head}{_commit(execution, room)}".rstrip()
    )
    told = ", ".join(_about(entry, status))
    live = f"live in {', '.join(entry.shown_in)}" if entry.shown_in else ""
    room = look.width - BESIDE - (width(live) + 2 if live else 0)
    second = cut(told, look.limit(room))
    behind = f"{' ' * max(2, room - width(second) + 2)}{look.paint(live, 'green')}" if live else ""
    return f"{first}\n{' ' * BESIDE}{second}{behind}".rstrip()


def _of(entry: Entry, now: datetime) -> tuple[Execution, str, datetime | None, str]:
    """The moments are the stage's, when the list is about a stage."""
    execution, stage = entry.execution, entry.in_stage
    status = (stage.status if stage else execution.status) or ""
    started = stage.started if stage else execution.started
    updated = stage.updated if stage else execution.updated
    if status == "InProgress":
        took = f"since {age(started, now)}" if started else ""
    else:
        took = duration((updated - started).total_seconds()) if started and updated else ""
    return execution, status, started, took


def _commit(execution: Execution, room: int) -> str:
    revision = short(execution.revision.removeprefix("sha256:")) if execution.revision else ""
    if not execution.message:
        return revision
    return f"{revision} {quoted(cut(plain(execution.message), max(room - width(revision) - 3, 10)))}"


def _about(entry: Entry, status: str) -> Iterator[str]:
    execution = entry.execution
    if told := trigger_text(execution):
        yield told
    if execution.stop_reason:
        yield f"stopped: {quoted(execution.stop_reason)}"
    elif status not in _MARKS:
        yield status.lower()
    for name, value in entry.variables.items():
        yield plain(f"{name}={masked(name, value)}")
    for action, revision in list(execution.revisions.items())[1:]:
        yield plain(f"{action} {short(revision.id)}")


def entry_data(entry: Entry) -> dict[str, Any]:
    """One execution as data; `stage` is null unless the list is about one."""
    execution, stage = entry.execution, entry.in_stage
    keys = ("id", "status", "type", "mode", "trigger", "trigger_detail", "revision", "message")
    return {
        **{key: getattr(execution, key) for key in keys},
        "revisions": [
            {"action": action, "id": each.id, "summary": each.summary, "url": each.url}
            for action, each in execution.revisions.items()
        ],
        "variables": {name: masked(name, value) for name, value in entry.variables.items()},
        "started": execution.started,
        "updated": execution.updated,
        "stop_reason": execution.stop_reason,
        "rollback_target": execution.rollback_target,
        "live_in": list(entry.live_in),
        "stage": stage
        and {"name": stage.stage, "status": stage.status, "started": stage.started, "updated": stage.updated},
    }


def versions_text(versions: Sequence[Version], look: Look, now: datetime) -> str:
    """A line for each version, with what changed since the one before it."""
    return "\n".join(
        _version_line(version, before, look, now)
        for version, before in zip(versions, [*versions[1:], None], strict=False)
    )


def _version_line(version: Version, before: Version | None, look: Look, now: datetime) -> str:
    number = pad(f"version {version.number}", 13)
    moment = pad(clock(version.updated, now) if version.updated else "", MOMENT)
    told = _changes(differences(before, version)) if before else ""
    return f"  {look.bold(number)}{moment}{cut(told, look.limit(max(look.width - 15 - MOMENT, 20)))}".rstrip()


def _changes(changed: Sequence[Difference]) -> str:
    if not changed:
        return "as before"
    paths = list(dict.fromkeys(_where(each.path) for each in changed))
    more = len(paths) - _MOST_CHANGES
    return ", ".join([*paths[:_MOST_CHANGES], *([f"{more} more"] if more > 0 else [])])


def _where(path: str) -> str:
    """The stage and action, or the part of the pipeline, that a path is in."""
    words = path.split(".")
    if words[0] != "stages":
        return words[0]
    if words[1] == "(order)":
        return "order of stages"
    return "/".join(dict.fromkeys([words[1], *words[3:4]])) if words[2:3] == ["actions"] else words[1]


def differences_text(before: Version, after: Version, look: Look) -> str:
    """Every difference between two versions, as lines."""
    changed = differences(before, after)
    head = f"version {before.number} -> {after.number}: {counted(len(changed), 'difference')}"
    return "\n".join([look.bold(head), *(_difference_line(each, look) for each in changed)])


def _difference_line(each: Difference, look: Look) -> str:
    path = plain(each.path)
    before, after = (_value(masked(each.path, value)) for value in (each.before, each.after))
    if each.before is None:
        return f"  {look.mark(Mark.CREATE)} {path}  {after}"
    if each.after is None:
        return f"  {look.paint('-', 'red')} {path}  {before}"
    return f"  {look.mark(Mark.CHANGE)} {path}  {before} -> {after}"


def _value(value: Any) -> str:
    return plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def version_data(version: Version, before: Version | None) -> dict[str, Any]:
    """One version as data: `differences` from the one before it, null when that is not told."""
    return {
        "version": version.number,
        "updated": version.updated,
        "differences": differences_data(before, version) if before else None,
    }


def differences_data(before: Version, after: Version) -> list[dict[str, Any]]:
    """What is otherwise in `after`."""
    return [
        {"path": each.path, "before": masked(each.path, each.before), "after": masked(each.path, each.after)}
        for each in differences(before, after)
    ]
