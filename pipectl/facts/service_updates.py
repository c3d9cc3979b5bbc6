"""What UpdateService takes, by deployment controller, and what of it replaces the tasks of a service."""

from collections.abc import Mapping

REPLACING = frozenset({
    "capacityProviderStrategy", "loadBalancers", "networkConfiguration", "platformVersion",
    "serviceConnectConfiguration", "serviceRegistries", "taskDefinition", "volumeConfigurations",
    "vpcLatticeConfigurations",
})  # fmt: skip
"""Parameters whose change begins a deployment (API reference, UpdateService).

A capacity provider strategy does so only because it must come with `forceNewDeployment`.
"""

_COUNTS = frozenset({
    "desiredCount", "enableECSManagedTags", "healthCheckGracePeriodSeconds", "placementConstraints",
    "placementStrategy", "propagateTags",
})  # fmt: skip

TAKEN: Mapping[str, frozenset[str]] = {
    "CODE_DEPLOY": _COUNTS
    | {"availabilityZoneRebalancing", "deploymentConfiguration", "enableExecuteCommand", "tags"},
    "EXTERNAL": _COUNTS | {"enableExecuteCommand", "tags"},
}
"""Deployment controller -> the parameters that may change; a service with the controller ECS takes all.

API reference, UpdateService. Its list does not name `enableExecuteCommand` and
`availabilityZoneRebalancing`; ecspresso sends both to CODE_DEPLOY services (kayac/ecspresso, deploy.go,
`BuildServiceAttributes`). Tags go by TagResource.
"""

CALLED: Mapping[str, str] = {
    "capacityProviderStrategy": "capacity provider strategy",
    "loadBalancers": "load balancers",
    "networkConfiguration": "network parameters",
    "platformVersion": "platform version",
    "serviceRegistries": "service registries",
    "taskDefinition": "task definition",
}
"""What AWS's refusal calls a parameter: boto/boto3#1936 (task definition), kayac/ecspresso#393 (load
balancers), hashicorp/terraform-provider-aws#13473 (network parameters); the others are formed after them."""


def takes(controller: str, parameter: str) -> bool:
    """Whether UpdateService may change a parameter of a service with this deployment controller."""
    return controller not in TAKEN or parameter in TAKEN[controller]
