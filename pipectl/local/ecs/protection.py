"""Task scale-in protection: GetTaskProtection, UpdateTaskProtection, and whom the scheduler may stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import invalid, last_part
from pipectl.local.ecs.state import Cluster, State, Task

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.service import Caller

MOST_UPDATED, MOST_READ = 10, 100  # API reference, UpdateTaskProtection and GetTaskProtection
SHORTEST, LONGEST, USUAL = 1, 2880, 120  # minutes; API reference, UpdateTaskProtection


def protected(task: Task, now: datetime) -> bool:
    """Whether a task is spared by scaling in and by deployments"""
    return task.protected_until is not None and task.protected_until > now


def expendable(tasks: list[Task], now: datetime) -> list[Task]:
    """The tasks that scaling in and deployments may stop (developer guide, "Protect your tasks")"""
    return [task for task in tasks if not protected(task, now)]


class Protection(State):
    """The operations on task protection"""

    def update_task_protection(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Protect tasks of services for some minutes, or end it; tasks of their own are failures

        API reference, UpdateTaskProtection; the reasons: developer guide, "API failure reasons". The words of
        the refusals are inferred.
        """
        cluster = self.active_cluster(request["cluster"])
        tasks, failures = self._of_services(cluster, request["tasks"], MOST_UPDATED)
        minutes = request.get("expiresInMinutes", USUAL)
        if not SHORTEST <= minutes <= LONGEST:
            raise invalid(f"expiresInMinutes must be between {SHORTEST} and {LONGEST}.")
        for task in tasks:
            until = self.world.now() + timedelta(minutes=minutes)
            task.protected_until = until if request["protectionEnabled"] else None
        return {"protectedTasks": self._protection(tasks), "failures": failures}

    def get_task_protection(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Answer whether tasks are protected, and until when"""
        cluster = self.active_cluster(request["cluster"])
        tasks, failures = self._of_services(cluster, request.get("tasks", []), MOST_READ)
        return {"protectedTasks": self._protection(tasks), "failures": failures}

    def _of_services(
        self, cluster: Cluster, references: list[str], most: int
    ) -> tuple[list[Task], list[dict[str, str]]]:
        if not references:
            raise invalid("Tasks cannot be empty.")
        if len(references) > most:
            raise invalid(f"Tasks cannot have more than {most} elements")
        tasks, failures = [], []
        for reference in references:
            task = cluster.tasks.get(self.own_name(reference, "task"))
            if task is None or not task.active:
                arn = self.arn(f"task/{cluster.name}/{last_part(reference)}")
                failures.append({"arn": arn, "reason": "MISSING"})
            elif not task.service:
                failures.append({"arn": task.arn, "reason": "TASK_NOT_VALID"})
            else:
                tasks.append(task)
        return tasks, failures

    def _protection(self, tasks: list[Task]) -> list[dict[str, Any]]:
        now = self.world.now()
        return [
            {
                "taskArn": task.arn,
                "protectionEnabled": protected(task, now),
                "expirationDate": task.protected_until if protected(task, now) else None,
            }
            for task in tasks
        ]
