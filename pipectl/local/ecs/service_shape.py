"""A service's members: the defaults that CreateService fills in, and what DescribeServices answers."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pipectl.facts import synonyms
from pipectl.local.ecs import task_set_records
from pipectl.local.ecs.names import related, tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.ecs.state import Cluster, Deployment, ServiceRecord, Task

RESOLVED_PLATFORM = "1.4.0"  # what LATEST means on Linux (developer guide, platform versions)
PENDING = ("PROVISIONING", "PENDING", "ACTIVATING")

# What a deployment has of its own (API reference, Deployment)
DEPLOYED = (
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "platformFamily",
    "networkConfiguration",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
# Kept, but not told by DescribeServices outside of `deployments`
UNTOLD = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")


def deployment_configuration(sent: dict[str, Any] | None, scheduling: str) -> dict[str, Any]:
    """API reference, DeploymentConfiguration: 200 and 100 per cent, for DAEMON 100 and 0"""
    settings = copy.deepcopy(sent or {})
    most, least = (100, 0) if scheduling == "DAEMON" else (200, 100)
    return {
        "maximumPercent": most,
        "minimumHealthyPercent": least,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
        **settings,
        "deploymentCircuitBreaker": {**_breaker_off(), **settings.get("deploymentCircuitBreaker", {})},
    }


def _breaker_off() -> dict[str, Any]:
    """The circuit breaker of a service that states none (recorded: radkawar/stackd, ecs/services.json)"""
    return {
        "enable": False,
        "rollback": False,
        "resetOnHealthyTask": True,
        "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
    }


def changed_deployment(before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A deployment configuration after UpdateService: what the request omits stays, also of the breaker

    Recorded: radkawar/stackd, testdata/aws/ecs/services.json, calls 128 to 135.
    """
    breaker = {**before["deploymentCircuitBreaker"], **sent.get("deploymentCircuitBreaker", {})}
    return {**before, **copy.deepcopy(sent), "deploymentCircuitBreaker": breaker}


def placement_strategy(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A placement strategy as ECS answers it"""
    return [
        {member: synonyms.answered("ecs", member, value) for member, value in item.items()} for item in sent
    ]


def network_configuration(sent: dict[str, Any] | None) -> dict[str, Any] | None:
    """API reference, AwsVpcConfiguration: no public address unless asked for"""
    if not sent:
        return None
    vpc = {"assignPublicIp": "DISABLED", "securityGroups": [], **sent.get("awsvpcConfiguration", {})}
    return {"awsvpcConfiguration": vpc}


def initial_fields(request: dict[str, Any], launch: str | None, controller: str) -> dict[str, Any]:
    """The members of a new service that are the request's or AWS's defaults

    What comes back for the members that were not sent: API reference, CreateService and Service.
    """
    scheduling = request.get("schedulingStrategy", "REPLICA")
    fields: dict[str, Any] = {
        "loadBalancers": request.get("loadBalancers", []),
        "serviceRegistries": request.get("serviceRegistries", []),
        "deploymentConfiguration": deployment_configuration(
            request.get("deploymentConfiguration"), scheduling
        ),
        "deploymentController": {"type": controller},
        "schedulingStrategy": scheduling,
        "placementConstraints": request.get("placementConstraints", []),
        "placementStrategy": placement_strategy(request.get("placementStrategy", [])),
        "networkConfiguration": network_configuration(request.get("networkConfiguration")),
        "healthCheckGracePeriodSeconds": request.get("healthCheckGracePeriodSeconds", 0),  # recorded: 0
        "enableECSManagedTags": request.get("enableECSManagedTags", False),
        "propagateTags": request.get("propagateTags", "NONE"),
        "enableExecuteCommand": request.get("enableExecuteCommand", False),
        "availabilityZoneRebalancing": request.get("availabilityZoneRebalancing", "ENABLED"),
        "resourceManagementType": "CUSTOMER",
        **{member: request[member] for member in UNTOLD if member in request},
    }
    if launch is not None:
        fields["launchType"] = launch
    if controller != "ECS":  # cloudposse/terraform-aws-ecs-alb-service-task#165: taken, and not kept
        fields["deploymentConfiguration"]["deploymentCircuitBreaker"] = _breaker_off()
    return fields


def described(cluster: Cluster, service: ServiceRecord, *, tags: bool) -> dict[str, Any]:
    """A service as DescribeServices tells it"""
    tasks = cluster.tasks_of(service)
    primary = service.primary or (service.primary_task_set and service.primary_task_set.deployment)
    external = service.fields["deploymentController"]["type"] == "EXTERNAL"
    told = {member: value for member, value in service.fields.items() if member not in UNTOLD}
    return {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "status": service.status,
        "desiredCount": service.desired,
        **_counts(tasks),
        "taskDefinition": primary.revision.arn if primary else None,
        **told,
        "deployments": [_deployment(each, tasks) for each in service.deployments],
        "taskSets": [
            task_set_records.described(service, each, tasks, tags=False)
            for each in service.task_sets.values()
        ]
        if external
        else None,
        "events": list(service.events),
        **_current(service, tasks),
        "tags": tag_list(service.tags) if tags else None,
    }


def _current(service: ServiceRecord, tasks: list[Task]) -> dict[str, Any]:
    """The newest service deployment, and the revisions that have tasks or shall have some"""
    return {
        "currentServiceDeployment": deployment_arn(service, service.history[0]) if service.history else None,
        "currentServiceRevisions": [revision_counts(service, each, tasks) for each in service.deployments],
    }


def deployment_arn(service: ServiceRecord, deployment: Deployment) -> str:
    """Name a service deployment"""
    return related(service.arn, "service-deployment", deployment.number)


def revision_arn(service: ServiceRecord, deployment: Deployment) -> str:
    """Name the service revision of a deployment"""
    return related(service.arn, "service-revision", deployment.number)


def revision_counts(service: ServiceRecord, deployment: Deployment, tasks: list[Task]) -> dict[str, Any]:
    """A service revision with its tasks (API reference, ServiceCurrentRevisionSummary)"""
    own = [task for task in tasks if task.deployment == deployment.id]
    counts = _counts(own)
    wanted = deployment.desired if deployment.status == "PRIMARY" else sum(task.active for task in own)
    return {
        "arn": revision_arn(service, deployment),
        "requestedTaskCount": wanted,
        "runningTaskCount": counts["runningCount"],
        "pendingTaskCount": counts["pendingCount"],
    }


def _counts(tasks: Iterable[Task]) -> dict[str, int]:
    listed = list(tasks)
    return {
        "runningCount": sum(task.last_status == "RUNNING" for task in listed),
        "pendingCount": sum(task.last_status in PENDING for task in listed),
    }


def _deployment(deployment: Deployment, tasks: list[Task]) -> dict[str, Any]:
    """API reference, Deployment; one that is being replaced wants what it still keeps (inferred)"""
    own = [task for task in tasks if task.deployment == deployment.id]
    kept = sum(task.active for task in own)
    settings = dict(deployment.settings)
    if settings.get("platformVersion") == "LATEST":
        settings["platformVersion"] = RESOLVED_PLATFORM
    return {
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": deployment.revision.arn,
        "desiredCount": deployment.desired if deployment.status == "PRIMARY" else kept,
        **_counts(own),
        "failedTasks": deployment.failed,
        "createdAt": deployment.created_at,
        "updatedAt": deployment.updated_at,
        **settings,
        "rolloutState": deployment.state,
        "rolloutStateReason": deployment.reason,
    }
