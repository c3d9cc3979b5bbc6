"""Its execution has ended, and not well: failed, superseded, stopped, cancelled."""

import json
from datetime import datetime, timedelta
from typing import Any

from pipectl.aws.denial import denial_in
from pipectl.errors import PipectlError
from pipectl.runs import actions
from pipectl.runs.actions import ActionRun
from pipectl.runs.values import Execution
from pipectl.runs.why.answers import Answer, Cancelled, Failed, Stopped, Superseded
from pipectl.runs.why.log_tail import tail
from pipectl.runs.why.sight import Sight

AROUND = timedelta(minutes=15)
"""How long before and after an execution's end CloudTrail is looked through."""


def failed(sight: Sight, execution: Execution) -> Answer:
    """The action that failed, with its log; without one it is a condition of its stage."""
    runs = actions.of_execution(sight.cloud, sight.pipeline, execution.id)
    latest = {(run.stage, run.name): run for run in runs}
    broken = [run for run in latest.values() if run.status == "Failed"]
    stage = (broken or runs)[-1].stage if runs else _stage_of(sight, execution)
    state = sight.stage(stage) if stage in sight.names else None
    retryable = state is not None and state.execution == execution.id
    if broken:
        run = broken[-1]
        is_approval = run.declared.category == "Approval"
        lines = () if is_approval else tail(sight.clouds, run)
        denial = denial_in("\n".join([run.error or "", run.summary or "", *lines]))
        return Failed(stage, run, lines=lines, retryable=retryable, approval=is_approval, denial=denial)
    stage = _stage_of(sight, execution) or stage
    state = sight.stage(stage) if stage in sight.names else None
    unmet = next((each for each in state.conditions if each.status == "Failed"), None) if state else None
    if unmet is None:
        return Failed(stage, retryable=retryable)
    denial = denial_in(unmet.summary or "")
    return Failed(stage, condition=unmet.type, said=unmet.summary, retryable=retryable, denial=denial)


def _stage_of(sight: Sight, execution: Execution) -> str:
    """The stage that it was last in, as far as the stages still tell."""
    entered = [stage.name for stage in sight.stages if stage.execution == execution.id]
    return entered[-1] if entered else sight.names[0]


def superseded(sight: Sight, execution: Execution) -> Answer:
    """The first newer one that was not itself overtaken."""
    newer = [each for each in sight.newer(execution) if each.type != "ROLLBACK"]
    by = next((each for each in newer if each.status != "Superseded"), newer[-1] if newer else execution)
    runs = actions.of_execution(sight.cloud, sight.pipeline, execution.id)
    return Superseded(by, by.status or "", runs[-1].stage if runs else None)


def stopped(sight: Sight, execution: Execution) -> Answer:
    """Where, why, and as far as CloudTrail tells by whom."""
    runs = actions.of_execution(sight.cloud, sight.pipeline, execution.id)
    inside = [
        stage for stage in sight.stages if stage.execution == execution.id and stage.status == "Stopped"
    ]
    gates = [stage for stage in sight.stages if execution.id in stage.inbound]
    place = f"before {gates[0].name}" if gates else _last_place(runs, inside=bool(inside))
    return Stopped(
        reason=execution.stop_reason,
        by=_who_stopped(sight, execution),
        when=execution.updated,
        place=place,
        stage=inside[-1].name if inside else None,
    )


def _last_place(runs: list[ActionRun], *, inside: bool) -> str | None:
    """In the stage whose actions ran last, or after it."""
    if not runs:
        return None
    return f"{'in' if inside else 'after'} {runs[-1].stage}"


def _who_stopped(sight: Sight, execution: Execution) -> str | None:
    """CloudTrail keeps management events for 90 days (User guide); not everybody may ask it."""
    if execution.updated is None:
        return None
    try:
        answer = sight.cloud.call(
            "cloudtrail",
            "lookup_events",
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StopPipelineExecution"}],
            StartTime=execution.updated - AROUND,
            EndTime=execution.updated + AROUND,
        )
    except PipectlError:
        return None
    return next((who for who in map(_caller(execution.id), answer.get("Events") or []) if who), None)


def _caller(identity: str) -> Any:
    def caller(event: dict[str, Any]) -> str | None:
        told = json.loads(event.get("CloudTrailEvent") or "{}")
        if (told.get("requestParameters") or {}).get("pipelineExecutionId") != identity:
            return None
        return (told.get("userIdentity") or {}).get("arn") or event.get("Username")

    return caller


def cancelled(sight: Sight, execution: Execution) -> Answer:
    """An update of the pipeline cancels what runs (User guide, edit a pipeline)."""
    updated = sight.updated if isinstance(sight.updated, datetime) else None
    return Cancelled(sight.declaration.get("version"), updated)
