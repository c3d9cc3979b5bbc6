"""The operations on task sets, by which an EXTERNAL deployment controller deploys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import service_rules as rules
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs import task_set_records as records
from pipectl.local.ecs.capacity import strategy_items
from pipectl.local.ecs.names import invalid, new_deployment_id, tag_map
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.ecs.state import Cluster, Deployment, Revision, ServiceRecord
from pipectl.local.ecs.task_set_records import TaskSet
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.service import Caller

MOST_TASK_SETS = 5  # developer guide, "Amazon ECS service quotas": task sets per service
WHOLE = 100.0


class TaskSets(Scheduling):
    """CreateTaskSet and its family; the words of their refusals are inferred"""

    def create_task_set(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Create a task set; without a scale it wants no tasks (AWS CLI examples, create-task-set)

        API reference, CreateTaskSet: the same client token answers the first one.
        """
        cluster, service = self._external(request)
        token = request.get("clientToken", "")
        again = [each for each in service.task_sets.values() if token and each.token == token]
        if again:
            return {"taskSet": _shown(cluster, service, again[0])}
        if len(service.task_sets) >= MOST_TASK_SETS:
            raise Refused("LimitExceededException", f"A service can have at most {MOST_TASK_SETS} task sets.")
        percent = _percent(request.get("scale", {}))
        task_set = self._new(service, request, percent)
        service.task_sets[task_set.id] = task_set
        self.stir(service.cluster_arn)
        return {"taskSet": _shown(cluster, service, task_set)}

    def _new(self, service: ServiceRecord, request: dict[str, Any], percent: float) -> TaskSet:
        revision = self.usable_revision(request["taskDefinition"])
        fields = self._fields(service, request, revision)
        identity, now = new_deployment_id(), self.world.now()
        deployment = Deployment(
            id=identity,
            revision=revision,
            created_at=now,
            updated_at=now,
            desired=0,
            settings={member: fields[member] for member in shape.DEPLOYED if fields.get(member) is not None},
        )
        return TaskSet(
            deployment=deployment,
            arn=records.new_arn(service, identity),
            percent=percent,
            fields=fields,
            tags=tag_map(request.get("tags")),
            changed_at=now,
            steady_at=now,
            external_id=request.get("externalId", ""),
            token=request.get("clientToken", ""),
        )

    def _fields(self, service: ServiceRecord, request: dict[str, Any], revision: Revision) -> dict[str, Any]:
        """The settings of the request, checked as for a service; launch type EC2 when none is said"""
        strategy = strategy_items(request.get("capacityProviderStrategy", []), self.providers)
        launch = rules.runs_on(strategy, request.get("launchType"))
        rules.check_network(request.get("networkConfiguration"), revision, launch)
        rules.check_launch(request, revision, launch)
        rules.check_platform(request.get("platformVersion"), launch)
        balancers = request.get("loadBalancers", [])
        rules.check_load_balancers(balancers, revision)
        fields: dict[str, Any] = {
            "networkConfiguration": shape.network_configuration(request.get("networkConfiguration")),
            "loadBalancers": balancers,
            "serviceRegistries": request.get("serviceRegistries", []),
        }
        fields |= {"capacityProviderStrategy": strategy} if strategy else {"launchType": launch}
        if launch == "FARGATE":
            platform = request.get("platformVersion", shape.RESOLVED_PLATFORM)
            fields |= {"platformVersion": platform, "platformFamily": "Linux"}
        return fields

    def describe_task_sets(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Describe the task sets that are named, or all; missing ones are failures"""
        cluster, service = self._external(request)
        named = request.get("taskSets") or list(service.task_sets)
        found, failures = [], []
        for reference in named:
            task_set = service.task_sets.get(_identity(reference))
            if task_set is None:
                arn = reference if reference.startswith("arn:") else records.new_arn(service, reference)
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                tags = "TAGS" in request.get("include", [])
                tasks = cluster.tasks.values()
                found.append(records.described(service, task_set, tasks, tags=tags))
        return {"taskSets": found, "failures": failures}

    def update_task_set(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Give a task set another share of the service's desired count"""
        cluster, service = self._external(request)
        task_set = _found(service, request["taskSet"])
        task_set.percent = _percent(request["scale"])
        self._changed(service, task_set)
        return {"taskSet": _shown(cluster, service, task_set)}

    def delete_task_set(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Let a task set drain; above 0 by force only (AWS CLI examples, delete-task-set)"""
        cluster, service = self._external(request)
        task_set = _found(service, request["taskSet"])
        if task_set.percent > 0 and not request.get("force"):
            raise invalid("The task set cannot be deleted while it is scaled above 0.")
        task_set.status, task_set.percent = "DRAINING", 0.0
        self._changed(service, task_set)
        return {"taskSet": _shown(cluster, service, task_set)}

    def update_service_primary_task_set(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Make a task set the primary one; its settings become the service's (API reference)"""
        cluster, service = self._external(request)
        task_set = _found(service, request["primaryTaskSet"])
        for each in service.task_sets.values():
            if each.status == "PRIMARY":
                each.status = "ACTIVE"
        task_set.status = "PRIMARY"
        kept = {member: value for member, value in service.fields.items() if member not in records.MEMBERS}
        service.fields = kept | task_set.fields
        self._changed(service, task_set)
        return {"taskSet": _shown(cluster, service, task_set)}

    def _changed(self, service: ServiceRecord, task_set: TaskSet) -> None:
        now = self.world.now()
        task_set.changed_at, task_set.steady_at, task_set.steady = now, now, False
        self.stir(service.cluster_arn)

    def _external(self, request: dict[str, Any]) -> tuple[Cluster, ServiceRecord]:
        """The ACTIVE service of an EXTERNAL controller that a request names"""
        cluster = self.active_cluster(request["cluster"])
        service = self.find_service(cluster, request["service"])
        if service is None:
            raise Refused("ServiceNotFoundException", "Service not found.")
        if service.status != "ACTIVE":
            raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
        controller = service.fields["deploymentController"]["type"]
        if controller != "EXTERNAL":
            raise invalid(f"Task sets need the EXTERNAL deployment controller; the service has {controller}.")
        return cluster, service


def _shown(cluster: Cluster, service: ServiceRecord, task_set: TaskSet) -> dict[str, Any]:
    return records.described(service, task_set, cluster.tasks.values(), tags=True)


def _identity(reference: str) -> str:
    """The id in an ARN, whose last two parts it is"""
    return "/".join(reference.split("/")[-2:]) if reference.startswith("arn:") else reference


def _found(service: ServiceRecord, reference: str) -> TaskSet:
    task_set = service.task_sets.get(_identity(reference))
    if task_set is None or task_set.status == "DRAINING":
        raise Refused("TaskSetNotFoundException", "The specified task set was not found.")
    return task_set


def _percent(scale: dict[str, Any]) -> float:
    """The share in per cent (API reference, Scale.value: between 0 and 100)"""
    percent = float(scale.get("value", 0.0))
    if not 0 <= percent <= WHOLE:
        raise invalid("The scale of a task set must be between 0 and 100 per cent.")
    return percent
