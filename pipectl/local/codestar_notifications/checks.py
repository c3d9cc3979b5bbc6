"""What CodeStar Notifications refuses beyond its service model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.facts.notifications import EVENT_TYPES, target_type
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipectl.facts.notifications import EventType
    from pipectl.local.codestar_notifications.records import NotificationRule

Shape = dict[str, Any]
_INVALID = "ValidationException"
_OWNERS = {"codepipeline": "CodePipeline", "codebuild": "CodeBuild", "codecommit": "CodeCommit"}


def name(rules: Iterable[NotificationRule], wanted: str) -> None:
    """Names are unique in an account; the words are AWS's own (aws/aws-cdk issue 32892)"""
    if any(rule.name == wanted for rule in rules):
        raise Refused(
            "ResourceAlreadyExistsException",
            "The notification rule was not created because another notification rule already exists with the "
            "same name. Notification rule names must be unique within an AWS account. This helps prevent "
            "exceeding the maximum allowed number of notification rules.",
        )


def resource(arn: str, region: str, account: str) -> None:
    """A pipeline, project or repository of this account and Region

    API reference: "Supported resources include pipelines ..., repositories ..., and build projects". The
    words are inferred, and so is that the resource need not exist. CodeDeploy's are not known here.
    """
    _, _, service, found_region, found_account, _ = arn.split(":", 5)
    if service not in _OWNERS:
        raise Refused(_INVALID, f"The resource is not supported for notification rules: {arn}")
    if (found_region, found_account) != (region, account):
        raise Refused(_INVALID, f"The resource must be in account {account} and Region {region}: {arn}")


def events(ids: Iterable[str], arn: str) -> None:
    """Known ids of the resource's own service; the words are inferred"""
    listed = list(ids)
    if not listed:
        raise Refused(_INVALID, "At least one event type is required.")
    service = _OWNERS[arn.split(":")[2]]
    for event in listed:
        if event not in EVENT_TYPES or EVENT_TYPES[event].service != service:
            raise Refused(_INVALID, f"The event type is not valid for the resource {arn}: {event}")


def targets(wanted: Iterable[Shape], region: str) -> dict[str, str]:
    """Address -> type of each target. Both must be sent, and fit (inferred)

    A topic stands in the Region of the rule (user guide, "Configure Amazon SNS topics").
    """
    kept: dict[str, str] = {}
    for target in wanted:
        address, kind = target.get("TargetAddress", ""), target.get("TargetType", "")
        if not address or target_type(address) != kind:
            raise Refused(_INVALID, f"The target is not valid: {kind} {address}")
        if kind == "SNS" and address.split(":")[3] != region:
            raise Refused(_INVALID, f"The topic must be in the Region {region}: {address}")
        if address.endswith(".fifo"):
            raise Refused(_INVALID, f"FIFO topics are not supported as targets: {address}")
        kept[address] = kind
    return kept


def tags(wanted: Mapping[str, str]) -> None:
    """API reference, TagResource: keys cannot start with "aws"; the words are inferred"""
    for key in wanted:
        if key.lower().startswith("aws"):
            raise Refused(_INVALID, f'Tag keys cannot start with "aws": {key}')


def shown(event: EventType) -> Shape:
    """An event type as answers tell it (AWS CLI, examples of codestar-notifications)"""
    return {
        "EventTypeId": event.id,
        "ServiceName": event.service,
        "EventTypeName": event.name,
        "ResourceType": event.resource,
    }
