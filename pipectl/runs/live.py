"""Which execution is live in a stage: the last one that went through it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pipectl.aws.cloud import Cloud
from pipectl.runs import actions, executions
from pipectl.runs.actions import ActionRun
from pipectl.runs.declared import Declared
from pipectl.runs.values import StageState

LOOKED_AT = 300
"""Actions that are looked at, the newest first, before AWS is asked stage by stage."""


def live(cloud: Cloud, pipeline: str, stages: Sequence[StageState]) -> dict[str, str]:
    """The id of the live execution of every stage that has one.

    Where the last execution of a stage did not succeed it is an earlier one; rollbacks count, and AWS' filter
    for what succeeded in a stage does not say whether it tells them.
    """
    found = {each.name: each.execution for each in stages if each.status == "Succeeded" and each.execution}
    missing = [each for each in stages if each.name not in found and each.status is not None]
    if not missing:
        return found
    found |= _from_actions(islice(actions.recent(cloud, pipeline), LOOKED_AT), missing)
    for stage in missing:
        if stage.name not in found:
            newest = next(executions.recent(cloud, pipeline, most=1, succeeded_in=stage.name), None)
            found |= {stage.name: newest.id} if newest else {}
    return found


def _from_actions(rows: Iterable[ActionRun], stages: Sequence[StageState]) -> dict[str, str]:
    """The newest execution all of whose actions in a stage succeeded, by their last attempts."""
    names = {stage.name: {action.name for action in stage.actions} for stage in stages}
    attempts: dict[tuple[str, str], dict[str, str]] = {}
    found: dict[str, str] = {}
    for row in rows:
        if row.stage not in names or row.stage in found:
            continue
        last = attempts.setdefault((row.execution, row.stage), {})
        last.setdefault(row.name, row.status)
        if names[row.stage] <= last.keys() and set(last.values()) == {"Succeeded"}:
            found[row.stage] = row.execution
        if len(found) == len(names):
            break
    return found


def telling(declared: Sequence[Declared], live_in: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Stage and live execution, of the stages in which being live means something."""
    for stage in deploying(declared):
        if stage in live_in:
            yield stage, live_in[stage]


def deploying(declared: Sequence[Declared]) -> list[str]:
    """The stages that deploy, in their order; the last stage of a pipeline that deploys nothing."""
    stages = dict.fromkeys(each.stage for each in declared if each.category == "Deploy")
    return list(stages) or [each.stage for each in declared][-1:]
