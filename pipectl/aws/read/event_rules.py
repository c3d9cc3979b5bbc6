"""Event rules that start pipelines: whether a change of a source starts one, judged in this place only."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find, for_each
from pipectl.facts.event_pattern import matches

MISSING = ("ResourceNotFoundException",)
DEFAULT_BUS = "default"
"""The bus on which the events of AWS services arrive (EventBridge user guide, "Event buses")."""

UNFORESEEN = frozenset({
    "id", "time", "version", "callerUserArn", "commitId", "oldCommitId", "repositoryId", "image-digest",
    "manifest-media-type", "size", "etag", "version-id", "sequencer", "request-id", "requester",
    "source-ip-address", "userIdentity", "userAgent", "sourceIPAddress", "eventTime", "eventID", "requestID",
})  # fmt: skip
"""Fields of events whose values nobody knows before: what a pattern asks of them is taken to be met."""


@dataclass(frozen=True)
class Source:
    """A source action: its provider, its configuration, and the account and Region where it stands."""

    provider: str
    configuration: Mapping[str, str]
    account: Account

    def events(self) -> Iterator[dict[str, Any]]:
        """The events that a change of the source may cause; none for a provider without events.

        Sources: CodeCommit user guide, "Monitoring CodeCommit events"; ECR user guide, "Sample events from
        Amazon ECR"; S3 user guide, "EventBridge event message structure"; CodePipeline user guide, "Amazon S3
        source actions" for CloudTrail.
        """
        for source, kind, resources, detail in EVENTS.get(self.provider, _none)(self):
            yield {
                "source": source,
                "detail-type": kind,
                "account": self.account.id,
                "region": self.account.region,
                "resources": resources,
                "detail": detail,
            }

    def value(self, key: str, default: str = "") -> str:
        """A value of its configuration."""
        return self.configuration.get(key, default)


Shape = tuple[str, str, list[str], dict[str, Any]]
"""The `source`, `detail-type`, `resources` and `detail` of an event."""


def _none(source: Source) -> Iterator[Shape]:
    return iter(())


def _codecommit(source: Source) -> Iterator[Shape]:
    repository, branch = source.value("RepositoryName"), source.value("BranchName")
    for event in ("referenceUpdated", "referenceCreated"):
        detail = {
            "event": event,
            "repositoryName": repository,
            "referenceType": "branch",
            "referenceName": branch,
            "referenceFullName": f"refs/heads/{branch}",
        }
        arn = source.account.arn("codecommit", repository)
        yield "aws.codecommit", "CodeCommit Repository State Change", [arn], detail


def _ecr(source: Source) -> Iterator[Shape]:
    detail = {
        "result": "SUCCESS",
        "action-type": "PUSH",
        "repository-name": source.value("RepositoryName"),
        "image-tag": source.value("ImageTag", "latest"),
    }
    yield "aws.ecr", "ECR Image Action", [], detail


def _s3(source: Source) -> Iterator[Shape]:
    """The bucket's own event, or the call as CloudTrail tells it."""
    bucket, key = source.value("S3Bucket"), source.value("S3ObjectKey")
    arn = f"arn:{source.account.partition}:s3:::{bucket}"
    for reason in ("PutObject", "CompleteMultipartUpload", "CopyObject", "POST Object"):
        detail = {"bucket": {"name": bucket}, "object": {"key": key}, "reason": reason}
        yield "aws.s3", "Object Created", [arn], detail
    for name in ("PutObject", "CompleteMultipartUpload", "CopyObject"):
        parameters = {"bucketName": bucket, "key": key}
        call = {"eventSource": "s3.amazonaws.com", "eventName": name, "requestParameters": parameters}
        yield "aws.s3", "AWS API Call via CloudTrail", [], call


EVENTS = {"CodeCommit": _codecommit, "ECR": _ecr, "S3": _s3}
"""Provider -> the events that a change causes."""


@dataclass(frozen=True)
class EventRule:
    """One rule of EventBridge and its targets, in AWS' shape. One with a schedule alone has no pattern."""

    name: str
    state: str
    pattern: Mapping[str, Any] = field(default_factory=dict)
    schedule: str | None = None
    bus: str = DEFAULT_BUS
    targets: tuple[Mapping[str, Any], ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether it passes events on."""
        return self.state.startswith("ENABLED")

    def matches(self, source: Source) -> bool:
        """Whether a change of the source meets its pattern; a schedule is about no change."""
        if not self.pattern or self.bus != DEFAULT_BUS:
            return False
        pattern = foreseen(self.pattern)
        return any(matches(pattern, event) for event in source.events())

    def starts(self, pipeline: str) -> list[Mapping[str, Any]]:
        """The targets that start a pipeline (its ARN)."""
        return [target for target in self.targets if target.get("Arn") == pipeline]


def foreseen(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """A pattern without what it asks of fields that nobody knows before."""
    return {
        key: foreseen(value) if isinstance(value, Mapping) else value
        for key, value in pattern.items()
        if key not in UNFORESEEN
    }


def rules_with_target(cloud: Cloud, target: str, more: tuple[str, ...] = ()) -> list[EventRule]:
    """The rules of the default bus that have a target (its ARN), and those of the names in `more`."""
    names: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = cloud.call("events", "list_rule_names_by_target", TargetArn=target, **token)
        names += answer.get("RuleNames") or []
        if not answer.get("NextToken"):
            break
        token = {"NextToken": answer["NextToken"]}
    read = partial(event_rule, cloud)
    return [rule for rule in for_each(read, dict.fromkeys([*names, *more])) if rule is not None]


def event_rule(cloud: Cloud, name: str) -> EventRule | None:
    """A rule with its targets; None when it does not exist."""
    found = find(MISSING, cloud, "events", "describe_rule", Name=name)
    if found is None:
        return None
    targets = cloud.call("events", "list_targets_by_rule", Rule=name).get("Targets") or []
    return EventRule(
        name,
        str(found.get("State") or "ENABLED"),
        json.loads(found.get("EventPattern") or "{}"),
        found.get("ScheduleExpression"),
        str(found.get("EventBusName") or DEFAULT_BUS),
        tuple(targets),
    )
