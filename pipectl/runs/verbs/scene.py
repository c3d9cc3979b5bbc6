"""A pipeline as an act finds it: its stages and its executions, read side by side."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from pipectl.aws.cloud import Cloud, side_by_side
from pipectl.runs import executions
from pipectl.runs.gate import no_such_stage
from pipectl.runs.parallel import PARALLEL, RUNNING, inside, is_parallel
from pipectl.runs.stages import pipeline_state, stage_state
from pipectl.runs.values import Execution, StageState

REMEMBERED = 20
"""Executions that are looked at when none is named."""


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
        """Whether AWS tells nothing of what is in the stages (User guide, execution modes).

        The newest execution says it: older ones may be of the time before the mode was changed.
        """
        return is_parallel(self.executions)

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


def changed_at(stage: StageState) -> datetime | None:
    """When something last happened in a stage."""
    return max((each.changed_at for each in stage.actions if each.changed_at), default=None)
