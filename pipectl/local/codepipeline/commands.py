"""Start, stop, retry, roll back, approve: what people tell executions to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from .actions.action import Done
from .engine import recovery, stages, work
from .engine.trip import Trip
from .records import PARALLEL, RUNNING, SUPERSEDED, Problem
from .store import Store

if TYPE_CHECKING:
    from pipectl.local.service import Caller

    from .engine import Engine
    from .records import ActionRun, Execution, Pipeline, StageRun

Shape = dict[str, Any]
MOST_ACTIVE = 50  # of a QUEUED or PARALLEL pipeline (docs/aws/codepipeline.md, 1.2)


class Commands(Store):
    """The operations that move executions."""

    engine: Engine

    def start_pipeline_execution(self, request: Shape, caller: Caller) -> Shape:
        """API reference, StartPipelineExecution: the same token twice starts one execution.

        The token alone decides that; what is given beside it is checked first all the same
        (docs/aws/codepipeline.md, 3.10: recorded).
        """
        pipeline = self.pipeline(request["name"])
        token = request.get("clientRequestToken")
        variables = variables_of(pipeline, request.get("variables") or [])
        overrides = overrides_of(pipeline, request.get("sourceRevisions") or [])
        if token in pipeline.start_tokens:
            return {"pipelineExecutionId": pipeline.start_tokens[token]}
        self.refuse_too_many(pipeline)
        execution = self.engine.start(
            pipeline, "StartPipelineExecution", caller.arn, variables=variables, overrides=overrides
        )
        if token:
            pipeline.start_tokens[token] = execution.id
        return {"pipelineExecutionId": execution.id}

    def refuse_too_many(self, pipeline: Pipeline) -> None:
        """QUEUED and PARALLEL pipelines have at most 50 active executions."""
        if pipeline.mode != SUPERSEDED and sum(1 for _ in pipeline.unfinished()) >= MOST_ACTIVE:
            raise Refused(
                "ConcurrentPipelineExecutionsLimitExceededException",
                f"The pipeline '{pipeline.name}' has reached its limit of {MOST_ACTIVE} executions",
            )

    def stop_pipeline_execution(self, request: Shape, caller: Caller) -> Shape:
        """API reference, StopPipelineExecution: wait for running actions, or abandon them.

        The words are recorded (docs/aws/codepipeline.md, 3.5).
        """
        pipeline = self.pipeline(request["pipelineName"])
        execution = pipeline.execution(request["pipelineExecutionId"])
        abandon = bool(request.get("abandon"))
        if execution is None or execution.status not in RUNNING:
            raise Refused(
                "PipelineExecutionNotStoppableException",
                f"The pipeline execution with ID '{request['pipelineExecutionId']}' in '{pipeline.name}' "
                "can't be stopped now. Either it does not exist in the pipeline, or the pipeline execution "
                "has no action executions in progress.",
            )
        if execution.stop == "abandon" or (execution.stop == "wait" and not abandon):
            raise Refused(
                "DuplicatedStopRequestException",
                f"The execution with ID {execution.id} in {pipeline.name} is already in a stopping state. If "
                "you already chose to stop and wait, you cannot make that request again. You can choose to "
                "stop and abandon now, but be aware that this option can lead to failed actions. If you "
                "already chose to stop and abandon, you cannot make that request again.",
            )
        stages.stop(self._trip(pipeline, execution), request.get("reason"), abandon=abandon)
        return {"pipelineExecutionId": execution.id}

    def retry_stage_execution(self, request: Shape, caller: Caller) -> Shape:
        """API reference, RetryStageExecution: the same execution goes on from a failed stage."""
        pipeline = self.pipeline(request["pipelineName"])
        stage = self.stage(pipeline, request["stageName"])["name"]
        run, execution = self._latest(pipeline, stage, request["pipelineExecutionId"])
        _refuse_unretryable(pipeline, execution, run, request["retryMode"])
        self.refuse_too_many(pipeline)
        run.manual_retries += 1
        recovery.retry(self._trip(pipeline, execution), run, request["retryMode"], "ManualStageRetry")
        return {"pipelineExecutionId": execution.id}

    def _latest(self, pipeline: Pipeline, stage: str, identity: str) -> tuple[StageRun, Execution]:
        """The run of an execution in a stage, if nobody has entered the stage after it."""
        execution = pipeline.execution(identity)
        run = execution.stages.get(stage) if execution else None
        latest = run if execution and execution.mode == PARALLEL else pipeline.latest.get(stage)
        if execution is None or run is None or run is not latest:
            raise Refused(
                "NotLatestPipelineExecutionException",
                f"The execution '{identity}' is not the latest one in stage '{stage}'",
            )
        return run, execution

    def rollback_stage(self, request: Shape, caller: Caller) -> Shape:
        """API reference, RollbackStage: a new execution with what an earlier one brought."""
        pipeline = self.pipeline(request["pipelineName"])
        stage = self.stage(pipeline, request["stageName"])["name"]
        target = self.execution(pipeline, request["targetPipelineExecutionId"], role="Target ")
        _refuse_no_target(pipeline, stage, target)
        trip = self._trip(pipeline, target)
        detail = json.dumps({"AwsUserArn": caller.arn}, separators=(",", ":"))  # as recorded
        execution = recovery.roll_back(trip, stage, target, "ManualRollback", detail)
        return {"pipelineExecutionId": execution.id}

    def override_stage_condition(self, request: Shape, caller: Caller) -> None:
        """API reference, OverrideStageCondition: go on although the condition failed or is still asked."""
        pipeline = self.pipeline(request["pipelineName"])
        stage = self.stage(pipeline, request["stageName"])["name"]
        run, execution = self._latest(pipeline, stage, request["pipelineExecutionId"])
        kind = {"BEFORE_ENTRY": "beforeEntry", "ON_SUCCESS": "onSuccess"}[request["conditionType"]]
        condition = run.conditions.get(kind)
        overridable = condition is not None and condition.status in ("Failed", "InProgress")
        if not overridable or run.status not in ("Failed", "InProgress"):
            raise Refused(
                "ConditionNotOverridableException",
                f"The {request['conditionType']} condition of stage '{stage}' cannot be overridden now",
            )
        recovery.override(self._trip(pipeline, execution), run, kind)

    def put_approval_result(self, request: Shape, caller: Caller) -> Shape:
        """API reference, PutApprovalResult."""
        pipeline = self.pipeline(request["pipelineName"])
        self.action(pipeline, request["stageName"], request["actionName"])
        execution, run = _asked(pipeline, request)
        result = request["result"]
        _refuse_answer(pipeline, run, result)
        run.updated_by = caller.arn
        run.summary = result["summary"] or None
        rejected = result["status"] == "Rejected"
        outcome = Problem(result["summary"] or "Rejected") if rejected else Done(result["summary"] or None)
        work.finish(self._trip(pipeline, execution), run, outcome)
        return {"approvedAt": run.updated}

    def _trip(self, pipeline: Pipeline, execution: Execution) -> Trip:
        return Trip(self.engine, pipeline, execution)


def variables_of(pipeline: Pipeline, given: list[Shape]) -> dict[str, str]:
    """The given values of declared variables, in the order of their declaration.

    Names that nobody declared are ignored, a name given twice is refused (docs/aws/codepipeline.md, 3.10:
    recorded).
    """
    values: dict[str, str] = {}
    for each in given:
        if each["name"] in values:
            raise Refused(
                "ValidationException",
                "Variable names must be unique. The following variable name is already in use: "
                f"{each['name']}",
            )
        values[each["name"]] = each["value"]
    declared = [each["name"] for each in pipeline.declaration.get("variables") or []]
    return {name: values[name] for name in declared if name in values}


def overrides_of(pipeline: Pipeline, given: list[Shape]) -> dict[str, Shape]:
    """Source revisions by action name; only of source actions (docs/aws/codepipeline.md, 3.11: recorded)."""
    sources = {action["name"] for action in pipeline.declaration["stages"][0]["actions"]}
    for each in given:
        if each["actionName"] not in sources:
            raise Refused(
                "ValidationException",
                "The action name provided in the source revision is not valid. The action must be a source "
                "action in your pipeline.",
            )
    return {each["actionName"]: each for each in given}


def _refuse_unretryable(pipeline: Pipeline, execution: Execution, run: StageRun, mode: str) -> None:
    """The words are recorded (docs/aws/codepipeline.md, 3.6)."""
    failed = any(each.status in stages.FAILED for each in run.latest().values())
    busy = bool(run.running())
    if execution.status == "Stopping":
        raise Refused("ConflictException", f"The execution '{execution.id}' is being stopped")
    changed = execution.version != pipeline.declaration["version"]
    running = run.status == "InProgress" and (mode == "ALL_ACTIONS" or not failed)
    has_ended = run.status in ("Failed", "Stopped", "InProgress")
    if changed or running or not has_ended or not (failed or busy or run.attempt):
        raise Refused(
            "StageNotRetryableException",
            f"The stage named {run.stage} in the {pipeline.name} pipeline can't be retried now. Either it "
            f"contains no failed actions, the execution '{execution.id}' is already superseded, or the "
            "pipeline definition has changed since the action(s) failed.",
        )


def _refuse_no_target(pipeline: Pipeline, stage: str, target: Execution) -> None:
    """What a stage can be rolled back to (codes, words, order recorded: docs/aws/codepipeline.md, 3.7).

    The guide says that a source stage and a PARALLEL pipeline cannot be rolled back; the API does both.
    """
    latest = pipeline.latest.get(stage)
    if target.version != pipeline.declaration["version"]:
        raise Refused(
            "PipelineExecutionOutdatedException",
            f"Pipeline '{pipeline.name}' has been updated since the rollback request was made.",
        )
    if target not in recovery.succeeded_in(pipeline, stage):
        raise Refused(
            "UnableToRollbackStageException",
            f"Target Pipeline Execution with id '{target.id}' has not completed in stage with name '{stage}'",
        )
    if latest is not None and latest.status in RUNNING:
        raise Refused(
            "UnableToRollbackStageException",
            f"Pipeline '{pipeline.name}' cannot start rollback since stage {stage} is in progress.",
        )


def _refuse_answer(pipeline: Pipeline, run: ActionRun, result: Shape) -> None:
    """Codes and words are recorded (docs/aws/codepipeline.md, 3.9)."""
    if run.withdrawn or run.status == "Abandoned":
        raise Refused(
            "InvalidApprovalTokenException",
            f"The pipeline {pipeline.name} has been updated, and the approval request you responded to is "
            "now out of date.",
        )
    if run.status != "InProgress":
        raise Refused(
            "ApprovalAlreadyCompletedException",
            "The approval request that you responded to is already complete or has expired.",
        )
    if run.resolved.get("IsSummaryRequired") == "true" and not result["summary"].strip():
        raise Refused(
            "InvalidApprovalTokenException",
            f"Action '{run.name}' in stage '{run.stage}' requires a summary. Provide a summary in the "
            "approval result and try again.",
        )


def _asked(pipeline: Pipeline, request: Shape) -> tuple[Execution, ActionRun]:
    for execution in reversed(pipeline.executions):
        stage = execution.stages.get(request["stageName"])
        for run in [*stage.actions, *stage.earlier] if stage else []:
            if run.name == request["actionName"] and run.id == request["token"]:
                return execution, run
    raise Refused("InvalidApprovalTokenException", "The approval token is not valid or has expired")
