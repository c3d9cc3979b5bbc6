"""Notification rules of the local AWS, with a topic and a queue that receives what it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.recorded.conftest import (
    Story,
    action,
    approval,
    bucket,
    declare,
    role,
    runs,
    stage,
    story,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Mailbox",
    "Story",
    "action",
    "approval",
    "bucket",
    "declare",
    "role",
    "runs",
    "stage",
    "story",
    "until",
]

Shape = dict[str, Any]
FAILED = "pipeline-execution-failed"
PUBLISHER = "codestar-notifications.amazonaws.com"


class Mailbox:
    """A topic with a queue behind it, and rules that send to it."""

    def __init__(self, client: Callable[..., Any], account: str) -> None:
        self.client, self.account = client, account
        self.api = client("codestar-notifications")
        self.topic = str(client("sns").create_topic(Name="told")["TopicArn"])
        self.queue = str(client("sqs").create_queue(QueueName="told")["QueueUrl"])
        asked = client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        arn = asked["Attributes"]["QueueArn"]
        client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self.received: list[Shape] = []

    def allow(self, **condition: Any) -> None:
        """Let the service publish, as the user guide shows it."""
        statement = {
            "Sid": "AWSCodeStarNotifications_publish",
            "Effect": "Allow",
            "Principal": {"Service": [PUBLISHER]},
            "Action": "SNS:Publish",
            "Resource": self.topic,
            **condition,
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("sns").set_topic_attributes(
            TopicArn=self.topic, AttributeName="Policy", AttributeValue=document
        )

    def rule(self, *events: str, name: str = "told", **members: Any) -> str:
        """A rule of the pipeline `shop` that sends to the topic; of failed executions if none is named."""
        request = {
            "Name": name,
            "EventTypeIds": [f"codepipeline-pipeline-{event}" for event in events or (FAILED,)],
            "Resource": f"arn:aws:codepipeline:eu-west-1:{self.account}:shop",
            "Targets": [{"TargetType": "SNS", "TargetAddress": self.topic}],
            "DetailType": "FULL",
        }
        return str(self.api.create_notification_rule(**{**request, **members})["Arn"])

    def read(self) -> list[Shape]:
        """Everything that has been received until now, as SNS wrapped it."""
        sqs = self.client("sqs")
        while got := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                self.received.append(json.loads(message["Body"]))
        return self.received

    def messages(self) -> list[Shape]:
        """The messages of what has been received."""
        return [json.loads(got["Message"]) for got in self.read()]


@pytest.fixture
def mailbox(client: Callable[..., Any], account: str) -> Mailbox:
    return Mailbox(client, account)
