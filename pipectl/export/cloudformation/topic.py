"""AWS::SNS::Topic with its e-mail subscriptions, and AWS::SNS::TopicInlinePolicy."""

from collections.abc import Iterator
from typing import Any

from pipectl.aws.policy import VERSION, written
from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Fn, Names

TYPE = "AWS::SNS::Topic"
ATTRIBUTES = (
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
"""Attributes of CreateTopic that are properties of the same name."""


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The topic, whose `Ref` is its ARN; its policy is a resource of its own."""
    attributes = resource.request.get("Attributes") or {}
    logical = names.of(resource)
    arn = names.account.arn("sns", resource.name)
    properties: dict[str, Any] = {
        "TopicName": resource.name,
        **{name: value for name, value in attributes.items() if name in ATTRIBUTES},
        **names.tags(resource),
    }
    if subscribers := resource.stated.get("subscribers"):
        properties["Subscription"] = [
            {"Protocol": protocol, "Endpoint": address} for address, protocol in subscribers.items()
        ]
    yield Entry(
        logical,
        TYPE,
        resource,
        properties,
        {"TopicArn": arn},
        {arn: f"{logical}.TopicArn"},
        lost=tuple(f"Attributes.{name}" for name in attributes if name not in ATTRIBUTES),
    )
    document = {"Version": VERSION, "Statement": written(resource.stated["policy"])}
    policy = {"TopicArn": Fn("Ref", logical), "PolicyDocument": document}
    yield Entry(f"{logical}Policy", "AWS::SNS::TopicInlinePolicy", resource, policy, {"TopicArn": arn})
