"""Conditions of stages with results that their place does not have (user guide, "stage-conditions")."""

from collections.abc import Iterator

from pipectl.facts.stage_rules import SKIPPING
from pipectl.kinds.pipeline_block import Condition, OnFailure
from pipectl.rules._tools import error, key_error, pipelines, written
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "condition"
RESULTS = {"before_entry": ("FAIL", "SKIP"), "on_success": ("ROLLBACK", "FAIL")}


def check(spec: Spec) -> Iterator[Problem]:
    """Every stage of every pipeline."""
    for name, block in pipelines(spec):
        for number, stage in enumerate(block.stages):
            path = ("codepipeline", name, "stages", number)
            for key, results in RESULTS.items():
                condition = getattr(stage, key)
                if condition is not None:
                    yield from _result(spec, (*path, key), key, condition.result, results)
            if stage.on_failure is not None:
                yield from _on_failure(spec, (*path, "on_failure"), stage.on_failure)
            yield from _rule_names(spec, path, stage)
            yield from _skipping(spec, (*path, "before_entry"), stage.before_entry)


def _result(
    spec: Spec, path: Path, key: str, result: str | None, results: tuple[str, ...]
) -> Iterator[Problem]:
    choices = " or ".join(results)
    if result is None and not written(spec, (*path, "result")):
        message = f"`{key}` does not say what happens when its rules are not met"
        yield key_error(spec, path, RULE, message, f"write `result:` {choices}")
    elif result is not None and result not in results:
        message = f"{result} is no result of `{key}`"
        yield error(spec, (*path, "result"), RULE, message, f"it is {choices}")


def _skipping(spec: Spec, path: Path, condition: Condition | None) -> Iterator[Problem]:
    """User guide, "Considerations for configuring results for stage conditions"."""
    if condition is None or condition.result != "SKIP":
        return
    for index, rule in enumerate(condition.rules):
        if rule.provider not in SKIPPING:
            message = f"a stage cannot be skipped by a rule of {rule.provider}"
            hint = f"with SKIP, rules are of {' or '.join(SKIPPING)}; write `result: FAIL`, or another rule"
            yield error(spec, (*path, "rules", index, "provider"), RULE, message, hint)


def _on_failure(spec: Spec, path: Path, failure: OnFailure) -> Iterator[Problem]:
    if failure.retry is not None and failure.result != "RETRY":
        message = "`retry` says which actions run again, and the result is not RETRY"
        yield error(spec, (*path, "retry"), RULE, message, "write `result: RETRY`, or take it out")
    if failure.rules is not None and failure.result not in (None, "ROLLBACK"):
        message = f"with `rules`, `on_failure` can roll back and nothing else, not {failure.result}"
        yield error(spec, (*path, "result"), RULE, message, "write ROLLBACK, or take the rules out")
    elif failure.rules is not None:
        yield from _result(spec, path, "on_failure", failure.result, ("ROLLBACK",))
    said = any(written(spec, (*path, key)) for key in ("result", "rules", "retry"))
    if failure.rules is None and failure.result is None and not said:
        message = "`on_failure` does not say what happens"
        yield key_error(spec, path, RULE, message, "write `result:` ROLLBACK or RETRY")


def _rule_names(spec: Spec, path: Path, stage: object) -> Iterator[Problem]:
    for key in ("before_entry", "on_success", "on_failure"):
        condition = getattr(stage, key)
        rules = (condition.rules if condition else None) or ()
        names = [rule.name for rule in rules]
        for index, rule in enumerate(rules):
            here = (*path, key, "rules", index)
            if rule.name in names[:index]:
                message = f"two rules of `{key}` are called `{rule.name}`"
                yield error(spec, (*here, "name"), RULE, message, "give each a name of its own")
            if rule.provider == "Commands" and not rule.commands:
                yield key_error(
                    spec, here, RULE, f"rule `{rule.name}` has no `commands`", "Commands needs them"
                )
            elif rule.provider != "Commands" and rule.commands:
                message = f"`commands` mean nothing to {rule.provider}"
                yield key_error(spec, (*here, "commands"), RULE, message, "use the provider Commands")
