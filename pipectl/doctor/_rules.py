"""The event rules that start a pipeline, and what its sources wait for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each
from pipectl.doctor._case import Action, Case, Pipeline
from pipectl.doctor._tools import all_of
from pipectl.kinds import names

MISSING = ("ResourceNotFoundException",)
EVENTS = {"CodeCommit": "aws.codecommit", "S3": "aws.s3", "ECR": "aws.ecr"}
"""Provider -> the source of its events (user guide, "detect-state-changes")."""

DETAILS = {
    "CodeCommit": (("BranchName", ("referenceName",)),),
    "ECR": (("RepositoryName", ("repository-name",)), ("ImageTag", ("image-tag",))),
    "S3": (("S3Bucket", ("bucket", "name")), ("S3ObjectKey", ("object", "key"))),
}
"""Provider -> configuration key and where an event tells of it."""


@dataclass(frozen=True)
class Rule:
    """One event rule and its targets, in AWS' shape."""

    name: str
    state: str
    pattern: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[Mapping[str, Any], ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether it passes events on."""
        return self.state.startswith("ENABLED")


def watched(case: Case) -> list[Action]:
    """The source actions of pipelines in AWS that event rules can start."""
    return [
        each for each in case.actions()
        if each.category == "Source" and each.provider in EVENTS and each.pipeline.live
    ]  # fmt: skip


def polls(action: Action) -> bool:
    """Whether the pipeline asks the source every minute; it does when nothing is said (action reference)."""
    return action.provider != "ECR" and (action.value("PollForSourceChanges") or "true").lower() == "true"


def rules_of(case: Case, action: Action) -> list[Rule]:
    """The rules that are about a source: those with the pipeline as target, and the one named like ours."""
    arn = case.cloud.account.arn("codepipeline", action.pipeline.name)
    named = dict.fromkeys(
        [*_by_target(case.cloud, arn), names.rule(action.pipeline.name, action.shape["name"])]
    )
    found = [rule for rule in for_each(partial(_rule, case.cloud), named) if rule is not None]
    return [rule for rule in found if about(rule, action)]


def starting(case: Case, pipeline: Pipeline, rule: Rule) -> list[Mapping[str, Any]]:
    """The targets of a rule that start the pipeline."""
    arn = case.cloud.account.arn("codepipeline", pipeline.name)
    return [target for target in rule.targets if target["Arn"] == arn]


def _by_target(cloud: Cloud, arn: str) -> list[str]:
    return all_of(partial(cloud.call, "events", "list_rule_names_by_target", TargetArn=arn), "RuleNames")


def _rule(cloud: Cloud, name: str) -> Rule | None:
    found = find(MISSING, cloud, "events", "describe_rule", Name=name)
    if found is None:
        return None
    targets = cloud.call("events", "list_targets_by_rule", Rule=name).get("Targets", [])
    return Rule(name, found.get("State", ""), json.loads(found.get("EventPattern") or "{}"), tuple(targets))


def about(rule: Rule, action: Action) -> bool:
    """Whether a rule's pattern takes the events of a source.

    Only exact values are compared: a filter such as `prefix` is taken to fit.
    """
    if not rule.pattern:  # a schedule starts the pipeline whatever has changed
        return False
    if not _takes(rule.pattern.get("source"), EVENTS[action.provider]):
        return False
    if action.provider == "CodeCommit" and "resources" in rule.pattern:
        wanted = action.value("RepositoryName")
        ends = [str(each).rpartition(":")[2] for each in rule.pattern["resources"] if isinstance(each, str)]
        if wanted and ends and wanted not in ends:
            return False
    detail = rule.pattern.get("detail") or {}
    return all(
        _takes(_at(detail, path), action.value(key) or _default(key))
        for key, path in DETAILS[action.provider]
    )


def _default(key: str) -> str | None:
    return "latest" if key == "ImageTag" else None


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _takes(allowed: Any, wanted: str | None) -> bool:
    if allowed is None or wanted is None:
        return True
    exact = [each for each in allowed if isinstance(each, str)]
    return wanted in exact or len(exact) < len(allowed)
