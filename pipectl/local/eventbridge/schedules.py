"""Schedule expressions of rules: `rate(5 minutes)` and `cron(0 12 * * ? *)`.

User guide of EventBridge, "Setting a schedule pattern". What is refused is recorded in localstack/localstack,
tests/aws/services/events/test_events_schedule.py and its snapshot.
"""

from __future__ import annotations

import re

from pipectl.facts.stage_rules import DAYS, MONTHS

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]*)\)")
_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, MONTHS),
    (1, 7, DAYS),
    (1970, 2199, ()),
)
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def is_valid(expression: str) -> bool:
    """Return whether PutRule takes a schedule expression."""
    if rate := _RATE.fullmatch(expression):
        value, is_plural = int(rate[1]), bool(rate[3])
        return value > 0 and is_plural is (value > 1)
    cron = _CRON.fullmatch(expression)
    return cron is not None and _is_cron(cron[1].split())


def _is_cron(fields: list[str]) -> bool:
    """One of the two days is `?`, and only one of them says something (user guide, "Restrictions")"""
    if len(fields) != len(_FIELDS) or "?" not in (fields[_DAY_OF_MONTH], fields[_DAY_OF_WEEK]):
        return False
    return all(
        _is_field(field, number, *bounds)
        for number, (field, bounds) in enumerate(zip(fields, _FIELDS, strict=True))
    )


def _is_field(field: str, number: int, least: int, most: int, names: tuple[str, ...]) -> bool:
    if field == "*":
        return True
    if number == _DAY_OF_MONTH and re.fullmatch(r"\?|L|(\d{1,2})W", field):
        return True
    if number == _DAY_OF_WEEK and re.fullmatch(rf"\?|L|([1-7]|{'|'.join(names)})(L|#[1-5])", field):
        return True
    return all(_is_part(part, least, most, names) for part in field.split(","))


def _is_part(part: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not step.isdecimal():
        return False
    ends = ["*"] if span == "*" else span.split("-")
    return len(ends) in (1, 2) and all(
        end == "*" or end.upper() in names or (end.isdecimal() and least <= int(end) <= most) for end in ends
    )
