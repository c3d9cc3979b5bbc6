"""A moment in the past, as a person writes it: `10m`, `2h`, `3d`, a day, or a moment of ISO 8601."""

import re
from datetime import datetime, timedelta

from pipectl.errors import WrongUsage
from pipectl.spec.problems import shown

HELP = "Only what is newer: 90s, 10m, 2h, 3d, 2w, 2026-01-23, 2026-01-23T10:00"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"(\d{1,6})\s*([smhdw])")


def since(text: str | None, now: datetime) -> datetime | None:
    """The moment that is meant, in the time zone of `now`. Raises WrongUsage for what is none."""
    if text is None:
        return None
    if age := _AGE.fullmatch(text.strip().lower()):
        return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage(
            f"{shown(text)} is no moment", hint="write `10m`, `2h`, `3d`, or `2026-01-23T10:00`"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
