"""The stages of a pipeline as values: GetPipelineState read once, for `status` and for every act."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipectl.aws.cloud import Cloud, find
from pipectl.runs.declared import Declared
from pipectl.runs.executions import message
from pipectl.runs.pipelines import NOT_THERE, no_such_pipeline
from pipectl.runs.values import ActionState, Condition, Execution, Gate, StageState

CONDITIONS = {
    "BEFORE_ENTRY": "beforeEntryConditionState",
    "ON_SUCCESS": "onSuccessConditionState",
    "ON_FAILURE": "onFailureConditionState",
}
"""Where GetPipelineState tells of a stage's conditions."""


def pipeline_state(cloud: Cloud, name: str) -> Mapping[str, Any]:
    """GetPipelineState's answer. Raises PipectlError for a pipeline that is not there."""
    answer = find(NOT_THERE, cloud, "codepipeline", "get_pipeline_state", name=name)
    if answer is None:
        raise no_such_pipeline(cloud, name)
    return answer


def stage_states(cloud: Cloud, name: str) -> Sequence[Mapping[str, Any]]:
    """The stages of a pipeline, as AWS tells them."""
    stages: Sequence[Mapping[str, Any]] = pipeline_state(cloud, name).get("stageStates") or []
    return stages


def stage_state(
    stage: Mapping[str, Any],
    known: Mapping[str, Execution],
    declared: Mapping[tuple[str, str], Declared],
) -> StageState:
    """One stage as a value. Commits come from the `known` executions, targets from what is `declared`."""
    name, latest = stage["stageName"], stage.get("latestExecution") or {}
    return StageState(
        name=name,
        status=latest.get("status"),
        execution=latest.get("pipelineExecutionId"),
        gate=_gate(stage.get("inboundTransitionState") or {}),
        waiting=_waiting(stage, known),
        actions=tuple(
            _action(action, declared.get((name, action["actionName"])))
            for action in stage.get("actionStates") or []
        ),
        inbound=tuple(each["pipelineExecutionId"] for each in _inbound(stage)),
        conditions=tuple(_conditions(stage)),
        type=latest.get("type"),
        entered=known.get(str(latest.get("pipelineExecutionId"))),
    )


def _inbound(stage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All of them where AWS tells that, in their order (docs/aws/codepipeline.md, 3.2); else the only one."""
    found = stage.get("inboundExecutions") or [stage.get("inboundExecution")]
    return [each for each in found if each]


def _conditions(stage: Mapping[str, Any]) -> Iterator[Condition]:
    for type_, member in CONDITIONS.items():
        if member in stage:
            latest = stage[member].get("latestExecution") or {}
            yield Condition(type_, latest.get("status"), latest.get("summary"))


def _gate(found: Mapping[str, Any]) -> Gate:
    """Missing, or `enabled` alone, means that nobody ever closed it (docs/aws/codepipeline.md, 4)."""
    return Gate(
        enabled=found.get("enabled", True),
        reason=found.get("disabledReason"),
        changed_by=found.get("lastChangedBy"),
        changed_at=found.get("lastChangedAt"),
    )


def _waiting(stage: Mapping[str, Any], known: Mapping[str, Execution]) -> tuple[Execution, ...]:
    """A stopped or failed inbound execution does not enter any more (User guide, pipelines-stop)."""
    enter = [each for each in _inbound(stage) if each.get("status") in (None, "InProgress")]
    identities = [str(each["pipelineExecutionId"]) for each in enter]
    return tuple(known.get(each, Execution(each)) for each in identities)


def _action(found: Mapping[str, Any], declared: Declared | None) -> ActionState:
    latest = found.get("latestExecution") or {}
    return ActionState(
        name=found["actionName"],
        provider=declared.provider if declared else None,
        target=declared.target if declared else None,
        status=latest.get("status"),
        summary=message(latest.get("summary")),
        error=_error(latest.get("errorDetails")),
        revision=(found.get("currentRevision") or {}).get("revisionId"),
        url=latest.get("externalExecutionUrl") or found.get("revisionUrl") or found.get("entityUrl"),
        changed_at=latest.get("lastStatusChange"),
        external_id=latest.get("externalExecutionId"),
        run=latest.get("actionExecutionId"),
        token=latest.get("token") if latest.get("status") == "InProgress" else None,
        changed_by=latest.get("lastUpdatedBy"),
        service=declared.service if declared else None,
    )


def _error(details: Mapping[str, str] | None) -> str | None:
    if not details:
        return None
    return ": ".join(details[key] for key in ("code", "message") if details.get(key)) or None


def failed_condition(state: StageState) -> Condition | None:
    """The condition that holds a stage or has failed it."""
    return next((each for each in state.conditions if each.status in ("Failed", "Errored")), None)
