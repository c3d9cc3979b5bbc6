"""One step of a service towards what it wants: old tasks are replaced within its percents.

Developer guide, "Rolling update".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pipectl.local.ecs import events, task_set_rollout
from pipectl.local.ecs.breaker import note_success
from pipectl.local.ecs.protection import expendable
from pipectl.local.ecs.task_life import SCHEDULER, start_several, stop

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.ecs.state import Cluster, Deployment, ServiceRecord, State, Task

BLOCKED = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
    "Update the minimumHealthyPercent or maximumPercent value and try again."
)


def step(state: State, cluster: Cluster, service: ServiceRecord, now: datetime) -> bool:
    """Do one step; True when something has changed, so that another step may follow"""
    tasks = cluster.tasks_of(service)
    if service.status == "DRAINING":
        return _drain(state, service, tasks, now)
    primary = service.primary
    if service.status == "ACTIVE" and service.task_sets:
        return task_set_rollout.step(state, cluster, service, now)
    if service.status != "ACTIVE" or primary is None:
        return False
    if service.fields["schedulingStrategy"] == "DAEMON":
        _count_instances(cluster, service, primary)
    if any(task.deployment == primary.id and task.last_status == "RUNNING" for task in tasks):
        note_success(service, primary)
    changed = _replace(state, cluster, service, primary, now)
    changed |= _drop_replaced(cluster, service)
    return changed | _conclude(state, cluster, service, primary, now)


def _drain(state: State, service: ServiceRecord, tasks: list[Task], now: datetime) -> bool:
    """API reference, DeleteService: INACTIVE when every task is STOPPING or STOPPED"""
    active = [task for task in tasks if task.active]
    if active:
        _stop(state, service, active, now)
        return True
    service.status = "INACTIVE"
    service.deployments.clear()
    service.task_sets.clear()
    return True


def _replace(
    state: State, cluster: Cluster, service: ServiceRecord, primary: Deployment, now: datetime
) -> bool:
    """Stop what may go, start what may come (API reference, DeploymentConfiguration)"""
    lower, upper = bounds(service)
    active = [task for task in cluster.tasks_of(service) if task.active]
    own = [task for task in active if task.deployment == primary.id and not _leaves(task)]
    old = [task for task in active if task not in own]
    surplus = max(0, len(own) - service.desired)
    going = expendable(own, now)[-surplus:] if surplus else []
    going += _spared(expendable(old, now), active, lower)
    if going:
        _stop(state, service, going, now)
    missing = service.desired - len(own)
    room = upper - (len(active) - len(going))
    if missing > 0 and room <= 0 and not going:
        return _tell_blocked(service, primary, active, now)
    if missing <= 0 or primary.state == "FAILED" or (primary.retry_at is not None and primary.retry_at > now):
        return bool(going)
    primary.retry_at = None
    begun = start_several(state, cluster, service, service.deployments[0], min(missing, room), now)
    return begun or bool(going)


def _count_instances(cluster: Cluster, service: ServiceRecord, primary: Deployment) -> None:
    """A DAEMON wants one task on each instance that takes tasks (developer guide, "Daemon strategy")"""
    count = sum(instance.takes_tasks for instance in cluster.instances.values())
    service.desired = primary.desired = count


def _leaves(task: Task) -> bool:
    """Whether a task is replaced for its instance drains (API reference, UpdateContainerInstancesState)"""
    return task.instance is not None and not task.instance.takes_tasks


def bounds(service: ServiceRecord) -> tuple[int, int]:
    """The fewest healthy tasks, rounded up, and the most tasks, rounded down"""
    percents = service.fields["deploymentConfiguration"]
    lower = math.ceil(service.desired * percents["minimumHealthyPercent"] / 100)
    return lower, service.desired * int(percents["maximumPercent"]) // 100


def _spared(old: list[Task], active: list[Task], lower: int) -> list[Task]:
    """Old tasks that may go: those that do not run yet, and running ones above the fewest"""
    idle = [task for task in old if task.last_status != "RUNNING"]
    running = [task for task in old if task.last_status == "RUNNING"]
    spare = sum(task.last_status == "RUNNING" for task in active) - lower
    return idle + running[: max(0, spare)]


def _stop(state: State, service: ServiceRecord, tasks: list[Task], now: datetime) -> None:
    for task in tasks:
        reason = f"Scaling activity initiated by (deployment {task.deployment})"
        stop(state, task, SCHEDULER, reason, now)
    events.stopped(service, tasks, now)


def _tell_blocked(service: ServiceRecord, primary: Deployment, active: list[Task], now: datetime) -> bool:
    """Once per deployment; tasks on their way may still make room"""
    settling = any(task.last_status != "RUNNING" for task in active)
    if not settling and not events.is_newest(service, BLOCKED):
        events.say(service, BLOCKED, now)
    return False


def _drop_replaced(cluster: Cluster, service: ServiceRecord) -> bool:
    """A deployment whose last task has stopped is no longer told"""
    alive = {task.deployment for task in cluster.tasks_of(service)}
    kept = [each for each in service.deployments if each.status == "PRIMARY" or each.id in alive]
    changed = len(kept) < len(service.deployments)
    service.deployments = kept
    return changed


def _conclude(
    state: State, cluster: Cluster, service: ServiceRecord, primary: Deployment, now: datetime
) -> bool:
    """The deployment is completed, and the service steady, when nothing is left to come or to go"""
    tasks = cluster.tasks_of(service)
    running = [task for task in tasks if task.last_status == "RUNNING" and task.active]
    if service.steady or len(running) < len(tasks) or len(running) != service.desired:
        return False
    if len(service.deployments) > 1 or primary.state == "FAILED":
        return False
    service.steady = True
    if primary.state == "IN_PROGRESS":
        primary.state, primary.reason = "COMPLETED", f"ECS deployment {primary.id} completed."
        primary.updated_at = now
        primary.outcome, primary.finished_at = "SUCCESSFUL", now
        for each in service.history:
            if each.outcome == "ROLLBACK_IN_PROGRESS":
                each.outcome, each.finished_at = "ROLLBACK_SUCCESSFUL", now
        service.last_completed = primary
        events.say(service, f"(deployment {primary.id}) deployment completed.", now)
        events.deployment(state, service, primary, now)
    events.say(service, events.STEADY, now)
    events.action(state, service, "SERVICE_STEADY_STATE", "INFO", now)
    return True
