"""The event rules that should start a pipeline: whether there is one, and what is wrong with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each
from pipectl.errors import AwsError
from pipectl.runs.why.answers import NeverSeen

Source = Mapping[str, Any]
"""A source action as it is declared."""

MISSING = ("ResourceNotFoundException",)

WANTED = {
    "CodeCommit": {"referenceName": "BranchName"},
    "ECR": {"repository-name": "RepositoryName", "image-tag": "ImageTag"},
    "S3": {},
}
"""Words of a pattern's detail, and the configuration that they must fit (docs/aws/codepipeline.md, 6)."""


def undetected(cloud: Cloud, pipeline: str, source: Source, others: Sequence[Source]) -> NeverSeen:
    """Why no rule started the pipeline when a source changed; rules of other sources do not count."""
    provider = source["actionTypeId"]["provider"]
    arn = cloud.account.arn("codepipeline", pipeline)
    names = cloud.call("events", "list_rule_names_by_target", TargetArn=arn).get("RuleNames") or []
    there = [rule for rule in for_each(lambda name: _rule(cloud, name), names) if rule]
    branch = (source.get("configuration") or {}).get("BranchName", "")
    fitting = [rule for rule in there if _fits(rule, source)]
    found = fitting or [rule for rule in there if not any(_fits(rule, each) for each in others)]
    if not found:
        return NeverSeen("no_rule", {"source": provider})
    if not fitting:
        return NeverSeen("rule_elsewhere", {"rule": found[0]["Name"], "branch": branch})
    enabled = [rule for rule in fitting if str(rule.get("State", "ENABLED")).startswith("ENABLED")]
    if not enabled:
        return NeverSeen("rule_disabled", {"rule": fitting[0]["Name"]})
    if role := _missing_role(cloud, enabled[0]["Name"], arn):
        return NeverSeen("rule_without_role", {"rule": enabled[0]["Name"], "role": role})
    return NeverSeen("unknown", {"source": provider, "rule": enabled[0]["Name"]})


def _rule(cloud: Cloud, name: str) -> Mapping[str, Any] | None:
    return find(MISSING, cloud, "events", "describe_rule", Name=name)


def _fits(rule: Mapping[str, Any], source: Source) -> bool:
    """Whether the pattern lets the source's events through; content filters are taken to."""
    provider = source["actionTypeId"]["provider"]
    if provider not in WANTED:
        return False
    configuration: Mapping[str, str] = source.get("configuration") or {}
    pattern = json.loads(rule.get("EventPattern") or "{}")
    sources = {"CodeCommit": "aws.codecommit", "ECR": "aws.ecr", "S3": "aws.s3"}
    if sources[provider] not in pattern.get("source", [sources[provider]]):
        return False
    repository = configuration.get("RepositoryName", "")
    resources = [each for each in pattern.get("resources", []) if isinstance(each, str)]
    if (
        provider == "CodeCommit"
        and resources
        and not any(each.endswith(f":{repository}") for each in resources)
    ):
        return False
    detail: Mapping[str, Any] = pattern.get("detail") or {}
    return all(_allows(detail.get(word), configuration.get(key)) for word, key in WANTED[provider].items())


def _allows(allowed: Any, value: str | None) -> bool:
    if not isinstance(allowed, list) or value is None:
        return True
    return value in allowed or any(isinstance(each, dict) for each in allowed)


def _missing_role(cloud: Cloud, rule: str, arn: str) -> str | None:
    """The role of the rule's target, when it is not there; "none" when the target names none."""
    targets = cloud.call("events", "list_targets_by_rule", Rule=rule).get("Targets") or []
    roles = [each.get("RoleArn") for each in targets if each["Arn"] == arn]
    role = next((each for each in roles if each), None)
    if role is None:
        return "none"
    name = role.rsplit("/", 1)[-1]
    try:
        answer = find(["NoSuchEntity", "NoSuchEntityException"], cloud, "iam", "get_role", RoleName=name)
    except AwsError:
        return None
    return name if answer is None else None
