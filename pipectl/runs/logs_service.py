"""What a deployment to ECS said: the service's events, and the reasons and logs of tasks that stopped."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipectl.aws.cloud import find
from pipectl.runs import tasks
from pipectl.runs.actions import ActionRun
from pipectl.runs.log_lines import Line, Source, Wanted, failure, lines_of
from pipectl.runs.logs_build import Clouds
from pipectl.runs.streams import Stream
from pipectl.runs.tasks import Container, Task

AFTERWARDS = timedelta(minutes=1)
"""Events that come so soon after the action's end are its own (inferred)."""
DEPLOYMENT = "ecs-svc/"
"""How a deployment's id begins; the tasks that it started carry it as `startedBy` (API reference, Task)."""


class ServiceLog:
    """The events and stopped tasks of one ECS action; reading again tells what is new."""

    def __init__(self, clouds: Clouds, run: ActionRun, wanted: Wanted) -> None:
        self._clouds = clouds
        self._cloud = clouds(run.region)
        self._wanted = wanted
        self._cluster = run.configuration.get("ClusterName", "")
        self._service = run.configuration.get("ServiceName", "")
        self._source = Source.of(run, "service", f"{self._cluster}/{self._service}")
        self._told: set[str] = set()
        self._is_ended = False

    def read(self, run: ActionRun) -> Iterator[Line]:
        """Events and stopped tasks that were not told yet; once the action has ended, how it ended."""
        if self._is_ended or not self._cluster:
            return
        yield from self._events(run)
        yield from self._tasks(run)
        if not run.runs:
            self._is_ended = True
            if run.status != "Succeeded":
                yield failure(self._source, run)

    def _events(self, run: ActionRun) -> Iterator[Line]:
        """A service tells its last hundred events, the newest first (API reference, Service)."""
        asked = {"cluster": self._cluster, "services": [self._service]}
        answer = find(tasks.MISSING, self._cloud, "ecs", "describe_services", **asked)
        found = [
            each for service in (answer or {}).get("services", []) for each in service.get("events") or []
        ]
        for event in reversed(found):
            if event["id"] not in self._told and during(run, event["createdAt"]):
                self._told.add(event["id"])
                if self._wanted.takes(event["createdAt"]):
                    yield Line(self._source, event["message"], event["createdAt"])

    def _tasks(self, run: ActionRun) -> Iterator[Line]:
        for task in tasks.stopped(self._cloud, self._cluster, self._service):
            if task.id not in self._told and belongs(run, task):
                self._told.add(task.id)
                if self._wanted.takes(task.stopped):
                    yield from self._task(run, task)

    def _task(self, run: ActionRun, task: Task) -> Iterator[Line]:
        source = Source.of(run, "task", task.id)
        for told in (f"stopped: {task.reason or 'ECS names no reason'}", *map(ended, task.containers)):
            if told:
                yield Line(
                    source,
                    told,
                    task.stopped,
                    note=True,
                    failed=not task.is_replaced,
                    expected=task.is_replaced,
                )
        for log in tasks.logs(self._cloud, task):
            stream = Stream(self._clouds(log.region), log.group, log.stream, self._wanted.since)
            for event in stream.read():
                for text in lines_of(event.message):
                    yield Line(Source.of(run, "task", f"{task.id} {log.container}"), text, event.time)


def during(run: ActionRun, moment: datetime) -> bool:
    """Whether a moment lies in the action's time."""
    return moment >= run.started and (run.runs or moment <= run.updated + AFTERWARDS)


def belongs(run: ActionRun, task: Task) -> bool:
    """By the deployment that started the task, where the action names one; else by the time."""
    if (run.external_id or "").startswith(DEPLOYMENT):
        return task.started_by == run.external_id
    return task.created is not None and during(run, task.created)


def ended(container: Container) -> str:
    """How a container ended, as `container rails: exit code 1`; nothing when it says nothing."""
    code = f"exit code {container.exit_code}" if container.exit_code is not None else ""
    told = ", ".join(part for part in (code, container.reason) if part)
    return f"container {container.name}: {told}" if told else ""
