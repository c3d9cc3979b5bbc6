"""What starts pipelines besides people: EventBridge rules, polling, pushes to connections."""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local import permissions
from pipectl.local.service import Refused

from . import listening
from .commands import Commands, overrides_of, variables_of

if TYPE_CHECKING:
    from pipectl.local.service import Caller

    from .records import Pipeline

Shape = dict[str, Any]
_log = logging.getLogger(__name__)
_PRINCIPAL = "events.amazonaws.com"


class Triggers(Commands):
    """The doors through which changes come."""

    def listen(self, pipeline: Pipeline) -> None:
        """Look from now on at the sources that tell nobody when they change."""
        listening.listen(self, pipeline)

    def start_by_rule(self, name: str, rule: str, target: Shape, event: Shape, body: str) -> None:
        """User guide, "start a pipeline": the target's role must be allowed to start exactly this pipeline.

        A rule that is wrong means that nothing runs, as on AWS; the log says why.
        """
        pipeline = self.pipelines.get(name)
        role = target.get("RoleArn", "")
        if pipeline is None:
            _log.warning("rule %s names pipeline %s, which does not exist", rule, name)
        elif not self.world.role_usable(role, _PRINCIPAL):
            _log.warning("rule %s: EventBridge cannot assume %s", rule, role)
        elif not self._may_start(role, pipeline):
            _log.warning("rule %s: %s may not start %s", rule, role, pipeline.arn)
        else:
            given = _given(target, body)
            self.engine.crew.give(lambda: self._start(pipeline, rule, event, given))

    def _may_start(self, role: str, pipeline: Pipeline) -> bool:
        """EventBridge takes the target's role on under a random session name (inferred)"""
        session = permissions.Caller(self.world, role, uuid.uuid4().hex)
        return session.may("codepipeline:StartPipelineExecution", pipeline.arn)

    def put_action_revision(self, request: Shape, caller: Caller) -> Shape:
        """API reference, PutActionRevision: a new revision of a source starts an execution that takes it."""
        pipeline = self.pipeline(request["pipelineName"])
        stage, name = request["stageName"], request["actionName"]
        action = self.action(pipeline, stage, name)
        if action["actionTypeId"]["category"] != "Source":
            raise Refused("ValidationException", f"{name} is not a source action")
        given = request["actionRevision"]
        before = pipeline.revisions.get((stage, name))
        if before is not None and before.id == given["revisionId"]:
            return {"newRevision": False, "pipelineExecutionId": pipeline.executions[-1].id}
        self.refuse_too_many(pipeline)
        override = {name: {"revisionType": "COMMIT_ID", "revisionValue": given["revisionId"]}}
        execution = self.engine.start(pipeline, "PutActionRevision", name, overrides=override)
        return {"newRevision": True, "pipelineExecutionId": execution.id}

    def _start(self, pipeline: Pipeline, rule: str, event: Shape, given: Shape) -> None:
        with self.world.lock:
            if pipeline.deleted:
                return
            try:
                self.refuse_too_many(pipeline)
                variables = variables_of(pipeline, given.get("variables") or [])
                overrides = overrides_of(pipeline, given.get("sourceRevisions") or [])
            except (Refused, KeyError, TypeError) as problem:
                _log.warning("rule %s could not start %s: %s", rule, pipeline.name, problem)
                return
            self.engine.start(
                pipeline,
                "CloudWatchEvent",
                rule,
                variables=variables,
                overrides={**_commits(pipeline, event), **overrides},
            )


def _given(target: Shape, body: str) -> Shape:
    """An input of the rule may carry variables and source revisions (user guide, source overrides)."""
    if not {"Input", "InputPath", "InputTransformer"} & set(target):
        return {}
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _commits(pipeline: Pipeline, event: Shape) -> dict[str, Shape]:
    """User guide, how it works: a push runs its own commit; PARALLEL runs take the tip."""
    detail = event.get("detail") or {}
    if event.get("source") != "aws.codecommit" or pipeline.mode == "PARALLEL" or not detail.get("commitId"):
        return {}
    return {
        action["name"]: {"revisionType": "COMMIT_ID", "revisionValue": detail["commitId"]}
        for action in pipeline.declaration["stages"][0]["actions"]
        if action["actionTypeId"]["provider"] == "CodeCommit"
        and action["configuration"]["RepositoryName"] == detail.get("repositoryName")
        and action["configuration"]["BranchName"] == detail.get("referenceName")
    }
