"""A batch of builds from its first phase to its last, in a thread of its own.

User guide, "Batch builds in AWS CodeBuild"; phases as in API reference, BuildBatchPhase.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local import permissions
from pipectl.local.codebuild import batch_artifacts, batch_tasks
from pipectl.local.codebuild.batch_record import DOWNLOAD, PENDING, Group
from pipectl.local.codebuild.record import IN_PROGRESS, STOPPED, Membership
from pipectl.local.permissions import DeniedError
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.buildspec.batch import Task
    from pipectl.local.codebuild.batch_record import BuildBatch
    from pipectl.local.codebuild.builds import BuildOperations
    from pipectl.local.codebuild.record import Build

_TICK_S = 0.1
SUCCEEDED, FAILED, TIMED_OUT = "SUCCEEDED", "FAILED", "TIMED_OUT"


class BatchEnded(Exception):
    """The batch cannot go on."""

    def __init__(self, status: str, code: str = "", message: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def contexts(self) -> list[dict[str, str]]:
        """As a phase tells it"""
        return [{"statusCode": self.code, "message": self.message}] if self.code else []


class BatchRun:
    """What a batch needs while it runs."""

    def __init__(self, service: BuildOperations, batch: BuildBatch) -> None:
        self._service, self._batch, self._world = service, batch, service.world
        self._config = batch.shown["buildBatchConfig"]
        minutes = self._config["timeoutInMins"]
        self._deadline = self._world.now() + timedelta(minutes=minutes)
        self._role = permissions.Caller(self._world, self._config["serviceRole"], "AWSCodeBuildBatch")
        self._fails_fast = False

    def __call__(self, tasks: list[Task] | None = None) -> None:
        """Run to the end, whatever happens; with tasks the source has been downloaded before (retry)"""
        status, contexts = SUCCEEDED, list[dict[str, str]]()
        try:
            self._whole(tasks)
        except BatchEnded as ended:
            status, contexts = ended.status, ended.contexts
        except Exception as error:  # noqa: BLE001  a bug of ours is a FAULT of the batch, as of a build
            status, contexts = "FAULT", [{"statusCode": "INTERNAL_SERVICE_ERROR", "message": repr(error)}]
        with self._world.lock:
            if self._batch.current is not self:  # stopped and tried again meanwhile
                return
        self._stop_builds()
        with self._world.lock:
            for group in self._batch.groups:
                group.follow()
                group.status = STOPPED if group.status in (PENDING, IN_PROGRESS) else group.status
            if self._batch.done.is_set():  # it was answered as stopped
                return
            if "phaseStatus" not in self._batch.phases[-1]:
                self._batch.end(_phase_status(status), self._world.now(), contexts)
            self._batch.complete(status, self._world.now())

    def _whole(self, tasks: list[Task] | None) -> None:
        self._phase("DOWNLOAD_BATCHSPEC")
        tasks = self._download() if tasks is None else tasks
        self._phase("IN_PROGRESS")
        self._run(tasks)
        failed = [
            group for group in self._batch.groups if group.status != SUCCEEDED and not group.ignores_failure
        ]
        if failed:
            names = ", ".join(group.identifier for group in failed)
            raise BatchEnded(FAILED, "CLIENT_ERROR", f"Failed builds: {names}")
        if self._batch.combines:
            self._phase("COMBINE_ARTIFACTS")
            batch_artifacts.combine(self._service, self._batch)

    def _phase(self, name: str) -> None:
        with self._world.lock:
            if self._batch.stop.is_set():
                raise BatchEnded(STOPPED)
            self._batch.end(SUCCEEDED, self._world.now())
            self._batch.begin(name, self._world.now())

    def _download(self) -> list[Task]:
        """Which builds there are, from the buildspec of the source"""
        group = Group(DOWNLOAD, None, ignores_failure=False, requested=self._world.now())
        with self._world.lock:
            self._batch.groups.append(group)
        build = self._start(group, self._batch.project)
        while not build.done.wait(_TICK_S):
            self._tick()
        with self._world.lock:
            group.follow()
        spec = build.batch_spec
        if spec is None:
            raise BatchEnded(FAILED, *_reason(build))
        with self._world.lock:
            self._batch.shown["resolvedSourceVersion"] = build.shown.get("resolvedSourceVersion")
        self._fails_fast = self._batch.fails_fast = spec.fails_fast
        tasks = list(spec.tasks)
        self._restrict(tasks)
        with self._world.lock:
            self._batch.tasks = tasks
            self._batch.groups += [_group(task, self._world.now()) for task in tasks]
        return tasks

    def _restrict(self, tasks: list[Task]) -> None:
        """API reference, BatchRestrictions; the sentences are inferred"""
        restrictions = self._config["restrictions"]
        most = restrictions["maximumBuildsAllowed"]
        if len(tasks) > most:
            raise BatchEnded(
                FAILED, "CLIENT_ERROR", f"{len(tasks)} builds exceed the maximum of {most} builds"
            )
        allowed = restrictions.get("computeTypesAllowed")
        for task in tasks if allowed else ():
            size = batch_tasks.environment(self._batch.project, task)["computeType"]
            if size not in allowed:
                message = f"Compute type {size} of build {task.identifier} is not allowed"
                raise BatchEnded(FAILED, "CLIENT_ERROR", message)

    def _run(self, tasks: list[Task]) -> None:
        """Start builds when those that they depend on have succeeded, until nothing is left to do"""
        waiting = {task.identifier: task for task in tasks}
        groups = {group.identifier: group for group in self._batch.groups}
        self._fails_fast = self._batch.fails_fast
        while True:
            with self._world.lock:
                for group in groups.values():
                    group.follow()
            for name in [name for name in waiting if _is_ready(groups[name], groups)]:
                self._start(groups[name], batch_tasks.project(self._batch, waiting.pop(name)))
            running = [group for group in groups.values() if group.status == IN_PROGRESS]
            if self._fails_fast and any(_has_failed(group) for group in groups.values()):
                break
            if not running:
                break
            self._wait(running)
            self._tick()
        with self._world.lock:
            for name in waiting:
                groups[name].status = STOPPED

    def _wait(self, running: list[Group]) -> None:
        first = running[0].build
        if first is not None:
            first.done.wait(_TICK_S)

    def _tick(self) -> None:
        if self._batch.stop.is_set():
            raise BatchEnded(STOPPED)
        if self._world.now() >= self._deadline:
            raise BatchEnded(TIMED_OUT, "BUILD_TIMED_OUT", "Build batch has timed out")

    def _start(self, group: Group, project: dict[str, Any]) -> Build:
        """Start a build in the name of the batch's role (user guide, "Security role")"""
        service, batch = self._service, self._batch
        try:
            self._role.require("codebuild:StartBuild", service.arn(f"project/{project['name']}"))
            with self._world.lock:
                member = Membership(batch.shown["arn"], group.identifier, combines=batch.combines)
                work = batch_tasks.work(batch.work, group.identifier, combines=batch.combines)
                build = service.begin(
                    project, batch.request, initiator=batch.shown["initiator"], work=work, batch=member
                )
                if work and batch.shown.get("resolvedSourceVersion"):
                    build.shown["resolvedSourceVersion"] = batch.shown["resolvedSourceVersion"]
                group.build, group.status = build, IN_PROGRESS
        except DeniedError as denied:
            raise BatchEnded(FAILED, "ACCESS_DENIED", str(denied)) from None
        except Refused as refused:
            raise BatchEnded(FAILED, "CLIENT_ERROR", f"{refused.code}: {refused.message}") from None
        return build

    def _stop_builds(self) -> None:
        running = [
            group.build for group in self._batch.groups if group.build and not group.build.done.is_set()
        ]
        for build in running:
            self._service.end_build(build)
        for build in running:
            build.done.wait(_TICK_S)


def _phase_status(status: str) -> str:
    """A phase that failed ends with CLIENT_ERROR (AWS CLI, example of retry-build-batch)"""
    return "CLIENT_ERROR" if status == FAILED else status


def _group(task: Task, now: Any) -> Group:
    depends = task.depends_on
    return Group(task.identifier, depends, ignores_failure=task.ignores_failure, requested=now)


def _is_ready(group: Group, groups: dict[str, Group]) -> bool:
    """User guide, build-graph: after the builds that it depends on; an ignored failure counts as done"""
    needed = [groups[name] for name in group.depends_on or ()]
    return all(
        other.status == SUCCEEDED or (other.ignores_failure and other.status == FAILED) for other in needed
    )


def _has_failed(group: Group) -> bool:
    return group.status not in (SUCCEEDED, IN_PROGRESS, PENDING) and not group.ignores_failure


def _reason(build: Build) -> tuple[str, str]:
    for phase in build.phases:
        for context in phase.get("contexts") or []:
            if context.get("statusCode"):
                return context["statusCode"], context["message"]
    return "CLIENT_ERROR", "the source could not be downloaded"
