"""How executions move from stage to stage: waiting, entering, overtaking (user guide, how it works)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipectl.local.codepipeline.records import PARALLEL, RUNNING, SUPERSEDED, StageRun

from . import events, stages
from .trip import Trip

if TYPE_CHECKING:
    from pipectl.local.codepipeline.records import Execution, GateState, Pipeline

    from . import Engine

LONGEST_WAIT = timedelta(days=30)  # User guide, transitions


def arrive(trip: Trip, position: int) -> None:
    """Stand in front of a stage; in SUPERSEDED mode whoever waits there already is overtaken."""
    execution = trip.execution
    execution.position = position
    execution.waiting = True
    if trip.pipeline.mode == SUPERSEDED and execution.mode != PARALLEL:
        waiting = [each for each in trip.pipeline.waiting(execution.stage["name"]) if each.mode != PARALLEL]
        for older in waiting[:-1]:  # a retried run may arrive after a newer one: the newest stays
            finish(Trip(trip.engine, trip.pipeline, older), "Superseded")
    settle(trip.engine, trip.pipeline)


def settle(engine: Engine, pipeline: Pipeline) -> None:
    """Let in whoever may go on, the last stages first so that they make room."""
    moved = True
    while moved:
        moved = False
        for stage in reversed(pipeline.declaration["stages"]):
            for execution in pipeline.waiting(stage["name"]):
                if _may_enter(pipeline, execution):
                    enter(Trip(engine, pipeline, execution))
                    moved = True


def _may_enter(pipeline: Pipeline, execution: Execution) -> bool:
    if execution.status != "InProgress" or execution.expired or not execution.waiting:
        return False
    if not is_open(pipeline, execution):
        return False
    run = pipeline.latest.get(execution.stage["name"])
    return execution.mode == PARALLEL or run is None or run.status not in RUNNING


def is_open(pipeline: Pipeline, execution: Execution) -> bool:
    """Whether both sides of the border before the stage are open (outbound of the stage before: inferred)."""
    inbound = pipeline.gate(execution.stage["name"], "Inbound")
    if execution.position == 0:
        return inbound.enabled
    before = execution.declaration["stages"][execution.position - 1]["name"]
    return inbound.enabled and pipeline.gate(before, "Outbound").enabled


def opened(engine: Engine, pipeline: Pipeline, key: tuple[str, str], before: GateState) -> None:
    """User guide, transitions: after more than 30 days the waiting run is not taken up again."""
    stage, side = key
    since = before.closed_since
    if since is not None and engine.service.world.now() - since > LONGEST_WAIT:
        for execution in pipeline.executions:
            previous = (
                execution.declaration["stages"][execution.position - 1]["name"] if execution.position else ""
            )
            border = execution.stage["name"] if side == "Inbound" else previous
            execution.expired = execution.expired or (execution.waiting and border == stage)
    settle(engine, pipeline)


def enter(trip: Trip) -> None:
    """Step into a stage and lock it."""
    execution = trip.execution
    execution.waiting = False
    stage = execution.stage
    now = trip.engine.service.world.now()
    run = StageRun(execution.id, stage["name"], stage, now, execution.type)
    execution.stages[stage["name"]] = run
    if execution.mode != PARALLEL:
        trip.pipeline.latest[stage["name"]] = run
    trip.touch()
    events.stage(trip, "STARTED")
    stages.begin(trip, run)


def leave(trip: Trip) -> None:
    """Go on after a stage: to the next one, or out of the pipeline.

    A rollback ends with its stage (recorded: docs/aws/codepipeline.md, 3.7).
    """
    execution = trip.execution
    last = execution.position + 1 >= len(execution.declaration["stages"])
    if execution.stop is not None:
        finish(trip, "Stopped")
    elif last or execution.type == "ROLLBACK":
        finish(trip, "Succeeded")
    else:
        arrive(trip, execution.position + 1)
    settle(trip.engine, trip.pipeline)


def finish(trip: Trip, status: str) -> None:
    """End an execution."""
    trip.execution.waiting = False
    trip.execution.status = status
    if status == "Stopped":  # recorded: docs/aws/codepipeline.md, 3.5
        trip.execution.summary = trip.execution.stop_reason
    trip.touch()
    events.pipeline(trip, events.STATES[status])
