"""Start, stop, retry, roll back, approve: what people tell executions to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from .actions.action import Done
from .engine import missing, recovery, stages, work
from .engine.trip import Trip
from .records import PARALLEL, RUNNING, SUPERSEDED, Problem
from .store import Store

if TYPE_CHECKING:
    from pipectl.local.service import Caller

    from .engine import Engine
    from .records import ActionRun, Execution, Pipeline, StageRun

Shape = dict[str, Any]
MOST_ACTIVE = 50  # of a QUEUED or PARALLEL pipeline (fact sheet 1.2)


class Commands(Store):
    """The operations that move executions."""

    engine: Engine

    def start_pipeline_execution(self, request: Shape, caller: Caller) -> Shape:
        """API reference, StartPipelineExecution: the same token twice starts one execution."""
        pipeline = self.pipeline(request["name"])
        token = request.get("clientRequestToken")
        asked = {key: value for key, value in request.items() if key != "clientRequestToken"}
        if token in pipeline.start_tokens:
            before, identity = pipeline.start_tokens[token]
            if before != asked:  # nobody documents the code (inferred)
                raise Refused("ConflictException", "The client request token was used for another request")
            return {"pipelineExecutionId": identity}
        variables = variables_of(pipeline, request.get("variables") or [])
        overrides = overrides_of(pipeline, request.get("sourceRevisions") or [])
        self.refuse_too_many(pipeline)
        execution = self.engine.start(
            pipeline, "StartPipelineExecution", caller.arn, variables=variables, overrides=overrides
        )
        if token:
            pipeline.start_tokens[token] = (asked, execution.id)
        return {"pipelineExecutionId": execution.id}

    def refuse_too_many(self, pipeline: Pipeline) -> None:
        """QUEUED and PARALLEL pipelines have at most 50 active executions."""
        if pipeline.mode != SUPERSEDED and sum(1 for _ in pipeline.unfinished()) >= MOST_ACTIVE:
            raise Refused(
                "ConcurrentPipelineExecutionsLimitExceededException",
                f"The pipeline '{pipeline.name}' has reached its limit of {MOST_ACTIVE} executions",
            )

    def stop_pipeline_execution(self, request: Shape, caller: Caller) -> Shape:
        """API reference, StopPipelineExecution: wait for running actions, or abandon them."""
        pipeline = self.pipeline(request["pipelineName"])
        execution = pipeline.execution(request["pipelineExecutionId"])
        abandon = bool(request.get("abandon"))
        if execution is None or execution.status not in RUNNING:
            raise Refused(
                "PipelineExecutionNotStoppableException",
                f"The pipeline execution '{request['pipelineExecutionId']}' is not in progress",
            )
        if execution.stop == "abandon" or (execution.stop == "wait" and not abandon):
            raise Refused(
                "DuplicatedStopRequestException",
                f"The pipeline execution '{execution.id}' is already in a Stopping state",
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
        target = self.execution(pipeline, request["targetPipelineExecutionId"])
        _refuse_no_target(pipeline, stage, target)
        trip = self._trip(pipeline, target)
        execution = recovery.roll_back(trip, stage, target, "ManualRollback", caller.arn)
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
        if run.status != "InProgress":
            raise Refused(
                "ApprovalAlreadyCompletedException",
                "The approval request that you responded to is already complete or has expired.",
            )
        result = request["result"]
        run.updated_by = caller.arn
        run.summary = result["summary"] or None
        rejected = result["status"] == "Rejected"
        outcome = Problem(result["summary"] or "Rejected") if rejected else Done(result["summary"] or None)
        work.finish(self._trip(pipeline, execution), run, outcome)
        return {"approvedAt": run.updated}

    def _trip(self, pipeline: Pipeline, execution: Execution) -> Trip:
        return Trip(self.engine, pipeline, execution)


def variables_of(pipeline: Pipeline, given: list[Shape]) -> dict[str, str]:
    """Values for declared variables only, and one for each (codes and wording inferred)."""
    values = {each["name"]: each["value"] for each in given}
    declared = {each["name"] for each in pipeline.declaration.get("variables") or []}
    for name in values:
        if name not in declared:
            raise Refused(
                "ValidationException", f"Variable {name} is not declared in pipeline {pipeline.name}"
            )
    defaults = {
        each["name"]
        for each in pipeline.declaration.get("variables") or []
        if each.get("defaultValue") is not None
    }
    for name in missing(pipeline, {**dict.fromkeys(defaults, ""), **values}):
        raise Refused("ValidationException", f"Variable {name} has no default value and no value was given")
    return values


def overrides_of(pipeline: Pipeline, given: list[Shape]) -> dict[str, Shape]:
    """Source revisions by action name; only of source actions (wording inferred)."""
    sources = {action["name"] for action in pipeline.declaration["stages"][0]["actions"]}
    for each in given:
        if each["actionName"] not in sources:
            raise Refused(
                "ValidationException", f"{each['actionName']} is not a source action of the pipeline"
            )
    return {each["actionName"]: each for each in given}


def _refuse_unretryable(pipeline: Pipeline, execution: Execution, run: StageRun, mode: str) -> None:
    failed = any(each.status in stages.FAILED for each in run.latest().values())
    busy = bool(run.running())
    if execution.version != pipeline.declaration["version"]:
        raise Refused("StageNotRetryableException", "The pipeline structure has changed since the execution")
    if execution.status == "Stopping":
        raise Refused("ConflictException", f"The execution '{execution.id}' is being stopped")
    if run.status == "InProgress" and (mode == "ALL_ACTIONS" or not failed):
        raise Refused("StageNotRetryableException", f"Stage '{run.stage}' has actions in progress")
    if run.status not in ("Failed", "Stopped", "InProgress") or not (failed or busy or run.attempt):
        raise Refused("StageNotRetryableException", f"Stage '{run.stage}' does not have any failed actions")


def _refuse_no_target(pipeline: Pipeline, stage: str, target: Execution) -> None:
    """User guide, stage rollback: what a stage can be rolled back to."""
    latest = pipeline.latest.get(stage)
    if target.version != pipeline.declaration["version"]:
        raise Refused(
            "PipelineExecutionOutdatedException",
            f"The execution '{target.id}' ran an earlier version of the pipeline structure",
        )
    reasons = {
        "the source stage cannot be rolled back": pipeline.declaration["stages"][0]["name"] == stage,
        "a PARALLEL pipeline cannot be rolled back": pipeline.mode == PARALLEL,
        "the target is a rollback itself": target.type == "ROLLBACK",
        "the stage is running": latest is not None and latest.status in RUNNING,
        "the target did not succeed in the stage": target not in recovery.succeeded_in(pipeline, stage),
    }
    for reason, applies in reasons.items():
        if applies:
            raise Refused("UnableToRollbackStageException", f"Unable to roll back stage '{stage}': {reason}")


def _asked(pipeline: Pipeline, request: Shape) -> tuple[Execution, ActionRun]:
    for execution in reversed(pipeline.executions):
        stage = execution.stages.get(request["stageName"])
        for run in [*stage.actions, *stage.earlier] if stage else []:
            if run.name == request["actionName"] and run.token == request["token"]:
                return execution, run
    raise Refused("InvalidApprovalTokenException", "The approval token is not valid or has expired")
