"""Cron expressions of deployment windows: does a moment lie in them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.facts.stage_rules import DAYS, MONTHS

if TYPE_CHECKING:
    from datetime import datetime

_WITHOUT_SECONDS = 6
_WITH_SECONDS = 7


def matches(expression: str, moment: datetime) -> bool:
    """Whether a moment lies in the window; ValueError when the expression cannot be read.

    Six fields (minutes, hours, day of month, month, day of week, year), seven with seconds in front, or six
    with seconds and without the year.
    """
    fields = expression.strip().removeprefix("cron(").removesuffix(")").split()
    if len(fields) not in (_WITHOUT_SECONDS, _WITH_SECONDS):
        raise ValueError(f"{expression} does not have six or seven fields")
    if len(fields) == _WITHOUT_SECONDS and not _is_year(fields[-1]):
        fields = [*fields, "*"]
    minute, hour, day, month, weekday, year = fields[-_WITHOUT_SECONDS:]
    return (
        _holds(minute, moment.minute, 0, 59)
        and _holds(hour, moment.hour, 0, 23)
        and _holds(day, moment.day, 1, 31)
        and _holds(month, moment.month, 1, 12, MONTHS)
        and _holds(weekday, moment.isoweekday() % 7 + 1, 1, 7, DAYS)
        and _holds(year, moment.year, 1970, 2199)
    )


def _is_year(field: str) -> bool:
    return field in ("*", "?") or field[:4].isdecimal()


def _holds(field: str, value: int, least: int, most: int, names: tuple[str, ...] | None = None) -> bool:
    return any(value in _values(part, least, most, names or ()) for part in field.split(","))


def _values(part: str, least: int, most: int, names: tuple[str, ...]) -> list[int]:
    span, _, step = part.partition("/")
    if span in {"*", "?"}:
        first, last = least, most
    else:
        start, _, end = span.partition("-")
        first = _number(start, names)
        last = _number(end, names) if end else (most if step else first)
    if first > last:  # FRI-MON goes around the end of the week
        return [*range(first, most + 1), *range(least, last + 1)]
    return list(range(first, last + 1, int(step or 1)))


def _number(text: str, names: tuple[str, ...]) -> int:
    return names.index(text.upper()) + 1 if text.upper() in names else int(text)
