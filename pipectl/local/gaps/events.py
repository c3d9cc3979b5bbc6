"""EventBridge: limits and roles are checked, tags stay what they were when a rule is put again."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pipectl.facts import event_pattern
from pipectl.facts.event_pattern_grammar import InvalidPatternError, Pattern
from pipectl.local.eventbridge import schedules, target_rules
from pipectl.local.gaps import event_buses, event_replays, put_events
from pipectl.local.gaps.requests import from_json
from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

_INVALID = "ValidationException"
_TARGETS_LIMIT = 5  # User guide of EventBridge, "quotas"
_PRINCIPAL = "events.amazonaws.com"
_ENVELOPE = frozenset({"account", "detail-type", "id", "region", "source", "time"})
"""What TestEventPattern wants in an event (API reference; recorded in test_events_patterns.snapshot.json)."""
_CALLS = {
    "CreateEventBus": event_buses.create,
    "ListArchives": event_replays.list_archives,
    "ListEventBuses": event_buses.listed,
    "ListReplays": event_replays.list_replays,
    "ListTargetsByRule": event_replays.list_targets,
    "ListTagsForResource": event_buses.tags,
    "PutPermission": event_buses.put_permission,
    "RemovePermission": event_buses.remove_permission,
    "StartReplay": event_replays.start,
    "TagResource": event_buses.tags,
    "UntagResource": event_buses.tags,
}
_DESCRIBED = {
    "DescribeApiDestination": "Failed to describe the api-destination(s).",
    "DescribeConnection": "Failed to describe the connection(s).",
}
"""Recorded in localstack/localstack, test_api_destinations_and_connection.snapshot.json."""
_CALLS_A_SECOND = 300  # API reference, CreateApiDestination: the default of InvocationRateLimitPerSecond
_SCHEDULING = ("PutRule", "EnableRule", "DisableRule", "DeleteRule")
_TAKEN_AS_THEY_ARE = ("ecs", "events", "lambda", "sns", "sqs")
"""Targets whose roles PutTargets does not look at.

Recorded in radkawar/stackd, testdata/aws/eventbridge/{target_roles,ecs_targets,bus_forwarding}.json.
"""


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Check what moto does not, let it answer, and mend what it says"""
    asked = from_json(request, _INVALID)
    if request.operation in _SCHEDULING:
        return _change_rule(world, request, asked, forward)
    if request.operation == "PutTargets":
        return _put_targets(world, request, asked, forward)
    if request.operation == "PutEvents":
        return put_events.answer(world, request, asked)
    if request.operation == "TestEventPattern":
        return _test_event_pattern(asked)
    if request.operation == "CreateApiDestination":
        request = request.with_json({"InvocationRateLimitPerSecond": _CALLS_A_SECOND, **asked})
    if call := _CALLS.get(request.operation):
        return _in_words_of_aws(request, call(world, request, asked, forward), asked)
    return _in_words_of_aws(request, forward(request), asked)


def _change_rule(world: World, request: Request, asked: dict[str, Any], forward: Forward) -> Answer:
    """API reference, PutRule: "Tags ... are not changed when you update a rule", null is what is left out"""
    if request.operation == "PutRule":
        _check_rule(asked)
        if "RoleArn" in asked:
            _check_role(world, asked["RoleArn"])
        if _rule(world, request, asked, asked["Name"]) is not None:
            sent = {key: value for key, value in request.json().items() if key != "Tags"}
            request = request.with_json(sent)
    answered = _in_words_of_aws(request, forward(request), asked)
    world.timetable.stir()
    return answered


def _check_rule(asked: dict[str, Any]) -> None:
    """Recorded in localstack/localstack, tests/aws/services/events/test_events_schedule.snapshot.json

    An empty pattern or schedule is none (radkawar/stackd, docs/eventbridge.md, "Classic scheduled rules").
    """
    schedule = asked.get("ScheduleExpression")
    if not asked.get("EventPattern") and not schedule:
        raise Refused(_INVALID, "Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if asked.get("EventPattern"):
        _parse(asked["EventPattern"])
    if schedule is not None and event_buses.bus_name(asked) != "default":
        raise Refused(_INVALID, "ScheduleExpression is supported only on the default event bus.")
    if schedule and not schedules.is_valid(schedule):
        raise Refused(_INVALID, "Parameter ScheduleExpression is not valid.")


def _parse(pattern: str) -> Pattern:
    try:
        return event_pattern.parse(pattern)
    except InvalidPatternError as error:
        raise Refused(
            "InvalidEventPatternException", f"Event pattern is not valid. Reason: {error}"
        ) from None


def _test_event_pattern(asked: dict[str, Any]) -> Answer:
    """Recorded in localstack/localstack, tests/aws/services/events/test_events_patterns.snapshot.json"""
    pattern = _parse(asked["EventPattern"])
    try:
        event = json.loads(asked["Event"])
    except ValueError:
        event = None
    if not isinstance(event, dict) or not event.keys() >= _ENVELOPE:
        raise Refused(_INVALID, "Parameter Event is not valid.")
    return json_answer({"Result": event_pattern.matches(pattern, event)})


def _put_targets(world: World, request: Request, asked: dict[str, Any], forward: Forward) -> Answer:
    """Targets are listed by their Id (recorded: radkawar/stackd, kinesis_targets.json)"""
    _check_targets(world, request, asked)
    answered = forward(request)
    if rule := _rule(world, request, asked, asked["Rule"]):
        rule.targets.sort(key=itemgetter("Id"))
    return _in_words_of_aws(request, answered, asked)


def _check_targets(world: World, request: Request, asked: dict[str, Any]) -> None:
    """API reference, PutTargets; the text is in awsdocs/aws-codepipeline-user-guide#18"""
    rule = _rule(world, request, asked, asked["Rule"])
    if rule is None:
        return
    buses = world.moto("events", request.account, request.region).event_buses
    bus = buses[event_buses.bus_name(asked)].arn
    for target in asked["Targets"]:
        if reason := target_rules.refusal(target, bus):
            raise Refused(_INVALID, reason)
        if "RoleArn" in target and target_rules.service_of(target) not in _TAKEN_AS_THEY_ARE:
            _check_role(world, target["RoleArn"])
    names = {target["Id"] for target in (*rule.targets, *asked["Targets"])}
    if len(names) > _TARGETS_LIMIT:
        raise Refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


def _check_role(world: World, arn: str) -> None:
    """The text is in Miserlou/Zappa#381"""
    if not world.role_usable(arn, _PRINCIPAL):
        raise Refused(_INVALID, f"Provided role '{arn}' cannot be assumed by principal '{_PRINCIPAL}'.")


def _rule(world: World, request: Request, asked: dict[str, Any], name: str) -> Any | None:
    buses = world.moto("events", request.account, request.region).event_buses
    bus = buses.get(event_buses.bus_name(asked))
    return bus.rules.get(name) if bus is not None else None


def _in_words_of_aws(request: Request, answered: Answer, asked: dict[str, Any]) -> Answer:
    if answered.status == 200:  # noqa: PLR2004  HTTP's own
        return answered
    said = answered.json()
    text = said.get("message") or said.get("Message") or ""
    if text.endswith("' does not exist.") and request.operation in _DESCRIBED:
        return answered.with_json({**said, "message": f"{_DESCRIBED[request.operation]} {text}"})
    if text.startswith("Rule ") and text.endswith(" does not exist."):
        bus = asked.get("EventBusName", "default")
        return answered.with_json({**said, "message": f"{text[:-1]} on EventBus {bus}."})
    return answered
