"""aws_sns_topic and aws_sns_topic_policy."""

from collections.abc import Iterator

from pipectl.aws.policy import VERSION, written
from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Expression, Json
from pipectl.export.terraform.values import Entry, Names
from pipectl.export.wording import Name

TYPE = "aws_sns_topic"
ATTRIBUTES = {
    "ArchivePolicy": "archive_policy",
    "ContentBasedDeduplication": "content_based_deduplication",
    "DeliveryPolicy": "delivery_policy",
    "DisplayName": "display_name",
    "FifoThroughputScope": "fifo_throughput_scope",
    "FifoTopic": "fifo_topic",
    "KmsMasterKeyId": "kms_master_key_id",
    "SignatureVersion": "signature_version",
    "TracingConfig": "tracing_config",
}
"""Attribute of CreateTopic -> argument."""


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The topic and its policy. Subscriptions are left out: one that is pending cannot be imported."""
    attributes = resource.request.get("Attributes") or {}
    label = names.of(resource)
    arn = names.account.arn("sns", resource.name)
    body = {
        "name": resource.name,
        **{ATTRIBUTES[name]: value for name, value in attributes.items() if name in ATTRIBUTES},
        **names.tags(resource),
    }
    lost = [f"Attributes.{name}" for name in attributes if name not in ATTRIBUTES]
    lost += [f"the subscription of {address}" for address in resource.stated.get("subscribers") or ()]
    own = Expression(f"{TYPE}.{label}.arn")
    yield Entry(TYPE, label, resource, body, arn, {arn: (Name(own.text),)}, tuple(lost))
    document = {"Version": VERSION, "Statement": written(resource.stated["policy"])}
    yield Entry("aws_sns_topic_policy", label, resource, {"arn": own, "policy": Json(document)}, arn)
