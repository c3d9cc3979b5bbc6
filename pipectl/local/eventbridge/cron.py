"""Cron expressions of rules: what PutRule takes, and when they fire (UTC).

Which are taken is recorded in radkawar/stackd, testdata/aws/eventbridge/scheduled_rules.json: numbers and
names may have letters behind them, steps may be 0 or too large, ranges may wrap around but for years. When
they fire: user guide of EventBridge, "Cron expressions", and the same recordings (scheduled_delivery.json).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipectl.facts.stage_rules import DAYS, MONTHS

_FIELDS = 6
_LAST_YEAR = 2199  # user guide, "Cron expressions"
_ANY = ("*", "?")
_STEP = re.compile(r"(?P<span>[^/]+)(?:/(?P<step>\d+)[A-Za-z]*)?")
_LAST = re.compile(r"L(?:-(\d+))?(W?)")
_NEAREST = re.compile(r"(?:(\d+)-)?(\d+)W")
_OF_MONTH = re.compile(r"(\w+?)(L|#[1-5])")
_SATURDAY = 5  # Python's


@dataclass(frozen=True)
class _Range:
    """The values that one field may have; names stand for numbers from `least` on."""

    least: int
    most: int
    names: tuple[str, ...] = ()
    wraps: bool = True

    def values(self, field: str) -> frozenset[int]:
        """The numbers that a field means; ValueError when it is none."""
        return frozenset(value for part in field.split(",") for value in self._part(part))

    def _part(self, part: str) -> range | list[int]:
        matched = _STEP.fullmatch(part)
        if matched is None:
            raise ValueError(part)
        span, step = matched["span"], int(matched["step"] or 1)
        if span == "*":
            first, last = self.least, self.most
        else:
            start, dash, end = span.partition("-")
            first = self.number(start)
            last = self.number(end) if dash else (self.most if matched["step"] else first)
        if step == 0:
            last, step = first, 1
        if first <= last:
            return range(first, last + 1, step)
        if not self.wraps:
            raise ValueError(part)
        return [*range(first, self.most + 1), *range(self.least, last + 1)][::step]

    def number(self, text: str) -> int:
        """A number or a name; letters behind them mean nothing (recorded)."""
        if text[:3].upper() in self.names and text.isalpha():
            return self.names.index(text[:3].upper()) + 1
        digits = re.fullmatch(r"(\d+)[A-Za-z]*", text)
        if digits is None or not self.least <= int(digits[1]) <= self.most:
            raise ValueError(text)
        return int(digits[1])


_MINUTE, _HOUR, _DAY = _Range(0, 59), _Range(0, 23), _Range(1, 31)
_MONTH, _WEEKDAY = _Range(1, 12, MONTHS), _Range(1, 7, DAYS)
_YEAR = _Range(1, 2**31 - 1, wraps=False)


@dataclass(frozen=True)
class Cron:
    """A cron expression that was read."""

    minutes: frozenset[int]
    hours: frozenset[int]
    months: frozenset[int]
    day: str
    weekday: str
    year: str

    def next_after(self, moment: datetime) -> datetime | None:
        """The next minute after a moment that fits; None: there is none until 2199."""
        first = (moment + timedelta(minutes=1)).replace(second=0, microsecond=0)
        for year in range(first.year, _LAST_YEAR + 1):
            if not self._has_year(year):
                continue
            for month in sorted(self.months):
                found = self._in_month(year, month, first)
                if found is not None:
                    return found
        return None

    def _in_month(self, year: int, month: int, first: datetime) -> datetime | None:
        if (year, month) < (first.year, first.month):
            return None
        for day in sorted(self._days(year, month)):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    at = datetime(year, month, day, hour, minute, tzinfo=UTC)
                    if at >= first:
                        return at
        return None

    def _has_year(self, year: int) -> bool:
        for part in self.year.split(","):
            span, _, step = part.partition("/")
            start, _, end = span.partition("-")
            first = 1970 if span == "*" else int(start)
            last = int(end) if end else (_LAST_YEAR if step or span == "*" else first)
            if first <= year <= last and (year - first) % max(int(step or 1), 1) == 0:
                return True
        return False

    def _days(self, year: int, month: int) -> set[int]:
        length = calendar.monthrange(year, month)[1]
        days = self._days_of_month(year, month, length) & self._days_of_week(year, month, length)
        return {day for day in days if 1 <= day <= length}

    def _days_of_month(self, year: int, month: int, length: int) -> set[int]:
        if self.day in _ANY:
            return set(range(1, length + 1))
        if last := _LAST.fullmatch(self.day):
            day = length - int(last[1] or 0)
            return {_workday(year, month, day)} if last[2] else {day}
        if nearest := _NEAREST.fullmatch(self.day):
            days = range(int(nearest[1] or nearest[2]), int(nearest[2]) + 1)
            return {_workday(year, month, day) for day in days if day <= length}
        return set(_DAY.values(self.day))

    def _days_of_week(self, year: int, month: int, length: int) -> set[int]:
        every = range(1, length + 1)
        if self.weekday in _ANY:
            return set(every)
        if self.weekday == "L":
            return {day for day in every if _weekday(year, month, day) == 7}  # noqa: PLR2004  Saturday
        if one := _OF_MONTH.fullmatch(self.weekday):
            days = [day for day in every if _weekday(year, month, day) == _WEEKDAY.number(one[1])]
            if one[2] == "L":
                return {days[-1]}
            return set(days[int(one[2][1]) - 1 : int(one[2][1])])
        chosen = _WEEKDAY.values(self.weekday)
        return {day for day in every if _weekday(year, month, day) in chosen}


def parse(fields_text: str) -> Cron:
    """Read what stands between the brackets; ValueError when PutRule refuses it."""
    fields = fields_text.split(" ")
    if len(fields) != _FIELDS or "?" not in (fields[2], fields[4]):
        raise ValueError(fields_text)
    minute, hour, day, month, weekday, year = fields
    if not (day in _ANY or _LAST.fullmatch(day) or _NEAREST.fullmatch(day)):
        _DAY.values(day)
    if one := _OF_MONTH.fullmatch(weekday):
        _WEEKDAY.number(one[1])
    elif weekday not in (*_ANY, "L"):
        _WEEKDAY.values(weekday)
    _check_years(year)
    return Cron(_MINUTE.values(minute), _HOUR.values(hour), _MONTH.values(month), day, weekday, year)


def _check_years(field: str) -> None:
    """Years are not listed one by one: there may be two thousand millions of them"""
    for part in field.split(","):
        matched = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/\d+)?", part)
        if matched is None or (matched[2] and int(matched[1]) > int(matched[2])):
            raise ValueError(field)
        if any(number and int(number) > _YEAR.most for number in matched.groups()):
            raise ValueError(field)


def _weekday(year: int, month: int, day: int) -> int:
    """1 is Sunday (user guide)"""
    return (calendar.weekday(year, month, day) + 1) % 7 + 1


def _workday(year: int, month: int, day: int) -> int:
    """The weekday nearest to a day, in the same month (user guide, "W")"""
    length = calendar.monthrange(year, month)[1]
    number = calendar.weekday(year, month, day)
    if number == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if number > _SATURDAY:
        return day + 1 if day < length else day - 2
    return day
