"""Moments as people say them. `now` carries the time zone in which they are shown."""

from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400


def ago(moment: datetime, now: datetime) -> str:
    """`2 min ago`, `4 days ago`."""
    return "just now" if (now - moment).total_seconds() < 1 else f"{age(moment, now)} ago"


def age(moment: datetime, now: datetime) -> str:
    """`48 s`, `2 min`, `3 h`, `1 day`, `4 days`."""
    return span((now - moment).total_seconds())


def span(length: float) -> str:
    """So many seconds in the largest unit that fits."""
    seconds = max(0, int(length))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h"
    return "1 day" if seconds < 2 * DAY else f"{seconds // DAY} days"


def clock(moment: datetime, now: datetime) -> str:
    """`Mon 09:12` within a week, then with the day, then with the year."""
    here = _on_the_wall(moment, now)
    if abs(now - moment) < timedelta(days=6):
        return here.strftime("%a %H:%M")
    return here.strftime("%d %b %H:%M") if here.year == now.year else here.strftime("%d %b %Y %H:%M")


def _on_the_wall(moment: datetime, now: datetime) -> datetime:
    """The moment on the reader's clock. On the machine's own it has the offset of its day, not today's."""
    is_own = now.utcoffset() == now.astimezone().utcoffset()
    return moment.astimezone(None if is_own else now.tzinfo)


def since(moment: datetime, now: datetime) -> str:
    """`since Mon 09:12 (3 days)`."""
    return f"since {clock(moment, now)} ({age(moment, now)})"


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second: `2026-01-23T10:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: float) -> str:
    """`0.1 s`, `48 s`, `2 min 5 s`."""
    if seconds < 10:  # noqa: PLR2004  below that a tenth tells something
        return f"{seconds:.1f} s"
    minutes, left = divmod(round(seconds), MINUTE)
    return f"{minutes} min {left} s" if minutes else f"{left} s"
