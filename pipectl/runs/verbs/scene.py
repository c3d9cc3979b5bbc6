"""A pipeline as an act finds it: its stages and its executions, read side by side."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pipectl.aws.cloud import Cloud, side_by_side
from pipectl.runs import executions
from pipectl.runs.actions import ActionRun, of_execution
from pipectl.runs.gate import no_such_stage
from pipectl.runs.stages import pipeline_state, stage_state
from pipectl.runs.values import ActionState, Execution, StageState

REMEMBERED = 20
"""Executions that are looked at when none is named."""
PARALLEL = "PARALLEL"
RUNNING = ("InProgress", "Stopping")
_WORST = ("InProgress", "Failed", "Abandoned")
"""Which action's status is the stage's, when they differ; an abandoned action leaves a stopped stage."""


@dataclass(frozen=True)
class Scene:
    """A pipeline at one moment. `executions` are the newest, or those that were named, newest first."""

    pipeline: str
    version: int
    stages: tuple[StageState, ...]
    executions: tuple[Execution, ...]
    named: bool = False

    @property
    def parallel(self) -> bool:
        """Whether AWS tells nothing of what is in the stages (User guide, execution modes)."""
        return any(each.mode == PARALLEL for each in self.executions)

    def stage(self, name: str) -> StageState:
        """One stage. Raises PipectlError for a name that the pipeline does not have."""
        for each in self.stages:
            if each.name == name:
                return each
        raise no_such_stage(self.pipeline, name, [each.name for each in self.stages])

    def execution(self, identity: str) -> Execution:
        """One execution, with as much as is known of it."""
        return next((each for each in self.executions if each.id == identity), Execution(identity))

    def place(self, identity: str) -> str | None:
        """Where an execution is: `in Build`, `before Deploy`."""
        for stage in self.stages:
            if stage.execution == identity and stage.status in RUNNING:
                return f"in {stage.name}"
            if identity in stage.inbound:
                return f"before {stage.name}"
        return None

    def seen_by(self, cloud: Cloud, execution: Execution) -> "Scene":
        """The stages as this execution of a PARALLEL pipeline has them; of others they are known."""
        if execution.mode != PARALLEL:
            return self
        return replace(self, stages=inside(cloud, self.pipeline, execution.id, self.stages))


def scene(cloud: Cloud, pipeline: str, named: str | None = None) -> Scene:
    """Look at a pipeline; `named` is the beginning of an execution's id or of a commit."""
    look = partial(_named, cloud, pipeline, named) if named else partial(_newest, cloud, pipeline)
    state, found = side_by_side([partial(pipeline_state, cloud, pipeline), look])
    known = {each.id: each for each in found}
    stages = tuple(stage_state(stage, known, {}) for stage in state.get("stageStates") or [])
    return Scene(pipeline, state.get("pipelineVersion", 0), stages, tuple(found), bool(named))


def _named(cloud: Cloud, pipeline: str, prefix: str) -> list[Execution]:
    return executions.matches(cloud, pipeline, prefix)


def _newest(cloud: Cloud, pipeline: str) -> list[Execution]:
    return list(executions.recent(cloud, pipeline, most=REMEMBERED))


def inside(
    cloud: Cloud, pipeline: str, execution: str, stages: Iterable[StageState]
) -> tuple[StageState, ...]:
    """The stages as one execution went through them, from its actions; gates stay as they are."""
    latest = {(run.stage, run.name): run for run in of_execution(cloud, pipeline, execution)}
    return tuple(_stage(stage, execution, list(_of_stage(latest, stage))) for stage in stages)


def _of_stage(latest: dict[tuple[str, str], ActionRun], stage: StageState) -> Iterator[ActionRun]:
    yield from (run for (name, _), run in latest.items() if name == stage.name)


def _stage(stage: StageState, execution: str, runs: list[ActionRun]) -> StageState:
    if not runs:
        return replace(stage, status=None, execution=None, actions=())
    worst = next((word for word in _WORST if any(run.status == word for run in runs)), "Succeeded")
    status = "Stopped" if worst == "Abandoned" else worst
    return replace(stage, status=status, execution=execution, actions=tuple(map(_action, runs)))


def _action(run: ActionRun) -> ActionState:
    """The token of an approval is its external id here (API reference, PutApprovalResult)."""
    return ActionState(
        name=run.name,
        provider=run.provider,
        status=run.status,
        summary=run.summary,
        error=run.error,
        changed_at=run.updated,
        external_id=run.external_id,
        run=run.id,
        token=run.external_id if run.declared.category == "Approval" and run.runs else None,
        changed_by=run.updated_by,
    )


def changed_at(stage: StageState) -> datetime | None:
    """When something last happened in a stage."""
    return max((each.changed_at for each in stage.actions if each.changed_at), default=None)
