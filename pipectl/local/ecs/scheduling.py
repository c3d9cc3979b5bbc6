"""The scheduler's surface: deployments are begun, services scaled and drained here, and time passes here.

Time goes in steps of `seconds_per_step`. Whatever is due is done before a request is answered, and by a
thread in between, so events come without anybody asking.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local.agenda import Agenda
from pipectl.local.ecs import events
from pipectl.local.ecs.names import last_part, new_deployment_id
from pipectl.local.ecs.rollout import step
from pipectl.local.ecs.service_shape import DEPLOYED
from pipectl.local.ecs.state import Cluster, Deployment, Revision, ServiceRecord, State
from pipectl.local.ecs.task_life import SCHEDULER, advance, finish, forget_stopped, stop
from pipectl.local.service import Refused
from pipectl.local.ticking import Ticker

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Caller, Request
    from pipectl.local.world import World

STEPS = 5  # that a rolling replacement takes, about
MOST_STEPS = 1000  # at once; what a clock that was moved by weeks would ask for beyond is left out


class Scheduling(State):
    """What lets services reach what they want"""

    def __init__(self, world: World, account: str, region: str) -> None:
        super().__init__(world, account, region)
        self.seconds_per_step: float = world.options.pace / STEPS
        self._next_step: datetime | None = None
        self._moving: dict[str, None] = {}  # names of the clusters that take part in the next step
        self._waiting: Agenda[str] = Agenda()  # clusters where something is tried again later
        self._stepping = False
        self.walks = 0  # clusters that all steps looked into: what the passing of time has cost
        self._ticker = Ticker(world, self.settle)

    def answer(self, request: Request, caller: Caller) -> Answer:
        """Answer from a state in which everything that is due has happened"""
        self.settle()
        return super().answer(request, caller)

    def settle(self) -> float | None:
        """Do all steps that are due; the seconds until the next one, None when nothing moves"""
        with self.world.lock:
            for _ in range(MOST_STEPS):
                if self._stepping or self._next_step is None or self._next_step > self.world.now():
                    break
                self._take_step(self._next_step)
            if self._next_step is None:
                return None
            now = self.world.now()
            self._next_step = max(self._next_step, now)
            return (self._next_step - now).total_seconds()

    def _take_step(self, due: datetime) -> None:
        """One step; a listener of its events may ask us something, which must not begin another within"""
        self._stepping, self._next_step = True, None
        try:
            following = self._step(due)
        finally:
            self._stepping = False
        stirred = self._next_step
        self._next_step = min((each for each in (following, stirred) if each is not None), default=None)

    def stir(self, cluster_arn: str) -> None:
        """Something has changed in a cluster: its next step comes within one step's time"""
        self._moving[last_part(cluster_arn)] = None
        due = self.world.now() + timedelta(seconds=self.seconds_per_step)
        self._next_step = due if self._next_step is None else min(due, self._next_step)
        self._ticker.wake()

    def _step(self, now: datetime) -> datetime | None:
        """One step of the clusters in which something moves or is due; the moment of the next one"""
        names, self._moving = self._moving, {}
        for name in {**names, **dict.fromkeys(self._waiting.take_due(now))}:
            if name in self.clusters:
                self._step_cluster(self.clusters[name], now)
        if self._moving:
            return now + timedelta(seconds=self.seconds_per_step)
        return self._waiting.next()

    def _step_cluster(self, cluster: Cluster, now: datetime) -> None:
        """One step of one cluster, which takes part in the next one too when something has moved"""
        self.walks += 1
        moves, waits = advance(self, cluster, now), []
        for service in list(cluster.services.values()):
            moves |= step(self, cluster, service, now)
            waits += _retries(service, now)
        forget_stopped(cluster, now)
        if moves:
            self._moving[cluster.name] = None
        if waits:
            self._waiting.put(cluster.name, min(waits))
        else:
            self._waiting.remove(cluster.name)

    def find_service(self, cluster: Cluster, reference: str) -> ServiceRecord | None:
        """A service of the cluster by its name or ARN; an ARN of another cluster finds nothing"""
        service = cluster.services.get(self.own_name(reference, "service"))
        if service is None or (
            reference.startswith("arn:") and reference not in (service.arn, self._short(service))
        ):
            return None
        return service

    def definition_of(self, cluster: str, service: str) -> dict[str, Any] | None:
        """The task definition that a service runs; None when cluster or service are not there"""
        try:
            found = self.find_service(self.active_cluster(cluster), service)
        except Refused:
            return None
        return found.primary.revision.definition if found is not None and found.primary is not None else None

    def _short(self, service: ServiceRecord) -> str:
        """The ARN without its cluster, as services of before 2018 have it (developer guide, ARNs and ids)"""
        return self.arn(f"service/{service.name}")

    def existing_cluster(self, reference: str | None) -> Cluster:
        """A cluster to look into, whatever its status"""
        cluster = self.cluster_named(reference)
        if cluster is None:
            raise Refused("ClusterNotFoundException", "Cluster not found.")
        return cluster

    def begin_deployment(self, service: ServiceRecord, revision: Revision) -> None:
        """A new PRIMARY deployment; the one before is ACTIVE until its tasks are gone (API reference)"""
        now = self.world.now()
        for each in service.deployments:
            each.status = "ACTIVE"
            if each.outcome == "IN_PROGRESS":
                each.outcome, each.finished_at = "STOPPED", now
        identity = new_deployment_id()
        deployment = Deployment(
            id=identity,
            revision=revision,
            created_at=now,
            updated_at=now,
            desired=service.desired,
            settings={
                member: service.fields[member]
                for member in DEPLOYED
                if service.fields.get(member) is not None
            },
            reason=f"ECS deployment {identity} in progress.",
            replaced=tuple(each.id for each in service.deployments),
        )
        service.history.appendleft(deployment)
        service.deployments.insert(0, deployment)
        service.steady = False
        events.deployment(self, service, deployment, now)
        self.stir(service.cluster_arn)

    def scale(self, service: ServiceRecord, desired: int) -> None:
        """Another desired count: tasks come or go, no new deployment begins (API reference)"""
        if desired == service.desired:
            return
        service.desired = desired
        if service.primary is not None:
            service.primary.desired = desired
            service.primary.updated_at = self.world.now()
        service.steady = False
        self.stir(service.cluster_arn)

    def drain(self, service: ServiceRecord) -> None:
        """Let all tasks stop, then be INACTIVE (API reference, DeleteService)"""
        self.scale(service, 0)
        service.status = "DRAINING"
        self.stir(service.cluster_arn)

    def drain_now(self, cluster: str, service: str) -> None:
        """Let a draining service's tasks stop at once: CloudFormation waits for it, and moto's does not"""
        home, now = self.active_cluster(cluster), self.world.now()
        record = self.find_service(home, service)
        if record is not None and record.status == "DRAINING":
            for task in home.tasks_of(record):
                stop(self, task, SCHEDULER, "Service deleted", now)
                finish(self, home, task, now)
            step(self, home, record, now)

    def deployment_state(self, cluster: str, service: str) -> tuple[str, str, str]:
        """The PRIMARY deployment's task definition, rollout state and reason: a deploy action waits for it"""
        with self.world.lock:
            self.settle()
            record = self.find_service(self.active_cluster(cluster), service)
            if record is None or record.status != "ACTIVE":
                raise Refused("ServiceNotFoundException", "Service not found.")
            if record.primary is None:
                return "", "COMPLETED", "The service has no deployments of its own."
            return record.primary.revision.arn, record.primary.state, record.primary.reason


def _retries(service: ServiceRecord, now: datetime) -> list[datetime]:
    """When failed starts of a service are tried again"""
    deployments = [each.deployment for each in service.task_sets.values()]
    if service.primary is not None:
        deployments.append(service.primary)
    moments = [each.retry_at for each in deployments if service.status == "ACTIVE"]
    return [moment for moment in moments if moment is not None and moment > now]
