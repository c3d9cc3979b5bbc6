"""A moment in the past, as a person writes it: `10m`, `2h`, `3d`, a day, or a moment of ISO 8601."""

import re
from datetime import UTC, datetime, timedelta

from pipectl.errors import WrongUsage
from pipectl.spec.problems import shown

HELP = "Only what is newer: 90s, 10m, 2h, 3d, 2w, 2026-01-23, 2026-01-23T10:00"

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""AWS counts from here, and takes nothing below (API reference, GetLogEvents)."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"(\d{1,6})\s*([smhdw])")


def since(text: str | None, now: datetime) -> datetime | None:
    """The moment that is meant, on the machine's clock. Raises WrongUsage for what is none."""
    if text is None:
        return None
    try:
        if age := _AGE.fullmatch(text.strip().lower()):
            moment = now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        else:
            moment = datetime.fromisoformat(text.strip()).astimezone()  # with the offset of that day
        return max(moment, EARLIEST)
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"{shown(text)} is no moment", hint="write `10m`, `2h`, `3d`, or `2026-01-23T10:00`"
        ) from None
