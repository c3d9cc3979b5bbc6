"""CloudTrail's event history: what was written, newest first, as LookupEvents tells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


def names(client: Client, region: str = "eu-west-1", **asked: Any) -> list[str]:
    found = client("cloudtrail", region).lookup_events(**asked)["Events"]
    return [str(event["EventName"]) for event in found]


def about(key: str, value: str) -> list[dict[str, str]]:
    return [{"AttributeKey": key, "AttributeValue": value}]


def test_what_was_written_is_told_newest_first_and_what_was_read_is_not(client: Client) -> None:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    ecs.describe_clusters(clusters=["shop"])
    ecs.delete_cluster(cluster="shop")
    assert names(client) == ["DeleteCluster", "CreateCluster"]


def test_an_event_tells_who_asked_for_what(client: Client, account: str) -> None:
    client("codecommit").create_repository(repositoryName="shop")
    (event,) = client("cloudtrail").lookup_events()["Events"]
    told = json.loads(event["CloudTrailEvent"])
    assert (event["Username"], event["EventSource"]) == ("root", "codecommit.amazonaws.com")
    assert told["userIdentity"]["arn"] == f"arn:aws:iam::{account}:root"
    assert told["requestParameters"] == {"repositoryName": "shop"}
    moment = event["EventTime"].astimezone(UTC)
    assert told["eventTime"] == f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_refused_call_changed_nothing_and_is_not_told(client: Client) -> None:
    with pytest.raises(ClientError):
        client("codepipeline").update_pipeline(
            pipeline={"name": "nothing", "roleArn": "arn:aws:iam::123456789012:role/x", "stages": []}
        )
    assert names(client) == []


def test_it_is_looked_up_by_one_attribute(client: Client) -> None:
    client("ecs").create_cluster(clusterName="shop")
    client("ecr").create_repository(repositoryName="shop")
    assert names(client, LookupAttributes=about("EventName", "CreateCluster")) == ["CreateCluster"]
    assert names(client, LookupAttributes=about("EventSource", "ecr.amazonaws.com")) == ["CreateRepository"]
    assert names(client, LookupAttributes=about("Username", "ann")) == []
    both = [*about("EventName", "CreateCluster"), *about("Username", "root")]
    with pytest.raises(ClientError, match="InvalidLookupAttributesException"):
        names(client, LookupAttributes=both)


def test_global_services_are_told_in_one_region(client: Client) -> None:
    client("iam").create_user(UserName="ann")
    assert names(client) == []
    (event,) = client("cloudtrail", "us-east-1").lookup_events()["Events"]
    assert json.loads(event["CloudTrailEvent"])["requestParameters"]["userName"] == "ann"


def test_it_comes_in_pages(client: Client) -> None:
    for number in range(3):
        client("ecs").create_cluster(clusterName=f"shop-{number}")
    cloudtrail = client("cloudtrail")
    first = cloudtrail.lookup_events(MaxResults=2)
    rest = cloudtrail.lookup_events(MaxResults=2, NextToken=first["NextToken"])
    assert [len(page["Events"]) for page in (first, rest)] == [2, 1]
    assert "NextToken" not in rest


def test_another_account_sees_nothing_of_it(client: Client, server: Any, connect: Any) -> None:
    client("ecs").create_cluster(clusterName="shop")
    assert names(connect(server.url, "999999999999")) == []
