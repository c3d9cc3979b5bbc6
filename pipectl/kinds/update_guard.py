"""What becomes of the executions that run in a pipeline when it changes or goes, told before it happens."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipectl.aws.cloud import Cloud, find
from pipectl.engine.values import EXECUTIONS, Remark, Step
from pipectl.errors import Declined
from pipectl.kinds import holds

MISSING = ("PipelineNotFoundException",)
RUNNING = frozenset({"InProgress", "Stopping"})
VERSION = "(version)"
"""What was found of a pipeline's version. No spec states it; an update must meet the one of the plan."""
LOOKED_AT = 50
"""Executions that are looked at: a QUEUED or PARALLEL pipeline runs at most so many (quotas)."""


def changes_declaration(step: Step) -> bool:
    """Whether more than tags is to be changed: tags go by a call of their own, and disturb nothing."""
    return any(not each.path.startswith("tags.") for each in step.differences)


def running(cloud: Cloud, name: str) -> list[Mapping[str, Any]]:
    """The executions that run, newest first, as ListPipelineExecutions tells them."""
    answer = find(
        MISSING, cloud, "codepipeline", "list_pipeline_executions", pipelineName=name, maxResults=LOOKED_AT
    )
    executions = answer["pipelineExecutionSummaries"] if answer else []
    return [each for each in executions if each["status"] in RUNNING]


def disturbed(cloud: Cloud, step: Step) -> Iterator[Remark]:
    """Which executions run, where each is, and what AWS does with it when the declaration changes.

    Actions that are at work end, then their executions are cancelled and are not run on (User guide, "Edit a
    pipeline"); those of a PARALLEL pipeline keep the structure with which they began (User guide, "How
    pipeline executions are processed").
    """
    found = _found(step)
    apart = [each for each in found if each.get("executionMode") == "PARALLEL"]
    cancelled = [each["pipelineExecutionId"] for each in found if each not in apart]
    if cancelled:
        stages = cloud.call("codepipeline", "get_pipeline_state", name=step.resource.name)["stageStates"]
        yield from (_cancelled(identity, stages, step) for identity in cancelled)
    for each in apart:
        yield Remark(f"execution {_short(each['pipelineExecutionId'])} runs on as it began")


def ending(cloud: Cloud, step: Step) -> Iterator[Remark]:
    """Which holds and executions end because their pipeline goes, and where each execution is.

    DeletePipeline knows no refusal for that (API reference). That builds and deployments go on where they
    began is inferred from what is said of abandoned actions (user guide, "Stop a pipeline execution").
    """
    answer = find(MISSING, cloud, "codepipeline", "get_pipeline_state", name=step.resource.name)
    stages = (answer or {}).get("stageStates") or []
    for hold in holds.holds(stages):
        yield Remark(f"{hold} goes with it")
    for each in _found(step):
        identity = each["pipelineExecutionId"]
        text = f"execution {_short(identity)} {_place(identity, stages)} and goes no further"
        yield Remark(f"{text}; what it began elsewhere runs on", execution=identity)


def _found(step: Step) -> Sequence[Mapping[str, Any]]:
    return (step.before or {}).get(EXECUTIONS) or ()


def refuse_unseen(state: Mapping[str, Any], step: Step) -> None:
    """Raise Declined when the pipeline is not as it was planned for: nobody was asked about that.

    `state` is GetPipelineState's answer. UpdatePipeline itself takes whatever comes last (API reference).
    """
    planned, found = (step.before or {}).get(VERSION), state.get("pipelineVersion")
    if planned is not None and found != planned:
        raise Declined(
            f"somebody else changed the pipeline meanwhile: it has version {found}, not {planned}; it was"
            " left as it is",
            hint="run it again: the plan then shows what they changed",
        )
    refuse_unseen_executions(state["stageStates"], step)


def refuse_unseen_executions(stages: Sequence[Mapping[str, Any]], step: Step) -> None:
    """Raise Declined when an execution runs of which the plan does not know. `stages` are their states."""
    known = {each["pipelineExecutionId"] for each in _found(step)}
    for identity in (each for stage in stages for each in (*_inside(stage), *_before(stage))):
        if identity not in known:
            raise Declined(
                f"execution {_short(identity)} began to run meanwhile, and {_place(identity, stages)}; the"
                " pipeline was left as it is",
                hint="run it again, with `--wait-for-run` to let the execution end first",
            )


def refuse_jump(answer: Mapping[str, Any], planned: int | None) -> None:
    """Raise Declined when UpdatePipeline's answer says that another update came between: it was written over.

    Each update raises the version by one (API reference, PipelineDeclaration), also one whose answer was lost
    and that was sent again. `planned` is the version that the update was to follow.
    """
    version = answer.get("pipeline", {}).get("version")
    if planned is not None and version is not None and version != planned + 1:
        raise Declined(
            f"the pipeline has version {version} now, not {planned + 1}: somebody else changed it at the same"
            " moment, or an answer of AWS was lost",
            hint="run it again: it sees to it that all is as this spec says",
        )


def _cancelled(identity: str, stages: Sequence[Mapping[str, Any]], step: Step) -> Remark:
    stage = next((each["stageName"] for each in stages if identity in _inside(each)), None)
    changed = ", which changes" if stage and step.changes(f"stages.{stage}") else ""
    ends = " when its running actions have ended" if stage else ""
    text = f"execution {_short(identity)} {_place(identity, stages)}{changed}; this change cancels it{ends}"
    return Remark(text, asks=True, execution=identity)


def _place(identity: str, stages: Sequence[Mapping[str, Any]]) -> str:
    for stage in stages:
        if identity in _inside(stage):
            return f"is in {stage['stageName']}"
        if identity in _before(stage):
            return f"waits before {stage['stageName']}"
    return "is running"


def _inside(stage: Mapping[str, Any]) -> list[str]:
    latest = stage.get("latestExecution") or {}
    return [latest["pipelineExecutionId"]] if latest.get("status") in RUNNING else []


def _before(stage: Mapping[str, Any]) -> list[str]:
    waiting = stage.get("inboundExecutions") or [stage.get("inboundExecution") or {}]
    return [each["pipelineExecutionId"] for each in waiting if each]


def _short(identity: str) -> str:
    return identity[:8]
