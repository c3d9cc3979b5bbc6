"""Why a commit is not live, as a screen and as data: what holds it, what is live instead, what helps."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from pipectl.render.marks import Look
from pipectl.render.text import plain, wrapped
from pipectl.render.times import since
from pipectl.render.why_answers import LOG, answer_lines
from pipectl.render.why_next import next_steps
from pipectl.render.why_words import commit_text, execution_text
from pipectl.runs.actions import ActionRun
from pipectl.runs.values import Execution
from pipectl.runs.why.answers import Changed, Commit, Live, Place, Verdict, Why

INDENT = "  "
NEXT = "next: "

_VERDICTS = {
    Verdict.LIVE: ("is live", "green"),
    Verdict.NOT_LIVE: ("is not live", "red"),
    Verdict.UNKNOWN: ("may be live or not", "yellow"),
}


def why_text(why: Why, look: Look, now: datetime) -> str:
    """The whole answer."""
    word, colour = _VERDICTS[why.verdict]
    which = f"{execution_text(why.execution)} of " if why.execution and _is_live_already(why) else ""
    room = look.width - len(word) - 1 - len(which)
    commit = which + (commit_text(why.commit, room) if why.commit else "the newest commit")
    told = [*answer_lines(why, now), *_instead(why, now)]
    lines = [f"{INDENT}{line}" for text in told for line in _folded(text, look.width - len(INDENT))]
    steps = [line for step in next_steps(why, now) for line in wrapped(step, look.width - len(NEXT))]
    steps = [f"{' ' * len(NEXT) if number else NEXT}{line}" for number, line in enumerate(steps)]
    return "\n".join([f"{look.bold(commit)} {look.paint(word, colour)}", *lines, *steps])


def _is_live_already(why: Why) -> bool:
    """Whether an earlier execution deployed the same commit: then only this execution's is not live."""
    if why.verdict is not Verdict.NOT_LIVE or why.commit is None or why.execution is None:
        return False
    others = [place.execution for place in why.live if place.execution.id != why.execution.id]
    return any(execution.revision == why.commit.id for execution in others)


def _folded(text: str, cells: int) -> list[str]:
    """Lines of a log and links stay whole, so that they can be read and followed; the rest is wrapped."""
    return [text] if text.startswith((LOG, "https://")) else wrapped(text, cells, whole=True)


def _instead(why: Why, now: datetime) -> Iterator[str]:
    """What is live, place by place; not where the answer has told it."""
    if isinstance(why.answer, Changed) or (isinstance(why.answer, Live) and not why.answer.part_of):
        return
    for place in why.live:
        by = f", by {execution_text(place.execution)}" if _is_live_already(why) else ""
        yield f"live in {plain(place.target)}: {_what(place, now)}{by}"
    if not why.live:
        yield "nothing is live yet"


def _what(place: Place, now: datetime) -> str:
    execution = place.execution
    commit = Commit(execution.revision, execution.message) if execution.revision else None
    what = commit_text(commit) if commit else execution_text(execution)
    return f"{what}, {since(place.since, now)}" if place.since else what


def why_data(why: Why, now: datetime) -> dict[str, Any]:
    """The answer as data: `live` is null when it cannot be told; `details` depend on the answer."""
    live = {Verdict.LIVE: True, Verdict.NOT_LIVE: False, Verdict.UNKNOWN: None}[why.verdict]
    return {
        "pipeline": why.pipeline,
        "commit": why.commit and {"id": why.commit.id, "message": why.commit.message},
        "live": live,
        "answer": re.sub(r"(?<!^)(?=[A-Z])", "_", type(why.answer).__name__).lower(),
        "execution": why.execution and why.execution.id,
        "details": _data(why.answer),
        "places": [_place_data(place) for place in why.live],
        "next": re.findall(r"`([^`]+)`", " ".join(next_steps(why, now))),
    }


def _place_data(place: Place) -> dict[str, Any]:
    return {
        "stage": place.stage,
        "target": place.target,
        "execution": place.execution.id,
        "revision": place.execution.revision,
        "since": place.since,
    }


def _data(value: Any) -> Any:
    """Values within an answer; an execution by its id and revision."""
    if isinstance(value, Execution):
        return {"id": value.id, "status": value.status, "revision": value.revision, "message": value.message}
    if isinstance(value, ActionRun):
        keys = ("id", "stage", "name", "provider", "status", "error", "url", "started", "updated")
        return {key: getattr(value, key) for key in keys}
    if is_dataclass(value):
        return {each.name: _data(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _data(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else value
