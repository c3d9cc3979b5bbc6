"""Conditions of stages: their rules run side by side, one that fails fails the condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.codepipeline import rule_providers
from pipectl.local.codepipeline.records import ConditionRun, Problem, RuleRun
from pipectl.local.codepipeline.variables import UnresolvedError

from . import stages, work
from .job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.codepipeline.records import StageRun

    from .trip import Trip

DEFAULT_RESULT = {"beforeEntry": "FAIL", "onSuccess": "FAIL", "onFailure": "ROLLBACK"}  # inferred


def check(trip: Trip, run: StageRun, kind: str, then: Callable[[Trip, StageRun, str | None], None]) -> None:
    """Ask a stage's condition; `then` gets the condition's result if it failed, else None."""
    declared = (run.declaration.get(kind) or {}).get("conditions")
    if not declared:
        then(trip, run, None)
        return
    now = trip.engine.service.world.now()
    result = declared[0].get("result") or DEFAULT_RESULT[kind]
    condition = ConditionRun(kind, result, now)
    run.conditions[kind] = condition
    condition.rules = [RuleRun(run.stage, rule, now, now) for rule in declared[0]["rules"]]
    run.rules += condition.rules
    for rule in condition.rules:
        _start(trip, run, condition, rule, then)


def is_busy(run: StageRun) -> bool:
    """Whether a condition of the stage is still being asked."""
    return any(condition.status == "InProgress" for condition in run.conditions.values())


def _start(
    trip: Trip,
    run: StageRun,
    condition: ConditionRun,
    rule: RuleRun,
    then: Callable[[Trip, StageRun, str | None], None],
) -> None:
    def ended(outcome: work.Outcome) -> None:
        if rule.status == "InProgress":
            work.close(trip, rule, outcome)
            _settle(trip, run, condition, then)

    try:
        rule.resolved = work.resolved(trip.execution, rule.declaration.get("configuration") or {})
    except UnresolvedError:
        name = rule.declaration["name"]
        ended(
            Problem(f"One or more variables could not be resolved: Rule name={name}.", "ConfigurationError")
        )
        return
    inputs = [
        trip.execution.artifacts[each["name"]]
        for each in rule.declaration.get("inputArtifacts") or []
        if each["name"] in trip.execution.artifacts
    ]
    job = Job(trip, rule, tuple(inputs))
    provider = rule_providers.of(rule.declaration["ruleTypeId"])
    work.carry_out(job, lambda: provider(job), ended)


def _settle(
    trip: Trip, run: StageRun, condition: ConditionRun, then: Callable[[Trip, StageRun, str | None], None]
) -> None:
    if condition.status != "InProgress" or any(rule.status == "InProgress" for rule in condition.rules):
        return
    failed = [rule for rule in condition.rules if rule.status != "Succeeded"]
    condition.status = "Failed" if failed else "Succeeded"
    condition.updated = trip.engine.service.world.now()
    if failed and failed[0].problem:
        condition.summary = failed[0].problem.message
    trip.touch()
    if trip.execution.stop is not None or trip.execution.outdated:
        stages.proceed(trip, run)
    else:
        then(trip, run, condition.result if failed else None)
