"""The end of a hold, kept in its reason: AWS keeps nothing else of a closed transition.

`Release freeze (until 2026-11-30 09.00 UTC)`: only characters that a reason may hold (API reference,
DisabledReason), in UTC to the minute, so that everyone who reads it means the same moment.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from pipectl.errors import WrongUsage
from pipectl.spec.problems import shown

LONGEST = timedelta(days=30)
"""After so long a hold, opening the gate lets nothing in (User guide, transitions)."""
NEAR = timedelta(days=7)
"""So long before that it is told."""

_KEPT = "%Y-%m-%d %H.%M UTC"
_END = re.compile(r"\s*\(?until (\d{4}-\d\d-\d\d \d\d\.\d\d UTC)\)?\s*$")

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 3
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,4})\s*([mhdw])")
_CLOCK = re.compile(r"(?:(?P<day>[a-z]+)(?:\s+|$))?(?P<clock>\d{1,2}[:.]\d\d)?")


def recorded(reason: str, end: datetime, longest: int) -> str:
    """The reason with its end, in at most so many characters: what is too long loses words, not the end."""
    told = end.astimezone(UTC).strftime(f"(until {_KEPT})")
    return f"{reason[: longest - len(told) - 1].rstrip()} {told}".strip()


def end(reason: str | None) -> datetime | None:
    """The end that a reason tells; None when it tells none."""
    found = _END.search(reason or "")
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _KEPT).replace(tzinfo=UTC)
    except ValueError:  # somebody wrote a 31 February
        return None


def bare(reason: str | None) -> str | None:
    """The reason without its end."""
    return _END.sub("", reason or "") or None


def moment(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment after `now` that a person means, in a zone; without one it is the machine's own.

    `Mon 09:00`, `09:00`, `tomorrow 9:00`, `2h`, `3d`, `2026-11-30`, `2026-11-30 09:00`, ISO 8601. Raises
    WrongUsage for what is none, or is over.
    """
    found = _span(text, now) or _clock(text.strip().lower(), now.astimezone(zone), zone) or _iso(text, zone)
    if found is None:
        raise WrongUsage(
            f"{shown(text)} is no moment",
            hint="write `Mon 09:00`, `tomorrow 18:00`, `3d`, or `2026-11-30 09:00`",
        )
    if found <= now:
        raise WrongUsage(
            f"{shown(text)} is over", hint="a hold ends in the future; `enable-transition` ends it now"
        )
    return _to_the_minute(found)


def _to_the_minute(found: datetime) -> datetime:
    """What is kept has no seconds; a hold must not end before it was meant to."""
    whole = found.replace(second=0, microsecond=0)
    return whole if whole == found else whole + timedelta(minutes=1)


def _span(text: str, now: datetime) -> datetime | None:
    found = _SPAN.fullmatch(text.strip().lower())
    return now + timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def _clock(text: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    """A day of the week or none, and a time of the day or its beginning: the next such moment."""
    found = _CLOCK.fullmatch(text)
    if not text or found is None:
        return None
    ahead = _days_ahead(found["day"], now)
    try:
        hour, minute = map(int, re.split(r"[:.]", found["clock"] or "0:00"))
        there = _at(now, ahead or 0, time(hour, minute), zone)
    except ValueError:
        return None
    if found["day"] is not None and ahead is None:
        return None
    again = 1 if found["day"] is None else 7
    is_said = there > now or found["day"] in ("today", "tomorrow")
    return there if is_said else _at(there, again, time(hour, minute), zone)


def _days_ahead(word: str | None, now: datetime) -> int | None:
    if word in (None, "today", "tomorrow"):
        return 1 if word == "tomorrow" else 0
    meant = [
        number
        for number, day in enumerate(_DAYS)
        if len(word or "") >= _SHORTEST and day.startswith(word or "")
    ]
    return (meant[0] - now.weekday()) % 7 if meant else None


def _at(now: datetime, days: int, clock: time, zone: tzinfo | None) -> datetime:
    return _local(datetime.combine(now.date() + timedelta(days=days), clock), zone)


def _local(naive: datetime, zone: tzinfo | None) -> datetime:
    """A moment on the wall clock; the offset of that day counts, not today's."""
    return naive.astimezone() if zone is None else naive.replace(tzinfo=zone)


def _iso(text: str, zone: tzinfo | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else _local(found, zone)
