"""ECS clusters and services as the spec writes them."""

import re
from collections.abc import Mapping
from typing import Any

from pipectl.arrive import tasks
from pipectl.arrive.looking import Look, filled, own_tags, rest, words_of
from pipectl.engine.values import State
from pipectl.kinds import cluster, service
from pipectl.kinds.deployed_block import LATTICE, SERVICE_CONNECT, VOLUME
from pipectl.kinds.kind import mapped
from pipectl.kinds.naming import Words, is_whole

SUBNET = re.compile(r"subnet-[0-9a-f]{8}([0-9a-f]{9})?")

SPOKEN_SERVICE = frozenset({"serviceRegistries", "placementConstraints", "placementStrategy"})
"""Lists of a described service that CreateService takes as they are and the grammar has no word for."""

SPOKEN_DEPLOYMENT = frozenset({"minimumHealthyPercent", "maximumPercent", "deploymentCircuitBreaker"})
DEPLOYMENT_FILLED = {"strategy": "ROLLING", "bakeTimeInMinutes": 0}
OFF = {"alarmNames": [], "rollback": False, "enable": False}
"""The alarms of a deployment that has none, as ECS tells them."""

CLUSTER_SPOKEN = frozenset({
    "clusterArn", "clusterName", "status", "registeredContainerInstancesCount", "runningTasksCount",
    "pendingTasksCount", "activeServicesCount", "statistics", "tags", "settings", "capacityProviders",
    "defaultCapacityProviderStrategy", "attachments", "attachmentsStatus",
})  # fmt: skip


def found_cluster(look: Look, name: str) -> State | None:
    """What is there of a cluster."""
    return look.state(cluster.KIND, name, {"tags": {}})


def found_service(look: Look, name: str) -> State | None:
    """What is there of a service, by `cluster/service`, and its task definition as `raw_task`."""
    state = look.state(service.KIND, name, {"tags": {}})
    arn = ((state or {}).get("aws") or {}).get("taskDefinition")
    if state is None or not arn:
        return state
    answer = look.ask(
        f"task definition of ecs service {name}",
        "ecs",
        "describe_task_definition",
        ("ClientException",),
        taskDefinition=arn,
        include=["TAGS"],
    )
    more: dict[str, Any] = {"scaled": _is_scaled(look, name)}
    if answer:
        more |= {"raw_task": answer["taskDefinition"], "task_tags": mapped(answer.get("tags"))}
    return {**state, **more}


def _is_scaled(look: Look, name: str) -> bool:
    """Whether autoscaling owns the count of its tasks: then no spec may state it."""
    answer = look.ask(
        f"autoscaling of ecs service {name}",
        "application-autoscaling",
        "describe_scalable_targets",
        ServiceNamespace="ecs",
        ResourceIds=[f"service/{name}"],
        ScalableDimension="ecs:service:DesiredCount",
    )
    return bool((answer or {}).get("ScalableTargets"))


def cluster_block(found: State) -> dict[str, Any]:
    """A cluster in the grammar, without its services."""
    insights = found.get("container_insights")
    return filled(
        container_insights=insights if insights != "disabled" else None,
        capacity_providers=found.get("capacity_providers"),
        default_capacity_provider_strategy=_strategy(found.get("default_capacity_provider_strategy") or {}),
        tags=own_tags(found.get("tags")),
        aws=rest(found["aws"], CLUSTER_SPOKEN, {}),
    )


def _strategy(parts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return [
        {"capacity_provider": name, **{key: value for key, value in part.items() if value}}
        for name, part in parts.items()
    ]


def is_known(look: Look, name: str, found: State) -> bool:
    """Whether the grammar can say a service; what it cannot, it only uses."""
    why = _unknown(found)
    if why:
        look.tell(f"ecs service {name} is only used: {why}")
    return why is None


def _unknown(found: State) -> str | None:
    raw = found.get("raw_task")
    if raw is None:
        return "its task definition is not there for us to read"
    if not tasks.is_known(raw):
        return "the grammar has no word for ranges of ports"
    if any(not SUBNET.fullmatch(subnet) for subnet in found["subnets"]):
        return "the grammar knows no such subnets"
    return None


def service_block(
    look: Look, name: str, found: State, around: tasks.Surroundings, log_group: str | None
) -> dict[str, Any]:
    """A service in the grammar; `log_group` is None when it is the one that pipectl makes."""
    raw: Mapping[str, Any] = found["aws"]
    strategy = _strategy(found["capacity_provider_strategy"])
    launches = None if strategy else raw.get("launchType") or "EC2"
    said: dict[str, Any] = {"task_definition": tasks.block(found["raw_task"], around, launches)}
    daemon = found["scheduling_strategy"] == "DAEMON"
    if not daemon and not found["scaled"]:
        said["desired_count"] = found["desired_count"]
    said |= filled(
        launch_type=launches if launches != "FARGATE" else None,
        capacity_provider_strategy=strategy,
        platform_version=_unless(found["platform_version"], "LATEST"),
        subnets=found["subnets"],
        security_groups=found["security_groups"],
        assign_public_ip=found["assign_public_ip"] or None,
    )
    said |= _targets(raw)
    said |= filled(
        health_check_grace_seconds=found["health_check_grace_seconds"] or None,
        deployment=_deployment(raw, daemon=daemon),
        deployment_controller=_unless(found["deployment_controller"], "ECS"),
        scheduling_strategy="DAEMON" if daemon else None,
        availability_zone_rebalancing=None
        if daemon
        else _unless(found["availability_zone_rebalancing"], "ENABLED"),
        execute_command=found["execute_command"] or None,
        propagate_tags=_unless(found["propagate_tags"], "NONE"),
        **_with_deployment(found),
        log_group=log_group,
    )
    _tell(look, name, found)
    return said | filled(tags=own_tags(found.get("tags")), aws=_aws(raw))


def _with_deployment(found: State) -> dict[str, Any]:
    """Service Connect, volumes and VPC Lattice as our words say them; what they cannot say stands raw."""
    raw = found["aws"]
    words: dict[str, Any] = {}
    if _is_said("serviceConnectConfiguration", raw) and found["service_connect"]["enabled"]:
        connect = {key: value for key, value in found["service_connect"].items() if key != "enabled"}
        services = [_with_own_name(each) for each in connect.pop("services", [])]
        words["service_connect"] = connect | filled(services=services)
    return words | {
        word: found[word]
        for word, member in (("volumes", "volumeConfigurations"), ("lattice", "vpcLatticeConfigurations"))
        if _is_said(member, raw)
    }


def _with_own_name(service: Mapping[str, Any]) -> dict[str, Any]:
    """A service without the discovery name that ECS fills in, its port's (API reference)."""
    return {
        key: value
        for key, value in service.items()
        if key != "discovery_name" or value != service["port_name"]
    }


def _is_said(member: str, raw: Mapping[str, Any]) -> bool:
    """Whether the grammar's words say all of a parameter."""
    words, value = DEPLOYED[member], raw.get(member)
    return all(is_whole(words, each) for each in (value if isinstance(value, list) else [value or {}]))


DEPLOYED: Mapping[str, Words] = {
    "serviceConnectConfiguration": SERVICE_CONNECT,
    "volumeConfigurations": VOLUME,
    "vpcLatticeConfigurations": LATTICE,
}


def _unless(value: Any, usual: str) -> Any:
    return None if value == usual else value


def _targets(raw: Mapping[str, Any]) -> dict[str, Any]:
    targets = [
        words_of(
            each, {"target_group": "targetGroupArn", "container": "containerName", "port": "containerPort"}
        )
        for each in raw.get("loadBalancers") or []
    ]
    if not targets or not _plain_targets(raw):
        return {}
    return {"load_balancer": targets[0]} if len(targets) == 1 else {"load_balancers": targets}


def _plain_targets(raw: Mapping[str, Any]) -> bool:
    """Whether target groups are all that it has: Classic Load Balancers and more stand under `aws:`."""
    known = {"targetGroupArn", "containerName", "containerPort"}
    return all(filled(**each).keys() == known for each in raw.get("loadBalancers") or [])


def _deployment(raw: Mapping[str, Any], *, daemon: bool) -> dict[str, Any]:
    configuration = raw.get("deploymentConfiguration") or {}
    least, most = configuration.get("minimumHealthyPercent"), configuration.get("maximumPercent")
    usual = (0, 100) if daemon else (100, 200)
    said = {} if (least, most) == usual else _numbers(minimum_healthy_percent=least, maximum_percent=most)
    breaker = configuration.get("deploymentCircuitBreaker") or {}
    if breaker.get("enable"):
        said["circuit_breaker"] = True if breaker.get("rollback") else {"rollback": False}
    else:
        said["circuit_breaker"] = False  # left out again where it is the default (`shorten`)
    return said


def _numbers(**values: int | None) -> dict[str, Any]:
    """Zero is a number too."""
    return {key: value for key, value in values.items() if value is not None}


def _aws(raw: Mapping[str, Any]) -> dict[str, Any]:
    deployment = rest(raw.get("deploymentConfiguration") or {}, SPOKEN_DEPLOYMENT, DEPLOYMENT_FILLED)
    if not (deployment.get("alarms") or {}).get("enable"):
        deployment.pop("alarms", None)
    return filled(
        **{key: raw.get(key) for key in sorted(SPOKEN_SERVICE)},
        deploymentConfiguration=deployment,
        enableECSManagedTags=raw.get("enableECSManagedTags") or None,
        **{member: raw.get(member) for member in DEPLOYED if not _is_said(member, raw)},
        loadBalancers=None if _plain_targets(raw) else raw.get("loadBalancers"),
    )


def _tell(look: Look, name: str, found: State) -> None:
    """What no answer and no word of the grammar says: it stays as it is."""
    if found["scaled"]:
        look.tell(f"autoscaling of ecs service {name} stays as it is: the grammar has no word for it")
    service = found.get("tags") or {}
    lost = [key for key, text in own_tags(found["task_tags"]).items() if service.get(key) != text]
    if lost:
        said = f"tags of the task definition of ecs service {name} ({', '.join(lost)})"
        look.tell(f"{said}: its next revision has those of the service instead")


__all__ = ["cluster_block", "found_cluster", "found_service", "is_known", "service_block"]
