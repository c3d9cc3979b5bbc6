"""Tasks of ECS that stopped: why, and where their containers logged. ECS tells them for about an hour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipectl.aws.cloud import Cloud, in_batches, pages
from pipectl.errors import AwsError

MISSING = ("ClusterNotFoundException", "ServiceNotFoundException")
REPLACED = "Scaling activity initiated by"
"""How ECS begins the reason of a task that a deployment, or a smaller desired count, has stopped."""
AT_ONCE = 100
"""Tasks that one DescribeTasks takes (API reference)."""


@dataclass(frozen=True)
class Container:
    """How one container of a task ended."""

    name: str
    exit_code: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Task:
    """One task that stopped. `started_by` is the id of the service deployment that started it."""

    id: str
    definition: str
    started_by: str | None = None
    created: datetime | None = None
    stopped: datetime | None = None
    reason: str | None = None
    containers: tuple[Container, ...] = ()

    @property
    def is_replaced(self) -> bool:
        """Whether the service stopped it because others do its work now (developer guide, stopped tasks)."""
        return (self.reason or "").startswith(REPLACED)


@dataclass(frozen=True)
class ContainerLog:
    """Where a container logs: Region, group and stream."""

    container: str
    region: str
    group: str
    stream: str


def stopped(cloud: Cloud, cluster: str, service: str) -> list[Task]:
    """The stopped tasks of a service that ECS still knows, in the order in which they were created."""
    try:
        arns = pages(
            cloud,
            "ecs",
            "list_tasks",
            "taskArns",
            cluster=cluster,
            serviceName=service,
            desiredStatus="STOPPED",
        )
    except AwsError as error:
        if error.code in MISSING:
            return []
        raise

    def describe(cloud: Cloud, batch: list[str]) -> list[Mapping[str, Any]]:
        return list(cloud.call("ecs", "describe_tasks", cluster=cluster, tasks=batch)["tasks"])

    found = in_batches(describe, cloud, arns, AT_ONCE)
    ended = [task for task in found if task.get("lastStatus") == "STOPPED"]
    return [
        _task(task) for task in sorted(ended, key=lambda task: task.get("createdAt") or task["stoppedAt"])
    ]


def logs(cloud: Cloud, task: Task) -> Iterator[ContainerLog]:
    """Where a task's containers logged: PREFIX/CONTAINER/TASK (developer guide, awslogs)."""
    answer = cloud.call("ecs", "describe_task_definition", taskDefinition=task.definition)
    for container in answer["taskDefinition"].get("containerDefinitions") or []:
        settings: Mapping[str, Any] = container.get("logConfiguration") or {}
        options: Mapping[str, str] = settings.get("options") or {}
        prefix = options.get("awslogs-stream-prefix")
        if settings.get("logDriver") == "awslogs" and prefix:
            yield ContainerLog(
                container["name"],
                options.get("awslogs-region") or cloud.account.region,
                options["awslogs-group"],
                f"{prefix}/{container['name']}/{task.id}",
            )


def _task(found: Mapping[str, Any]) -> Task:
    return Task(
        id=found["taskArn"].rsplit("/", 1)[-1],
        definition=found["taskDefinitionArn"],
        started_by=found.get("startedBy"),
        created=found.get("createdAt"),
        stopped=found.get("stoppedAt"),
        reason=found.get("stoppedReason"),
        containers=tuple(
            Container(each["name"], each.get("exitCode"), each.get("reason"))
            for each in found.get("containers") or []
        ),
    )
