"""One step of a service whose deployments somebody else makes: each task set towards its own count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.ecs import events
from pipectl.local.ecs.breaker import note_success
from pipectl.local.ecs.protection import expendable
from pipectl.local.ecs.task_life import SCHEDULER, start_several, stop

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.ecs.state import Cluster, ServiceRecord, State, Task
    from pipectl.local.ecs.task_set_records import TaskSet


def step(state: State, cluster: Cluster, service: ServiceRecord, now: datetime) -> bool:
    """Do one step for each task set; True when something has changed"""
    changed = False
    for task_set in list(service.task_sets.values()):
        tasks = [task for task in cluster.tasks_of(service) if task.deployment == task_set.id]
        changed |= _towards(state, cluster, service, task_set, tasks, now)
        changed |= _settle(service, task_set, tasks, now)
        if task_set.status == "DRAINING" and not tasks:
            del service.task_sets[task_set.id]
            changed = True
    return changed


def _towards(
    state: State,
    cluster: Cluster,
    service: ServiceRecord,
    task_set: TaskSet,
    tasks: list[Task],
    now: datetime,
) -> bool:
    active = [task for task in tasks if task.active]
    surplus = len(active) - task_set.desired(service)
    if surplus > 0:
        going = expendable(active, now)[-surplus:]
        for task in going:
            reason = f"Scaling activity initiated by (task-set {task_set.id})"
            stop(state, task, SCHEDULER, reason, now)
        if going:
            events.stopped(service, going, now)
        return bool(going)
    if any(task.last_status == "RUNNING" for task in active):
        note_success(service, task_set.deployment)
    retry = task_set.deployment.retry_at
    if retry is not None and retry > now:
        return False
    task_set.deployment.retry_at = None
    return surplus < 0 and start_several(state, cluster, service, task_set.deployment, -surplus, now)


def _settle(service: ServiceRecord, task_set: TaskSet, tasks: list[Task], now: datetime) -> bool:
    """Steady: as many run as are wanted, and nothing else is on its way (API reference, stabilityStatus)"""
    running = [task for task in tasks if task.last_status == "RUNNING" and task.active]
    steady = len(running) == len(tasks) == task_set.desired(service)
    if steady == task_set.steady:
        return False
    task_set.steady, task_set.steady_at = steady, now
    return True
