"""What happens in pipelines, told to EventBridge (user guide, "Monitoring CodePipeline events")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    detail: Shape = {}
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
    _emit(trip, "Stage", state, {"stage": trip.execution.stage["name"]})


def action(trip: Trip, run: ActionRun, state: str) -> None:
    """Tell how one of its actions stands."""
    service = trip.engine.service
    detail: Shape = {
        "stage": run.stage,
        "action": run.name,
        "region": run.declaration.get("region") or service.region,
        "type": run.declaration["actionTypeId"],
        "input-artifacts": [_artifact(each) for each in run.inputs],
    }
    if state != "STARTED":
        detail["output-artifacts"] = [_artifact(each) for each in run.outputs]
        detail["execution-result"] = _without_none(
            {
                "external-execution-url": run.external_url,
                "external-execution-summary": run.problem.message if run.problem else run.summary,
                "external-execution-id": run.external_id,
                "error-code": run.problem.code if run.problem else None,
            }
        )
    _emit(trip, "Action", state, detail)


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
            "version": trip.execution.version,
            "state": state,
            **detail,
        },
    )


def _artifact(artifact: Artifact) -> Shape:
    location = artifact.location
    return {"name": artifact.name, "s3location": {"bucket": location.bucket, "key": location.key}}


def _without_none(shape: Shape) -> Shape:
    return {key: value for key, value in shape.items() if value is not None}
