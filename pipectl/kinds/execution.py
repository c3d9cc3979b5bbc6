"""What ECS needs to start a service's tasks: the execution role, and the log group of the containers."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.policy import allow
from pipectl.engine.values import Resource
from pipectl.kinds import repository
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.log_group import log_group, write_statement
from pipectl.kinds.role import role_arn, service_role
from pipectl.kinds.service_block import Service, TaskDefinition
from pipectl.kinds.task_definition import log_group_name
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
        statements = list(_statements(account, service, task))
        yield service_role(spec, account, owner, PURPOSE, "ecs-tasks", statements)
    if not service.log_group and any(container.logging for container in task.containers.values()):
        yield log_group(spec, log_group_name(task, service), service.log_retention_days)


def _statements(account: Account, service: Service, task: TaskDefinition) -> Iterable[dict[str, Any]]:
    repositories = sorted({each.repository for each in task.containers.values() if each.repository})
    if repositories:
        yield repository.login_statement()
        for name in repositories:
            yield repository.pull_statement(account, name)
    yield write_statement(account, log_group_name(task, service))
    secrets = sorted({secret for each in task.containers.values() for secret in each.secrets.values()})
    parameters = [_parameter(account, secret) for secret in secrets if ":secretsmanager:" not in secret]
    if parameters:
        yield allow("ReadParameters", ["ssm:GetParameters"], parameters)
    managed = [_secret(secret) for secret in secrets if ":secretsmanager:" in secret]
    if managed:
        yield allow("ReadSecrets", ["secretsmanager:GetSecretValue"], managed)


def _parameter(account: Account, name: str) -> str:
    return name if name.startswith("arn:") else account.arn("ssm", f"parameter/{name.lstrip('/')}")


SECRET_ARN_PARTS = 7


def _secret(value: str) -> str:
    """The ARN without the JSON key, version stage and version id that ECS allows behind it."""
    return ":".join(value.split(":")[:SECRET_ARN_PARTS])
