"""The life of a task: PROVISIONING, PENDING, RUNNING, STOPPING, STOPPED, one state per step.

Developer guide, "Task lifecycle"; ACTIVATING, DEACTIVATING and DEPROVISIONING, which are about load balancers
and network interfaces, are passed at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipectl.local.ecs import events, launching, placement
from pipectl.local.ecs.breaker import note_failure
from pipectl.local.ecs.names import new_task_id
from pipectl.local.ecs.state import Task
from pipectl.local.ecs.task_shape import described

if TYPE_CHECKING:
    from pipectl.local.ecs.instances import ContainerInstance
    from pipectl.local.ecs.state import Cluster, Deployment, ServiceRecord, State

SCHEDULER = "ServiceSchedulerInitiated"  # API reference, Task.stopCode
KEPT_STOPPED = timedelta(hours=1)  # API reference, ListTasks: stopped tasks appear for at least one hour
PLACED_AGAIN = timedelta(seconds=60)  # after a placement failure; the time is inferred
JOB_STEPS = 5  # so many steps a task with a command of its own runs before it ends


def start_several(
    state: State, cluster: Cluster, service: ServiceRecord, deployment: Deployment, count: int, now: datetime
) -> bool:
    """Start so many tasks of a deployment, as far as roles and instances allow it; whether any began"""
    started: list[Task] = []
    while len(started) < count and (task := start_for_service(state, cluster, service, deployment, now)):
        started.append(task)
    if started:
        events.started(service, started, now)
    return bool(started)


def start_for_service(
    state: State, cluster: Cluster, service: ServiceRecord, deployment: Deployment, now: datetime
) -> Task | None:
    """A new task of a deployment; None and an event when its roles or the instances do not allow it"""
    problem = launching.role_problem(state, deployment.revision.definition)
    if problem:
        events.say(service, f"failed to launch a task with (error {problem}).", now)
        note_failure(state, service, deployment, now)
        return None
    settings = {**deployment.settings, "enableExecuteCommand": service.fields["enableExecuteCommand"]}
    instance = _place(state, cluster, service, deployment, now)
    if isinstance(instance, placement.Misfit):
        return None
    task = Task(
        arn=new_arn(state, cluster),
        revision=deployment.revision,
        cluster_arn=cluster.arn,
        created_at=now,
        settings=settings,
        group=f"service:{service.name}",
        tags=_propagated(service, deployment),
        service=service.name,
        deployment=deployment.id,
        started_by=deployment.id,
        instance=instance,
    )
    return add(state, cluster, task)


def _place(
    state: State, cluster: Cluster, service: ServiceRecord, deployment: Deployment, now: datetime
) -> ContainerInstance | placement.Misfit | None:
    """The instance of a new task; None: it needs none. A misfit is an event, and is tried again later"""
    if not placement.on_instances(deployment.settings) or not placement.has_instances(cluster):
        return None
    wish = placement.Wish(
        definition=deployment.revision.definition,
        group=f"service:{service.name}",
        constraints=tuple(service.fields["placementConstraints"]),
        strategy=tuple(service.fields["placementStrategy"]),
        daemon=service.fields["schedulingStrategy"] == "DAEMON",
    )
    chosen = placement.choose(cluster, wish)
    if isinstance(chosen, placement.Misfit):
        deployment.retry_at = now + PLACED_AGAIN
        if not events.is_told(service, chosen.event):
            events.say(service, chosen.event, now)
            events.action(state, service, "SERVICE_TASK_PLACEMENT_FAILURE", "ERROR", now)
    return chosen


def new_arn(state: State, cluster: Cluster) -> str:
    """A task's long ARN"""
    return state.arn(f"task/{cluster.name}/{new_task_id()}")


def add(state: State, cluster: Cluster, task: Task) -> Task:
    """Let a task begin"""
    cluster.tasks[task.id] = task
    events.task(state, task.arn, described(task))
    return task


def _propagated(service: ServiceRecord, deployment: Deployment) -> dict[str, str]:
    """API reference, CreateService.propagateTags; enableECSManagedTags adds AWS's own"""
    source = service.fields["propagateTags"]
    tags = {"SERVICE": service.tags, "TASK_DEFINITION": deployment.revision.tags}.get(source, {})
    managed = {
        "aws:ecs:clusterName": service.cluster_arn.rsplit("/", 1)[-1],
        "aws:ecs:serviceName": service.name,
    }
    return {**tags, **(managed if service.fields["enableECSManagedTags"] else {})}


def stop(state: State, task: Task, code: str, reason: str, now: datetime) -> None:
    """Ask a task to stop; a stopping one keeps its first reason"""
    if not task.active:
        return
    task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = code, reason
    task.times["stoppingAt"] = now
    _announce(state, task)


def advance(state: State, cluster: Cluster, now: datetime) -> bool:
    """Let every task take its next state; True when one did"""
    moved = False
    for task in list(cluster.tasks.values()):
        moved |= _advance_one(state, cluster, task, now)
    return moved


def _advance_one(state: State, cluster: Cluster, task: Task, now: datetime) -> bool:
    if task.last_status == "STOPPED":
        return False
    if not task.active:
        return _towards_the_end(state, task, now)
    if task.last_status == "PROVISIONING":
        task.last_status = "PENDING"
        task.times |= {"connectivityAt": now, "pullStartedAt": now}
    elif task.last_status == "PENDING":
        _come_up(state, cluster, task, now)
    elif task.steps_left is not None:
        _work(state, task, now)
        return True
    else:
        return False
    _announce(state, task)
    return True


def finish(state: State, cluster: Cluster, task: Task, now: datetime) -> None:
    """Let a task that was asked to stop be STOPPED, through all states in between"""
    while task.last_status != "STOPPED":
        _advance_one(state, cluster, task, now)


def _come_up(state: State, cluster: Cluster, task: Task, now: datetime) -> None:
    """RUNNING, or on its way to STOPPED with the reason"""
    went = launching.start(state, task)
    task.digests, task.exit_codes, task.container_reasons = (
        went.digests,
        went.exit_codes,
        went.container_reasons,
    )
    task.times["pullStoppedAt"] = now
    service = cluster.services.get(task.service)
    if not went.stop_code:
        task.last_status = "RUNNING"
        task.times["startedAt"] = now
        if service is not None:
            events.registered(service, now)
        return
    task.desired_status, task.stop_code, task.stopped_reason = "STOPPED", went.stop_code, went.reason
    task.times |= {"stoppingAt": now, "executionStoppedAt": now}
    if service is not None:
        _tell_failure(state, service, task, now)


def _tell_failure(state: State, service: ServiceRecord, task: Task, now: datetime) -> None:
    if task.stop_code == "TaskFailedToStart":
        events.say(service, f"was unable to place a task. Reason: {task.stopped_reason}.", now)
    deployment = service.deployment_of(task.deployment)
    if deployment is not None:
        note_failure(state, service, deployment, now)


def _work(state: State, task: Task, now: datetime) -> None:
    """A task that RunTask gave a command is a job, and ends by itself with exit code 0 (inferred)"""
    task.steps_left = (task.steps_left or 0) - 1
    if task.steps_left <= 0:
        stop(state, task, "EssentialContainerExited", "Essential container in task exited", now)


def _towards_the_end(state: State, task: Task, now: datetime) -> bool:
    if task.last_status in ("RUNNING", "PENDING", "PROVISIONING") and "executionStoppedAt" not in task.times:
        task.last_status = "STOPPING"
        task.times["executionStoppedAt"] = now
    else:
        task.last_status = "STOPPED"
        task.times["stoppedAt"] = now
        if "startedAt" in task.times:
            codes = {each["name"]: 0 for each in task.revision.definition["containerDefinitions"]}
            task.exit_codes = {**codes, **task.exit_codes}
    _announce(state, task)
    return True


def _announce(state: State, task: Task) -> None:
    task.version += 1
    events.task(state, task.arn, described(task))


def forget_stopped(cluster: Cluster, now: datetime) -> None:
    """Stopped tasks are told for an hour"""
    for identity, task in list(cluster.tasks.items()):
        stopped = task.times.get("stoppedAt")
        if stopped is not None and now - stopped > KEPT_STOPPED:
            del cluster.tasks[identity]
