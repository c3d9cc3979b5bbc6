"""What CreateService and UpdateService refuse.

The words that name a launch type, a network mode or a container are in public error reports; where a
docstring says "inferred", nobody documents them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import NAME, SECURITY_GROUP, SUBNET, TARGET_GROUP, invalid
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Revision

MOST_SUBNETS, MOST_GROUPS = 16, 5  # API reference, AwsVpcConfiguration
MOST_STRATEGIES, MOST_CONSTRAINTS, MOST_LOAD_BALANCERS = 5, 10, 5  # API reference, CreateService
MOST_PERCENT = 2000  # inferred; a limit of the service, not in the model
LONGEST_TOKEN = 36
_TOKEN = re.compile(r"[\x21-\x7e]{1,36}")
PLATFORMS = ("LATEST", "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0")


def check_identity(request: dict[str, Any]) -> None:
    """API reference, CreateService.serviceName (inferred words) and .clientToken

    The words of a long token are recorded: radkawar/stackd, testdata/aws/ecs/services.json.
    """
    if not NAME.fullmatch(request["serviceName"]):
        raise invalid(
            f"Invalid service name: {request['serviceName']}. "
            "Service names are 1 to 255 letters, numbers, hyphens and underscores"
        )
    if len(request.get("clientToken", "")) > LONGEST_TOKEN:
        raise invalid(f"idempotency token longer than {LONGEST_TOKEN}.")
    if not _TOKEN.fullmatch(request.get("clientToken", "-")):
        raise invalid("clientToken must be up to 36 ASCII characters in the range of 33-126.")


def check_new_count(request: dict[str, Any], scheduling: str, controller: str) -> None:
    """Check the desired count of CreateService, which REPLICA requires (API reference)

    The words are recorded: radkawar/stackd, testdata/aws/ecs/services.json. That a service of an EXTERNAL
    controller needs none, because its task sets have their own scale, is inferred.
    """
    count = request.get("desiredCount")
    if count is None and scheduling == "REPLICA" and controller != "EXTERNAL":
        raise invalid("DesiredCount is missing")
    check_count(request, scheduling, "DesiredCount")


def check_count(request: dict[str, Any], scheduling: str, name: str = "Task count") -> None:
    """Check a desired count: REPLICA only, and 0 or more (the words are recorded in the same place)"""
    count = request.get("desiredCount")
    if count is not None and scheduling == "DAEMON":
        raise invalid(
            "The daemon scheduling strategy does not support a desired count for services. "
            "Remove the desired count value and try again"
        )
    if count is not None and count < 0:
        raise invalid(f"{name} can not be lesser than 0")


def check_launch(request: dict[str, Any], revision: Revision, launch: str) -> None:
    """What the launch type cannot do"""
    if request.get("launchType") and request.get("capacityProviderStrategy"):
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if launch not in revision.definition["compatibilities"]:
        raise invalid(f"Task definition does not support launch_type {launch}.")
    if launch != "FARGATE":
        return
    if request.get("schedulingStrategy") == "DAEMON":
        raise invalid(  # recorded: radkawar/stackd, testdata/aws/ecs/services.json
            "The daemon scheduling strategy does not support the FARGATE launch type. "
            "Change the launch type and try again"
        )
    if request.get("placementConstraints"):
        raise invalid("Placement constraints are not supported with FARGATE launch type.")
    if request.get("placementStrategy"):
        raise invalid("Placement strategies are not supported with FARGATE launch type.")


def check_platform(version: str | None, launch: str) -> None:
    """Fargate's platform versions for Linux (developer guide)"""
    if version is None:
        return
    if launch != "FARGATE":
        raise invalid("The platform version must be null when specifying an EC2 launch type.")
    if version not in PLATFORMS:
        raise Refused("PlatformUnknownException", "The specified platform does not exist.")


def check_network(network: dict[str, Any] | None, revision: Revision, launch: str) -> None:
    """The mode awsvpc needs a network, others must not have one (API reference, networkConfiguration)"""
    awsvpc = revision.definition["networkMode"] == "awsvpc"
    if awsvpc and not network:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if not awsvpc and network:
        raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
    if network:
        _check_vpc(network.get("awsvpcConfiguration", {}), launch)


def _check_vpc(vpc: dict[str, Any], launch: str) -> None:
    """Any well-formed id is taken as there; the refusals' words are those of a missing one"""
    subnets, groups = vpc.get("subnets", []), vpc.get("securityGroups", [])
    if not subnets:
        raise invalid("subnets can not be empty.")
    if len(subnets) > MOST_SUBNETS:
        raise invalid(f"subnets can have at most {MOST_SUBNETS} items.")
    if len(groups) > MOST_GROUPS:
        raise invalid(f"securityGroups can have at most {MOST_GROUPS} items.")
    for subnet in subnets:
        if not SUBNET.fullmatch(subnet):
            raise invalid(
                f"Error retrieving subnet information for [{subnet}]: "
                f"The subnet ID '{subnet}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
    for group in groups:
        if not SECURITY_GROUP.fullmatch(group):
            raise invalid(
                f"Error retrieving security group information for [{group}]: "
                f"The security group '{group}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
    if vpc.get("assignPublicIp") == "ENABLED" and launch == "EC2":
        raise invalid("Assign public IP is not supported for this launch type.")


def runs_on(strategy: list[dict[str, Any]] | None, launch: str | None) -> str:
    """The launch type that a service's tasks have: a strategy's by the names of its capacity providers"""
    if strategy:
        return "FARGATE" if strategy[0]["capacityProvider"].startswith("FARGATE") else "EC2"
    return launch or "EC2"


def check_placement(request: dict[str, Any], scheduling: str) -> None:
    """API reference, CreateService (inferred words); of a DAEMON: kayac/ecspresso#402"""
    if request.get("placementStrategy") and scheduling == "DAEMON":
        raise invalid(
            "The daemon scheduling strategy does not support placement strategies. "
            "Remove the placement strategy and try again"
        )
    if len(request.get("placementStrategy", [])) > MOST_STRATEGIES:
        raise invalid(f"A service can have at most {MOST_STRATEGIES} placement strategies.")
    if len(request.get("placementConstraints", [])) > MOST_CONSTRAINTS:
        raise invalid(f"A service can have at most {MOST_CONSTRAINTS} placement constraints.")


def check_execute_command(fields: dict[str, Any], revision: Revision, done: str) -> None:
    """The words are those of aws/aws-toolkit-jetbrains#3649, there of an update"""
    if fields["enableExecuteCommand"] and not revision.definition.get("taskRoleArn"):
        raise invalid(
            f"The service couldn't be {done} because a valid taskRoleArn is not being used. "
            "Specify a valid task role in your task definition and try again."
        )


def check_load_balancers(balancers: list[dict[str, Any]], revision: Revision) -> None:
    """Target groups are taken as there; the container and its port must be in the task definition"""
    if len(balancers) > MOST_LOAD_BALANCERS:
        raise invalid(f"A service can have at most {MOST_LOAD_BALANCERS} load balancers.")
    for balancer in balancers:
        group, name = balancer.get("targetGroupArn"), balancer.get("loadBalancerName")
        if bool(group) == bool(name):
            raise invalid("Specify either a targetGroupArn or a loadBalancerName.")
        if group and not TARGET_GROUP.fullmatch(group):
            raise invalid(f"Invalid target group ARN: {group}")
        _check_target(balancer, revision)


def _check_target(balancer: dict[str, Any], revision: Revision) -> None:
    name, port = balancer.get("containerName"), balancer.get("containerPort")
    container = next(
        (each for each in revision.definition["containerDefinitions"] if each["name"] == name), None
    )
    if not name:
        raise invalid("Container name cannot be blank.")
    if container is None:
        raise invalid(f"The container {name} does not exist in the task definition.")
    if port not in [mapping.get("containerPort") for mapping in container["portMappings"]]:
        raise invalid(f"The container {name} did not have a container port {port} defined.")


def check_deployment(configuration: dict[str, Any], scheduling: str) -> None:
    """API reference, DeploymentConfiguration (inferred words); of a DAEMON: aws/aws-cdk#2209"""
    most, least = configuration["maximumPercent"], configuration["minimumHealthyPercent"]
    if scheduling == "DAEMON" and most > 100:  # noqa: PLR2004  per cent
        raise invalid(
            "The daemon scheduling strategy does not support values above 100 for maximumPercent on a "
            "deployment configuration. Change the maximumPercent value to 100, and try again"
        )
    if not 0 <= most <= MOST_PERCENT or not 0 <= least <= MOST_PERCENT:
        raise invalid(f"maximumPercent and minimumHealthyPercent must be between 0 and {MOST_PERCENT}.")
    if scheduling == "REPLICA" and most < 100:  # noqa: PLR2004  per cent
        raise invalid("maximumPercent must be at least 100.")
    if least > 100:  # noqa: PLR2004  per cent
        raise invalid("minimumHealthyPercent must be at most 100.")
    if most == least == 100:  # noqa: PLR2004  per cent
        raise invalid(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
        )


def check_strategy(configuration: dict[str, Any], balancers: list[dict[str, Any]]) -> None:
    """Refuse what the local AWS does not model, in its own words: AWS would take it

    A deployment that only looked like a blue/green one would be worse than none.
    """
    strategy = configuration.get("strategy", "ROLLING")
    if strategy != "ROLLING":
        raise invalid(f"The local AWS cannot deploy with the strategy {strategy}: it knows ROLLING only.")
    if configuration.get("lifecycleHooks"):
        raise invalid("The local AWS cannot run deployment lifecycle hooks: take lifecycleHooks out.")
    if any(balancer.get("advancedConfiguration") for balancer in balancers):
        raise invalid(
            "The local AWS cannot shift traffic between target groups: take advancedConfiguration of "
            "loadBalancers out."
        )


def check_rebalancing(fields: dict[str, Any], launch: str) -> None:
    """Developer guide, "Balancing an Amazon ECS service across Availability Zones" (inferred words)"""
    reason = not_rebalanced(fields, launch)
    if reason and fields.get("availabilityZoneRebalancing") == "ENABLED":
        raise invalid(f"Availability Zone rebalancing cannot be enabled for a service that {reason}.")


def not_rebalanced(fields: dict[str, Any], launch: str) -> str:
    """Why a service is none whose tasks ECS rebalances between zones; empty when it is one (the same page)"""
    placement = fields.get("placementStrategy") or []
    zones = ("attribute:ecs.availability-zone", "ecs.availability-zone")
    if fields["schedulingStrategy"] == "DAEMON":
        return "uses the DAEMON scheduling strategy"
    if launch == "EXTERNAL":
        return "uses the EXTERNAL launch type"
    if fields["deploymentConfiguration"]["maximumPercent"] <= 100:  # noqa: PLR2004  per cent
        return "uses 100% as its maximumPercent value"
    if any(balancer.get("loadBalancerName") for balancer in fields["loadBalancers"]):
        return "uses a Classic Load Balancer"
    if any("ecs.availability-zone" in each.get("expression", "") for each in fields["placementConstraints"]):
        return "uses ecs.availability-zone as a task placement constraint"
    if placement and (placement[0].get("type") != "spread" or placement[0].get("field") not in zones):
        return "does not spread its tasks over Availability Zones first"
    return ""


def check_controller(request: dict[str, Any], controller: str) -> None:
    """API reference, DeploymentController: CODE_DEPLOY needs a load balancer and REPLICA"""
    if controller == "CODE_DEPLOY" and not request.get("loadBalancers"):
        raise invalid("A load balancer is required when using the CODE_DEPLOY deployment controller.")
    if controller != "ECS" and request.get("schedulingStrategy") == "DAEMON":
        raise invalid(
            f"The DAEMON scheduling strategy is not supported with the {controller} deployment controller."
        )
