"""What a bus may be as a target, and what becomes of roles that are of no use.

Recorded in radkawar/stackd, testdata/aws/eventbridge/bus_forwarding.json.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.eventbridge.conftest import ENTRY, PATTERN
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable


def _bus(account: str, name: str) -> str:
    return f"arn:aws:events:eu-west-1:{account}:event-bus/{name}"


@pytest.fixture
def target(events: Any, account: str, role: str) -> dict[str, Any]:
    events.create_event_bus(Name="other")
    return {"Id": "bus", "Arn": _bus(account, "other"), "RoleArn": role}


@pytest.mark.parametrize(
    "members",
    [
        {"Input": '"x"'},
        {"InputPath": "$.detail"},
        {"InputTransformer": {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '{"id": <id>}'}},
    ],
)
def test_the_event_for_a_bus_stays_as_it_is(
    events: Any, target: dict[str, Any], members: dict[str, Any]
) -> None:
    found = refusal(events.put_targets, Rule="sold", Targets=[{**target, **members}])
    assert found == ("ValidationException", "Modifying the input for target bus is not supported.")


def test_a_bus_has_no_retry_policy(events: Any, target: dict[str, Any]) -> None:
    retried = {**target, "RetryPolicy": {"MaximumRetryAttempts": 0}}
    found = refusal(events.put_targets, Rule="sold", Targets=[retried])
    assert found == ("ValidationException", "Retry policy is not supported for Event bus targets.")


def test_a_bus_sends_nothing_to_itself(events: Any, account: str, target: dict[str, Any]) -> None:
    itself = {**target, "Arn": _bus(account, "default")}
    found = refusal(events.put_targets, Rule="sold", Targets=[itself])
    assert found == ("ValidationException", "Source EventBus and Target EventBus must not be the same.")
    assert events.put_targets(Rule="sold", Targets=[target])["FailedEntryCount"] == 0


def test_a_role_that_is_not_there_is_taken_and_leads_to_the_dead_letter_queue(
    events: Any, account: str, target: dict[str, Any], messages: Callable[[str], list[Any]]
) -> None:
    messages("dead")
    missing = {
        **target,
        "RoleArn": f"arn:aws:iam::{account}:role/none",
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:eu-west-1:{account}:dead"},
    }
    assert events.put_targets(Rule="sold", Targets=[missing])["FailedEntryCount"] == 0
    events.put_events(Entries=[ENTRY])
    (letter,) = messages("dead")
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"


def test_an_event_passes_one_bus_only(
    events: Any, account: str, target: dict[str, Any], messages: Callable[[str], list[Any]]
) -> None:
    """User guide, "Sending events between event buses"; two buses that send to each other make no circle."""
    messages("dead")
    messages("seen")
    queues = f"arn:aws:sqs:eu-west-1:{account}:"
    back = {**target, "Arn": _bus(account, "default"), "DeadLetterConfig": {"Arn": f"{queues}dead"}}
    events.put_targets(Rule="sold", Targets=[target, {"Id": "seen", "Arn": f"{queues}seen"}])
    events.put_rule(Name="back", EventBusName="other", EventPattern=PATTERN)
    events.put_targets(Rule="back", EventBusName="other", Targets=[back])
    events.put_events(Entries=[ENTRY])
    assert len(messages("seen")) == 1
    (letter,) = messages("dead")
    attributes = letter["MessageAttributes"]
    assert attributes["ERROR_CODE"]["StringValue"] == "THIRD_ACCOUNT_HOP_DETECTED"
    identity = json.loads(letter["Body"])["id"]
    assert attributes["ERROR_MESSAGE"]["StringValue"].startswith(
        f"Event ingestion rejected for event {identity} because"
    )
