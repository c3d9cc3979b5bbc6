"""What ECS needs to start a service's tasks: the execution role, and the log group of the containers."""

from collections.abc import Iterator
from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.facts.calls import EXECUTION, Call, Deployed, pull_calls, task_calls, task_execution_calls
from pipectl.kinds import service_words, task_definition
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.kind import merged
from pipectl.kinds.log_group import log_group
from pipectl.kinds.role import role_arn, service_role
from pipectl.kinds.service_block import Service, TaskDefinition
from pipectl.kinds.statements import statements
from pipectl.kinds.task_definition import log_group_name
from pipectl.kinds.wiring import delivered_repositories
from pipectl.spec.block import MadeRole
from pipectl.spec.spec import Spec

PURPOSE = "execution"
TASK_PURPOSE = "task"


def execution_role(spec: Spec, account: Account, cluster: str, name: str, task: TaskDefinition) -> str | None:
    """The ARN of a service's execution role: its own, none, or the one that pipectl makes."""
    stated = task.execution_role
    if stated is False:
        return None
    return stated if isinstance(stated, str) else role_arn(spec, account, owner(spec, cluster, name), PURPOSE)


def task_role(spec: Spec, account: Account, cluster: str, name: str, task: TaskDefinition) -> str | None:
    """The ARN of the role of a service's tasks: its own, none, or the one that pipectl makes."""
    stated = task.task_role
    if stated is None or isinstance(stated, str):
        return stated
    return role_arn(spec, account, owner(spec, cluster, name), TASK_PURPOSE)


def registered_definition(
    spec: Spec, account: Account, cluster: str, name: str, service: Service
) -> dict[str, Any]:
    """The parameters of RegisterTaskDefinition for a service that has a task definition."""
    task = service.task_definition
    if task is None:
        raise AssertionError(f"{cluster}/{name} has no task definition")
    roles = (role(spec, account, cluster, name, task) for role in (execution_role, task_role))
    return task_definition.request(account, task, service, *roles)


def owner(spec: Spec, cluster: str, name: str) -> str:
    """The service's name; with its cluster where two clusters have a service of that name.

    One role for both would let staging read the secrets of production.
    """
    same = [each for each, block in spec.all(Cluster).items() if name in block.services]
    return name if len(same) == 1 else f"{cluster}-{name}"


def execution_resources(
    spec: Spec, account: Account, cluster: str, name: str, service: Service
) -> Iterator[Resource]:
    """The role and the log group of a service, where it does not bring its own."""
    task = service.task_definition
    if task is None:
        return
    named = owner(spec, cluster, name)
    for purpose, stated, calls in (
        (PURPOSE, task.execution_role or MadeRole(), _execution_calls),
        (TASK_PURPOSE, task.task_role, _task_calls),
    ):
        if isinstance(stated, MadeRole) and not (purpose == PURPOSE and task.execution_role is False):
            allowed = [*statements(calls(spec, account, cluster, name, service)), *stated.statements]
            yield service_role(spec, account, named, purpose, "ecs-tasks", allowed)
    if not service.log_group and any(container.logging for container in task.containers.values()):
        yield log_group(spec, log_group_name(task, service), service.log_retention_days)


def registered_roles(spec: Spec, account: Account, cluster: str, name: str) -> Deployed:
    """The family and the roles of the task definition that a service of the spec registers."""
    block = spec.all(Cluster).get(cluster)
    service = block.services.get(name) if block else None
    if service is None or not service.managed or service.task_definition is None:
        return Deployed()
    registered = registered_definition(spec, account, cluster, name, service)
    roles = [registered.get(key) for key in ("executionRoleArn", "taskRoleArn")]
    return Deployed(registered["family"], tuple(role for role in roles if role))


def _execution_calls(
    spec: Spec, account: Account, cluster: str, name: str, service: Service
) -> Iterator[Call]:
    """What the ECS agent calls in the execution role's name."""
    definition = registered_definition(spec, account, cluster, name, service)
    request = merged(service_words.request(cluster, name, service), service.aws)
    yield from task_execution_calls(definition, account.place, request)
    containers = service.task_definition.containers if service.task_definition else {}
    stated = {container.repository for container in containers.values() if container.repository}
    delivered = sorted(stated | delivered_repositories(spec, cluster, name))
    images = [f"{account.registry}/{repository}" for repository in delivered]
    yield from pull_calls(images, account.place, EXECUTION)


def _task_calls(spec: Spec, account: Account, cluster: str, name: str, service: Service) -> Iterator[Call]:
    """What ECS calls in the name of the tasks' role; what their code calls, only the spec can state."""
    definition = registered_definition(spec, account, cluster, name, service)
    request = merged(service_words.request(cluster, name, service), service.aws)
    block = spec.all(Cluster).get(cluster)
    yield from task_calls(definition, account.place, request, block.aws if block else None)
