"""`rollback`: bring a stage back to what an earlier execution brought into it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from pipectl.aws.cloud import Cloud, side_by_side
from pipectl.command import pipectl
from pipectl.errors import AwsError, PipectlError
from pipectl.runs import executions
from pipectl.runs.parallel import RUNNING, newest_runs
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.act import Act, Senseless, short
from pipectl.runs.verbs.scene import Scene, changed_at, scene
from pipectl.runs.verbs.start import COMMIT, DIGEST, OPTIONS, VERSION
from pipectl.spec.problems import few

ONE_VERSION = "AWS rolls back only within one version of the pipeline"
"""User guide, "stage rollback": the target must have run with the current structure of the pipeline."""
MOST = 100
"""Candidates that are looked at: one page."""
LISTED = 10
ROLLBACK = "ROLLBACK"
SUCCEEDED = "Succeeded"


@dataclass(frozen=True)
class Candidates:
    """What a stage can be rolled back to, newest first; `current` is what the stage runs now."""

    pipeline: str
    stage: str
    executions: tuple[Execution, ...]
    current: Execution | None = None
    target: Execution | None = None
    """What `rollback` takes when nothing else is said."""


def candidates(cloud: Cloud, pipeline: str, stage: str) -> Candidates:
    """The executions that a stage can be rolled back to."""
    found, succeeded = _look(cloud, pipeline, stage)
    current = _current(cloud, found, found.stage(stage))
    chosen = _before(cloud, found, found.stage(stage), current, succeeded)
    return Candidates(pipeline, stage, tuple(succeeded[:LISTED]), current, chosen)


def rollback(cloud: Cloud, pipeline: str, stage: str, *, to: str | None = None) -> Act:
    """Roll a stage back to `to`, else to the execution before the one that is in it."""
    found, succeeded = _look(cloud, pipeline, stage)
    state = found.stage(stage)
    _refuse_stage(found, state)
    current = _current(cloud, found, state)
    target = _named(cloud, found, stage, succeeded, to) if to else None
    if current and target and target.id in _brought(current) and state.status in (SUCCEEDED, "InProgress"):
        details = {"target": target, "under_way": state.status == "InProgress"}
        return Act("rollback", pipeline, current, stage, changed=False, details=details, before=found.stages)
    _refuse_running(state)
    target = target or _previous(cloud, found, state, current, succeeded)
    answer = cloud.call(
        "codepipeline",
        "rollback_stage",
        pipelineName=pipeline,
        stageName=stage,
        targetPipelineExecutionId=target.id,
    )
    execution = Execution(answer["pipelineExecutionId"], type=ROLLBACK, rollback_target=target.id)
    details = {"target": target, "under_way": False}
    return Act("rollback", pipeline, execution, stage, details=details)


def _look(cloud: Cloud, pipeline: str, stage: str) -> tuple[Scene, list[Execution]]:
    """The pipeline, and the executions that succeeded in the stage; an unknown stage has its own error."""
    found, succeeded = side_by_side([
        partial(scene, cloud, pipeline),
        partial(_succeeded, cloud, pipeline, stage),
    ])  # fmt: skip
    found.stage(stage)
    if isinstance(succeeded, AwsError):
        raise succeeded
    return found, [each for each in succeeded if each.type != ROLLBACK]


def _succeeded(cloud: Cloud, pipeline: str, stage: str) -> list[Execution] | AwsError:
    """Of the present version of the pipeline only, says the guide, and no rollbacks."""
    try:
        return list(islice(executions.recent(cloud, pipeline, succeeded_in=stage), MOST))
    except AwsError as error:
        return error
    except PipectlError:
        return []  # the pipeline is not there: the look at its state says so


def _current(cloud: Cloud, found: Scene, state: StageState) -> Execution | None:
    """What is in the stage; of a rollback also where it went back to."""
    if state.execution is None:
        return None
    known = found.execution(state.execution)
    if known.status is not None or state.type != ROLLBACK:
        return known
    answer = cloud.call(
        "codepipeline",
        "get_pipeline_execution",
        pipelineName=found.pipeline,
        pipelineExecutionId=state.execution,
    )["pipelineExecution"]
    target = (answer.get("rollbackMetadata") or {}).get("rollbackTargetPipelineExecutionId")
    return Execution(state.execution, answer.get("status"), type=ROLLBACK, rollback_target=target)


def _brought(current: Execution) -> tuple[str | None, ...]:
    """The executions whose artifacts the stage runs."""
    return (current.id, current.rollback_target)


def _refuse_stage(found: Scene, state: StageState) -> None:
    if state is found.stages[0]:
        others = few(each.name for each in found.stages[1:])
        raise Senseless(
            f"{state.name} is the source stage: it has nothing to go back to",
            hint=f"{others} can be rolled back; {_older(found)}",
        )
    if found.parallel:
        raise Senseless(
            f"{found.pipeline} runs its executions side by side, and AWS rolls none of those back",
            hint=_older(found),
        )
    if state.execution is None:
        raise Senseless(f"{state.name} has never run", hint="there is nothing to go back to")


def _refuse_running(state: StageState) -> None:
    if state.status in RUNNING:
        raise Senseless(
            f"{state.name} cannot be rolled back now: execution {short(state.execution or '')} runs in it",
            hint=f"{pipectl('stop', '--execution', short(state.execution or ''))} ends it",
        )


def _before(
    cloud: Cloud, found: Scene, state: StageState, current: Execution | None, succeeded: Sequence[Execution]
) -> Execution | None:
    """What was in the stage before; after a rollback, the one before where it went back to.

    A rollback that did not succeed goes back to the same once more.
    """
    if current is None or current.type != ROLLBACK:
        line = list(_line(cloud, found, state.name, succeeded))
        there = next((number for number, (by, _) in enumerate(line) if current and by == current.id), -1)
        return next((brought for _, brought in line[there + 1 :]), None)
    there = next((number for number, each in enumerate(succeeded) if each.id == current.rollback_target), -1)
    further = there + 1 if state.status == SUCCEEDED else max(there, 0)
    return next(iter(succeeded[further:]), None)


def _line(
    cloud: Cloud, found: Scene, stage: str, succeeded: Sequence[Execution]
) -> Iterator[tuple[str, Execution]]:
    """Who succeeded in the stage, the last first, with what it brought: a rollback, where it went back to.

    Otherwise the release that was rolled back from would count as what was there before the next one. In
    which order they were there only the actions tell, of which the newest page is looked at.
    """
    brought = {each.id: each for each in succeeded}
    rollbacks = [each for each in found.executions if each.rollback_target in brought]
    brought |= {each.id: brought[each.rollback_target or ""] for each in rollbacks}
    ran: dict[str, dict[str, str]] = {}
    for run in newest_runs(cloud, found.pipeline) if rollbacks else ():
        if run.stage == stage:
            ran.setdefault(run.execution, {})[run.name] = run.status
    there = [each for each in reversed(ran) if set(ran[each].values()) == {SUCCEEDED}]
    earlier = [each.id for each in succeeded if each.id not in ran]
    yield from ((each, brought[each]) for each in [*there, *earlier] if each in brought)


def _previous(
    cloud: Cloud, found: Scene, state: StageState, current: Execution | None, succeeded: Sequence[Execution]
) -> Execution:
    """As `_before`; refuses when there is none, and to go further back than a rollback without a word."""
    target = _before(cloud, found, state, current, succeeded)
    if current and current.type == ROLLBACK and state.status == SUCCEEDED:
        where = short(current.rollback_target or "an earlier execution")
        further = (
            f"{pipectl('rollback', state.name, '--to', short(target.id))} goes further back; "
            if target
            else ""
        )
        raise Senseless(
            f"{state.name} was rolled back to {where} already, by execution {short(current.id)}",
            hint=f"{further}{pipectl('start')} brings the newest",
            moment=changed_at(state),
        )
    if target is None:
        only = "no other execution" if succeeded else "no execution"
        raise Senseless(
            f"{only} of the present version of {found.pipeline} (version {found.version}) succeeded in "
            f"{state.name}, and {ONE_VERSION}",
            hint=_older(found),
        )
    return target


def _named(cloud: Cloud, found: Scene, stage: str, succeeded: Sequence[Execution], prefix: str) -> Execution:
    """The candidate that is meant; for any other execution, why AWS does not go back to it."""
    meant = executions.matches(cloud, found.pipeline, prefix)
    ids = {each.id for each in meant}
    target = next((each for each in succeeded if each.id in ids), None)
    if target:
        return target
    raise Senseless(
        f"{stage} cannot go back to execution {short(meant[0].id)}: {_unfit(cloud, found, stage, meant[0])}",
        hint=f"{pipectl('rollback', stage, '--list')} shows where it can go",
    )


def _unfit(cloud: Cloud, found: Scene, stage: str, execution: Execution) -> str:
    if execution.type == ROLLBACK:
        to = f", to {short(execution.rollback_target)}" if execution.rollback_target else ""
        return f"it is a rollback itself{to}"
    answer = cloud.call(
        "codepipeline",
        "get_pipeline_execution",
        pipelineName=found.pipeline,
        pipelineExecutionId=execution.id,
    )
    version = answer["pipelineExecution"].get("pipelineVersion")
    if version is not None and version != found.version:
        changed = f"{found.pipeline} was changed since then (version {version}, now {found.version})"
        return f"{changed}, and {ONE_VERSION}"
    return f"it did not succeed in {stage}"


def _older(found: Scene) -> str:
    """How the newest older revision is run; without one, how the newest is.

    The form of its id tells the option (API reference, SourceRevisionOverride).
    """
    revisions = [each.revision for each in found.executions if each.revision]
    older = next((each for each in revisions if each != revisions[0]), None)
    if older is None:
        return f"{pipectl('start')} runs the newest revision"
    if re.fullmatch(r"[0-9a-f]{40}", older):
        return f"{pipectl('start', OPTIONS[COMMIT], older[:7])} runs an older commit"
    kind = DIGEST if older.startswith("sha256:") else VERSION
    return f"{pipectl('start', OPTIONS[kind], older)} runs an older revision"
