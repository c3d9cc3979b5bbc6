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
    world: World,
    account: str,
    region: str,
    event: Shape,
    bus: str = "default",
    *,
    fired: Any | None = None,
    forwarded: bool = False,
) -> None:
    """Send an event to all that asked for it; what one target does is no matter of the others.

    `fired` is the rule whose schedule made the event: it gets it once, whatever its pattern says. `forwarded`
    says that the event comes from another bus.
    """
    with world.lock:
        buses = world.moto("events", account, region).event_buses
        rules = rules_of(buses[bus]).met_by(event) if bus in buses else []
        if fired is not None and fired not in rules:
            rules.append(fired)
        for rule in rules:
            send(world, rule, event, forwarded=forwarded)


def send(world: World, rule: Any, event: Shape, *, forwarded: bool = False) -> None:
    """Send an event to the targets of a rule that it has met."""
    for target in list(rule.targets):
        _send(world, rule, target, event, forwarded=forwarded)


def _send(world: World, rule: Any, target: Shape, event: Shape, *, forwarded: bool) -> None:
    try:
        text = inputs.body(target, event, rule.arn, world.now())
    except inputs.InvalidJsonError as error:
        invalid = dead_letters.UndeliverableError("INVALID_JSON", "Invalid input for target.")
        dead_letters.bury(world, rule, target, error.text, invalid)
        return
    if text is None:
        return
    try:
        if forwarded:
            _refuse_third_bus(target, event)
        targets.send(world, rule, target, event, text)
    except targets.NoTargetError as missing:
        _log.warning("an event of rule %s was not delivered: %s", rule.name, missing)
    except Exception as error:  # noqa: BLE001  whatever one target does, the others get theirs
        reason = dead_letters.failure(target["Arn"].split(":")[2], error)
        dead_letters.bury(world, rule, target, text, reason)


def _refuse_third_bus(target: Shape, event: Shape) -> None:
    """EventBridge routes nothing to a third bus (user guide, "Sending events between event buses").

    Code and sentence as quoted from AWS by "Amazon EventBridge - How to manage Bus to Bus recursive message
    passing" (pubudu.dev, 2023).
    """
    if ":event-bus/" in target["Arn"]:
        raise dead_letters.UndeliverableError(
            "THIRD_ACCOUNT_HOP_DETECTED",
            f"Event ingestion rejected for event {event['id']} because an event can be sent to an event bus "
            "target only once. This event was previously delivered to an event bus target.",
        )
