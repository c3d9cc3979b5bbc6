"""EventBridge delivers: events go to the targets of the enabled rules that match them."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any

from pipectl.facts import event_pattern
from pipectl.local.eventbridge import targets

if TYPE_CHECKING:
    from pipectl.facts.event_pattern_grammar import Pattern
    from pipectl.local.world import World

Shape = dict[str, Any]
_log = logging.getLogger(__name__)


def deliver(world: World, account: str, region: str, event: Shape, bus: str = "default") -> None:
    """Send an event to all that asked for it; what one target does is no matter of the others."""
    with world.lock:
        buses = world.moto("events", account, region).event_buses
        rules = list(buses[bus].rules.values()) if bus in buses else []
        for rule in rules:
            if rule.state.startswith("ENABLED") and _matches(rule, event):
                for target in list(rule.targets):
                    _send(world, rule, target, event)


def _matches(rule: Any, event: Shape) -> bool:
    text = rule.event_pattern.dump()
    return bool(text) and event_pattern.matches(_parsed(text), event)


@functools.lru_cache(maxsize=1024)
def _parsed(text: str) -> Pattern:
    """Every event meets every rule of its bus: a pattern is read once"""
    return event_pattern.parse(text)


def _send(world: World, rule: Any, target: Shape, event: Shape) -> None:
    try:
        targets.send(world, rule, target, event)
    except (targets.NoTargetError, targets.NotAllowedError) as missing:
        _log.warning("an event of rule %s was not delivered: %s", rule.name, missing)
    except Exception:  # noqa: BLE001  AWS retries for a day, then drops the event; the other targets get theirs
        _log.exception("an event could not be delivered to %s", target["Arn"])
