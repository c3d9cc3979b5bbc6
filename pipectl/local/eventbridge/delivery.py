"""EventBridge delivers: events go to the targets of the enabled rules that match them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pipectl.local.eventbridge import dead_letters, inputs, targets
from pipectl.local.eventbridge.rule_index import rules_of

if TYPE_CHECKING:
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
        rules = rules_of(buses[bus]).met_by(event) if bus in buses else []
        if fired is not None and fired not in rules:
            rules.append(fired)
        for rule in rules:
            send(world, rule, event)


def send(world: World, rule: Any, event: Shape) -> None:
    """Send an event to the targets of a rule that it has met."""
    for target in list(rule.targets):
        _send(world, rule, target, event)


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
