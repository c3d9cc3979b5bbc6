"""One execution in one stage: its conditions, its run orders, and how the stage ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.records import RUNNING

from . import conditions, events, movement, recovery, work

if TYPE_CHECKING:
    from pipectl.local.codepipeline.records import StageRun

    from .trip import Trip

FAILED = frozenset({"Failed", "Abandoned"})
CANCELED = "The approval action has been canceled."  # docs/aws/codepipeline.md, 3.9 (recorded)


def begin(trip: Trip, run: StageRun) -> None:
    """Ask the condition before the entry, then start the first actions."""
    run.attempt = [action["name"] for action in run.declaration["actions"]]
    conditions.check(trip, run, "beforeEntry", _entered)


def _entered(trip: Trip, run: StageRun, result: str | None) -> None:
    if result == "SKIP":
        end(trip, run, "Skipped")
        movement.leave(trip)
    elif result is not None:
        fail(trip, run)
    else:
        proceed(trip, run)


def proceed(trip: Trip, run: StageRun) -> None:
    """Take the next step in a stage after something in it has ended."""
    if run.status not in RUNNING or run.running() or conditions.is_busy(run):
        return
    execution = trip.execution
    failed = any(each.status in FAILED for each in run.latest().values())
    if execution.outdated and execution.stop is None:
        # User guide, edit a pipeline: running actions finish, then stage and execution end.
        cancel(trip, run)
        movement.settle(trip.engine, trip.pipeline)
    elif execution.stop is not None and (failed or run.attempt):
        end(trip, run, "Stopped")
        movement.finish(trip, "Stopped")
        movement.settle(trip.engine, trip.pipeline)
    elif failed:
        fail(trip, run)
    elif run.attempt:
        _start_next_group(trip, run)
    else:
        conditions.check(trip, run, "onSuccess", _succeeded)


def _start_next_group(trip: Trip, run: StageRun) -> None:
    """User guide, pipeline structure: equal run orders run side by side, then the next higher one."""
    waiting = [action for action in run.declaration["actions"] if action["name"] in run.attempt]
    order = min(action["runOrder"] for action in waiting)
    start_actions(trip, run, [action for action in waiting if action["runOrder"] == order])


def start_actions(trip: Trip, run: StageRun, actions: list[dict[str, Any]]) -> None:
    """Start actions side by side."""
    for action in actions:
        run.attempt.remove(action["name"])
    started = [work.open_run(trip, run, action) for action in actions]
    for each in started:
        work.start(trip, each)


def passed(trip: Trip, run: StageRun, kind: str) -> None:
    """Go on after the condition before the entry or after the success."""
    if kind == "beforeEntry":
        proceed(trip, run)
    else:
        _succeeded(trip, run, None)


def stop(trip: Trip, reason: str | None, *, abandon: bool) -> None:
    """User guide, stop a pipeline: whoever waits stops at once; running actions end or are abandoned."""
    execution = trip.execution
    execution.stop = "abandon" if abandon else "wait"
    execution.stop_reason = reason
    execution.status = "Stopping"
    trip.touch()
    events.pipeline(trip, "STOPPING")
    if execution.waiting:
        movement.finish(trip, "Stopped")
        return
    run = trip.stage_run
    run.status = "Stopping"
    events.stage(trip, "STOPPING")
    if abandon:
        _abandon(trip, run)
    proceed(trip, run)


def _abandon(trip: Trip, run: StageRun) -> None:
    """The provider's work goes on in the provider; here it is over."""
    now = trip.engine.service.world.now()
    for each in run.running():
        each.status = "Abandoned"
        each.updated = now
        if each.token is not None:
            each.summary = CANCELED
        events.action(trip, each, "ABANDONED")
    for condition in run.conditions.values():
        if condition.status == "InProgress":
            condition.status = "Abandoned"
            for rule in condition.rules:
                rule.status = "Abandoned" if rule.status == "InProgress" else rule.status


def _succeeded(trip: Trip, run: StageRun, result: str | None) -> None:
    if result is None:
        end(trip, run, "Succeeded")
        movement.leave(trip)
    else:
        fail(trip, run, rolls_back=result == "ROLLBACK")


def fail(trip: Trip, run: StageRun, *, rolls_back: bool = False) -> None:
    """End a stage as failed and do what it says about failures."""
    if rolls_back:
        end_failed(trip, run)
        recovery.roll_back_automatically(trip, run)
    else:
        recovery.on_failure(trip, run)


def cancel(trip: Trip, run: StageRun) -> None:
    """End stage and execution because the pipeline was updated."""
    now = trip.engine.service.world.now()
    for each in run.running():
        each.status = "Failed"
        each.updated = now
    end(trip, run, "Cancelled")
    movement.finish(trip, "Cancelled")


def end_failed(trip: Trip, run: StageRun) -> None:
    """End stage and execution as failed; others may enter now."""
    end(trip, run, "Failed")
    movement.finish(trip, "Failed")
    movement.settle(trip.engine, trip.pipeline)


def end(trip: Trip, run: StageRun, status: str) -> None:
    """End the run of a stage; this unlocks it."""
    run.status = status
    trip.touch()
    if status in events.STATES:
        events.stage(trip, events.STATES[status])
