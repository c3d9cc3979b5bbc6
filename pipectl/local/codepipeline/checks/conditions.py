"""Conditions of stages and what a stage does when it fails."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pipectl.facts.stage_rules import SKIPPING, cron_problem
from pipectl.local.codepipeline.rules import RULE_KINDS

from .context import stage_declaration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context

Shape = dict[str, Any]

# User guide, stage conditions: which results each kind of condition may have.
RESULTS = {
    "beforeEntry": ("FAIL", "SKIP"),
    "onSuccess": ("ROLLBACK", "FAIL"),
    "onFailure": ("ROLLBACK",),
}


def found(declaration: Shape, context: Context) -> Iterator[Refused]:
    """Yield what is wrong with conditions."""
    for index, stage in enumerate(declaration["stages"]):
        yield from _on_failure(stage)
        if declaration.get("executionMode") == "PARALLEL":
            yield from _rollback_in_parallel(stage)
        if index == 0 and _rolls_back(stage):
            # User guide, stage rollback: the source stage cannot be rolled back (the wording is inferred).
            yield stage_declaration(f"Rollback cannot be configured for the source stage: '{stage['name']}'")
        for member, results in RESULTS.items():
            for condition in (stage.get(member) or {}).get("conditions") or []:
                yield from _condition(stage, member, condition, results)


def _on_failure(stage: Shape) -> Iterator[Refused]:
    gate = stage.get("onFailure") or {}
    if gate.get("result") and gate.get("conditions"):
        yield stage_declaration(
            "The following stage cannot have a failure exit gate configured with both top level result and "
            f"conditions: '{stage['name']}'"
        )
    if gate.get("retryConfiguration") and gate.get("result") != "RETRY":
        yield stage_declaration(  # API reference, RetryConfiguration; the wording is inferred
            f"Retry configuration can only be used with the result RETRY in stage '{stage['name']}'"
        )


def _rollback_in_parallel(stage: Shape) -> Iterator[Refused]:
    if _rolls_back(stage):
        yield stage_declaration(
            "Failure conditions with rollback result type cannot be added to a PARALLEL pipeline."
        )


def _rolls_back(stage: Shape) -> bool:
    gates = [stage.get("onFailure") or {}]
    gates += [
        condition
        for member in ("onFailure", "onSuccess")
        for condition in (stage.get(member) or {}).get("conditions") or []
    ]
    return any(gate.get("result") == "ROLLBACK" for gate in gates)


def _condition(stage: Shape, member: str, condition: Shape, results: tuple[str, ...]) -> Iterator[Refused]:
    place = f"{member} condition of stage '{stage['name']}'"
    if condition.get("result", results[0]) not in results:
        yield stage_declaration(f"Result {condition['result']} cannot be used in the {place}")
    rules = condition.get("rules") or []
    if not rules:
        yield stage_declaration(f"The {place} must have at least 1 rule")
    for name, count in Counter(rule["name"] for rule in rules).items():
        if count > 1:
            yield stage_declaration(f"Rule name '{name}' is used more than once in the {place}")
    for rule in rules:
        yield from _rule(rule)
        if condition.get("result") == "SKIP" and rule["ruleTypeId"]["provider"] not in SKIPPING:
            # User guide, "Configure conditions for a stage"; the wording is inferred.
            yield stage_declaration(
                f"Result SKIP in the {place} supports rules of {' and '.join(SKIPPING)} only"
            )


def _rule(rule: Shape) -> Iterator[Refused]:
    """The wording follows that of actions (inferred)."""
    provider = rule["ruleTypeId"]["provider"]
    kind = RULE_KINDS.get(provider)
    if kind is None:
        yield stage_declaration(
            f"RuleType (Provider: '{provider}') in rule '{rule['name']}' is not available"
        )
        return
    configuration = rule.get("configuration") or {}
    start = f"Rule configuration for rule '{rule['name']}'"
    for key in kind.required:
        if key not in configuration:
            yield stage_declaration(f"{start} is missing required configuration '{key}'")
    for key in configuration:
        if key not in kind.required + kind.optional:
            yield stage_declaration(f"{start} contains unknown configuration '{key}'")
    cron = configuration.get("Cron", "")
    wrong = cron_problem(cron) if provider == "DeploymentWindow" and "#{" not in cron else None
    if wrong:
        yield stage_declaration(f"{start} has an invalid Cron '{cron}': {wrong}")
    if provider == "Commands" and not rule.get("commands"):
        yield stage_declaration(f"Rule {rule['name']} must have a non-empty commands field")
