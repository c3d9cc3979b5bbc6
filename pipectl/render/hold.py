"""A closed gate in words: whose it is, since when, until when, why, and that 30 days stop what waits."""

from collections.abc import Iterator
from datetime import datetime

from pipectl.command import pipectl
from pipectl.render.plan import person, quoted
from pipectl.render.times import ago, clock, span
from pipectl.runs.until import LONGEST
from pipectl.runs.values import Gate


def closed_text(gate: Gate, now: datetime) -> str:
    """`closed by ann, Mon 09:12 (3 days ago), until Thu 09:00 (in 2 h): "freeze"`."""
    who = f"closed by {person(gate.changed_by)}" if gate.changed_by else "closed"
    when = f", {clock(gate.changed_at, now)} ({ago(gate.changed_at, now)})" if gate.changed_at else ""
    why = f": {quoted(gate.why)}" if gate.why else ""
    return f"{who}{when}{until_text(gate, now)}{why}"


def until_text(gate: Gate, now: datetime) -> str:
    """When the hold shall end; nothing where its reason does not say."""
    if gate.until is None:
        return ""
    moment = clock(gate.until, now)
    return (
        f", until {moment}, which is over" if gate.until <= now else f", until {moment} ({ahead(gate, now)})"
    )


def ahead(gate: Gate, now: datetime) -> str:
    """`in 2 h`."""
    return f"in {span((gate.until - now).total_seconds())}" if gate.until else ""


def thirty_days(gate: Gate, now: datetime) -> str:
    """How long what waits still goes on when the gate opens (User guide, transitions)."""
    if gate.changed_at is None or not gate.nears_thirty_days(now):
        return ""
    left = (LONGEST - (now - gate.changed_at)).total_seconds()
    if left <= 0:
        return "for more than 30 days: what waits does not go on when the gate opens"
    told = span(left)
    return f"{told} {'is' if told.startswith('1 ') else 'are'} left: after 30 days what waits does not go on"


def warnings(gate: Gate, now: datetime) -> Iterator[str]:
    """What somebody should do about a closed gate."""
    if gate.until and gate.until <= now:
        yield f"its end has passed; {pipectl('enable-transition', '--expired')} opens it"
    if told := thirty_days(gate, now):
        yield told
