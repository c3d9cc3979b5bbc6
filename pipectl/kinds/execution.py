"""What ECS needs to start a service's tasks: the execution role, and the log group of the containers."""

from collections.abc import Iterator

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.facts.calls import EXECUTION, Call, Deployed, pull_calls, task_execution_calls
from pipectl.kinds import service_words, task_definition
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.kind import merged
from pipectl.kinds.log_group import log_group
from pipectl.kinds.role import role_arn, service_role
from pipectl.kinds.service_block import Service, TaskDefinition
from pipectl.kinds.statements import statements
from pipectl.kinds.task_definition import log_group_name
from pipectl.kinds.wiring import delivered_repositories
from pipectl.spec.spec import Spec

PURPOSE = "execution"


def execution_role(spec: Spec, account: Account, cluster: str, name: str, task: TaskDefinition) -> str | None:
    """The ARN of a service's execution role: its own, none, or the one that pipectl makes."""
    if task.execution_role is not None:
        return task.execution_role or None
    return role_arn(spec, account, _owner(spec, cluster, name), PURPOSE)


def _owner(spec: Spec, cluster: str, name: str) -> str:
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
    if task.execution_role is None:
        owner = _owner(spec, cluster, name)
        allowed = statements(_calls(spec, account, cluster, name, service))
        yield service_role(spec, account, owner, PURPOSE, "ecs-tasks", allowed)
    if not service.log_group and any(container.logging for container in task.containers.values()):
        yield log_group(spec, log_group_name(task, service), service.log_retention_days)


def registered_roles(spec: Spec, account: Account, cluster: str, name: str) -> Deployed:
    """The family and the roles of the task definition that a service of the spec registers."""
    block = spec.all(Cluster).get(cluster)
    service = block.services.get(name) if block else None
    task = service.task_definition if service and service.managed else None
    if service is None or task is None:
        return Deployed()
    registered = task_definition.request(
        account, task, service, execution_role(spec, account, cluster, name, task)
    )
    roles = [registered.get(key) for key in ("executionRoleArn", "taskRoleArn")]
    return Deployed(registered["family"], tuple(role for role in roles if role))


def _calls(spec: Spec, account: Account, cluster: str, name: str, service: Service) -> Iterator[Call]:
    """What the ECS agent calls in the execution role's name."""
    task = service.task_definition
    if task is None:
        return
    definition = task_definition.request(account, task, service, None)
    request = merged(service_words.request(cluster, name, service), service.aws)
    yield from task_execution_calls(definition, account.place, request)
    stated = {container.repository for container in task.containers.values() if container.repository}
    delivered = stated | delivered_repositories(spec, cluster, name)
    yield from pull_calls(
        sorted(f"{account.registry}/{each}" for each in delivered), account.place, EXECUTION
    )
