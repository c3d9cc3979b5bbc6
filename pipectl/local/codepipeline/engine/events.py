"""What happens in pipelines, told to EventBridge (user guide, "Monitoring CodePipeline events").

The members of each level are recorded (docs/aws/codepipeline.md, 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.codepipeline.records import ActionRun, Artifact

    from .trip import Trip

Shape = dict[str, Any]

STATES = {
    "Succeeded": "SUCCEEDED",
    "Failed": "FAILED",
    "Stopped": "STOPPED",
    "Stopping": "STOPPING",
    "Superseded": "SUPERSEDED",
    "Cancelled": "CANCELED",
    "Abandoned": "ABANDONED",
    "Skipped": "SKIPPED",
}


def pipeline(trip: Trip, state: str) -> None:
    """Tell how the execution stands."""
    execution = trip.execution
    detail: Shape = {
        "start-time": _moment(execution.started),
        **_retried(execution.retried),
        "pipeline-execution-attempt": float(execution.attempt),
    }
    if state == "STARTED":
        detail["execution-trigger"] = {
            "trigger-type": execution.trigger_type,
            "trigger-detail": execution.trigger_detail,
        }
    if state == "STOPPING" and execution.stop_reason:
        detail["stop-execution-comments"] = execution.stop_reason
    _emit(trip, "Pipeline", state, detail)


def stage(trip: Trip, state: str) -> None:
    """Tell how its stage stands."""
    run = trip.stage_run
    # Zero as long as nothing of the execution was retried (recorded: docs/aws/codepipeline.md, 6).
    attempt = trip.execution.attempt if trip.execution.attempt > 1 else 0
    detail = {
        "stage": run.stage,
        "start-time": _moment(run.started),
        **_retried(run.retried),
        "pipeline-execution-attempt": float(attempt),
    }
    _emit(trip, "Stage", state, detail)


def action(trip: Trip, run: ActionRun, state: str) -> None:
    """Tell how one of its actions stands."""
    service = trip.engine.service
    detail: Shape = {
        "stage": run.stage,
        "action": run.name,
        "action-execution-id": run.id,
        "start-time": _moment(run.started),
        "region": run.declaration.get("region") or service.region,
        "type": run.declaration["actionTypeId"],
        "pipeline-execution-attempt": float(trip.execution.attempt),
    }
    if run.inputs:
        detail["input-artifacts"] = [_artifact(each) for each in run.inputs]
    if state != "STARTED":
        detail.update(_ended(run))
    _emit(trip, "Action", state, detail)


def _ended(run: ActionRun) -> Shape:
    """Artifacts are named where there are some (recorded: docs/aws/codepipeline.md, 6)."""
    result = {
        "external-execution-url": run.external_url,
        "external-execution-summary": result_summary(run),
        "external-execution-id": run.external_id,
        "error-code": run.problem.code if run.problem else None,
    }
    ended: Shape = {"execution-result": {key: value for key, value in result.items() if value is not None}}
    if run.outputs:
        ended["output-artifacts"] = [_artifact(each) for each in run.outputs]
    return ended


def result_summary(run: ActionRun) -> str | None:
    """What is told about the end of an action: why it failed, or what its provider or approver said."""
    return run.problem.message if run.problem and not run.is_decided else run.summary


def _emit(trip: Trip, level: str, state: str, detail: Shape) -> None:
    service = trip.engine.service
    service.world.emit(
        service.account,
        service.region,
        source="aws.codepipeline",
        detail_type=f"CodePipeline {level} Execution State Change",
        resources=[trip.pipeline.arn],
        detail={
            "pipeline": trip.pipeline.name,
            "execution-id": trip.execution.id,
            "version": float(trip.execution.version),  # a number with a fraction, as recorded
            "state": state,
            **detail,
        },
    )


def _artifact(artifact: Artifact) -> Shape:
    location = artifact.location
    return {"name": artifact.name, "s3location": {"bucket": location.bucket, "key": location.key}}


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def _retried(time: datetime | None) -> Shape:
    return {"last-retry-attempt-time": _moment(time)} if time else {}
