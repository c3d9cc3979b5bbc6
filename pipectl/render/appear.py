"""That an execution is waited for which is not there yet: what for, why it does not come, and what helps."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pipectl.command import first_push, pipectl
from pipectl.render.marks import Look, Mark
from pipectl.render.text import plain, wrapped
from pipectl.render.times import duration
from pipectl.render.wait import execution_text, short
from pipectl.render.why_answers import answer_lines
from pipectl.render.why_next import next_steps
from pipectl.runs.appear import Appeared, Missing
from pipectl.runs.why.answers import NeverSeen


def named(commit: str | None) -> str:
    """`an execution of 4c1e9d0`, or `an execution`."""
    return f"an execution of {_short(commit)}" if commit else "an execution"


def _short(commit: str) -> str:
    return short(commit) if re.fullmatch(r"(sha256:)?[0-9a-f]{8,}", commit) else plain(commit)


def missing_lines(
    pipeline: str, commit: str | None, missing: Missing, look: Look, now: datetime
) -> Iterator[str]:
    """What is waited for; a line that was told already need not be told again."""
    yield f"  {look.mark(Mark.RUNNING)} waiting for {named(commit)} in {plain(pipeline)}"
    if missing.fetching:
        fetching = f"execution {short(missing.fetching.id)} has not fetched its source yet"
        yield f"  {look.mark(Mark.RUNNING)} {fetching}"
    for number, text in enumerate([*_reasons(missing, now), *_steps(missing, now)]):
        mark = f"  {look.mark(Mark.ASKS)} " if number == 0 else "    "
        head, *more = wrapped(text, look.limit(look.width - 4), whole=True)
        yield "\n".join([f"{mark}{head}", *(f"    {line}" for line in more)])


def _reasons(missing: Missing, now: datetime) -> list[str]:
    if missing.why is None or not isinstance(missing.why.answer, NeverSeen):
        return []
    return list(answer_lines(missing.why, now))


def _steps(missing: Missing, now: datetime) -> list[str]:
    if missing.push is not None:
        return [first_push(missing.push.url, missing.push.branch, missing.push.repository)]
    if missing.why is None or not isinstance(missing.why.answer, NeverSeen):
        return []
    return next_steps(missing.why, now)


def still_text(missing: Missing, look: Look) -> str:
    """After a while in which nothing changed."""
    return f"  {look.mark(Mark.RUNNING)} still waiting, {duration(missing.seconds)}"


def missing_data(commit: str | None, missing: Missing, now: datetime) -> dict[str, Any]:
    """What is waited for, as data."""
    steps = " ".join(_steps(missing, now))
    return {
        "revision": commit,
        "fetching": missing.fetching and missing.fetching.id,
        "reasons": _reasons(missing, now),
        "next": re.findall(r"`([^`]+)`", steps),
    }


def found_text(found: Appeared, commit: str | None) -> str:
    """Which execution is followed now."""
    if found.carrier and commit:
        newer = f"{short(found.carrier.id)}, which is newer and contains it"
        return f"{_short(commit)} came with {newer}: following {execution_text(found.execution)}"
    return f"following {execution_text(found.execution)}"


def timed_out_message(pipeline: str, commit: str | None, missing: Missing | None) -> str:
    """Nothing appeared in time."""
    seconds = duration(missing.seconds) if missing else "this time"
    return f"{named(commit)} has not appeared in {plain(pipeline)} after {seconds}"


def timed_out_hint(missing: Missing | None, now: datetime) -> str:
    """What helps, as far as it is known."""
    steps = _steps(missing, now) if missing else []
    return steps[0] if steps else f"{pipectl('history')} lists what ran"
