"""What the roles of tasks go on allowing because a revision that a service runs, or goes back to, needs it.

Tasks start at any moment in the name of the running revision's roles: when the service scales, when a task
is replaced, when the circuit breaker rolls back. So a permission goes only with the change after the one that
took its cause out of the spec: the roles allow what the spec needs, what the running revision needs, and,
when no new revision is planned, what the one before it needs. The second `create` then changes nothing.
Nothing is added: only what a role allows already is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipectl.aws.cloud import Cloud
from pipectl.engine.values import Resource, State
from pipectl.facts.calls import Call, task_calls, task_execution_calls
from pipectl.facts.place import Place
from pipectl.kinds import execution, role, service, task_definition
from pipectl.kinds.cluster import Cluster
from pipectl.kinds.kept import allowed, policy_statements
from pipectl.kinds.role import role_arn, role_name, service_role
from pipectl.kinds.statements import statements
from pipectl.spec.spec import Spec

Key = tuple[str, str]
Shape = Mapping[str, Any]
Calls = Callable[[Shape, Place, Shape], tuple[Call, ...]]
ROLES: Mapping[str, tuple[str, Calls]] = {
    execution.PURPOSE: ("executionRoleArn", task_execution_calls),
    execution.TASK_PURPOSE: ("taskRoleArn", task_calls),
}
SETTINGS = {"serviceConnectConfiguration": "service_connect", "enableExecuteCommand": "execute_command"}
"""Parameters of a service that its tasks need permissions for -> the word of the spec."""


def with_running(
    spec: Spec, cloud: Cloud, resources: Iterable[Resource], found: Mapping[Key, State]
) -> tuple[Resource, ...]:
    """The resources, the roles of tasks widened by what the revisions of their services need."""
    listed = tuple(resources)
    by_key = {resource.key: resource for resource in listed}
    widened: dict[Key, Resource] = {}
    for cluster, block in spec.all(Cluster).items():
        for name in block.services:
            resource = by_key.get((service.NAME, f"{cluster}/{name}"))
            state = found.get((service.NAME, f"{cluster}/{name}"))
            if resource is not None and resource.managed and state is not None:
                owner = execution.owner(spec, cluster, name)
                widened.update(_widened(spec, cloud, owner, (resource, state), by_key, found))
    return tuple(widened.get(resource.key, resource) for resource in listed)


def _widened(
    spec: Spec,
    cloud: Cloud,
    owner: str,
    planned: tuple[Resource, State],
    by_key: Mapping[Key, Resource],
    found: Mapping[Key, State],
) -> Iterator[tuple[Key, Resource]]:
    resource, state = planned
    account = cloud.account
    surplus: dict[str, set[tuple[str, str]]] = {}
    for purpose, (parameter, _) in ROLES.items():
        made = by_key.get((role.NAME, role_name(spec, account, owner, purpose)))
        named = resource.request["task_definition"].get(parameter)
        if made is not None and named == role_arn(spec, account, owner, purpose):
            surplus[purpose] = allowed(found.get(made.key) or {}) - allowed(made.stated)
    if not any(surplus.values()):
        return  # nothing would be taken away: no revision needs to be looked at
    settings = _settings(resource, state)
    revisions = list(_revisions(cloud, resource, state))
    for purpose, more in surplus.items():
        needed = [call for each in revisions for call in ROLES[purpose][1](each, account.place, settings)]
        if calls := [call for call in needed if (call.action.lower(), call.resource) in more]:
            made = by_key[role.NAME, role_name(spec, account, owner, purpose)]
            whole = [*policy_statements(made), *statements(calls)]
            yield made.key, service_role(spec, account, owner, purpose, "ecs-tasks", whole)


def _settings(resource: Resource, state: State) -> dict[str, Any]:
    """The parameters of the service as they were found that stay as they are."""
    changed = task_definition.changed_words(resource.stated, state)
    raw = resource.request["service"]
    return {
        name: state["aws"][name]
        for name, word in SETTINGS.items()
        if word not in changed and name not in raw and name in state["aws"]
    }


def _revisions(cloud: Cloud, resource: Resource, state: State) -> Iterator[dict[str, Any]]:
    """The revisions of all deployments; where none is to follow, also the one before each.

    Only of the family that the spec names: what was before another family's first revision nobody knows, and
    the second `create` would narrow the role again.
    """
    family = f":task-definition/{resource.request['task_definition']['family']}:"
    service_found = state["aws"]
    running = {each["taskDefinition"] for each in service_found.get("deployments") or ()}
    arns = {arn for arn in (*running, service_found.get("taskDefinition")) if arn}
    stated, now = resource.stated["task_definition"], state.get("task_definition")
    if now is not None and not task_definition.changed_words(stated, now):
        arns |= {before for arn in arns if (before := _before(arn))}
    for arn in sorted(arn for arn in arns if family in arn):
        if (revision := task_definition.describe(cloud, arn)) is not None:
            yield revision


def _before(arn: str) -> str | None:
    family, _, number = arn.rpartition(":")
    return f"{family}:{int(number) - 1}" if number.isdigit() and int(number) > 1 else None
