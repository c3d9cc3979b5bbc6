"""EventBridge delivers: events go to the targets of the enabled rules that match them.

Rules and patterns are moto's. Targets here: pipelines, SQS, SNS, log groups and other buses; the rest
would need something to run and is only logged.
"""

from __future__ import annotations

import copy
import json
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
_log = logging.getLogger(__name__)
_QUOTED = re.compile(r'"[^"]*"')
_PLACE = re.compile(r"<([A-Za-z0-9_\-.]+)>")


def deliver(world: World, account: str, region: str, event: Shape, bus: str = "default") -> None:
    """Send an event to all that asked for it; what one target does is no matter of the others"""
    with world.lock:
        buses = world.moto("events", account, region).event_buses
        rules = list(buses[bus].rules.values()) if bus in buses else []
        for rule in rules:
            if rule.state.startswith("ENABLED") and rule.event_pattern.dump() and _fits(rule, event):
                for target in list(rule.targets):
                    _send(world, rule, target, event)


def _fits(rule: Any, event: Shape) -> bool:
    return bool(rule.event_pattern.matches_event(event))


def _send(world: World, rule: Any, target: Shape, event: Shape) -> None:
    _, _, service, region, account, resource = target["Arn"].split(":", 5)
    text = body(target, event)
    try:
        if service == "codepipeline":
            world.service("codepipeline", account, region).start_by_rule(
                resource, rule.arn, target, event, text
            )
        elif service == "sqs":
            group = target.get("SqsParameters", {}).get("MessageGroupId")
            world.moto("sqs", account, region).send_message(resource, text, group_id=group)
        elif service == "sns":
            world.moto("sns", account, region).publish(text, arn=target["Arn"])
        else:
            _send_by_moto(rule, target, event)
    except Exception:  # noqa: BLE001  AWS retries for a day, then drops the event; the other targets get theirs
        _log.exception("an event could not be delivered to %s", target["Arn"])


def _send_by_moto(rule: Any, target: Shape, event: Shape) -> None:
    """Log groups, archives and other buses are moto's; it wants the time as a number"""
    alone = copy.copy(rule)
    alone.targets = [target]
    moment = datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    alone.send_to_targets({**event, "time": moment.timestamp()})


def body(target: Shape, event: Shape) -> str:
    """What a target gets: the event, a constant, a part of it, or a template (API reference, Target)"""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(at(event, target["InputPath"]))
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        paths = transformer.get("InputPathsMap", {})
        values = {name: at(event, path) for name, path in paths.items()}
        return _filled(transformer["InputTemplate"], values)
    return json.dumps(event)


def at(event: Any, path: str) -> Any:
    """The part of an event that a JSON path names: `$`, members and indexes"""
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path):
        if name:
            event = event.get(name) if isinstance(event, dict) else None
        else:
            event = event[int(index)] if isinstance(event, list) and int(index) < len(event) else None
    return event


def _filled(template: str, values: Shape) -> str:
    """Inside quotes a value stands as text, outside as JSON (user guide, input transformation)"""

    def as_text(match: re.Match[str]) -> str:
        value = values.get(match[1])
        text = value if isinstance(value, str) else json.dumps(value)
        return "" if value is None else json.dumps(text)[1:-1]

    def as_json(match: re.Match[str]) -> str:
        return json.dumps(values.get(match[1]))

    pieces, end = [], 0
    for quoted in _QUOTED.finditer(template):
        pieces.append(_PLACE.sub(as_json, template[end : quoted.start()]))
        pieces.append(_PLACE.sub(as_text, quoted[0]))
        end = quoted.end()
    return "".join(pieces) + _PLACE.sub(as_json, template[end:])
