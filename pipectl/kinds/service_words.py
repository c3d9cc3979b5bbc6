"""What CreateService and UpdateService are sent, and the words that both sides are compared in."""

from collections.abc import Mapping
from typing import Any

from pipectl.engine.values import exactly
from pipectl.facts.deployment_strategies import SHIFTING
from pipectl.kinds.deployed_block import LATTICE, SERVICE_CONNECT, VOLUME
from pipectl.kinds.naming import plain, said, sent
from pipectl.kinds.raw import arranged
from pipectl.kinds.service_block import Service

BREAKER = "deploymentCircuitBreaker"


def request(cluster: str, name: str, service: Service, *, deployed: bool = False) -> dict[str, Any]:
    """The parameters of CreateService, without the task definition.

    `deployed` says whether an ECS action deploys to the service: it then has a circuit breaker by default.
    """
    optional = {
        "desiredCount": service.desired_count,
        "launchType": service.launches,
        "capacityProviderStrategy": [each.request() for each in service.capacity_provider_strategy or []]
        or None,
        "platformVersion": service.platform_version,
        "loadBalancers": [_target(each) for each in service.targets] or None,
        "healthCheckGracePeriodSeconds": service.health_check_grace_seconds,
        "deploymentConfiguration": _deployment(service, deployed=deployed) or None,
        "deploymentController": _typed(service.deployment_controller),
        "schedulingStrategy": service.scheduling_strategy,
        "availabilityZoneRebalancing": service.availability_zone_rebalancing,
        "enableExecuteCommand": service.execute_command,
        "propagateTags": service.propagate_tags,
        "networkConfiguration": _network(service),
        **_deployed(service),
    }
    params = {"cluster": cluster, "serviceName": name}
    return {**params, **{key: value for key, value in optional.items() if value is not None}}


def _deployed(service: Service) -> dict[str, Any]:
    """What ECS keeps with a deployment."""
    connect, volumes, lattice = service.service_connect, service.volumes, service.lattice
    told: dict[str, Any] = {}
    if connect is not None:
        values = {"enabled": connect is not False, **(plain(connect) if connect else {})}
        told["serviceConnectConfiguration"] = sent(SERVICE_CONNECT, values)
    if volumes is not None:
        told["volumeConfigurations"] = [sent(VOLUME, plain(each)) for each in volumes]
    if lattice is not None:
        told["vpcLatticeConfigurations"] = [sent(LATTICE, plain(each)) for each in lattice]
    return told


def _typed(value: str | None) -> dict[str, str] | None:
    return {"type": value} if value else None


def _target(target: Any) -> dict[str, Any]:
    return {
        "targetGroupArn": target.target_group,
        "containerName": target.container,
        "containerPort": target.port,
    }


def _network(service: Service) -> dict[str, Any] | None:
    if not service.subnets:
        return None
    network: dict[str, Any] = {
        "subnets": service.subnets,
        "assignPublicIp": "ENABLED" if service.assign_public_ip else "DISABLED",
    }
    if service.security_groups:
        network["securityGroups"] = service.security_groups
    return {"awsvpcConfiguration": network}


def _deployment(service: Service, *, deployed: bool) -> dict[str, Any]:
    deployment = service.deployment
    params: dict[str, Any] = {}
    if deployment.minimum_healthy_percent is not None:
        params["minimumHealthyPercent"] = deployment.minimum_healthy_percent
    if deployment.maximum_percent is not None:
        params["maximumPercent"] = deployment.maximum_percent
    breaker = deployment.circuit_breaker
    if breaker is None and deployed and _breaks_by_default(service):
        breaker = True
    if breaker is not None:
        enabled = breaker is not False
        rollback = enabled if isinstance(breaker, bool) else breaker.rollback
        params[BREAKER] = {"enable": enabled, "rollback": rollback}
    return params


def _breaks_by_default(service: Service) -> bool:
    """Whether a circuit breaker gives up a failing rollout that an ECS action would wait for up to an hour.

    Rolling updates only, and no DAEMON, whose failures it does not count (API reference,
    DeploymentCircuitBreaker; aws/aws-cdk#38102). What the spec says raw is not overruled.
    """
    raw = service.aws.get("deploymentConfiguration") or {}
    rolls = service.deployment_controller in (None, "ECS") and raw.get("strategy") not in SHIFTING
    return rolls and service.scheduling_strategy != "DAEMON" and BREAKER not in raw


WORDS = {
    "desired_count": "desiredCount",
    "launch_type": "launchType",
    "platform_version": "platformVersion",
    "health_check_grace_seconds": "healthCheckGracePeriodSeconds",
    "scheduling_strategy": "schedulingStrategy",
    "availability_zone_rebalancing": "availabilityZoneRebalancing",
    "execute_command": "enableExecuteCommand",
    "propagate_tags": "propagateTags",
}
"""Words of the spec that are plain values in the API."""

PARAMETERS = {
    **WORDS,
    "capacity_provider_strategy": "capacityProviderStrategy",
    "deployment_controller": "deploymentController",
    "deployment": "deploymentConfiguration",
    "load_balancers": "loadBalancers",
    "subnets": "networkConfiguration",
    "security_groups": "networkConfiguration",
    "assign_public_ip": "networkConfiguration",
    "service_connect": "serviceConnectConfiguration",
    "volumes": "volumeConfigurations",
    "lattice": "vpcLatticeConfigurations",
}
"""Word of the spec -> parameter of CreateService and UpdateService."""


WITH_DEPLOYMENT = ("service_connect", "volumes", "lattice")
"""Words for what ECS keeps with a deployment; AWS fills in what they leave out."""


def stated(service: Service, params: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared: what the request says, and no load balancers where the file names none."""
    found = words(params)
    asked = {word for word, parameter in PARAMETERS.items() if parameter in params}
    if not service.security_groups:
        asked.discard("security_groups")  # AWS then takes the VPC's default group and may say so
    compared = {word: value for word, value in found.items() if word in asked}
    compared |= {word: arranged("ecs", compared[word]) for word in WITH_DEPLOYMENT if word in compared}
    compared["load_balancers"] = found["load_balancers"]
    if "capacity_provider_strategy" in compared:
        compared["capacity_provider_strategy"] = exactly(found["capacity_provider_strategy"])
    if "deployment" in compared:
        compared["deployment"] = {
            key: value
            for key, value in found["deployment"].items()
            if value is not None
            and (key != "circuit_breaker" or BREAKER in params["deploymentConfiguration"])
        }
    return compared


DEPLOYED = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")
"""Parameters of CreateService that only a deployment tells (service model, Service and Deployment)."""


def with_deployed(service: Mapping[str, Any]) -> dict[str, Any]:
    """A described service with what only its PRIMARY deployment tells."""
    deployments = service.get("deployments") or []
    primary: Mapping[str, Any] = next((each for each in deployments if each.get("status") == "PRIMARY"), {})
    return {**service, **{key: primary[key] for key in DEPLOYED if key in primary}}


def words(service: Mapping[str, Any]) -> dict[str, Any]:
    """A service, asked for or described, in the words of the spec."""
    network = (service.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    connect = service.get("serviceConnectConfiguration") or {}
    deployment = service.get("deploymentConfiguration") or {}
    strategy = service.get("capacityProviderStrategy") or []
    return {
        **{word: service.get(theirs) for word, theirs in WORDS.items()},
        "launch_type": None if strategy else service.get("launchType"),
        "execute_command": service.get("enableExecuteCommand") or False,
        "propagate_tags": service.get("propagateTags") or "NONE",
        "deployment_controller": (service.get("deploymentController") or {}).get("type", "ECS"),
        "capacity_provider_strategy": _strategy(strategy),
        "subnets": sorted(network.get("subnets") or []),
        "security_groups": sorted(network.get("securityGroups") or []),
        "assign_public_ip": network.get("assignPublicIp") == "ENABLED",
        "load_balancers": sorted(_target_words(each) for each in service.get("loadBalancers") or []),
        "service_connect": {"enabled": bool(connect.get("enabled")), **said(SERVICE_CONNECT, connect)},
        "volumes": [said(VOLUME, each) for each in service.get("volumeConfigurations") or []],
        "lattice": [said(LATTICE, each) for each in service.get("vpcLatticeConfigurations") or []],
        "deployment": {
            "minimum_healthy_percent": deployment.get("minimumHealthyPercent"),
            "maximum_percent": deployment.get("maximumPercent"),
            "circuit_breaker": _breaker(deployment.get(BREAKER)),
        },
    }


def _strategy(parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        part["capacityProvider"]: {"weight": part.get("weight", 0), "base": part.get("base", 0)}
        for part in parts
    }


def _target_words(target: Mapping[str, Any]) -> str:
    where = target.get("targetGroupArn") or target.get("loadBalancerName")
    return f"{where} -> {target['containerName']}:{target['containerPort']}"


def _breaker(breaker: Mapping[str, Any] | None) -> str:
    """A service that AWS tells none of has none."""
    if breaker is None or not breaker["enable"]:
        return "off"
    return "on, rolls back" if breaker["rollback"] else "on"
