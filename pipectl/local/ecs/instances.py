"""Container instances: what one is, what its tasks leave free, and how DescribeContainerInstances answers it.

API reference, ContainerInstance. The local AWS has no agents: who registers an instance speaks for its agent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import last_part, tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipectl.local.ecs.state import Task

# AWS CLI examples, describe-container-instances: the ports that an instance keeps for itself
RESERVED_PORTS = ("22", "2375", "2376", "51678", "51679")
# What an instance has whose registration states nothing; inferred, agents always state it
CPU_UNITS, MEMORY_MIB = 4096, 8192
SETS = {"tcp": "PORTS", "udp": "PORTS_UDP"}


@dataclass(eq=False)
class ContainerInstance:
    """One container instance of a cluster"""

    arn: str
    ec2_id: str
    resources: list[dict[str, Any]]
    attributes: dict[str, str | None]  # those of AWS and of the agent
    tags: dict[str, str]
    registered_at: datetime
    versions: dict[str, str] = field(default_factory=dict)
    custom: dict[str, str | None] = field(default_factory=dict)  # attributes of PutAttributes
    status: str = "ACTIVE"
    version: int = 1

    @property
    def id(self) -> str:
        """The end of its ARN"""
        return last_part(self.arn)

    @property
    def takes_tasks(self) -> bool:
        """Whether new tasks may be placed on it (API reference, UpdateContainerInstancesState)"""
        return self.status == "ACTIVE"

    @property
    def all_attributes(self) -> dict[str, str | None]:
        """Its attributes by name; one that was put counts before the agent's"""
        return {**self.attributes, **self.custom}


def default_resources() -> list[dict[str, Any]]:
    """The resources of an instance whose registration states none"""
    return [
        _number("CPU", CPU_UNITS),
        _number("MEMORY", MEMORY_MIB),
        _set("PORTS", RESERVED_PORTS),
        _set("PORTS_UDP", ()),
    ]


def free(instance: ContainerInstance, tasks: Iterable[Task]) -> list[dict[str, Any]]:
    """The resources that are left: numbers less what tasks need, sets with the ports that tasks hold"""
    used: Counter[str] = Counter()
    ports: dict[str, list[str]] = {"PORTS": [], "PORTS_UDP": []}
    for task in tasks_on(instance, tasks):
        used.update(needs(task.revision.definition))
        for name, port in host_ports(task.revision.definition):
            ports[name].append(port)
    return [_left(resource, used, ports) for resource in instance.resources]


def _left(resource: dict[str, Any], used: Counter[str], ports: dict[str, list[str]]) -> dict[str, Any]:
    name = resource.get("name", "")
    if name in ports:
        return {**resource, "stringSetValue": [*resource.get("stringSetValue", []), *ports[name]]}
    if "integerValue" in resource:
        return {**resource, "integerValue": resource["integerValue"] - used[name]}
    return resource


def tasks_on(instance: ContainerInstance, tasks: Iterable[Task]) -> list[Task]:
    """The tasks of an instance that have not stopped yet"""
    return [task for task in tasks if task.instance is instance and task.last_status != "STOPPED"]


def needs(definition: dict[str, Any]) -> dict[str, int]:
    """CPU units and MiB that a task takes of an instance

    API reference, ContainerDefinition, memoryReservation: it, and not memory, is taken where both stand.
    """
    containers = definition["containerDefinitions"]
    memory = sum(each.get("memoryReservation") or each.get("memory", 0) for each in containers)
    return {
        "CPU": int(definition.get("cpu") or sum(each.get("cpu", 0) for each in containers)),
        "MEMORY": int(definition.get("memory") or memory),
    }


def host_ports(definition: dict[str, Any]) -> list[tuple[str, str]]:
    """The fixed ports of an instance that a task takes, with the set that they are in

    API reference, PortMapping.hostPort: a task of awsvpc has its own address; port 0 or none is dynamic.
    """
    if definition["networkMode"] == "awsvpc":
        return []
    return [
        (SETS.get(mapping.get("protocol", "tcp"), "PORTS"), str(mapping["hostPort"]))
        for container in definition["containerDefinitions"]
        for mapping in container["portMappings"]
        if mapping.get("hostPort")
    ]


def described(instance: ContainerInstance, tasks: Iterable[Task], *, tags: bool) -> dict[str, Any]:
    """One instance as DescribeContainerInstances answers it

    API reference, ContainerInstance: runningTasksCount counts tasks whose desired status is RUNNING.
    """
    own = tasks_on(instance, tasks)
    return {
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.ec2_id,
        "version": instance.version,
        "versionInfo": instance.versions,
        "remainingResources": free(instance, own),
        "registeredResources": instance.resources,
        "status": instance.status,
        "agentConnected": instance.status != "INACTIVE",
        "runningTasksCount": sum(task.active for task in own),
        "pendingTasksCount": sum(task.last_status == "PENDING" for task in own),
        "attributes": attribute_list(instance.all_attributes),
        "registeredAt": instance.registered_at,
        "attachments": [],
        "tags": tag_list(instance.tags) if tags else [],
    }


def attribute_list(attributes: dict[str, str | None], target: str | None = None) -> list[dict[str, Any]]:
    """Attributes as ECS spells them; one without a value has none"""
    return [{"name": name, "value": value, "targetId": target} for name, value in attributes.items()]


def _number(name: str, value: int) -> dict[str, Any]:
    return {"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value}


def _set(name: str, values: Iterable[str]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "STRINGSET",
        "doubleValue": 0.0,
        "longValue": 0,
        "integerValue": 0,
        "stringSetValue": list(values),
    }
