"""Builds: started, looked at, stopped, tried again."""

from __future__ import annotations

import copy
import threading
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import events, locations, log_places, project_rules
from pipectl.local.codebuild.batch_spec import run_of
from pipectl.local.codebuild.overrides import overridden
from pipectl.local.codebuild.projects import ProjectOperations
from pipectl.local.codebuild.record import IN_PROGRESS, Build
from pipectl.local.codebuild.reports import ReportOperations
from pipectl.local.codebuild.retries import config, retry_by_limit, try_again
from pipectl.local.codebuild.workers import workers
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codebuild.record import Membership, PipelineWork
    from pipectl.local.service import Caller
    from pipectl.local.world import World

_TOKEN_LIFE_S = 300  # API reference, StartBuild: "valid for 5 minutes"
_END_S = 5.0
_PRINCIPAL = "codebuild.amazonaws.com"


class BuildOperations(ProjectOperations, ReportOperations):
    """StartBuild to RetryBuild."""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.builds: dict[str, Build] = {}
        self._numbers: dict[str, int] = {}
        self._tokens: dict[tuple[str, str], tuple[float, dict[str, Any], str]] = {}
        world.on_close(self._end_all)

    def start_build(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        known = self._known_token("StartBuild", request)
        if known:
            return {"build": _shown(self.builds[known])}
        project = overridden(self.project(request["projectName"]), request, self.role_arn)
        if project["source"]["type"] == "CODEPIPELINE":
            raise project_rules.invalid("Source type CODEPIPELINE cannot be started without a pipeline")
        project_rules.check(project)
        build = self.begin(project, request, initiator=initiator_of(caller.arn))
        self._remember("StartBuild", request, build)
        return {"build": _shown(build)}

    def batch_get_builds(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        there, missing = [], []
        for identity in dict.fromkeys(request["ids"]):
            build = self._known(identity)
            if build:
                there.append(_shown(build))
            else:
                missing.append(identity)
        return {"builds": there, "buildsNotFound": missing}

    def list_builds(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._listed(list(self.builds), request)

    def list_builds_for_project(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        name = self.project(request["projectName"])["name"]
        found = [identity for identity, build in self.builds.items() if build.shown["projectName"] == name]
        return self._listed(found, request)

    def stop_build(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Stop a build: it is STOPPED in the answer [rec]; a completed one stays as it is (inferred)"""
        build = self._existing(request["id"])
        self.end_build(build)
        return {"build": _shown(build)}

    def end_build(self, build: Build) -> None:
        """Stop a build"""
        build.stopped_at = build.stopped_at or self.world.now()
        build.stop.set()

    def retry_build(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """The same build again, as it was accepted, whatever became of its project

        Recorded in radkawar/stackd, testdata/aws/codebuild/stackd-cb-retry-1953a100a2bd, with these words.
        """
        if "id" not in request:
            raise project_rules.invalid("Build ID or ARN is required")
        before = self._known(request["id"])
        if before is None:
            raise Refused("ResourceNotFoundException", f"Build cannot be found: {request['id']}")
        if not before.answered()["buildComplete"]:
            raise project_rules.invalid("Cannot retry an in progress build")
        known = self._known_token("RetryBuild", request)
        if known:
            return {"build": _shown(self.builds[known])}
        if before.pipeline:
            raise project_rules.invalid("A build of a pipeline is retried by the pipeline")
        build = self.begin(before.project, before.request, initiator=initiator_of(caller.arn))
        self._remember("RetryBuild", request, build)
        return {"build": _shown(build)}

    def batch_delete_builds(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Delete completed builds; both lists hold ARNs, a build that does not exist counts as deleted [rec]

        AWS CLI, example of batch-delete-builds. Recorded: radkawar/stackd, testdata/aws/codebuild.
        """
        deleted, kept = [], []
        for identity in request["ids"]:
            build = self._known(identity)
            arn = self.arn(f"build/{self._short_id(identity)}")
            if build and not build.shown["buildComplete"]:
                kept.append({"id": arn, "statusCode": "BUILD_IN_PROGRESS"})
                continue
            if build:
                del self.builds[build.identity]
            deleted.append(arn)
        return {"buildsDeleted": deleted, "buildsNotDeleted": kept}

    def begin(
        self,
        project: dict[str, Any],
        request: dict[str, Any],
        *,
        initiator: str,
        work: PipelineWork | None = None,
        retries: dict[str, Any] | None = None,
        batch: Membership | None = None,
    ) -> Build:
        """Make a build of a project with its overrides and let it run"""
        self._check_begin(project)
        build = self._new(project, request, initiator, work)
        build.shown["autoRetryConfig"] = retries or config(project)
        if batch:
            build.batch = batch
            build.shown["buildBatchArn"] = batch.arn
        self.builds[build.identity] = build
        events.state_changed(self.world, build)
        thread = threading.Thread(target=self._work, args=(build,), name=build.identity, daemon=True)
        thread.start()
        return build

    def _new(
        self, project: dict[str, Any], request: dict[str, Any], initiator: str, work: PipelineWork | None
    ) -> Build:
        name = project["name"]
        identity = f"{name}:{uuid.uuid4()}"
        self._numbers[name] = self._numbers.get(name, 0) + 1
        folder = self.world.folder / "builds" / identity.partition(":")[2]
        folder.mkdir(parents=True)
        now = self.world.now()
        shown = {
            "id": identity,
            "arn": self.arn(f"build/{identity}"),
            "buildNumber": self._numbers[name],
            "startTime": now,
            "buildStatus": IN_PROGRESS,
            "projectName": name,
            "phases": [],
            "logs": log_places.planned(project, self.account, self.region, self.partition),
            **locations.of_new(project, identity.partition(":")[2], work),
            "buildComplete": False,
            "initiator": initiator,
            "sourceVersion": request.get("sourceVersion") or project.get("sourceVersion"),
        }
        for member, default in _SHOWN_OF_PROJECT.items():
            shown[member] = copy.deepcopy(project.get(member, default))
        build = Build(shown, project, folder, request, project["artifacts"], work)
        build.begin("SUBMITTED", now)
        build.end("SUCCEEDED", now)
        build.begin("QUEUED", now)
        return build

    def _work(self, build: Build) -> None:
        """In the build's own thread: wait for a free worker, then run"""
        retry = None
        try:
            with workers(self.world).slot(build.stop):
                with self.world.lock:
                    queued = build.end("SUCCEEDED", self.world.now())
                    events.phase_changed(self.world, build, queued)
                run = run_of(build)(self.world, build, self.account, self.region, self.partition)
                run()
                retry = run.retry
        finally:
            if not build.done.is_set():  # not even begun: no room on the disk, or a bug of ours
                with self.world.lock:
                    build.complete("FAULT", self.world.now())
        if retry:
            try_again(self, build, retry)
        else:
            retry_by_limit(self, build)

    def _check_begin(self, project: dict[str, Any]) -> None:
        limit = project.get("concurrentBuildLimit")
        running = [build for build in self.builds.values() if build.shown["projectName"] == project["name"]]
        if limit is not None and sum(not build.shown["buildComplete"] for build in running) >= limit:
            raise Refused(
                "AccountLimitExceededException",
                f"Cannot have more than {limit} builds in queue for the project",
            )
        if not self.world.role_usable(project["serviceRole"], _PRINCIPAL):
            role = project["serviceRole"]
            raise project_rules.invalid(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}")

    def _known(self, identity: str) -> Build | None:
        return self.builds.get(self._short_id(identity))

    def _short_id(self, identity: str) -> str:
        """PROJECT:UUID of an id or an ARN; without a colon it is no id (getmoto/moto, test_codebuild.py)"""
        short = identity.removeprefix(self.arn("build/"))
        if ":" not in short:
            raise project_rules.invalid("Invalid build ID provided")
        return short

    def _existing(self, identity: str) -> Build:
        build = self._known(identity)
        if build is None:
            raise Refused("ResourceNotFoundException", f"Build {identity} does not exist")
        return build

    def _listed(self, identities: list[str], request: dict[str, Any]) -> dict[str, Any]:
        """API reference: descending by start time unless said otherwise"""
        if request.get("sortOrder") != "ASCENDING":
            identities.reverse()
        found, token = self.page(identities, request.get("nextToken"))
        return {"ids": found, "nextToken": token}

    def _known_token(self, operation: str, request: dict[str, Any]) -> str | None:
        """The build of a token; each operation has its own, and another parameter is refused

        API reference; recorded in radkawar/stackd, testdata/aws/codebuild/stackd-cb-retry-1953a100a2bd.
        """
        token = request.get("idempotencyToken", "")
        found = self._tokens.get((operation, token))
        if found is None or self.world.now().timestamp() - found[0] > _TOKEN_LIFE_S:
            return None
        if found[1] != request:
            raise project_rules.invalid(f"Request parameter mismatch for idempotency token {token}")
        return found[2]

    def _remember(self, operation: str, request: dict[str, Any], build: Build) -> None:
        if "idempotencyToken" in request:
            now = self.world.now().timestamp()
            token = request["idempotencyToken"]
            self._tokens[operation, token] = (now, copy.deepcopy(request), build.identity)

    def _end_all(self) -> None:
        """The world ends: no build goes on without it"""
        running = [build for build in self.builds.values() if not build.done.is_set()]
        for build in running:
            build.stop.set()
        for build in running:
            build.done.wait(_END_S)


_SHOWN_OF_PROJECT: dict[str, list[str] | None] = {
    **dict.fromkeys(
        (
            "source",
            "cache",
            "environment",
            "serviceRole",
            "timeoutInMinutes",
            "queuedTimeoutInMinutes",
            "encryptionKey",
            "vpcConfig",
            "fileSystemLocations",
        )
    ),
    "secondarySources": [],
    "secondarySourceVersions": [],
}


def initiator_of(arn: str) -> str:
    """API reference, Build: the name of the user, or ROLE/SESSION"""
    resource = arn.rpartition(":")[2]
    return resource.removeprefix("user/").removeprefix("assumed-role/")


def _shown(build: Build) -> dict[str, Any]:
    return build.answered()
