"""Which container instance takes a task: it must fit, meet the constraints, and suit the strategy best.

Developer guide, "How Amazon ECS places tasks on container instances". A cluster in which nobody registered an
instance has room for everything here, unlike on AWS: the local AWS has no instances of its own, and a service
of the launch type EC2 shall be rehearsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import instances
from pipectl.local.ecs.names import unsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.ecs.instances import ContainerInstance
    from pipectl.local.ecs.state import Cluster, Task

# Service event messages: what is said of the closest instance, by the reason of the failure
LACKS = {
    "RESOURCE:CPU": "has insufficient CPU units available",
    "RESOURCE:MEMORY": "has insufficient memory available",
    "RESOURCE:PORTS": "is already using a port required by your task",
}
ZONE = "ecs.availability-zone"


@dataclass(frozen=True)
class Wish:
    """What is to be placed: the definition, the task's group, and the request's constraints and strategy"""

    definition: dict[str, Any]
    group: str
    constraints: tuple[dict[str, str], ...] = ()
    strategy: tuple[dict[str, str], ...] = ()
    daemon: bool = False  # one task per instance


@dataclass(frozen=True)
class Misfit:
    """Why a task cannot be placed: the reason as a failure has it, and the closest instance"""

    reason: str
    instance: ContainerInstance | None = None

    @property
    def event(self) -> str:
        """The service event (developer guide, "Amazon ECS service event messages")"""
        said = "was unable to place a task because no container instance met all of its requirements."
        if self.instance is not None and self.reason in LACKS:
            closest = f"The closest matching (container-instance {self.instance.id}) {LACKS[self.reason]}."
            said = f"{said} {closest}"
        return (
            f"{said} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        )


def has_instances(cluster: Cluster) -> bool:
    """Whether somebody registered container instances, so that tasks of EC2 are placed"""
    return any(instance.status != "INACTIVE" for instance in cluster.instances.values())


def on_instances(settings: dict[str, Any]) -> bool:
    """Whether tasks of these settings run on container instances, and not on Fargate"""
    strategy = settings.get("capacityProviderStrategy")
    if strategy:
        return not strategy[0]["capacityProvider"].startswith("FARGATE")
    return settings.get("launchType") in ("EC2", "EXTERNAL")


def choose(cluster: Cluster, wish: Wish) -> ContainerInstance | Misfit:
    """The instance that takes the task, else why none does"""
    candidates = [instance for instance in cluster.instances.values() if instance.takes_tasks]
    misfits = []
    fitting = []
    for instance in candidates:
        reason = misfit(cluster, instance, wish)
        if reason:
            misfits.append(Misfit(reason, instance))
        else:
            fitting.append(instance)
    if not fitting:
        return misfits[0] if misfits else Misfit("NO_CONTAINER_INSTANCES")
    return min(fitting, key=lambda instance: _rank(cluster, instance, wish))


def misfit(cluster: Cluster, instance: ContainerInstance, wish: Wish) -> str:
    """Why an instance cannot take the task, as RunTask's failures spell it; empty when it can"""
    tasks = instances.tasks_on(instance, cluster.tasks.values())
    left = {resource["name"]: resource for resource in instances.free(instance, tasks)}
    for name, need in instances.needs(wish.definition).items():
        if need > left.get(name, {}).get("integerValue", 0):
            return f"RESOURCE:{name}"
    if any(port in left.get(name, {}).get("stringSetValue", ()) for name, port in _ports(wish)):
        return "RESOURCE:PORTS"
    distinct = wish.daemon or any(each.get("type") == "distinctInstance" for each in wish.constraints)
    if distinct and any(task.active and task.group == wish.group for task in tasks):
        return "DISTINCT_INSTANCE"
    return ""


def _ports(wish: Wish) -> list[tuple[str, str]]:
    return instances.host_ports(wish.definition)


def check(constraints: Iterable[dict[str, str]], strategy: Iterable[dict[str, str]]) -> None:
    """Refuse what would be placed otherwise than on AWS; only clusters with instances need it"""
    if any(each.get("type") == "memberOf" and each.get("expression") for each in constraints):
        raise unsupported("place tasks by memberOf: it does not read the cluster query language")
    for each in strategy:
        if each.get("type") == "binpack" and each.get("field", "").upper() not in ("CPU", "MEMORY"):
            raise unsupported(f"place tasks by binpack of {each.get('field')}: it reads cpu and memory")


def _rank(cluster: Cluster, instance: ContainerInstance, wish: Wish) -> tuple[float, ...]:
    """The smaller, the better; without a strategy tasks are spread, over zones for a service (inferred)"""
    strategy = wish.strategy or ({"type": "spread", "field": f"attribute:{ZONE}"}, _BY_INSTANCE)
    return tuple(_measure(cluster, instance, wish, each) for each in strategy)


_BY_INSTANCE = {"type": "spread", "field": "instanceId"}


def _measure(cluster: Cluster, instance: ContainerInstance, wish: Wish, strategy: dict[str, str]) -> float:
    kind, field = strategy.get("type"), strategy.get("field", "")
    if kind == "binpack":
        left = instances.free(instance, cluster.tasks.values())
        return next((each["integerValue"] for each in left if each["name"] == field.upper()), 0)
    if kind == "spread":
        own = [task for task in _placed(cluster) if task.group == wish.group]
        return sum(_share(task.instance, field) == _share(instance, field) for task in own)
    return 0


def _placed(cluster: Cluster) -> list[Task]:
    return [task for task in cluster.tasks.values() if task.active and task.instance is not None]


def _share(instance: ContainerInstance | None, field: str) -> str | None:
    """What instances share by which tasks are spread: an attribute's value, or the instance itself"""
    if instance is None:
        return None
    if field.lower() in ("instanceid", "host"):
        return instance.id
    return instance.all_attributes.get(field.removeprefix("attribute:"))
