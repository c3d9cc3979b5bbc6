"""Services: created, described, listed, deleted. How their tasks come and go is the scheduler's matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import service_rules as rules
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs.capacity import strategy_items
from pipectl.local.ecs.names import ROLE_ARN, invalid, last_part, tag_map
from pipectl.local.ecs.namespaces import Namespaces
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.ecs.state import Cluster, Revision, ServiceRecord
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_DESCRIBED = 10
LISTED_AT_ONCE = 10  # API reference, ListServices: unlike other lists, 10 per page by default
LINKED_ROLE = "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"


class Services(Namespaces, Scheduling):
    """The operations on services, but UpdateService"""

    def create_service(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Create a service; the same request with the same clientToken is answered again (recorded)

        Recorded: radkawar/stackd, testdata/aws/ecs/services.json.
        """
        cluster = self.active_cluster(request.get("cluster"))
        rules.check_identity(request)
        existing = cluster.services.get(request["serviceName"])
        if existing is not None and existing.status != "INACTIVE":
            return {"service": shape.described(cluster, _repeated(existing, request), tags=True)}
        service = self._new_service(cluster, request, caller)
        cluster.services[service.name] = service
        return {"service": shape.described(cluster, service, tags=True)}

    def _new_service(self, cluster: Cluster, request: dict[str, Any], caller: Caller) -> ServiceRecord:
        controller = request.get("deploymentController", {}).get("type", "ECS")
        scheduling = request.get("schedulingStrategy", "REPLICA")
        strategy = self._strategy(cluster, request)
        launch = None if strategy else request.get("launchType", "EC2")
        fields = self.connected(shape.initial_fields(request, launch, controller))
        revision = self._checked_revision(request, controller, strategy, launch)
        rules.check_new_count(request, scheduling, controller)
        rules.check_deployment(fields["deploymentConfiguration"], scheduling)
        rules.check_strategy(fields["deploymentConfiguration"], fields["loadBalancers"])
        rules.check_controller(request, controller)
        rules.check_placement(request, scheduling)
        self._check_rebalancing(fields, request, rules.runs_on(strategy, launch))
        if revision is not None:
            rules.check_execute_command(fields, revision, "created")
        if strategy:
            fields["capacityProviderStrategy"] = strategy
        if rules.runs_on(strategy, launch) == "FARGATE":
            fields |= {"platformVersion": request.get("platformVersion", "LATEST"), "platformFamily": "Linux"}
        fields |= {"roleArn": self._role(request), "createdAt": self.world.now(), "createdBy": caller.arn}
        service = ServiceRecord(
            name=request["serviceName"],
            arn=self.arn(f"service/{cluster.name}/{request['serviceName']}"),
            cluster_arn=cluster.arn,
            arguments=_arguments(request),
            fields=fields,
            desired=request.get("desiredCount", 0),
            tags=tag_map(request.get("tags")),
        )
        if revision is not None:
            self.begin_deployment(service, revision)
        return service

    @staticmethod
    def _check_rebalancing(fields: dict[str, Any], request: dict[str, Any], runs_on: str) -> None:
        """ENABLED when nothing is said (API reference, CreateService), where that is allowed (inferred)"""
        if "availabilityZoneRebalancing" in request:
            rules.check_rebalancing(fields, runs_on)
        elif rules.not_rebalanced(fields, runs_on):
            fields["availabilityZoneRebalancing"] = "DISABLED"

    def _checked_revision(
        self, request: dict[str, Any], controller: str, strategy: list[dict[str, Any]], launch: str | None
    ) -> Revision | None:
        """The revision to run, checked against all that names a part of it; EXTERNAL has none of its own"""
        if controller == "EXTERNAL":
            return None
        if not request.get("taskDefinition"):
            raise invalid("TaskDefinition can not be blank.")
        revision = self.usable_revision(request["taskDefinition"])
        runs_on = rules.runs_on(strategy, launch)
        rules.check_network(request.get("networkConfiguration"), revision, runs_on)
        rules.check_launch(request, revision, runs_on)
        rules.check_platform(request.get("platformVersion"), runs_on)
        rules.check_load_balancers(request.get("loadBalancers", []), revision)
        if request.get("healthCheckGracePeriodSeconds") and not request.get("loadBalancers"):
            raise invalid(
                "Health check grace period is only valid for services configured to use load balancers"
            )
        return revision

    def _strategy(self, cluster: Cluster, request: dict[str, Any]) -> list[dict[str, Any]]:
        """The request's, or the cluster's default when no launch type is said either (API reference)"""
        sent = request.get("capacityProviderStrategy") or []
        if sent:
            return strategy_items(sent, self.providers)
        controller = request.get("deploymentController", {}).get("type", "ECS")
        return [] if request.get("launchType") or controller == "EXTERNAL" else list(cluster.strategy)

    def _role(self, request: dict[str, Any]) -> str:
        """API reference, CreateService.role: for load balancers outside awsvpc; else the linked one"""
        role: str = request.get("role") or ""
        if not role:
            return f"arn:{self.partition}:iam::{self.account}:{LINKED_ROLE}"
        if request.get("networkConfiguration"):
            raise invalid("You cannot specify an IAM role for services that require a service linked role.")
        return role if ROLE_ARN.fullmatch(role) else f"arn:{self.partition}:iam::{self.account}:role/{role}"

    def describe_services(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """At most ten of one cluster; missing ones are failures, INACTIVE ones are told (API reference)"""
        names = request["services"]
        if not names:
            raise invalid("Services cannot be empty.")
        if len(names) > MOST_DESCRIBED:
            raise invalid(f"Services cannot have more than {MOST_DESCRIBED} elements")
        cluster = self.existing_cluster(request.get("cluster"))
        found, failures = [], []
        for reference in names:
            service = self.find_service(cluster, reference)
            if service is None:
                arn = self.arn(f"service/{cluster.name}/{last_part(reference)}")
                failures.append(
                    {"arn": reference if reference.startswith("arn:") else arn, "reason": "MISSING"}
                )
            else:
                found.append(shape.described(cluster, service, tags="TAGS" in request.get("include", [])))
        return {"services": found, "failures": failures}

    def list_services(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """DRAINING and INACTIVE ones are left out (API reference, DeleteService)"""
        cluster = self.active_cluster(request.get("cluster"))
        wanted = {member: request.get(member) for member in ("launchType", "schedulingStrategy")}
        entries = (
            ((service.name,), service.arn)
            for service in cluster.services.values()
            if service.status == "ACTIVE"
            and all(value in (None, service.fields.get(member)) for member, value in wanted.items())
            and request.get("resourceManagementType", "CUSTOMER") == "CUSTOMER"
        )
        return page(entries, request, "serviceArns", default=LISTED_AT_ONCE)

    def delete_service(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """DRAINING while its tasks stop, then INACTIVE; above 0 only with force (API reference)"""
        cluster = self.active_cluster(request.get("cluster"))
        service = self.find_service(cluster, request["service"])
        if service is None or service.status == "INACTIVE":
            raise Refused("ServiceNotFoundException", "Service not found.")
        if not request.get("force") and service.fields["schedulingStrategy"] == "REPLICA":
            if service.desired > 0:
                raise invalid("The service cannot be stopped while it is scaled above 0.")
            if service.task_sets:
                raise invalid("The service cannot be stopped while it has task sets.")  # inferred words
            if len(service.deployments) > 1:
                raise invalid("The service cannot be stopped while deployments are active.")
        self.drain(service)
        return {"service": shape.described(cluster, service, tags=True)}


def _arguments(request: dict[str, Any]) -> dict[str, Any]:
    """What a repeated request is compared by: all but its tags, and the cluster, which found the service"""
    return {member: value for member, value in request.items() if member not in ("tags", "cluster")}


def _repeated(existing: ServiceRecord, request: dict[str, Any]) -> ServiceRecord:
    if existing.status == "DRAINING":
        raise invalid("Unable to Start a service that is still Draining.")
    if not request.get("clientToken") or existing.arguments != _arguments(request):
        raise invalid("Creation of service was not idempotent.")
    return existing
