"""What happened: GetPipelineExecution and the lists of executions, actions and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from .engine import recovery
from .engine.events import result_summary
from .records import PARALLEL
from .state import error_details, shown_type
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Caller

    from .records import ActionRun, Artifact, Execution, Pipeline, RuleRun, StageRun

Shape = dict[str, Any]
PAGE = 100  # API reference: the default of maxResults


class History(Store):
    """The operations that tell what ran."""

    def get_pipeline_execution(self, request: Shape, caller: Caller) -> Shape:
        """API reference, GetPipelineExecution: revisions by the name of the artifact."""
        pipeline = self.pipeline(request["pipelineName"])
        execution = self.execution(pipeline, request["pipelineExecutionId"])
        shown = {
            "pipelineName": pipeline.name,
            "pipelineVersion": execution.version,
            "pipelineExecutionId": execution.id,
            "status": execution.status,
            "statusSummary": execution.summary,
            "artifactRevisions": [
                _artifact_revision(each) for each in execution.artifacts.values() if each.revision is not None
            ],
            "trigger": _trigger(execution),
            "executionMode": execution.mode,
            "executionType": shown_type(execution.type),
            "rollbackMetadata": _rollback(execution),
        }
        if execution.variables:
            shown["variables"] = [
                {"name": name, "resolvedValue": value} for name, value in execution.variables.items()
            ]
        return {"pipelineExecution": shown}

    def list_pipeline_executions(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListPipelineExecutions: newest first."""
        pipeline = self.pipeline(request["pipelineName"])
        executions = list(reversed(pipeline.executions))
        stage = ((request.get("filter") or {}).get("succeededInStage") or {}).get("stageName")
        if stage is not None:
            executions = recovery.succeeded_in(pipeline, stage)
        found, token = self.page(executions, request, PAGE)
        return {"pipelineExecutionSummaries": [_summary(each) for each in found], "nextToken": token}

    def list_action_executions(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListActionExecutions: newest first; actions that never started have no row.

        It words a missing pipeline in its own way (docs/aws/codepipeline.md, 5: recorded).
        """
        pipeline = self.pipelines.get(request["pipelineName"])
        if pipeline is None:
            raise Refused(
                "PipelineNotFoundException",
                f"The account with AWS account ID '{self.account}' does not include a pipeline named "
                f"'{request['pipelineName']}'",
            )
        rows = [
            (execution, run)
            for execution, stage in self._stage_runs(pipeline, request)
            for run in _attempts(stage, latest=_only_latest(request))
        ]
        rows.sort(key=lambda row: row[1].started, reverse=True)
        found, token = self.page(rows, request, PAGE)
        details = [_action_detail(self.region, execution, run) for execution, run in found]
        return {"actionExecutionDetails": details, "nextToken": token}

    def list_rule_executions(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListRuleExecutions: newest start first."""
        pipeline = self.pipeline(request["pipelineName"])
        rows = [
            (execution, rule)
            for execution, stage in self._stage_runs(pipeline, request)
            for rule in stage.rules
        ]
        rows.sort(key=lambda row: row[1].started, reverse=True)
        found, token = self.page(rows, request, PAGE)
        details = [_rule_detail(self.region, execution, rule) for execution, rule in found]
        return {"ruleExecutionDetails": details, "nextToken": token}

    def _stage_runs(self, pipeline: Pipeline, request: Shape) -> Iterator[tuple[Execution, StageRun]]:
        wanted = _wanted_executions(request)
        executions = [self.execution(pipeline, each) for each in wanted] if wanted else pipeline.executions
        if len(wanted) > 1:  # both filters, two executions: nothing is in both (recorded, as above)
            return
        for execution in executions:
            for stage in reversed(execution.stages.values()):
                yield execution, stage

    def list_deploy_action_execution_targets(self, request: Shape, caller: Caller) -> Shape:
        """API reference, ListDeployActionExecutionTargets: what a deploy action deployed to."""
        names = [request["pipelineName"]] if request.get("pipelineName") else list(self.pipelines)
        for name in names:
            for execution in self.pipeline(name).executions:
                for stage in execution.stages.values():
                    for run in [*stage.actions, *stage.earlier]:
                        if run.id == request["actionExecutionId"]:
                            return self._targets(run, request)
        raise Refused(
            "ActionExecutionNotFoundException",
            f"There is no action execution with id '{request['actionExecutionId']}'",
        )

    def _targets(self, run: ActionRun, request: Shape) -> Shape:
        wanted = [value for each in request.get("filters") or [] for value in each.get("values") or []]
        targets = [each for each in run.targets if not wanted or each["status"] in wanted]
        found, token = self.page(targets, request, PAGE)
        return {"targets": found, "nextToken": token}


def _wanted_executions(request: Shape) -> set[str]:
    chosen = request.get("filter") or {}
    latest = chosen.get("latestInPipelineExecution") or {}
    return {each["pipelineExecutionId"] for each in (chosen, latest) if each.get("pipelineExecutionId")}


def _only_latest(request: Shape) -> bool:
    latest = (request.get("filter") or {}).get("latestInPipelineExecution") or {}
    return bool(latest.get("startTimeRange") == "Latest")


def _attempts(stage: StageRun, *, latest: bool) -> list[ActionRun]:
    """Retries add rows; `Latest` takes the newest attempt only (recorded: docs/aws/codepipeline.md, 4)."""
    return list(reversed([*([] if latest else stage.earlier), *stage.actions]))


def _trigger(execution: Execution) -> Shape:
    return {"triggerType": execution.trigger_type, "triggerDetail": execution.trigger_detail}


def _rollback(execution: Execution) -> Shape | None:
    target = execution.rollback_target
    return {"rollbackTargetPipelineExecutionId": target} if target else None


def _artifact_revision(artifact: Artifact) -> Shape:
    revision = artifact.revision
    if revision is None:
        return {"name": artifact.name}
    return {
        "name": artifact.name,
        "revisionId": revision.id,
        "revisionSummary": revision.summary,
        "created": revision.created,
        "revisionUrl": revision.url,
    }


def _summary(execution: Execution) -> Shape:
    return {
        "pipelineExecutionId": execution.id,
        "status": execution.status,
        "statusSummary": execution.summary,
        "startTime": execution.started,
        "lastUpdateTime": execution.updated,
        "sourceRevisions": [
            {
                "actionName": name,
                "revisionId": revision.id,
                "revisionSummary": revision.summary,
                "revisionUrl": revision.url,
            }
            for name, revision in execution.sources.items()
        ],
        "trigger": _trigger(execution),
        "stopTrigger": {"reason": execution.stop_reason} if execution.stop_reason else None,
        "executionMode": execution.mode,
        "executionType": shown_type(execution.type),
        "rollbackMetadata": _rollback(execution),
    }


def _artifact(artifact: Artifact) -> Shape:
    location = artifact.location
    return {"name": artifact.name, "s3location": {"bucket": location.bucket, "key": location.key}}


def _action_detail(region: str, execution: Execution, run: ActionRun) -> Shape:
    declaration = run.declaration
    return {
        "pipelineExecutionId": execution.id,
        "actionExecutionId": run.id,
        "pipelineVersion": execution.version,
        "stageName": run.stage,
        "actionName": run.name,
        "startTime": run.started,
        "lastUpdateTime": run.updated,
        "updatedBy": run.updated_by,
        "status": run.status,
        "input": {
            "actionTypeId": declaration["actionTypeId"],
            "configuration": declaration["configuration"],
            "resolvedConfiguration": run.resolved,
            "roleArn": declaration.get("roleArn"),
            "region": declaration.get("region") or region,
            "inputArtifacts": [_artifact(each) for each in run.inputs],
            "namespace": declaration.get("namespace"),
        },
        "output": {
            "outputArtifacts": [_artifact(each) for each in run.outputs],
            "outputVariables": run.variables,
            "executionResult": _result(execution, run),
        },
    }


def _result(execution: Execution, run: ActionRun) -> Shape | None:
    """What came of an action: the code of a failure, its message as the summary.

    An approval that nobody decided shows nothing (recorded: docs/aws/codepipeline.md, 4), except in PARALLEL
    mode, where this is where its token stands (model, PutApprovalResult).
    """
    is_open = run.token is not None and not run.is_decided and run.problem is None
    if is_open and execution.mode != PARALLEL:
        return None
    result = {
        "externalExecutionId": run.external_id,
        "externalExecutionSummary": result_summary(run),
        "externalExecutionUrl": run.external_url,
        "errorDetails": {"code": run.problem.code} if run.problem and not run.is_decided else None,
        "logStreamARN": run.log_stream,
    }
    return result if any(result.values()) else None


def _rule_detail(region: str, execution: Execution, rule: RuleRun) -> Shape:
    declaration = rule.declaration
    return {
        "pipelineExecutionId": execution.id,
        "ruleExecutionId": rule.id,
        "pipelineVersion": execution.version,
        "stageName": rule.stage,
        "ruleName": declaration["name"],
        "startTime": rule.started,
        "lastUpdateTime": rule.updated,
        "status": rule.status,
        "input": {
            "ruleTypeId": declaration["ruleTypeId"],
            "configuration": declaration.get("configuration"),
            "resolvedConfiguration": rule.resolved,
            "roleArn": declaration.get("roleArn"),
            "region": declaration.get("region") or region,
        },
        "output": {
            "executionResult": {
                "externalExecutionId": rule.external_id,
                "externalExecutionSummary": rule.problem.message if rule.problem else rule.summary,
                "errorDetails": error_details(rule.problem),
            }
        },
    }
