"""After a failure: retry and rollback, by command and by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.codepipeline.records import PARALLEL, Execution

from . import conditions, events, movement, stages
from .trip import Trip

if TYPE_CHECKING:
    from pipectl.local.codepipeline.records import Pipeline, StageRun

DEFAULT_RETRY_MODE = "FAILED_ACTIONS"  # nobody documents the default (inferred)


def on_failure(trip: Trip, run: StageRun) -> None:
    """User guide, stage failure: RETRY once, ROLLBACK, or ask the condition whether to roll back."""
    gate = run.declaration.get("onFailure") or {}
    if gate.get("result") == "RETRY" and run.automatic_retries == 0 and trip.execution.stop is None:
        run.automatic_retries += 1
        mode = (gate.get("retryConfiguration") or {}).get("retryMode", DEFAULT_RETRY_MODE)
        retry(trip, run, mode, "AutomatedStageRetry")
        return
    conditions.check(trip, run, "onFailure", _failed)


def _failed(trip: Trip, run: StageRun, result: str | None) -> None:
    gate = run.declaration.get("onFailure") or {}
    stages.end_failed(trip, run)
    if "ROLLBACK" in (result, gate.get("result")):
        roll_back_automatically(trip, run)


def retry(trip: Trip, run: StageRun, mode: str, trigger: str) -> None:
    """Run a stage's actions again in the same execution: all of them, or those that did not succeed."""
    latest = run.latest()
    names = [action["name"] for action in run.declaration["actions"]]
    again = [name for name in names if name in latest and latest[name].status in stages.FAILED]
    fresh = [name for name in names if name not in latest]
    run.retry_trigger = trigger
    if mode == "ALL_ACTIONS":
        run.earlier += run.actions
        run.actions = []
        run.attempt = names
    else:
        run.earlier += [each for each in run.actions if each.name in again]
        run.actions = [each for each in run.actions if each.name not in again]
        run.attempt = again + [name for name in fresh if name not in again]
    _resume(trip, run)
    if run.running():  # siblings of the failed actions are still at work
        stages.start_actions(
            trip, run, [each for each in run.declaration["actions"] if each["name"] in again]
        )
    else:
        stages.proceed(trip, run)


def _resume(trip: Trip, run: StageRun) -> None:
    execution = trip.execution
    run.status = "InProgress"
    execution.status = "InProgress"
    execution.stop = None
    execution.stop_reason = None
    execution.summary = None
    execution.attempt += 1
    run.retried = execution.retried = trip.engine.service.world.now()
    trip.touch()
    events.pipeline(trip, "RESUMED")
    events.stage(trip, "RESUMED")


def succeeded_in(pipeline: Pipeline, stage: str) -> list[Execution]:
    """Executions that a stage can be rolled back to: of the current version, no rollbacks; newest first."""
    return [
        execution
        for execution in reversed(pipeline.executions)
        if execution.type == "STANDARD"
        and execution.version == pipeline.declaration["version"]
        and stage in execution.stages
        and execution.stages[stage].status == "Succeeded"
    ]


def roll_back_automatically(trip: Trip, run: StageRun) -> None:
    """User guide, stage rollback: to the latest execution that succeeded here, if any."""
    targets = succeeded_in(trip.pipeline, run.stage)
    if trip.execution.type == "ROLLBACK" or trip.execution.mode == PARALLEL or not targets:
        return
    roll_back(trip, run.stage, targets[0], "AutomatedRollback", trip.execution.id)


def roll_back(trip: Trip, stage: str, target: Execution, trigger: str, detail: str) -> Execution:
    """User guide, stage rollback: a new execution with the target's revisions, artifacts and variables.

    It runs the stage only, and enters it at once (docs/aws/codepipeline.md, 3.7: recorded; whatever the
    transition before it says: inferred).
    """
    now = trip.engine.service.world.now()
    execution = Execution(target.declaration, now, now, trigger, detail)
    execution.type = "ROLLBACK"
    execution.rollback_target = target.id
    execution.variables = dict(target.variables)
    execution.artifacts = dict(target.artifacts)
    execution.sources = dict(target.sources)
    execution.produced = dict(target.produced)
    names = [each["name"] for each in target.declaration["stages"]]
    execution.position = names.index(stage)
    trip.pipeline.executions.append(execution)
    new_trip = Trip(trip.engine, trip.pipeline, execution)
    events.pipeline(new_trip, "STARTED")
    movement.enter(new_trip)
    return execution


def override(trip: Trip, run: StageRun, kind: str) -> None:
    """User guide, stage conditions: the execution goes on as if the condition had passed."""
    condition = run.conditions[kind]
    was_failed = run.status == "Failed"
    condition.status = "Overridden"
    condition.updated = trip.engine.service.world.now()
    for rule in condition.rules:
        if rule.status == "InProgress":
            rule.status = "Abandoned"
    if was_failed:
        _resume(trip, run)
    stages.passed(trip, run, kind)
