"""`approve` and `reject`: answer the approval that an execution waits for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipectl.aws.cloud import Cloud, for_each
from pipectl.command import pipectl
from pipectl.errors import AwsError, Declined
from pipectl.runs.parallel import PARALLEL, inside
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.act import Act, Senseless, end_of, short
from pipectl.runs.verbs.scene import Scene, scene
from pipectl.spec.problems import choices, few

LATE = ("ApprovalAlreadyCompletedException", "InvalidApprovalTokenException")
VERBS = {"Approved": "approve", "Rejected": "reject"}


@dataclass(frozen=True)
class Pending:
    """An approval that waits for its answer."""

    stage: str
    action: str
    token: str
    execution: Execution
    since: datetime | None = None


@dataclass(frozen=True)
class Which:
    """What the command line says of the approval that is meant."""

    stage: str | None = None
    action: str | None = None
    execution: str | None = None


Choose = Callable[[Sequence[Pending]], Pending]
"""Asks which of several approvals is meant."""


def answer(
    cloud: Cloud, pipeline: str, status: str, which: Which, comment: str = "", choose: Choose | None = None
) -> Act:
    """Send `Approved` or `Rejected` for the pending approval that is meant, or the one that is chosen."""
    found = scene(cloud, pipeline, which.execution)
    if which.stage:
        found.stage(which.stage)
    stages = _stages(cloud, found)
    meant = [each for each in _pending(found, stages) if _fits(each, which, found)]
    if not meant:
        raise _nothing(found, stages, which)
    if len(meant) > 1 and choose is None:
        raise _several(pipeline, VERBS[status], meant)
    chosen = choose(meant) if choose and len(meant) > 1 else meant[0]
    _send(cloud, pipeline, chosen, status, comment)
    return Act(
        VERBS[status],
        pipeline,
        chosen.execution,
        chosen.stage,
        chosen.action,
        details={"comment": comment or None},
        before=tuple(stages),
    )


def _stages(cloud: Cloud, found: Scene) -> list[StageState]:
    """The stages, and once more for each execution that runs beside others."""
    beside = [each for each in found.executions if each.mode == PARALLEL and not each.ended]
    seen = for_each(lambda each: inside(cloud, found.pipeline, each.id, found.stages), beside)
    return [*(() if found.parallel else found.stages), *(stage for stages in seen for stage in stages)]


def _pending(found: Scene, stages: Sequence[StageState]) -> Iterator[Pending]:
    for stage in stages:
        for action in stage.actions:
            if action.token and stage.execution:
                execution = found.execution(stage.execution)
                yield Pending(stage.name, action.name, action.token, execution, action.changed_at)


def _fits(pending: Pending, which: Which, found: Scene) -> bool:
    named = not found.named or pending.execution.id in {each.id for each in found.executions}
    return named and which.stage in (None, pending.stage) and which.action in (None, pending.action)


def _send(cloud: Cloud, pipeline: str, pending: Pending, status: str, comment: str) -> None:
    try:
        cloud.call(
            "codepipeline",
            "put_approval_result",
            pipelineName=pipeline,
            stageName=pending.stage,
            actionName=pending.action,
            token=pending.token,
            result={"status": status, "summary": comment},
        )
    except AwsError as error:
        if error.code not in LATE:
            raise
        raise Senseless(
            f"{pending.stage}/{pending.action} was answered by somebody else just now, or has expired",
            hint=f"{pipectl('status')} shows what became of it",
        ) from error


def _nothing(found: Scene, stages: Sequence[StageState], which: Which) -> Declined:
    """Why nothing waits: where the execution is, or how it ended."""
    meant_in = [found.stage(which.stage)] if which.stage else found.stages
    names = [action.name for stage in meant_in for action in stage.actions]
    if which.action and which.action not in names:
        return _no_action(which.stage or found.pipeline, which.action, names)
    others = list(_pending(found, stages))
    hint = f"one is asked for in {_listed(others)}" if others else f"{pipectl('status')} shows what it does"
    running = next((each for each in found.executions if not each.ended), None)
    meant = running or next(iter(found.executions), None)
    message = f"no approval is asked for in {which.stage or found.pipeline}"
    if meant is None:
        return Senseless(f"{message}: it has never run", hint=f"{pipectl('start')} starts it")
    who = f"execution {short(meant.id)}"
    message = f"{who} waits for no approval" if found.named else f"{message}: {who}"
    if running:
        joint = ": it is" if found.named else " is"
        return Senseless(f"{message}{joint} {found.place(running.id) or 'running'}", hint=hint)
    return Senseless(
        f"{message}{': it' if found.named else ''} {end_of(meant)}", hint=hint, moment=meant.updated
    )


def _no_action(place: str, action: str, names: Sequence[str]) -> Declined:
    return Declined(f"no action `{action}` in {place}", hint=choices(action, names, "its actions are"))


def _several(pipeline: str, verb: str, pending: Sequence[Pending]) -> Declined:
    example = pending[0]
    stages = {each.stage for each in pending}
    options = ["--stage", example.stage] if len(stages) > 1 else ["--action", example.action]
    if len({(each.stage, each.action) for each in pending}) < len(pending):
        options = ["--execution", short(example.execution.id)]
    return Declined(
        f"{len(pending)} approvals are asked for in {pipeline}: {_listed(pending)}",
        hint=f"say which, as in {pipectl(verb, *options)}",
    )


def _listed(pending: Sequence[Pending]) -> str:
    return few(f"{each.stage}/{each.action} ({_with_commit(each.execution)})" for each in pending)


def _with_commit(execution: Execution) -> str:
    """`execution 7b1d03fe, commit 4c1e9d0`: what would be approved."""
    commit = f", commit {short(execution.revision)}" if execution.revision else ""
    return f"execution {short(execution.id)}{commit}"
