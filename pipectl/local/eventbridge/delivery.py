"""EventBridge delivers: events go to the targets of the enabled rules that match them."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any

from pipectl.facts import event_pattern
from pipectl.local.eventbridge import dead_letters, inputs, targets

if TYPE_CHECKING:
    from pipectl.facts.event_pattern_grammar import Pattern
    from pipectl.local.world import World

Shape = dict[str, Any]
_log = logging.getLogger(__name__)


def deliver(
    world: World, account: str, region: str, event: Shape, bus: str = "default", *, fired: Any | None = None
) -> None:
    """Send an event to all that asked for it; what one target does is no matter of the others.

    `fired` is the rule whose schedule made the event: it gets it once, whatever its pattern says.
    """
    with world.lock:
        buses = world.moto("events", account, region).event_buses
        rules = list(buses[bus].rules.values()) if bus in buses else []
        for rule in rules:
            if rule is fired or (rule.state.startswith("ENABLED") and _matches(rule, event)):
                send(world, rule, event)


def send(world: World, rule: Any, event: Shape) -> None:
    """Send an event to the targets of a rule that it has met."""
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
        text = inputs.body(target, event, rule.arn, world.now())
    except inputs.InvalidJsonError as error:
        invalid = dead_letters.UndeliverableError("INVALID_JSON", "Invalid input for target.")
        dead_letters.bury(world, rule, target, error.text, invalid)
        return
    if text is None:
        return
    try:
        targets.send(world, rule, target, event, text)
    except targets.NoTargetError as missing:
        _log.warning("an event of rule %s was not delivered: %s", rule.name, missing)
    except Exception as error:  # noqa: BLE001  whatever one target does, the others get theirs
        reason = dead_letters.failure(target["Arn"].split(":")[2], error)
        dead_letters.bury(world, rule, target, text, reason)
