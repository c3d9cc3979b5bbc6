"""GetPipelineState: the last state of each stage, each possibly of another execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .actions import source_s3
from .engine import stages
from .records import PARALLEL, QUEUED
from .store import Store
from .variables import references_in

if TYPE_CHECKING:
    from pipectl.local.service import Caller

    from .records import ActionRun, ConditionRun, GateState, Pipeline, Polled, Problem, RuleRun, StageRun

Shape = dict[str, Any]
CONDITION_MEMBERS = {
    "beforeEntry": "beforeEntryConditionState",
    "onSuccess": "onSuccessConditionState",
    "onFailure": "onFailureConditionState",
}


class State(Store):
    """The state of a pipeline."""

    def get_pipeline_state(self, request: Shape, caller: Caller) -> Shape:
        """API reference, GetPipelineState; runs of a PARALLEL pipeline do not show (user guide, modes).

        Which members are there and which are not is recorded (docs/aws/codepipeline.md, 4).
        """
        pipeline = self.pipeline(request["name"])
        return {
            "pipelineName": pipeline.name,
            "pipelineVersion": pipeline.declaration["version"],
            "stageStates": [_stage(pipeline, stage) for stage in pipeline.declaration["stages"]],
            "created": pipeline.versions[0].at,
            "updated": pipeline.versions[-1].at,
        }


def _stage(pipeline: Pipeline, stage: Shape) -> Shape:
    name = stage["name"]
    parallel = pipeline.mode == PARALLEL
    run = None if parallel else pipeline.latest.get(name)
    shown: Shape = {
        "stageName": name,
        "inboundTransitionState": _gate(pipeline.gate(name, "Inbound")),
        "actionStates": [_action(pipeline, name, action, run) for action in stage["actions"]],
    }
    shown.update(_inbound(pipeline, name))
    if run is not None:
        shown["latestExecution"] = _stage_execution(run.execution, run.status, run.type)
        shown["retryStageMetadata"] = _retries(run)
    shown.update(_conditions(stage, run))
    return shown


def _inbound(pipeline: Pipeline, stage: str) -> Shape:
    """Who waits before a stage: one alone, beside an empty list (recorded: docs/aws/codepipeline.md, 3.2).

    In QUEUED mode the list holds all of them (inferred).
    """
    waiting = [] if pipeline.mode == PARALLEL else pipeline.waiting(stage)
    listed = [_stage_execution(each.id, each.status, each.type) for each in waiting]
    alone = {"inboundExecution": listed[-1]} if listed else {}
    return {**alone, "inboundExecutions": listed if pipeline.mode == QUEUED else []}


def _stage_execution(identity: str, status: str, kind: str) -> Shape:
    return {"pipelineExecutionId": identity, "status": status, "type": shown_type(kind)}


def shown_type(kind: str) -> str | None:
    """ROLLBACK is said, STANDARD is not (recorded: docs/aws/codepipeline.md, 4)."""
    return kind if kind == "ROLLBACK" else None


def _gate(gate: GateState) -> Shape:
    return {
        "enabled": gate.enabled,
        "lastChangedBy": gate.changed_by,
        "lastChangedAt": gate.changed_at,
        "disabledReason": gate.reason,
    }


def _retries(run: StageRun) -> Shape | None:
    """Only counters that are not 0 (recorded: docs/aws/codepipeline.md, 3.6)."""
    if run.retry_trigger is None:
        return None
    return {
        "autoStageRetryAttempt": run.automatic_retries or None,
        "manualStageRetryAttempt": run.manual_retries or None,
        "latestRetryTrigger": run.retry_trigger,
    }


def _action(pipeline: Pipeline, stage: str, action: Shape, run: StageRun | None) -> Shape:
    shown: Shape = {"actionName": action["name"]}
    revision = pipeline.revisions.get((stage, action["name"]))
    if revision is not None and pipeline.mode != PARALLEL:
        shown["currentRevision"] = {
            "revisionId": revision.id,
            "revisionChangeId": revision.change_id,
            "created": revision.created if revision.change_id else None,
        }
        shown["revisionUrl"] = revision.url
    latest = run.latest().get(action["name"]) if run else None
    polled = pipeline.polled.get(action["name"])
    if polled is not None and polled.problem is not None and stage == _first_stage(pipeline):
        shown["latestExecution"] = _unseen_source(polled)
        shown["entityUrl"] = latest.entity_url if latest else _entity_url(pipeline, action)
        shown.pop("currentRevision", None)
    elif latest is not None:
        shown["latestExecution"] = _approval(latest) if _is_approval(latest) else _execution(latest)
        shown["entityUrl"] = latest.entity_url
    else:
        shown["entityUrl"] = _entity_url(pipeline, action)
    return shown


def _entity_url(pipeline: Pipeline, action: Shape) -> str | None:
    """Where an action that has not begun leads: what its configuration alone tells.

    Recorded of approvals (docs/aws/codepipeline.md, 3.9) and S3 sources (3.11); a link that refers to a
    variable is left out (inferred).
    """
    kind = action["actionTypeId"]
    if (kind["category"], kind["provider"]) == ("Source", "S3"):
        return source_s3.entity_url(pipeline.arn.split(":")[3])
    link = action["configuration"].get("ExternalEntityLink")
    return None if link is None or any(references_in(link)) else str(link)


def _first_stage(pipeline: Pipeline) -> str:
    return str(pipeline.declaration["stages"][0]["name"])


def _unseen_source(polled: Polled) -> Shape:
    """A source that polling cannot read: nothing ran (recorded: docs/aws/codepipeline.md, 3.11)."""
    return {
        "status": "Failed",
        "lastStatusChange": polled.changed,
        "errorDetails": error_details(polled.problem),
    }


def _is_approval(run: ActionRun) -> bool:
    return bool(run.declaration["actionTypeId"]["category"] == "Approval")


def _approval(run: ActionRun) -> Shape:
    """An approval shows no id of its own, and a time only when somebody decided it."""
    if run.withdrawn:
        return {"actionExecutionId": run.id, "status": "Failed", "summary": stages.CANCELED}
    return {
        "actionExecutionId": run.id,
        "status": run.status,
        "summary": run.summary,
        "lastStatusChange": run.updated if run.is_decided else None,
        "lastUpdatedBy": run.updated_by,
        "token": run.token if run.status == "InProgress" else None,
        "errorDetails": None if run.is_decided else error_details(run.problem),
    }


def _execution(run: ActionRun) -> Shape:
    return {
        "actionExecutionId": run.id,
        "status": run.status,
        "summary": run.summary if run.problem is None else None,
        "lastStatusChange": run.updated,
        "lastUpdatedBy": run.updated_by,
        "externalExecutionId": run.external_id,
        "externalExecutionUrl": run.external_url,
        "percentComplete": run.percent,
        "errorDetails": error_details(run.problem),
        "logStreamARN": run.log_stream,
    }


def error_details(problem: Problem | None) -> Shape | None:
    """Show why something failed."""
    return {"code": problem.code, "message": problem.message} if problem else None


def _conditions(stage: Shape, run: StageRun | None) -> Shape:
    shown: Shape = {}
    for kind, member in CONDITION_MEMBERS.items():
        declared = (stage.get(kind) or {}).get("conditions")
        ran = run.conditions.get(kind) if run else None
        if declared:
            shown[member] = _condition_state(declared[0], ran)
    return shown


def _condition_state(declared: Shape, ran: ConditionRun | None) -> Shape:
    if ran is None:
        rules = [{"ruleName": rule["name"]} for rule in declared["rules"]]
        return {"conditionStates": [{"ruleStates": rules}]}
    return {
        "latestExecution": {"status": ran.status, "summary": ran.summary},
        "conditionStates": [
            {
                "latestExecution": {
                    "status": ran.status,
                    "summary": ran.summary,
                    "lastStatusChange": ran.updated,
                },
                "ruleStates": [_rule_state(rule) for rule in ran.rules],
            }
        ],
    }


def _rule_state(rule: RuleRun) -> Shape:
    return {
        "ruleName": rule.declaration["name"],
        "latestExecution": {
            "ruleExecutionId": rule.id,
            "status": rule.status,
            "summary": rule.summary,
            "lastStatusChange": rule.updated,
            "externalExecutionId": rule.external_id,
            "errorDetails": error_details(rule.problem),
        },
    }
