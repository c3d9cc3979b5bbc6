"""Deployment strategies of ECS services: which exist, what each takes, and the bounds of the numbers."""

from collections.abc import Mapping

SHIFTING = frozenset({"BLUE_GREEN", "LINEAR", "CANARY"})
"""Strategies that shift traffic between two service revisions (API reference, DeploymentConfiguration)."""

NEED_TRAFFIC = frozenset({"LINEAR", "CANARY"})
"""Strategies of services with a load balancer or Service Connect only (developer guide, "Required resources
for Amazon ECS linear deployments" and "... canary deployments")."""

LONGEST_MINUTES = 1440
"""Of every bake time (API reference, LinearConfiguration, CanaryConfiguration; Terraform's provider takes the
same of `bakeTimeInMinutes`)."""

PERCENT: Mapping[str, tuple[str, float]] = {
    "linearConfiguration": ("stepPercent", 3.0),
    "canaryConfiguration": ("canaryPercent", 0.1),
}
"""Structure -> its percent and the least of it; the most is 100.0, in steps of 0.1 (API reference)."""

BAKE: Mapping[str, str] = {
    "linearConfiguration": "stepBakeTimeInMinutes",
    "canaryConfiguration": "canaryBakeTimeInMinutes",
}
"""Structure -> its bake time."""

OWN: Mapping[str, str] = {"linearConfiguration": "LINEAR", "canaryConfiguration": "CANARY"}
"""Structure -> the only strategy that takes it (API reference, DeploymentConfiguration)."""

NO_PAUSE = ("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")
"""Lifecycle stages without pause hooks (API reference, DeploymentLifecycleHook)."""

LONGEST_HOOK_MINUTES = 20_160
"""Of a lifecycle hook's timeout (service model, DeploymentLifecycleHookDuration)."""
