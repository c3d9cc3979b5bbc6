"""Events reach the targets of every kind that the local AWS has, and what AWS refuses is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.eventbridge.conftest import ENTRY, PATTERN

Client = Callable[..., Any]


def test_a_log_group_receives_the_event(client: Client, events: Any, account: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/aws/events/shop")
    arn = f"arn:aws:logs:eu-west-1:{account}:log-group:/aws/events/shop"
    events.put_targets(Rule="sold", Targets=[{"Id": "log", "Arn": arn}])
    events.put_events(Entries=[ENTRY])
    (line,) = logs.filter_log_events(logGroupName="/aws/events/shop")["events"]
    assert json.loads(line["message"])["detail"] == {"id": 7}


def test_a_bus_of_another_account_receives_the_event(
    client: Client, events: Any, account: str, role: str, queue: str, received: Callable[[str], list[Any]]
) -> None:
    events.create_event_bus(Name="other")
    events.put_rule(Name="there", EventBusName="other", EventPattern=PATTERN)
    events.put_targets(Rule="there", EventBusName="other", Targets=[{"Id": "q", "Arn": queue}])
    bus = f"arn:aws:events:eu-west-1:{account}:event-bus/other"
    events.put_targets(Rule="sold", Targets=[{"Id": "bus", "Arn": bus, "RoleArn": role}])
    events.put_events(Entries=[ENTRY])
    (event,) = received("queue")
    assert (event["account"], event["detail-type"]) == (account, "Sold")


def test_an_archive_keeps_events_and_replays_them_under_its_name(
    events: Any, account: str, queue: str, received: Callable[[str], list[Any]]
) -> None:
    bus = f"arn:aws:events:eu-west-1:{account}:event-bus/default"
    archive = events.create_archive(ArchiveName="kept", EventSourceArn=bus, EventPattern=PATTERN)[
        "ArchiveArn"
    ]
    events.put_events(Entries=[ENTRY])
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == 1
    events.put_targets(Rule="sold", Targets=[{"Id": "q", "Arn": queue}])
    events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=0,
        EventEndTime=4_000_000_000,
        Destination={"Arn": bus},
    )
    (event,) = received("queue")
    assert (event["replay-name"], event["detail"]) == ("again", {"id": 7})
    other = {"EventSourceArn": archive, "Destination": {"Arn": bus}}
    events.start_replay(ReplayName="before", EventStartTime=0, EventEndTime=1, **other)
    assert received("queue") == []
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == 1


def test_an_entry_for_a_bus_that_does_not_exist_is_accepted_and_lost(
    events: Any, account: str, queue: str, received: Callable[[str], list[Any]]
) -> None:
    events.put_targets(Rule="sold", Targets=[{"Id": "q", "Arn": queue}])
    answer = events.put_events(Entries=[{**ENTRY, "EventBusName": "nowhere"}, ENTRY])
    assert answer["FailedEntryCount"] == 0
    assert len(received("queue")) == 1


def test_a_pattern_is_tested_against_an_event(events: Any) -> None:
    envelope = {"id": "1", "account": "1", "time": "2026-01-02T03:04:05Z", "region": "eu-west-1"}
    shape = {**envelope, "detail-type": "Sold", "source": "shop", "detail": {"id": 7}}
    event = json.dumps(shape)
    assert events.test_event_pattern(EventPattern=PATTERN, Event=event)["Result"] is True
    other = json.dumps({"source": ["cafe"]})
    assert events.test_event_pattern(EventPattern=other, Event=event)["Result"] is False
    with pytest.raises(ClientError) as refused:
        events.test_event_pattern(EventPattern=PATTERN, Event=json.dumps({"source": "shop"}))
    assert refused.value.response["Error"]["Message"] == "Parameter Event is not valid."


@pytest.mark.parametrize(
    ("code", "message", "request_"),
    [
        (
            "InvalidEventPatternException",
            "Event pattern is not valid. Reason: Unrecognized match type PREFIX",
            {"Name": "r", "EventPattern": '{"source": [{"PREFIX": "s"}]}'},
        ),
        (
            "ValidationException",
            "Parameter ScheduleExpression is not valid.",
            {"Name": "r", "ScheduleExpression": "rate(1 minutes)"},
        ),
    ],
)
def test_a_rule_that_could_never_fire_is_refused(
    events: Any, code: str, message: str, request_: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as refused:
        events.put_rule(**request_)
    assert refused.value.response["Error"] == {"Code": code, "Message": message}


@pytest.mark.parametrize(
    ("message", "settings"),
    [
        (
            "Only one of Input, InputPath, or InputTransformer must be provided for target q.",
            {"InputPath": "$.detail", "InputTransformer": {"InputTemplate": '"x"'}},
        ),
        (
            "InputTemplate for target q contains invalid placeholder who.",
            {"InputTransformer": {"InputPathsMap": {"a": "$.id"}, "InputTemplate": '"<who>"'}},
        ),
    ],
)
def test_a_target_with_an_input_that_is_wrong_is_refused(
    events: Any, queue: str, message: str, settings: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        events.put_targets(Rule="sold", Targets=[{"Id": "q", "Arn": queue, **settings}])
    assert refused.value.response["Error"]["Message"] == message
