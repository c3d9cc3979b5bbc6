"""PARALLEL pipelines: of what runs in them GetPipelineState tells nothing (User guide, execution modes).

The actions that an execution has started tell where it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from pipectl.aws.cloud import Cloud
from pipectl.runs.actions import PAGE, ActionRun, of_execution, recent
from pipectl.runs.values import ActionState, Beside, Execution, StageState

PARALLEL = "PARALLEL"
RUNNING = ("InProgress", "Stopping")
_WORST = ("InProgress", "Failed", "Abandoned")
"""Which action's status is the stage's, when they differ; an abandoned action leaves a stopped stage."""


def is_parallel(executions: Sequence[Execution]) -> bool:
    """Whether the newest execution is one of a PARALLEL pipeline."""
    return bool(executions) and executions[0].mode == PARALLEL


def newest_runs(cloud: Cloud, pipeline: str) -> list[ActionRun]:
    """The newest page of the pipeline's actions, oldest first: one call."""
    return list(islice(recent(cloud, pipeline), PAGE))[::-1]


def inside(
    cloud: Cloud, pipeline: str, execution: str, stages: Iterable[StageState]
) -> tuple[StageState, ...]:
    """The stages as one execution went through them, from its actions; gates stay as they are."""
    return entered(stages, execution, of_execution(cloud, pipeline, execution))


def entered(
    stages: Iterable[StageState], execution: str, runs: Iterable[ActionRun]
) -> tuple[StageState, ...]:
    """The stages as one execution went through them; `runs` stand in the order in which they started."""
    latest = {(run.stage, run.name): run for run in runs if run.execution == execution}
    return tuple(_stage(stage, execution, latest) for stage in stages)


def beside(executions: Sequence[Execution], runs: Sequence[ActionRun]) -> tuple[Beside, ...]:
    """The executions that run beside the newest one, each with the stage in which it is."""
    places = {run.execution: run.stage for run in runs}
    return tuple(Beside(each, places.get(each.id)) for each in executions[1:] if each.status in RUNNING)


def _stage(stage: StageState, execution: str, latest: dict[tuple[str, str], ActionRun]) -> StageState:
    runs = [run for (name, _), run in latest.items() if name == stage.name]
    actions = tuple(_action(each, latest.get((stage.name, each.name))) for each in stage.actions)
    if not runs:
        return replace(stage, status=None, execution=None, entered=None, actions=actions)
    worst = next((word for word in _WORST if any(run.status == word for run in runs)), "Succeeded")
    status = "Stopped" if worst == "Abandoned" else worst
    known = stage.entered if stage.execution == execution else None
    return replace(stage, status=status, execution=execution, entered=known, actions=actions)


def _action(action: ActionState, run: ActionRun | None) -> ActionState:
    """The token of an approval is its external id here (API reference, PutApprovalResult)."""
    bare = ActionState(action.name, action.provider, action.target, service=action.service)
    if run is None:
        return bare
    return replace(
        bare,
        provider=run.provider,
        status=run.status,
        summary=run.summary,
        error=run.error,
        url=run.url,
        changed_at=run.updated,
        external_id=run.external_id,
        run=run.id,
        token=run.external_id if run.declared.category == "Approval" and run.runs else None,
        changed_by=run.updated_by,
        started=run.started,
    )
