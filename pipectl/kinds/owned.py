"""Everything that stacks own, found by tag: ARNs become kinds and names."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, for_each, side_by_side
from pipectl.aws.permissions import NO_RESOURCE, Need, Purpose, needs
from pipectl.engine.values import OWNER_TAG
from pipectl.errors import AccessDenied
from pipectl.kinds import (
    bucket,
    cluster,
    log_group,
    names,
    notification,
    pipeline,
    project,
    repository,
    role,
    rule,
    service,
    source,
    topic,
)

Entry = tuple[str, str, str]
"""Stack, kind, name."""

STACKS = 20
"""Values of one tag filter (API reference, GetResources)."""

SHAPES = {
    source.NAME: r"codecommit:[^:]*:\d+:([\w.-]+)",
    repository.NAME: r"ecr:[^:]*:\d+:repository/(.+)",
    log_group.NAME: r"logs:[^:]*:\d+:log-group:([^:]+)(?::\*)?",
    bucket.NAME: r"s3:::([^/]+)",
    cluster.NAME: r"ecs:[^:]*:\d+:cluster/([^/]+)",
    service.NAME: r"ecs:[^:]*:\d+:service/([^/]+/[^/]+)",
    project.NAME: r"codebuild:[^:]*:\d+:project/(.+)",
    rule.NAME: r"events:[^:]*:\d+:rule/([^/]+)",
    topic.NAME: r"sns:[^:]*:\d+:([^:]+)",
    notification.NAME: r"codestar-notifications:[^:]*:\d+:notificationrule/(.+)",
    pipeline.NAME: r"codepipeline:[^:]*:\d+:([\w.@-]+)",
}
"""Kind -> what its ARN looks like. Of task definitions their service takes care."""


def owned(cloud: Cloud, region: str, stacks: Mapping[str, str], say: Callable[[str], None]) -> list[Entry]:
    """What carries the tag of one of the stacks (stack -> path of its roles).

    IAM's roles are looked for by their path: GetResources lacks them.

    The account is not asked for, so that nobody waits for it.

    Who may not ask is told so, and learns of nothing.
    """
    names_ = sorted(stacks)
    batches = [names_[start : start + STACKS] for start in range(0, len(names_), STACKS)]
    asked = [partial(_tagged, cloud, batch) for batch in batches]
    # what was made before a path was stated is still below the usual one
    paths = {(stack, path) for stack in names_ for path in (f"/pipectl/{stack}/", stacks[stack])}
    asked += [partial(_roles, cloud, region, stack, path) for stack, path in sorted(paths)]
    answers = side_by_side([partial(_allowed, ask, say) for ask in asked])
    return _by_their_names(cloud, [entry for answer in answers for entry in answer], say)


def _by_their_names(cloud: Cloud, entries: list[Entry], say: Callable[[str], None]) -> list[Entry]:
    """The same, notification rules by their names: their ARNs end in ids, which nobody computes."""
    others = [entry for entry in entries if entry[1] != notification.NAME]
    rules = [entry for entry in entries if entry[1] == notification.NAME]

    def named() -> list[Entry]:
        arns = [cloud.account.arn(notification.SERVICE, f"notificationrule/{entry[2]}") for entry in rules]
        states = for_each(partial(notification.described, cloud), arns)
        return [
            (entry[0], entry[1], state["name"]) for entry, state in zip(rules, states, strict=True) if state
        ]

    return [*others, *_allowed(named, say)] if rules else others


def permissions() -> Iterator[Need]:
    """What the search needs."""
    # `*`: both know no resources (Service Authorization Reference, Resource Group Tagging API and IAM)
    yield from needs(Purpose.PLAN | Purpose.DESTROY, [NO_RESOURCE], "tag:GetResources", "iam:ListRoles")


def _allowed(ask: Callable[[], list[Entry]], say: Callable[[str], None]) -> list[Entry]:
    try:
        return ask()
    except AccessDenied as error:
        say(f"what the spec no longer names was not looked for: {error.said}")
        return []


def _tagged(cloud: Cloud, stacks: Sequence[str]) -> list[Entry]:
    found: list[Entry] = []
    token: dict[str, str] = {}
    filters = [{"Key": OWNER_TAG, "Values": list(stacks)}]
    while True:
        answer = cloud.call(
            "resourcegroupstaggingapi", "get_resources", TagFilters=filters, ResourcesPerPage=100, **token
        )
        found += [entry for each in answer["ResourceTagMappingList"] for entry in _entries(each)]
        if not answer.get("PaginationToken"):
            return found
        token = {"PaginationToken": answer["PaginationToken"]}


def _entries(tagged: dict[str, Any]) -> Iterator[Entry]:
    stack = next(tag["Value"] for tag in tagged["Tags"] if tag["Key"] == OWNER_TAG)
    arn = tagged["ResourceARN"].split(":", 2)[-1]
    for kind, shape in SHAPES.items():
        if match := re.fullmatch(shape, arn):
            yield stack, kind, match[1]


def _roles(cloud: Cloud, region: str, stack: str, path: str) -> list[Entry]:
    """The roles under the stack's path, those of this Region: IAM is one namespace for all of them."""
    found: list[Entry] = []
    marker: dict[str, str] = {}
    prefix = f"{stack}-{region}-"
    if len(prefix) > names.ROLE_LIMIT - 9:  # a hash stands in the Region's place, so nobody knows
        return []
    while True:
        answer = cloud.call("iam", "list_roles", PathPrefix=path, **marker)
        names_ = [each["RoleName"] for each in answer["Roles"]]
        found += [(stack, role.NAME, name) for name in names_ if prefix in name]
        if not answer.get("IsTruncated"):
            return found
        marker = {"Marker": answer["Marker"]}
