"""UpdateService: what is not sent stays; what a deployment has of its own begins a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import service_rules as rules
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs.clusters import strategy_items
from pipectl.local.ecs.names import invalid
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Cluster, Revision, ServiceRecord
    from pipectl.local.service import Caller

# API reference, UpdateService: taken over without a new deployment
_TAKEN = (
    "availabilityZoneRebalancing",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "propagateTags",
    "deploymentController",
)
# and with one
_ROLLING = (
    "loadBalancers",
    "serviceRegistries",
    "platformVersion",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
# API reference, UpdateService: what the other deployment controllers leave to their owners
_ALLOWED = {
    "CODE_DEPLOY": {
        "desiredCount",
        "deploymentConfiguration",
        "healthCheckGracePeriodSeconds",
        "placementConstraints",
        "placementStrategy",
        "enableECSManagedTags",
        "propagateTags",
        "enableExecuteCommand",
        "availabilityZoneRebalancing",
    },
    "EXTERNAL": {
        "desiredCount",
        "healthCheckGracePeriodSeconds",
        "placementConstraints",
        "placementStrategy",
        "enableECSManagedTags",
        "propagateTags",
        "enableExecuteCommand",
    },
}


class ServiceUpdates(Scheduling):
    """The operation UpdateService, and the same thing for a deployment that CodeDeploy would make"""

    def update_service(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Change an ACTIVE service; see the lists above for what begins a deployment"""
        cluster = self.active_cluster(request.get("cluster"))
        service = self._active_service(cluster, request["service"])
        controller = service.fields["deploymentController"]["type"]
        _check_controller(request, controller)
        if controller == "EXTERNAL":
            return self._change(cluster, service, request)
        return self._change(cluster, service, request, self._revision(service, request))

    def roll(self, cluster: str, service: str, task_definition: str) -> None:
        """Replace a service's tasks whatever its controller: a CodeDeploy deployment, played by rolling"""
        with self.world.lock:
            home = self.active_cluster(cluster)
            record = self._active_service(home, service)
            self._change(home, record, {}, self.usable_revision(task_definition))

    def _active_service(self, cluster: Cluster, reference: str) -> ServiceRecord:
        service = self.find_service(cluster, reference)
        if service is None:
            raise Refused("ServiceNotFoundException", "Service not found.")
        if service.status != "ACTIVE":
            raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
        return service

    def _revision(self, service: ServiceRecord, request: dict[str, Any]) -> Revision | None:
        if request.get("taskDefinition"):
            return self.usable_revision(request["taskDefinition"])
        return service.primary.revision if service.primary else None

    def _change(
        self,
        cluster: Cluster,
        service: ServiceRecord,
        request: dict[str, Any],
        revision: Revision | None = None,
    ) -> dict[str, Any]:
        fields = self._changed_fields(cluster, service, request)
        if revision is not None:
            _check(service, fields, request, revision)
        rolls = revision is not None and self._rolls(service, fields, request, revision)
        service.fields = fields
        if "desiredCount" in request:
            self.scale(service, request["desiredCount"])
        if rolls and revision is not None:
            self.begin_deployment(service, revision)
        return {"service": shape.described(cluster, service, tags=True)}

    def _changed_fields(
        self, cluster: Cluster, service: ServiceRecord, request: dict[str, Any]
    ) -> dict[str, Any]:
        """The members as they would be: nothing is kept before everything was checked"""
        fields = dict(service.fields)
        fields |= {member: request[member] for member in (*_TAKEN, *_ROLLING) if member in request}
        if "networkConfiguration" in request:
            fields["networkConfiguration"] = shape.network_configuration(request["networkConfiguration"])
        if "deploymentConfiguration" in request:
            fields["deploymentConfiguration"] = {
                **fields["deploymentConfiguration"],
                **request["deploymentConfiguration"],
            }
        if "capacityProviderStrategy" in request:
            self._change_capacity(cluster, fields, request)
        fields["healthCheckGracePeriodSeconds"] = shape.grace_seconds(fields)
        return fields

    @staticmethod
    def _change_capacity(cluster: Cluster, fields: dict[str, Any], request: dict[str, Any]) -> None:
        """API reference: a launch type may be left for a strategy; an empty one goes back"""
        strategy = strategy_items(request["capacityProviderStrategy"], cluster.capacity_providers)
        if not strategy:
            fields.pop("capacityProviderStrategy", None)
            fields.setdefault("launchType", "FARGATE" if "platformVersion" in fields else "EC2")
            return
        fields.pop("launchType", None)
        fields["capacityProviderStrategy"] = strategy
        fields.setdefault("platformVersion", "LATEST")
        fields.setdefault("platformFamily", "Linux")

    @staticmethod
    def _rolls(
        service: ServiceRecord, fields: dict[str, Any], request: dict[str, Any], revision: Revision
    ) -> bool:
        primary = service.primary
        return (
            primary is None
            or request.get("forceNewDeployment", False)
            or primary.revision is not revision
            or any(
                fields.get(member) != service.fields.get(member)
                for member in (*_ROLLING, "networkConfiguration")
            )
        )


def _check(
    service: ServiceRecord, fields: dict[str, Any], request: dict[str, Any], revision: Revision
) -> None:
    launch = fields.get("launchType", "FARGATE")
    scheduling = fields["schedulingStrategy"]
    rules.check_count(request, scheduling)
    rules.check_launch({**request, "schedulingStrategy": scheduling}, revision, launch)
    rules.check_platform(request.get("platformVersion"), launch)
    rules.check_network(fields.get("networkConfiguration"), revision, launch)
    rules.check_load_balancers(fields["loadBalancers"], revision)
    rules.check_deployment(fields["deploymentConfiguration"], scheduling)
    rules.check_placement(request)


def _check_controller(request: dict[str, Any], controller: str) -> None:
    """The words for a task definition are public, the others are formed after them"""
    allowed = _ALLOWED.get(controller)
    if allowed is None:
        return
    for member, value in request.items():
        if (
            member in allowed
            or member in ("service", "cluster")
            or (member == "forceNewDeployment" and not value)
        ):
            continue
        what = "task definition" if member == "taskDefinition" else member
        way = " Use AWS CodeDeploy to trigger a new deployment." if controller == "CODE_DEPLOY" else ""
        raise invalid(f"Unable to update {what} on services with a {controller} deployment controller.{way}")
