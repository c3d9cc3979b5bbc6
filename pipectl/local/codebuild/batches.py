"""Batch builds: started, looked at, stopped, tried again, deleted."""

from __future__ import annotations

import copy
import threading
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import project_rules
from pipectl.local.codebuild.batch_record import PENDING, BuildBatch
from pipectl.local.codebuild.batch_run import SUCCEEDED, BatchRun
from pipectl.local.codebuild.builds import BuildOperations, initiator_of
from pipectl.local.codebuild.overrides import overridden
from pipectl.local.codebuild.record import IN_PROGRESS, STOPPED
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.buildspec.batch import Task
    from pipectl.local.codebuild.record import PipelineWork
    from pipectl.local.service import Caller
    from pipectl.local.world import World

_PRINCIPAL = "codebuild.amazonaws.com"
_MOST_BUILDS = 100  # AWS CLI, example of start-build-batch: "maximumBuildsAllowed": 100
_TIMEOUT = 480  # ditto: "timeoutInMins": 480


class BatchOperations(BuildOperations):
    """StartBuildBatch to DeleteBuildBatch."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.batches: dict[str, BuildBatch] = {}
        self._batch_numbers: dict[str, int] = {}
        self._batch_tokens: dict[str, str] = {}
        world.on_close(self._stop_batches)

    def start_build_batch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Start a batch of builds; the answer has no phases yet (AWS CLI, example of start-build-batch)"""
        token = request.get("idempotencyToken")
        if token in self._batch_tokens:
            return {"buildBatch": self.batches[self._batch_tokens[token]].answered()}
        project = self.batch_project(self.project(request["projectName"]), request)
        if project["source"]["type"] == "CODEPIPELINE":
            raise project_rules.invalid("Source type CODEPIPELINE cannot be started without a pipeline")
        project_rules.check(project)
        batch = self.new_batch(project, request, initiator_of(caller.arn))
        answer = batch.answered()
        if token:
            self._batch_tokens[token] = batch.identity
        batch.begin("SUBMITTED", self.world.now())
        self.run_batch(batch)
        return {"buildBatch": answer}

    def batch_get_build_batches(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Describe batches by ids or ARNs"""
        found = {identity: self._known_batch(identity) for identity in dict.fromkeys(request["ids"])}
        return {
            "buildBatches": [batch.answered() for batch in found.values() if batch],
            "buildBatchesNotFound": [identity for identity, batch in found.items() if batch is None],
        }

    def list_build_batches(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the ids of all batches"""
        return self._listed_batches(list(self.batches.values()), request)

    def list_build_batches_for_project(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the ids of the batches of one project, of all when none is named (the model requires none)"""
        batches = list(self.batches.values())
        if "projectName" in request:
            name = self.project(request["projectName"])["name"]
            batches = [batch for batch in batches if batch.shown["projectName"] == name]
        return self._listed_batches(batches, request)

    def stop_build_batch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Stop a batch: STOPPED in the answer, the builds as they are (AWS CLI, example)"""
        batch = self._existing_batch(request["id"])
        if not batch.shown["complete"]:
            batch.stop.set()
            now = self.world.now()
            batch.end(STOPPED, now)
            batch.complete(STOPPED, now)
        answer = batch.answered()
        for group in batch.groups:
            if group.build and not group.build.done.is_set():
                self.end_build(group.build)
        return {"buildBatch": answer}

    def retry_build_batch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Run a failed batch again, under its own id

        API reference, RetryBuildBatch: "Only batch builds that have failed can be retried"; AWS CLI, example.
        """
        if "id" not in request:
            raise project_rules.invalid("A batch build id is required")
        batch = self._existing_batch(request["id"])
        if not batch.shown["complete"] or batch.shown["buildBatchStatus"] == SUCCEEDED:
            raise project_rules.invalid("Only batch builds that have failed can be retried")
        self._again(batch, request.get("retryType", "RETRY_ALL_BUILDS"))
        answer = batch.answered()
        self.run_batch(batch, _unfinished(batch))
        return {"buildBatch": answer}

    def delete_build_batch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Delete a batch and its builds (AWS CLI, example); the other two codes are inferred"""
        batch = self._known_batch(request["id"])
        if batch is None:
            return {"statusCode": "BATCH_NOT_FOUND", "buildsDeleted": [], "buildsNotDeleted": []}
        builds = [group.build for group in batch.groups if group.build]
        if not batch.shown["complete"] or not all(build.shown["buildComplete"] for build in builds):
            kept = [{"id": build.shown["arn"], "statusCode": "BUILD_IN_PROGRESS"} for build in builds]
            return {"statusCode": "BATCH_IN_PROGRESS", "buildsDeleted": [], "buildsNotDeleted": kept}
        del self.batches[batch.identity]
        for build in builds:
            self.builds.pop(build.identity, None)
        arns = [build.shown["arn"] for build in builds]
        return {"statusCode": "BATCH_DELETED", "buildsDeleted": arns, "buildsNotDeleted": []}

    def batch_project(self, project: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
        """A project with the overrides and the batch configuration of one batch"""
        stated = dict(request)
        if "buildTimeoutInMinutesOverride" in stated:
            stated["timeoutInMinutesOverride"] = stated["buildTimeoutInMinutesOverride"]
        after = overridden(project, stated, self.role_arn)
        config = (project.get("buildBatchConfig") or {}) | request.get("buildBatchConfigOverride", {})
        if not config.get("serviceRole"):  # User guide, "Security role"; inferred sentence
            raise project_rules.invalid("Invalid build batch config: service role is required")
        role = self.role_arn(config["serviceRole"])
        if not self.world.role_usable(role, _PRINCIPAL):
            raise project_rules.invalid(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}")
        restrictions = {"maximumBuildsAllowed": _MOST_BUILDS} | (config.get("restrictions") or {})
        filled = {"timeoutInMins": _TIMEOUT} | config | {"serviceRole": role, "restrictions": restrictions}
        return after | {"buildBatchConfig": filled}

    def new_batch(
        self,
        project: dict[str, Any],
        request: dict[str, Any],
        initiator: str,
        work: PipelineWork | None = None,
    ) -> BuildBatch:
        """A batch in SUBMITTED, which does not run yet"""
        name, number = project["name"], str(uuid.uuid4())
        self._batch_numbers[name] = self._batch_numbers.get(name, 0) + 1
        now = self.world.now()
        shown: dict[str, Any] = {
            "id": f"{name}:{number}",
            "arn": self.arn(f"build-batch/{name}:{number}"),
            "startTime": now,
            "currentPhase": "SUBMITTED",
            "buildBatchStatus": IN_PROGRESS,
            "projectName": name,
            "sourceVersion": request.get("sourceVersion") or project.get("sourceVersion"),
            "artifacts": {"location": ""},
            "logConfig": project.get("logsConfig"),
            "buildTimeoutInMinutes": project["timeoutInMinutes"],
            "complete": False,
            "initiator": initiator,
            "buildBatchNumber": self._batch_numbers[name],
        }
        shown |= {member: copy.deepcopy(project.get(member)) for member in _SHOWN_OF_PROJECT}
        batch = BuildBatch(shown, project, self.world.folder / "batches" / number, request, work)
        batch.combines = bool(project["buildBatchConfig"].get("combineArtifacts"))
        self.batches[batch.identity] = batch
        return batch

    def run_batch(self, batch: BuildBatch, tasks: list[Task] | None = None) -> None:
        """Let a batch run in its own thread"""
        run = BatchRun(self, batch)
        batch.current = run
        threading.Thread(target=run, args=(tasks,), name=batch.identity, daemon=True).start()

    def _again(self, batch: BuildBatch, kind: str) -> None:
        """As in the AWS CLI's example of retry-build-batch: the phases go on, the last is marked RETRY"""
        batch.end("RETRY", self.world.now())
        batch.stop.clear()
        batch.done.clear()
        batch.shown |= {"buildBatchStatus": IN_PROGRESS, "complete": False, "endTime": None}
        batch.begin("SUBMITTED", self.world.now())
        if not batch.tasks:  # the source was never downloaded
            batch.groups = []
        for group in batch.groups[1:]:
            if kind == "RETRY_ALL_BUILDS" or group.status != SUCCEEDED:
                group.prior += [group.summary()] if group.build else []
                group.build, group.status, group.requested = None, PENDING, self.world.now()

    def _known_batch(self, identity: str) -> BuildBatch | None:
        return self.batches.get(identity.removeprefix(self.arn("build-batch/")))

    def _existing_batch(self, identity: str) -> BuildBatch:
        batch = self._known_batch(identity)
        if batch is None:
            raise Refused("ResourceNotFoundException", f"Build batch {identity} does not exist")
        return batch

    def _listed_batches(self, batches: list[BuildBatch], request: dict[str, Any]) -> dict[str, Any]:
        """API reference: filtered by status, descending by start time unless stated otherwise"""
        status = request.get("filter", {}).get("status")
        ids = [batch.identity for batch in batches if status in (None, batch.shown["buildBatchStatus"])]
        if request.get("sortOrder") != "ASCENDING":
            ids.reverse()
        page, token = self.page(ids, request.get("nextToken"), request.get("maxResults", _MOST_BUILDS))
        return {"ids": page, "nextToken": token}

    def _stop_batches(self) -> None:
        for batch in self.batches.values():
            batch.stop.set()


_SHOWN_OF_PROJECT = (
    "source",
    "secondarySources",
    "secondarySourceVersions",
    "secondaryArtifacts",
    "cache",
    "environment",
    "serviceRole",
    "queuedTimeoutInMinutes",
    "encryptionKey",
    "vpcConfig",
    "fileSystemLocations",
    "buildBatchConfig",
)


def _unfinished(batch: BuildBatch) -> list[Task] | None:
    """The tasks that a retry has to do; None when the source was never downloaded"""
    if not batch.tasks:
        return None
    waiting = {group.identifier for group in batch.groups if group.status == PENDING}
    return [task for task in batch.tasks if task.identifier in waiting]
