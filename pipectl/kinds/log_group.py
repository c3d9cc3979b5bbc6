"""CloudWatch log groups and how long they keep; which ones exist, the kinds that write to them say."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, by_name, find, in_batches, side_by_side
from pipectl.aws.permissions import NO_RESOURCE, Need, Purpose, needs
from pipectl.engine.values import Resource, State, Step
from pipectl.kinds.kind import OUR_TAGS, Kind, Wanted, no_design, tag_changes, tags
from pipectl.spec.spec import Spec

NAME = "log group"
BATCH = 50
"""logGroupIdentifiers of one DescribeLogGroups (service model)."""


def log_group(spec: Spec, name: str, retention_days: int | None) -> Resource:
    """A log group of the stack. Without `retention_days` it keeps what is set, and forever when it is new."""
    stated: dict[str, Any] = {"tags": tags(spec)}
    if retention_days is not None:
        stated["retention_days"] = retention_days
    return Resource(NAME, name, stated)


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """Retention and tags of the groups that exist; all names in one call, tags one by one."""
    groups, tagged = side_by_side([
        partial(in_batches, _describe, cloud, wanted, BATCH),
        partial(by_name, _tags, cloud, wanted),
    ])  # fmt: skip
    return {
        name: {"retention_days": group.get("retentionInDays"), "tags": tagged[name]}
        for group in groups
        if (name := group["logGroupName"]) in wanted
    }


def _describe(cloud: Cloud, names: list[str]) -> list[Mapping[str, Any]]:
    answer = find(
        ["ResourceNotFoundException"], cloud, "logs", "describe_log_groups", logGroupIdentifiers=names
    )
    if answer is not None:
        return list(answer["logGroups"])
    # Nobody documents whether a missing name refuses the whole call; then every name is looked up alone.
    return [group for groups in by_name(_look_up, cloud, names).values() for group in groups]


def _look_up(cloud: Cloud, name: str) -> list[Mapping[str, Any]]:
    return list(cloud.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"])


def _tags(cloud: Cloud, name: str) -> dict[str, str]:
    answer = find(
        ["ResourceNotFoundException"], cloud, "logs", "list_tags_for_resource", resourceArn=_arn(cloud, name)
    )
    return dict(answer["tags"]) if answer else {}


def _arn(cloud: Cloud, name: str) -> str:
    """The form without `:*`, the only one that the tag operations take (service model)."""
    return cloud.account.arn("logs", f"log-group:{name}")


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the group with its tags; retention is a call of its own."""
    cloud.call("logs", "create_log_group", logGroupName=resource.name, tags=resource.stated["tags"])
    _keep(cloud, resource)


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs."""
    if step.changes("retention_days"):
        _keep(cloud, step.resource)
    if changed := tag_changes(step):
        cloud.call("logs", "tag_resource", resourceArn=_arn(cloud, step.resource.name), tags=changed)


def _keep(cloud: Cloud, resource: Resource) -> None:
    days = resource.stated.get("retention_days")
    if days is not None:
        cloud.call("logs", "put_retention_policy", logGroupName=resource.name, retentionInDays=days)


def delete(cloud: Cloud, step: Step) -> None:
    """Take the group away, with what was logged."""
    find(["ResourceNotFoundException"], cloud, "logs", "delete_log_group", logGroupName=step.resource.name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    cloud.call("logs", "untag_resource", resourceArn=_arn(cloud, step.resource.name), tagKeys=OUR_TAGS)


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon CloudWatch Logs.

    The ARN ends in `:*` but for the tag operations (API reference, LogGroup, "arn" and "logGroupArn").
    """
    tagged = [account.arn("logs", f"log-group:{resource.name}")]
    group = [f"{arn}:*" for arn in tagged]
    # `*`: DescribeLogGroups knows no resources (Service Authorization Reference, Amazon CloudWatch Logs)
    yield from needs(Purpose.PLAN | Purpose.DESTROY, [NO_RESOURCE], "logs:DescribeLogGroups")
    yield from needs(Purpose.PLAN | Purpose.DESTROY, tagged, "logs:ListTagsForResource")
    yield from needs(Purpose.CREATE, group, "logs:CreateLogGroup")
    yield from needs(Purpose.CREATE, tagged, "logs:TagResource")
    if "retention_days" in resource.stated:
        yield from needs(Purpose.CREATE, group, "logs:PutRetentionPolicy")
    yield from needs(Purpose.DESTROY, group, "logs:DeleteLogGroup")
    yield from needs(Purpose.DESTROY, tagged, "logs:UntagResource")


KIND = Kind(
    NAME,
    no_design,
    read,
    create,
    update,
    delete=delete,
    release=release,
    permissions=permissions,
    events=("PutRetentionPolicy", "DeleteRetentionPolicy", "DeleteLogGroup"),
)
