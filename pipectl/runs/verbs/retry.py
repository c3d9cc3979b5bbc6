"""`retry`: run the failed actions of a stage again, or all of them, in the same execution."""

from pipectl.aws.cloud import Cloud
from pipectl.command import pipectl
from pipectl.runs.parallel import newest_runs
from pipectl.runs.stages import failed_condition
from pipectl.runs.values import Execution, StageState
from pipectl.runs.verbs.act import Act, Senseless, short
from pipectl.runs.verbs.scene import Scene, changed_at, scene

FAILED = ("Failed", "Abandoned")
RETRYABLE = ("Failed", "Stopped")
CONDITIONS = {
    "BEFORE_ENTRY": "the condition before its entry",
    "ON_SUCCESS": "the condition after its success",
    "ON_FAILURE": "the condition after its failure",
}


def retry(
    cloud: Cloud, pipeline: str, stage: str, *, named: str | None = None, all_actions: bool = False
) -> Act:
    """Retry a stage. AWS takes only the execution that was the last to enter it (User guide, stage retry)."""
    found = scene(cloud, pipeline, named)
    found.stage(stage)
    if found.parallel:
        found = found.seen_by(cloud, _meant(cloud, found, stage))
    state = found.stage(stage)
    execution = _latest(found, state)
    _refuse(found, state, execution, all_actions=all_actions)
    _refuse_changed(cloud, found, execution, f"{stage} cannot be tried again")
    mode = "ALL_ACTIONS" if all_actions else "FAILED_ACTIONS"
    cloud.call(
        "codepipeline",
        "retry_stage_execution",
        pipelineName=pipeline,
        stageName=stage,
        pipelineExecutionId=execution.id,
        retryMode=mode,
    )
    return Act("retry", pipeline, execution, stage, details={"mode": mode}, before=found.stages)


def _meant(cloud: Cloud, found: Scene, stage: str) -> Execution:
    """Of the executions side by side, the newest that came to a bad end in the stage; else that was in it."""
    ran = newest_runs(cloud, found.pipeline)
    last = {run.execution: run.stage for run in ran}
    entered = {run.execution for run in ran if run.stage == stage}
    there = [each for each in found.executions if each.id in entered]
    bad = [each for each in there if each.status in RETRYABLE and last[each.id] == stage]
    return (bad or there or found.executions)[0]


def _latest(found: Scene, state: StageState) -> Execution:
    """The execution that is in the stage, or was last in it."""
    name = state.name
    if state.execution is None and found.parallel and found.named:
        raise Senseless(f"execution {short(found.executions[0].id)} has not been in {name}")
    if state.execution is None:
        waiting = f"; {short(state.inbound[-1])} waits before it" if state.inbound else ""
        raise Senseless(f"{name} has never run{waiting}", hint=f"{pipectl('status')} shows what holds it")
    if found.named and state.execution not in {each.id for each in found.executions}:
        wanted = found.executions[0]
        there = found.place(wanted.id)
        why = f"it is {there}" if there else f"{short(state.execution)} was the last to enter it"
        raise Senseless(
            f"execution {short(wanted.id)} cannot be tried again in {name}: {why}",
            hint=f"AWS retries only the execution that was last in a stage; {pipectl('start')} runs anew",
        )
    return found.execution(state.execution)


def _refuse(found: Scene, state: StageState, execution: Execution, *, all_actions: bool) -> None:
    name, who, moment = state.name, f"execution {short(execution.id)}", changed_at(state)
    failed = [each for each in state.actions if each.status in FAILED]
    if state.status in RETRYABLE:
        _refuse_condition(state, failed=bool(failed), all_actions=all_actions)
    elif state.status == "InProgress" and not (failed and not all_actions):
        raise Senseless(
            f"{name} is not failed: {who} runs in it",
            hint=f"{pipectl('stop')} ends it; a stopped stage can be tried again",
        )
    elif state.status == "Stopping":
        raise Senseless(f"{name} is not failed: {who} is being stopped", hint="try again when it has stopped")
    elif state.status == "Succeeded":
        raise Senseless(f"{name} is not failed: {who} succeeded", hint=_instead(found), moment=moment)
    elif state.status != "InProgress":
        word = (state.status or "").lower()
        raise Senseless(f"{name} is not failed: {who} was {word}", hint=_instead(found), moment=moment)


def _instead(found: Scene) -> str:
    """What makes sense where a retry makes none."""
    failed = [each.name for each in found.stages if each.status in RETRYABLE]
    if failed:
        return f"{failed[-1]} is: {pipectl('retry', failed[-1])}"
    return f"{pipectl('start')} runs the pipeline again"


def _refuse_condition(state: StageState, *, failed: bool, all_actions: bool) -> None:
    """A stage that a condition failed has no failed action."""
    guilty = failed_condition(state)
    if guilty is None or failed or all_actions:
        return
    raise Senseless(
        f"no action of {state.name} failed, but {CONDITIONS[guilty.type]}"
        f"{f': {guilty.summary}' if guilty.summary else ''}",
        hint=f"{pipectl('override', state.name)} goes on in spite of it",
    )


def _refuse_changed(cloud: Cloud, found: Scene, execution: Execution, what: str) -> None:
    """A retry needs the version of the pipeline that the execution ran (User guide, stage retry)."""
    answer = cloud.call(
        "codepipeline",
        "get_pipeline_execution",
        pipelineName=found.pipeline,
        pipelineExecutionId=execution.id,
    )
    version = answer["pipelineExecution"].get("pipelineVersion")
    if version is not None and found.version and version != found.version:
        raise Senseless(
            f"{what}: {found.pipeline} was changed since execution {short(execution.id)} began "
            f"(version {version}, now {found.version})",
            hint=f"{pipectl('start')} runs the version of now",
        )
