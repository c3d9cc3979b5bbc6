"""The engine: starts executions and moves them on, all state changes under the world's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.records import PARALLEL, Execution

from . import events, movement, stages
from .trip import Trip
from .workers import Crew, Watch

if TYPE_CHECKING:
    from pipectl.local.codepipeline import CodePipeline
    from pipectl.local.codepipeline.records import GateState, Pipeline

__all__ = ["Engine", "Trip"]


class Engine:
    """Moves the executions of one account and Region."""

    def __init__(self, service: CodePipeline) -> None:
        self.service = service
        self.crew = Crew()
        self.watch = Watch(service.world)

    def start(
        self,
        pipeline: Pipeline,
        trigger: str,
        detail: str | None,
        *,
        variables: dict[str, str] | None = None,
        overrides: dict[str, dict[str, Any]] | None = None,
    ) -> Execution:
        """Start an execution of the structure in force."""
        now = self.service.world.now()
        execution = Execution(pipeline.declaration, now, now, trigger, detail)
        execution.overrides = overrides or {}
        execution.variables = {**defaults(pipeline), **(variables or {})}
        pipeline.executions.append(execution)
        trip = Trip(self, pipeline, execution)
        events.pipeline(trip, "STARTED")
        if missing(pipeline, execution.variables):
            # Nobody documents what becomes of a run that an event starts without a value (inferred).
            execution.summary = (
                "A pipeline variable has no value: " + missing(pipeline, execution.variables)[0]
            )
            movement.finish(trip, "Failed")
        else:
            movement.arrive(trip, 0)
        return execution

    def updated(self, pipeline: Pipeline) -> None:
        """User guide, edit a pipeline: running actions finish, then their stages and executions end.

        Who waits ends at once. PARALLEL runs keep their structure (user guide, execution modes).
        """
        for execution in list(pipeline.unfinished()):
            trip = Trip(self, pipeline, execution)
            if execution.mode == PARALLEL:
                continue
            execution.outdated = True
            if execution.waiting:
                movement.finish(trip, "Cancelled")
            else:
                stages.proceed(trip, trip.stage_run)

    def deleted(self, pipeline: Pipeline) -> None:
        """Forget a pipeline: nothing of it moves any more; what its providers do goes on there."""
        pipeline.deleted = True

    def opened(self, pipeline: Pipeline, key: tuple[str, str], before: GateState) -> None:
        """Let in who waited before a transition."""
        movement.opened(self, pipeline, key, before)


def defaults(pipeline: Pipeline) -> dict[str, str]:
    """The values of the pipeline's variables when nobody gives others."""
    return {
        each["name"]: each["defaultValue"]
        for each in pipeline.declaration.get("variables") or []
        if each.get("defaultValue") is not None
    }


def missing(pipeline: Pipeline, given: dict[str, str]) -> list[str]:
    """Variables that have no value."""
    return [each["name"] for each in pipeline.declaration.get("variables") or [] if each["name"] not in given]
