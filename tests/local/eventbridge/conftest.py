"""What the tests of EventBridge share: a rule, queues, roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Client = Callable[..., Any]
PATTERN = json.dumps({"source": ["shop"]})
ENTRY = {"Source": "shop", "DetailType": "Sold", "Detail": json.dumps({"id": 7})}


@pytest.fixture
def events(client: Client) -> Any:
    events = client("events")
    events.put_rule(Name="sold", EventPattern=PATTERN)
    return events


@pytest.fixture
def messages(client: Client) -> Callable[[str], list[Any]]:
    """The messages of a queue, with their attributes; the queue is made on the first question."""
    sqs = client("sqs")

    def read(name: str) -> list[Any]:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return list(answer.get("Messages", []))

    return read


@pytest.fixture
def received(messages: Callable[[str], list[Any]]) -> Callable[[str], list[Any]]:
    """A queue's messages, as JSON."""

    def read(name: str) -> list[Any]:
        return [json.loads(message["Body"]) for message in messages(name)]

    read("queue")
    return read


@pytest.fixture
def queue(account: str) -> str:
    return f"arn:aws:sqs:eu-west-1:{account}:queue"


@pytest.fixture
def role(client: Client) -> str:
    """A role that EventBridge may use for everything."""
    iam = client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="sender", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="sender", PolicyName="all", PolicyDocument=policy)
    return str(arn)
