"""Buses, their policies and tags, archives and replays answer as recorded.

Recorded in radkawar/stackd, testdata/aws/eventbridge/control_plane.json, and in localstack/localstack,
tests/aws/services/events/{test_events,test_events_tags,test_archive_and_replay}.snapshot.json.
"""

from __future__ import annotations

import json
from typing import Any

from tests.local.eventbridge.conftest import PATTERN
from tests.local.refusals import refusal

NOT_THERE = "ResourceNotFoundException"
NO_STATEMENT = "Statement with the provided id does not exist."


def _statements(events: Any) -> list[dict[str, Any]]:
    policy = json.loads(events.describe_event_bus(Name="shop").get("Policy", '{"Statement": []}'))
    return list(policy["Statement"])


def test_a_bus_has_a_description_and_times(events: Any) -> None:
    made = events.create_event_bus(Name="shop", Description="all that is sold")
    assert made["Description"] == "all that is sold"
    (bus,) = events.list_event_buses(NamePrefix="shop")["EventBuses"]
    described = events.describe_event_bus(Name="shop")
    members = ("Name", "Arn", "Description", "CreationTime", "LastModifiedTime")
    assert {name: bus[name] for name in members} == {name: described[name] for name in members}


def test_statements_are_kept_by_their_id_and_a_policy_replaces_them(events: Any, account: str) -> None:
    events.create_event_bus(Name="shop")
    one = {"EventBusName": "shop", "Action": "events:PutEvents", "Principal": account}
    events.put_permission(StatementId="one", **one)
    events.put_permission(StatementId="two", **one)
    events.put_permission(StatementId="all", **{**one, "Principal": "*"})
    events.put_permission(StatementId="all", **{**one, "Principal": "*"})
    assert [(part["Sid"], part["Principal"]) for part in _statements(events)] == [
        ("one", {"AWS": f"arn:aws:iam::{account}:root"}),
        ("two", {"AWS": f"arn:aws:iam::{account}:root"}),
        ("all", "*"),
    ]
    statement = {
        "Sid": "only",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "events:ListRules",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    events.put_permission(EventBusName="shop", Policy=document)
    assert _statements(events) == [statement]


def test_a_refused_statement_changes_nothing(events: Any, account: str) -> None:
    events.create_event_bus(Name="shop")
    one = {"EventBusName": "shop", "Action": "events:PutEvents", "Principal": account}
    events.put_permission(StatementId="one", **one)
    assert refusal(events.put_permission, StatementId="two", **{**one, "Action": "events:DeleteRule"})
    assert [part["Sid"] for part in _statements(events)] == ["one"]


def test_a_statement_that_is_not_there_cannot_be_removed(events: Any, account: str) -> None:
    events.create_event_bus(Name="shop")
    remove = {"EventBusName": "shop", "StatementId": "one"}
    assert refusal(events.remove_permission, **remove) == (NOT_THERE, NO_STATEMENT)
    events.put_permission(
        EventBusName="shop", Action="events:PutEvents", Principal=account, StatementId="two"
    )
    assert refusal(events.remove_permission, **remove) == (NOT_THERE, NO_STATEMENT)


def test_rules_of_the_same_name_on_two_buses_have_their_own_tags(events: Any, account: str) -> None:
    events.create_event_bus(Name="shop", Tags=[{"Key": "of", "Value": "bus"}])
    events.put_rule(
        Name="sold", EventBusName="shop", EventPattern=PATTERN, Tags=[{"Key": "of", "Value": "rule"}]
    )
    arn = f"arn:aws:events:eu-west-1:{account}"
    tags = {
        name: events.list_tags_for_resource(ResourceARN=f"{arn}:{name}")["Tags"]
        for name in ("event-bus/shop", "rule/shop/sold", "rule/sold")
    }
    assert tags == {
        "event-bus/shop": [{"Key": "of", "Value": "bus"}],
        "rule/shop/sold": [{"Key": "of", "Value": "rule"}],
        "rule/sold": [],
    }


def test_tags_of_what_is_not_there_are_refused_by_its_name(events: Any, account: str) -> None:
    arn = f"arn:aws:events:eu-west-1:{account}"
    found = refusal(events.list_tags_for_resource, ResourceARN=f"{arn}:event-bus/none")
    assert found == (NOT_THERE, "Event bus none does not exist.")
    found = refusal(events.untag_resource, ResourceARN=f"{arn}:rule/shop/sold", TagKeys=["a"])
    assert found == (NOT_THERE, "Rule sold does not exist on EventBus shop.")


def test_archives_of_a_bus_that_is_not_there_are_refused(events: Any, account: str) -> None:
    source = f"arn:aws:events:eu-west-1:{account}:event-bus/none"
    found = refusal(events.list_archives, EventSourceArn=source)
    assert found == (NOT_THERE, "Event bus none does not exist.")


def test_replays_come_in_pages_and_need_a_time_frame(events: Any, account: str) -> None:
    bus = f"arn:aws:events:eu-west-1:{account}:event-bus/default"
    archive = events.create_archive(ArchiveName="kept", EventSourceArn=bus)["ArchiveArn"]
    settings = {"EventSourceArn": archive, "Destination": {"Arn": bus}}
    found = refusal(events.start_replay, ReplayName="r", EventStartTime=5, EventEndTime=5, **settings)
    words = "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."
    assert found == ("ValidationException", words)
    for number in range(3):
        events.start_replay(ReplayName=f"r{number}", EventStartTime=0, EventEndTime=1, **settings)
    first = events.list_replays(Limit=2)
    rest = events.list_replays(Limit=2, NextToken=first["NextToken"])
    assert [replay["ReplayName"] for replay in first["Replays"] + rest["Replays"]] == ["r0", "r1", "r2"]
    assert "NextToken" not in rest


def test_an_api_destination_has_a_rate_and_a_missing_one_is_told_as_on_aws(events: Any) -> None:
    """Recorded in localstack/localstack, test_api_destinations_and_connection.snapshot.json."""
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
    connection = events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=key)
    events.create_api_destination(
        Name="d",
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint="https://example.com",
        HttpMethod="POST",
    )
    assert events.describe_api_destination(Name="d")["InvocationRateLimitPerSecond"] == 300
    words = "Failed to describe the api-destination(s). An api-destination 'x' does not exist."
    assert refusal(events.describe_api_destination, Name="x") == (NOT_THERE, words)
    words = "Failed to describe the connection(s). Connection 'x' does not exist."
    assert refusal(events.describe_connection, Name="x") == (NOT_THERE, words)
