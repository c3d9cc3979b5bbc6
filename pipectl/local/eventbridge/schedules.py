"""Schedule expressions of rules: `rate(5 minutes)` and `cron(0 12 * * ? *)`.

User guide of EventBridge, "Setting a schedule pattern". What is refused is recorded in localstack/localstack,
tests/aws/services/events/test_events_schedule.snapshot.json, and in radkawar/stackd, scheduled_rules.json.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipectl.local.eventbridge import cron

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]*)\)")


@dataclass(frozen=True)
class Rate:
    """Every so often, from the moment on at which the rule was put."""

    every: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """The occurrence after one."""
        return moment.replace(microsecond=0) + self.every


Schedule = Rate | cron.Cron


def parse(expression: str) -> Schedule:
    """Return a schedule; ValueError when PutRule refuses the expression."""
    if rate := _RATE.fullmatch(expression):
        value, is_plural = int(rate[1]), bool(rate[3])
        if value == 0 or is_plural is not (value > 1):
            raise ValueError(expression)
        return Rate(timedelta(**{f"{rate[2]}s": value}))
    matched = _CRON.fullmatch(expression)
    if matched is None:
        raise ValueError(expression)
    return cron.parse(matched[1])


def is_valid(expression: str) -> bool:
    """Return whether PutRule takes a schedule expression."""
    try:
        parse(expression)
    except ValueError:
        return False
    return True
