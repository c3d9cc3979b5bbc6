"""EventBridge: limits and roles are checked, tags stay what they were when a rule is put again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.gaps import put_events
from pipectl.local.gaps.requests import from_json
from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

_INVALID = "ValidationException"
_TARGETS_LIMIT = 5  # User guide of EventBridge, "quotas"
_PRINCIPAL = "events.amazonaws.com"
_NEEDS_ROLE = (":codepipeline:", ":codebuild:", ":ecs:", ":states:")


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Check what moto does not, let it answer, and mend what it says"""
    asked = from_json(request, _INVALID)
    if request.operation == "PutRule":
        request = _put_rule(world, request, asked)
    elif request.operation == "PutTargets":
        _check_targets(world, request, asked)
    elif request.operation == "PutEvents":
        return put_events.answer(world, request, asked)
    return _in_words_of_aws(forward(request), asked)


def _put_rule(world: World, request: Request, asked: dict[str, Any]) -> Request:
    """API reference, PutRule: "Tags ... are not changed when you update a rule", null is what is left out"""
    _check_pattern(asked.get("EventPattern", "{}"))
    if "RoleArn" in asked:
        _check_role(world, asked["RoleArn"])
    if _rule(world, request, asked, asked["Name"]) is None:
        return request
    return request.with_json({key: value for key, value in request.json().items() if key != "Tags"})


def _check_pattern(pattern: str) -> None:
    """Moto reads the rest of a pattern"""
    try:
        is_object = isinstance(json.loads(pattern), dict)
    except ValueError:
        return
    if not is_object:
        message = "Event pattern is not valid. Reason: Filter is not an object"
        raise Refused("InvalidEventPatternException", message)


def _check_targets(world: World, request: Request, asked: dict[str, Any]) -> None:
    """API reference, PutTargets; the text is in awsdocs/aws-codepipeline-user-guide#18"""
    rule = _rule(world, request, asked, asked["Rule"])
    if rule is None:
        return
    for target in asked["Targets"]:
        role = target.get("RoleArn")
        if role is None and any(service in target["Arn"] for service in _NEEDS_ROLE):
            raise Refused(_INVALID, f"RoleArn is required for target {target['Arn']}.")
        if role is not None:
            _check_role(world, role)
    names = {target["Id"] for target in (*rule.targets, *asked["Targets"])}
    if len(names) > _TARGETS_LIMIT:
        raise Refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


def _check_role(world: World, arn: str) -> None:
    """The text is in Miserlou/Zappa#381"""
    if not world.role_usable(arn, _PRINCIPAL):
        raise Refused(_INVALID, f"Provided role '{arn}' cannot be assumed by principal '{_PRINCIPAL}'.")


def _rule(world: World, request: Request, asked: dict[str, Any], name: str) -> Any | None:
    buses = world.moto("events", request.account, request.region).event_buses
    bus = buses.get(asked.get("EventBusName", "default").rpartition("/")[2])
    return bus.rules.get(name) if bus is not None else None


def _in_words_of_aws(answered: Answer, asked: dict[str, Any]) -> Answer:
    if answered.status == 200:  # noqa: PLR2004  HTTP's own
        return answered
    said = answered.json()
    text = said.get("message") or said.get("Message") or ""
    if text.startswith("Rule ") and text.endswith(" does not exist."):
        bus = asked.get("EventBusName", "default")
        return answered.with_json({**said, "message": f"{text[:-1]} on EventBus {bus}."})
    return answered
