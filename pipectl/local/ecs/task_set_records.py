"""Task sets: what one is, how many tasks it wants, and how DescribeTaskSets answers it.

API reference, TaskSet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import related, tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipectl.local.ecs.state import Deployment, ServiceRecord, Task

# What a task set has of its own, from which the service takes it when it becomes primary
MEMBERS = (
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "platformFamily",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
)


@dataclass(eq=False)
class TaskSet:
    """One task set; its `deployment` counts failed starts and has the settings of its tasks"""

    deployment: Deployment
    arn: str
    percent: float
    fields: dict[str, Any]
    tags: dict[str, str]
    changed_at: datetime
    steady_at: datetime
    status: str = "ACTIVE"
    external_id: str = ""
    token: str = ""
    steady: bool = False

    @property
    def id(self) -> str:
        """`ecs-svc/` and a number"""
        return self.deployment.id

    def desired(self, service: ServiceRecord) -> int:
        """Its share of the service's desired count, rounded up (API reference, computedDesiredCount)"""
        return 0 if self.status == "DRAINING" else math.ceil(service.desired * self.percent / 100)


def new_arn(service: ServiceRecord, identity: str) -> str:
    """The ARN of a task set: `task-set/CLUSTER/SERVICE/ecs-svc/NUMBER` (AWS CLI examples, create-task-set)"""
    return related(service.arn, "task-set", identity)


def described(
    service: ServiceRecord, task_set: TaskSet, tasks: Iterable[Task], *, tags: bool
) -> dict[str, Any]:
    """One task set as DescribeTaskSets answers it"""
    own = [task for task in tasks if task.deployment == task_set.id and task.last_status != "STOPPED"]
    return {
        "id": task_set.id,
        "taskSetArn": task_set.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "externalId": task_set.external_id or None,
        "status": task_set.status,
        "taskDefinition": task_set.deployment.revision.arn,
        "computedDesiredCount": task_set.desired(service),
        "pendingCount": sum(task.last_status in ("PROVISIONING", "PENDING") for task in own),
        "runningCount": sum(task.last_status == "RUNNING" for task in own),
        "createdAt": task_set.deployment.created_at,
        "updatedAt": task_set.changed_at,
        **task_set.fields,
        "scale": {"value": task_set.percent, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE" if task_set.steady else "STABILIZING",
        "stabilityStatusAt": task_set.steady_at,
        "tags": (tag_list(task_set.tags) if tags else None),
    }
