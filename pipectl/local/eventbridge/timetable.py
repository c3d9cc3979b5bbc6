"""Rules on a schedule fire by the clock of the local AWS, while anybody has such a rule."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local import motos
from pipectl.local.eventbridge import delivery, schedules
from pipectl.local.ticking import Ticker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipectl.local.world import World

_BUS = "default"  # rules on a schedule are for this one only (PutRule refuses others)
_MADE_UP = 100
"""So many occurrences are made up for when the clock was moved; the rest is lost (inferred)."""


@dataclass
class _Entry:
    """When a rule fires next; None: never again."""

    expression: str
    due: datetime | None


class Timetable:
    """The rules on a schedule of all accounts and Regions, and when each fires next."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries: dict[str, _Entry] = {}
        self._ticker = Ticker(world, self._settle)

    def stir(self) -> None:
        """A rule was put, enabled or removed; called under the world's lock."""
        if self._entries or any(True for _ in self._rules()):
            self._ticker.wake()

    def _settle(self) -> float | None:
        """Fire what is due; the seconds until the next one, None: no rule is on a schedule"""
        rules = {rule.arn: rule for rule in self._rules()}
        self._entries = {arn: entry for arn, entry in self._entries.items() if arn in rules}
        now = self._world.now()
        for arn, rule in rules.items():
            self._advance(arn, rule, now)
        dues = [entry.due for entry in self._entries.values() if entry.due]
        if not self._entries:
            return None
        return max((min(dues) - self._world.now()).total_seconds(), 0) if dues else None

    def _advance(self, arn: str, rule: Any, now: datetime) -> None:
        """The same expression put again keeps its rhythm (recorded: radkawar/stackd, docs/eventbridge.md)"""
        expression = rule.scheduled_expression
        schedule = schedules.parse(expression)
        entry = self._entries.get(arn)
        if entry is None or entry.expression != expression:
            entry = self._entries[arn] = _Entry(expression, schedule.next_after(now))
        for _ in range(_MADE_UP):
            if entry.due is None or entry.due > now:
                return
            self._fire(rule, entry.due)
            entry.due = schedule.next_after(entry.due)
        entry.due = schedule.next_after(now)

    def _fire(self, rule: Any, due: datetime) -> None:
        """Recorded in radkawar/stackd, testdata/aws/eventbridge/scheduled_delivery.json"""
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.account_id,
            "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": rule.region_name,
            "resources": [rule.arn],
            "detail": {},
        }
        delivery.deliver(self._world, rule.account_id, rule.region_name, event, _BUS, fired=rule)

    def _rules(self) -> Iterator[Any]:
        """The enabled rules with a schedule that can be read"""
        accounts = motos.backends("events")
        for regions in list(accounts.values()):
            for backend in list(regions.values()):
                bus = backend.event_buses.get(_BUS)
                for rule in list(bus.rules.values()) if bus else ():
                    expression = rule.scheduled_expression
                    if expression and rule.state == "ENABLED" and schedules.is_valid(expression):
                        yield rule
