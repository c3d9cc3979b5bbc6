"""Actions at work: what they are given, who does them, how their end is written down."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline import actions
from pipectl.local.codepipeline.actions.action import ActionFailedError, Done, Pending
from pipectl.local.codepipeline.records import ActionRun, Artifact, Problem
from pipectl.local.codepipeline.variables import UnresolvedError, resolve
from pipectl.local.service import Refused

from . import artifacts, authority, events, stages
from .job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.codepipeline.records import Execution, RuleRun, StageRun

    from .trip import Trip

Shape = dict[str, Any]
UNTOUCHED_S = 30  # how often an action that others end is looked at, and at its limit
Outcome = Done | Problem
_log = logging.getLogger(__name__)


def open_run(trip: Trip, stage: StageRun, action: Shape) -> ActionRun:
    """Write down that an action starts."""
    now = trip.engine.service.world.now()
    run = ActionRun(stage.stage, action, now, now)
    run.inputs = [
        trip.execution.artifacts[each["name"]]
        for each in action["inputArtifacts"]
        if each["name"] in trip.execution.artifacts
    ]
    stage.actions.append(run)
    trip.touch()
    events.action(trip, run, "STARTED")
    return run


def start(trip: Trip, run: ActionRun) -> None:
    """Have an action done by the crew."""
    problem = _prepare(trip, run)
    if problem is not None:
        finish(trip, run, problem)
        return
    job = Job(trip, run, tuple(run.inputs), tuple(_outputs(trip, run)))
    provider = actions.of(run.declaration["actionTypeId"])
    carry_out(job, lambda: provider.start(job), lambda outcome: finish(trip, run, outcome, job.outputs))


def _prepare(trip: Trip, run: ActionRun) -> Problem | None:
    """Resolve variables just before the action runs (user guide, variables)."""
    try:
        run.resolved = resolved(trip.execution, run.declaration.get("configuration") or {})
    except UnresolvedError:
        return Problem(
            "An action in this pipeline failed because one or more variables could not be resolved: "
            f"Action name={run.name}.",
            "ConfigurationError",
        )
    missing = {each["name"] for each in run.declaration["inputArtifacts"]} - {
        each.name for each in run.inputs
    }
    if missing:
        return Problem(
            f"Input artifact {min(missing)} was not produced in this execution", "ConfigurationError"
        )
    return None


def resolved(execution: Execution, configuration: dict[str, str]) -> dict[str, str]:
    """Put the execution's variables into a configuration."""
    values = {
        "variables": execution.variables,  # an action may have the name where none are declared
        **execution.produced,
        "codepipeline": {"PipelineExecutionId": execution.id},
    }
    return {key: resolve(value, values) for key, value in configuration.items()}


def _outputs(trip: Trip, run: ActionRun) -> list[Artifact]:
    region = run.declaration.get("region") or trip.engine.service.region
    end = artifacts.ending(run.declaration, run.resolved)
    return [
        Artifact(each["name"], artifacts.new_location(trip.execution.declaration, each["name"], region, end))
        for each in run.declaration["outputArtifacts"]
    ]


def carry_out(job: Job, begin: Callable[[], Done | Pending], ended: Callable[[Outcome], None]) -> None:
    """Begin work in the crew; `ended` is called once, under the world's lock, when it is over."""

    def task() -> None:
        said = _attempt(lambda: _allowed(job, begin))
        with job.world.lock:
            if isinstance(said, Pending):
                _await(job, said, ended)
            elif said is not None:
                ended(said)

    job.trip.engine.crew.give(task)


def _allowed(job: Job, begin: Callable[[], Done | Pending]) -> Done | Pending:
    """Begin only what the role may do (authority.py)."""
    authority.require(job)
    return begin()


def _attempt(step: Callable[[], Done | Pending | None]) -> Done | Pending | Problem | None:
    try:
        return step()
    except ActionFailedError as failed:
        return failed.problem
    except Refused as refused:  # by a service that the provider asked: no bug, and a failed action on AWS
        return Problem(refused.message, "ConfigurationError")
    except Exception as error:  # noqa: BLE001  a provider's bug must end its action, not the engine
        _log.exception("an action failed in a way that its provider did not foresee")
        return Problem(f"The local AWS failed: {error!r}", "SystemUnavailable")


def _await(job: Job, pending: Pending, ended: Callable[[Outcome], None]) -> None:
    stated = job.run.declaration.get("timeoutInMinutes")
    deadline = job.run.started + timedelta(seconds=60 * stated if stated else pending.timeout_s)

    def look() -> bool:
        if job.run.status != "InProgress" or job.trip.pipeline.deleted:
            return True
        said = _attempt(pending.look) if pending.look else None
        if said is None and job.world.now() >= deadline:
            said = Problem(pending.on_timeout)
        if isinstance(said, Done | Problem):
            ended(said)
            return True
        return False

    if pending.look:
        job.trip.engine.watch.add(look, pending.every_s)
    else:
        job.trip.engine.watch.add(look, UNTOUCHED_S, until=deadline)


def finish(trip: Trip, run: ActionRun, outcome: Outcome, outputs: tuple[Artifact, ...] = ()) -> None:
    """Write down how an action ended and take the next step; one that was abandoned stays so."""
    if run.status != "InProgress":
        return
    close(trip, run, outcome)
    if isinstance(outcome, Done):
        _keep(trip, run, outcome, outputs)
    if trip.pipeline.deleted:
        return
    trip.touch()
    events.action(trip, run, events.STATES[run.status])
    stages.proceed(trip, trip.execution.stages[run.stage])


def close(trip: Trip, run: ActionRun | RuleRun, outcome: Outcome) -> None:
    """Set status, summary and problem."""
    run.updated = trip.engine.service.world.now()
    if isinstance(outcome, Problem):
        run.status = "Failed"
        run.problem = outcome
    else:
        run.status = "Succeeded"
        run.summary = outcome.summary or run.summary


def _keep(trip: Trip, run: ActionRun, done: Done, outputs: tuple[Artifact, ...]) -> None:
    execution = trip.execution
    run.variables = done.variables
    run.outputs = [Artifact(each.name, each.location, done.revision, done.full_clone) for each in outputs]
    if execution.rollback_target is not None and done.revision is not None:
        # A rollback of the source reads what is current; the execution goes on telling of its target.
        trip.pipeline.revisions[run.stage, run.name] = done.revision
        return
    execution.artifacts.update({each.name: each for each in run.outputs})
    namespace = run.declaration.get("namespace")
    if namespace:
        execution.produced[namespace] = done.variables
    if done.revision is not None:
        run.revision = done.revision
        execution.sources[run.name] = done.revision
        trip.pipeline.revisions[run.stage, run.name] = done.revision
