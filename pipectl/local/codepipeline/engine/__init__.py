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
        given = {**defaults(pipeline), **(variables or {})}
        execution.variables = {name: given[name] for name in _declared_names(pipeline) if name in given}
        pipeline.executions.append(execution)
        trip = Trip(self, pipeline, execution)
        events.pipeline(trip, "STARTED")
        without = missing(pipeline, execution.variables)
        if without:  # docs/aws/codepipeline.md, 3.10 (recorded)
            execution.summary = f"Values for required variables haven't been provided: {','.join(without)}"
            execution.variables = {}
            movement.finish(trip, "Failed")
        else:
            movement.arrive(trip, 0)
        return execution

    def updated(self, pipeline: Pipeline) -> None:
        """User guide, edit a pipeline: running actions finish, then their stages and executions end.

        Who waits ends at once. PARALLEL runs keep their structure (user guide, execution modes). Approvals
        are taken back, and their executions stay as they are (docs/aws/codepipeline.md, 3.9: recorded).
        """
        for execution in list(pipeline.unfinished()):
            trip = Trip(self, pipeline, execution)
            if execution.mode == PARALLEL:
                continue
            execution.outdated = True
            if execution.waiting:
                movement.finish(trip, "Cancelled")
            else:
                _withdraw_approvals(trip)
                stages.proceed(trip, trip.stage_run)

    def deleted(self, pipeline: Pipeline) -> None:
        """Forget a pipeline: nothing of it moves any more; what its providers do goes on there."""
        pipeline.deleted = True

    def opened(self, pipeline: Pipeline, key: tuple[str, str], before: GateState) -> None:
        """Let in who waited before a transition."""
        movement.opened(self, pipeline, key, before)


def _withdraw_approvals(trip: Trip) -> None:
    for run in trip.stage_run.running():
        run.withdrawn = run.token is not None


def defaults(pipeline: Pipeline) -> dict[str, str]:
    """The values of the pipeline's variables when nobody gives others."""
    return {
        each["name"]: each["defaultValue"]
        for each in _declared(pipeline)
        if each.get("defaultValue") is not None
    }


def missing(pipeline: Pipeline, given: dict[str, str]) -> list[str]:
    """Variables that have no value."""
    return [name for name in _declared_names(pipeline) if name not in given]


def _declared_names(pipeline: Pipeline) -> list[str]:
    return [each["name"] for each in _declared(pipeline)]


def _declared(pipeline: Pipeline) -> list[dict[str, Any]]:
    return pipeline.declaration.get("variables") or []
