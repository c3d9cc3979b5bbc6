"""UpdateService: what is not sent stays; what a deployment has of its own begins a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.facts import service_updates
from pipectl.local.ecs import service_rules as rules
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs.capacity import strategy_items
from pipectl.local.ecs.names import invalid
from pipectl.local.ecs.namespaces import Namespaces
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


class ServiceUpdates(Namespaces, Scheduling):
    """The operation UpdateService, and the same thing for a deployment that CodeDeploy would make"""

    def update_service(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Change an ACTIVE service; see the lists above for what begins a deployment"""
        cluster = self.active_cluster(request.get("cluster"))
        service = self._active_service(cluster, request["service"])
        controller = service.fields["deploymentController"]["type"]
        _check_controller(request, controller)
        if controller == "EXTERNAL" and "deploymentController" not in request:
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
            fields["deploymentConfiguration"] = shape.changed_deployment(
                fields["deploymentConfiguration"], request["deploymentConfiguration"]
            )
        fields["placementStrategy"] = shape.placement_strategy(fields["placementStrategy"])
        if request.get("serviceConnectConfiguration", {}).get("enabled") is False:
            fields.pop("serviceConnectConfiguration")  # the provider's configurations: not answered any more
        if "capacityProviderStrategy" in request:
            self._change_capacity(fields, request)
        return self.connected(fields) if "serviceConnectConfiguration" in request else fields

    def _change_capacity(self, fields: dict[str, Any], request: dict[str, Any]) -> None:
        """API reference: a launch type may be left for a strategy; an empty one goes back"""
        strategy = strategy_items(request["capacityProviderStrategy"], self.providers)
        if not strategy:
            fields.pop("capacityProviderStrategy", None)
            fields.setdefault("launchType", "FARGATE" if "platformVersion" in fields else "EC2")
            return
        fields.pop("launchType", None)
        fields["capacityProviderStrategy"] = strategy
        if rules.runs_on(strategy, None) == "FARGATE":
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
    launch = rules.runs_on(fields.get("capacityProviderStrategy"), fields.get("launchType"))
    scheduling = fields["schedulingStrategy"]
    _check_forced(service, fields, request)
    rules.check_count(request, scheduling)
    rules.check_launch({**request, "schedulingStrategy": scheduling}, revision, launch)
    rules.check_platform(request.get("platformVersion"), launch)
    rules.check_network(fields.get("networkConfiguration"), revision, launch)
    rules.check_load_balancers(fields["loadBalancers"], revision)
    rules.check_deployment(fields["deploymentConfiguration"], scheduling)
    rules.check_strategy(fields["deploymentConfiguration"], fields["loadBalancers"])
    rules.check_rebalancing(fields, launch)
    rules.check_placement(request, scheduling)
    rules.check_execute_command(fields, revision, "updated")


def _check_forced(service: ServiceRecord, fields: dict[str, Any], request: dict[str, Any]) -> None:
    """The sentence is in pipe-cd/pipecd#6385, kayac/ecspresso#977 and reproio/ecs_deploy#74

    That an empty strategy is refused like any other change: aws/aws-cdk#34631.
    """
    before = service.fields.get("capacityProviderStrategy")
    if fields.get("capacityProviderStrategy") != before and not request.get("forceNewDeployment"):
        raise invalid(
            "When switching from launch type to capacity provider strategy on an existing service, or making "
            "a change to a capacity provider strategy on a service that is already using one, you must force "
            "a new deployment."
        )


def _check_controller(request: dict[str, Any], controller: str) -> None:
    """The sentences for the members of `service_updates.CALLED` are public (see there)

    A member without a value is let pass, as ecspresso sends them (kayac/ecspresso, deploy.go). A service may
    be handed over to ECS in place (developer guide, "Migrate CodeDeploy blue/green deployments").
    """
    if request.get("deploymentController", {}).get("type") == "ECS":
        return
    for member, value in request.items():
        empty = not value or value == {"enabled": False}
        takes = member in ("service", "cluster") or service_updates.takes(controller, member)
        if takes or (empty and member not in service_updates.CALLED):
            continue
        what = service_updates.CALLED.get(member, member)
        way = " Use AWS CodeDeploy to trigger a new deployment." if controller == "CODE_DEPLOY" else ""
        raise invalid(f"Unable to update {what} on services with a {controller} deployment controller.{way}")
