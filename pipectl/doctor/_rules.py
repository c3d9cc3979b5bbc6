"""The event rules that start a pipeline, and what its sources wait for."""

from collections.abc import Mapping
from typing import Any

from pipectl.aws.read.event_rules import EVENTS, EventRule, Source, rules_with_target
from pipectl.doctor._case import Action, Case, Pipeline
from pipectl.kinds import names


def watched(case: Case) -> list[Action]:
    """The source actions of pipelines in AWS that event rules can start."""
    return [
        each for each in case.actions()
        if each.category == "Source" and each.provider in EVENTS and each.pipeline.live
    ]  # fmt: skip


def polls(action: Action) -> bool:
    """Whether the pipeline asks the source every minute; it does when nothing is said (action reference)."""
    return action.provider != "ECR" and (action.value("PollForSourceChanges") or "true").lower() == "true"


def rules_of(case: Case, action: Action) -> list[EventRule]:
    """The rules about a source, of those with the pipeline as target and the one named like ours."""
    arn = case.cloud.account.arn("codepipeline", action.pipeline.name)
    ours = names.rule(action.pipeline.name, action.shape["name"])
    source = Source(action.provider, _configuration(action), case.cloud.account)
    return [rule for rule in rules_with_target(case.cloud, arn, (ours,)) if rule.matches(source)]


def _configuration(action: Action) -> dict[str, str]:
    return {key: str(value) for key, value in (action.shape.get("configuration") or {}).items()}


def starting(case: Case, pipeline: Pipeline, rule: EventRule) -> list[Mapping[str, Any]]:
    """The targets of a rule that start the pipeline."""
    return rule.starts(case.cloud.account.arn("codepipeline", pipeline.name))
