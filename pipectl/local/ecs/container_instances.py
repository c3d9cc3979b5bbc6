"""The operations on container instances."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import events, instances
from pipectl.local.ecs.instances import ContainerInstance
from pipectl.local.ecs.names import client_error, invalid, last_part, tag_map, unsupported
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.ecs.task_life import stop

if TYPE_CHECKING:
    from pipectl.local.ecs.state import Cluster
    from pipectl.local.service import Caller

MOST_DESCRIBED = 100  # API reference, DescribeContainerInstances
MOST_UPDATED = 10  # API reference, UpdateContainerInstancesState
SETTABLE = ("ACTIVE", "DRAINING")


class ContainerInstances(Scheduling):
    """Instances that somebody registered in the place of their agents"""

    def register_container_instance(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Register an EC2 instance; tasks of the launch type EC2 are placed on it from now on

        API reference, RegisterContainerInstance; the identity document's members: EC2 user guide, "Instance
        identity documents". Its signature is not checked. An instance that is registered again under its ARN
        keeps it. The words of the refusal are inferred.
        """
        cluster = self.active_cluster(request.get("cluster"))
        document = _document(request.get("instanceIdentityDocument", ""))
        arn = request.get("containerInstanceArn") or self._new_arn(cluster)
        instance = ContainerInstance(
            arn=arn,
            ec2_id=document["instanceId"],
            resources=request.get("totalResources") or instances.default_resources(),
            attributes=self._attributes(document, request.get("attributes", [])),
            tags=tag_map(request.get("tags")),
            registered_at=self.world.now(),
            versions=request.get("versionInfo", {}),
        )
        cluster.instances[instance.id] = instance
        self._announce(cluster, instance)
        self.stir(cluster.arn)
        return {"containerInstance": _shown(cluster, instance, tags=True)}

    def _new_arn(self, cluster: Cluster) -> str:
        return self.arn(f"container-instance/{cluster.name}/{uuid.uuid4().hex}")

    def _attributes(self, document: dict[str, Any], sent: list[dict[str, str]]) -> dict[str, str | None]:
        """The built-in attributes, and the agent's (developer guide, "Container instance attributes")

        An agent that states no system runs on what EC2 knows of the instance, else on Linux (inferred).
        """
        members = {
            "ecs.availability-zone": "availabilityZone",
            "ecs.ami-id": "imageId",
            "ecs.instance-type": "instanceType",
        }
        built_in = {name: document[member] for name, member in members.items() if document.get(member)}
        with self.world.lock:
            ec2 = self.world.moto("ec2", self.account, self.region)
            platform = getattr(ec2.get_instance_by_id(document["instanceId"]), "platform", None)
        agents = {attribute["name"]: attribute.get("value") for attribute in sent}
        return {**built_in, "ecs.os-type": platform or "linux", **agents}

    def deregister_container_instance(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Take an instance away; with force its tasks are orphaned, and services replace theirs

        API reference, DeregisterContainerInstance. The refusal without force is public (moto and scripts that
        catch it quote it). The local AWS stops orphans, for it has no instance where they would go on.
        """
        cluster = self.active_cluster(request.get("cluster"))
        instance = self._found(cluster, request["containerInstance"])
        tasks = instances.tasks_on(instance, cluster.tasks.values())
        if any(task.active for task in tasks) and not request.get("force"):
            raise invalid("Found running tasks on the instance.")
        instance.status = "INACTIVE"
        instance.version += 1
        self._announce(cluster, instance)
        for task in tasks:
            stop(self, task, "", "Container instance deregistration forced by user", self.world.now())
        self._unsettle(cluster)
        return {"containerInstance": _shown(cluster, instance, tags=True)}

    def describe_container_instances(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Describe up to a hundred instances of a cluster; missing ones are failures"""
        cluster = self.active_cluster(request.get("cluster"))
        references = request["containerInstances"]
        if not references:
            raise client_error("Container Instances cannot be empty.")
        if len(references) > MOST_DESCRIBED:
            raise invalid(f"Container Instances cannot have more than {MOST_DESCRIBED} elements")
        found, failures = self._sorted_out(cluster, references)
        tags = "TAGS" in request.get("include", [])
        return {
            "containerInstances": [_shown(cluster, instance, tags=tags) for instance in found],
            "failures": failures,
        }

    def list_container_instances(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """List the instances of a status, without one all but INACTIVE ones (API reference)"""
        cluster = self.active_cluster(request.get("cluster"))
        if request.get("filter"):
            raise unsupported("filter container instances by the cluster query language")
        wanted = request.get("status")
        entries = (
            ((instance.registered_at.isoformat(), instance.id), instance.arn)
            for instance in cluster.instances.values()
            if (instance.status == wanted if wanted else instance.status != "INACTIVE")
        )
        return page(entries, request, "containerInstanceArns")

    def update_container_instances_state(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Let instances drain, or take tasks again

        API reference, UpdateContainerInstancesState: services replace their tasks on a draining instance,
        tasks of their own stay. The words of the refusals are inferred.
        """
        cluster = self.active_cluster(request.get("cluster"))
        if request["status"] not in SETTABLE:
            raise invalid("The only valid values for this action are ACTIVE and DRAINING.")
        if len(request["containerInstances"]) > MOST_UPDATED:
            raise invalid(f"Container Instances cannot have more than {MOST_UPDATED} elements")
        found, failures = self._sorted_out(cluster, request["containerInstances"])
        inactive = [instance for instance in found if instance.status == "INACTIVE"]
        failures += [{"arn": instance.arn, "reason": "INACTIVE"} for instance in inactive]
        for instance in found:
            if instance not in inactive and instance.status != request["status"]:
                instance.status = request["status"]
                instance.version += 1
                self._announce(cluster, instance)
        self._unsettle(cluster)
        shown = [_shown(cluster, instance, tags=True) for instance in found if instance not in inactive]
        return {"containerInstances": shown, "failures": failures}

    def update_container_agent(self, request: dict[str, Any], caller: Caller) -> None:
        """Refuse to update an agent: the local AWS has none"""
        self._found(self.active_cluster(request.get("cluster")), request["containerInstance"])
        raise unsupported("update container agents: its container instances have none")

    def _announce(self, cluster: Cluster, instance: ContainerInstance) -> None:
        shown = _shown(cluster, instance, tags=False)
        events.container_instance(self, {"clusterArn": cluster.arn, **shown})

    def _unsettle(self, cluster: Cluster) -> None:
        for service in cluster.services.values():
            service.steady = False
        self.stir(cluster.arn)

    def _sorted_out(
        self, cluster: Cluster, references: list[str]
    ) -> tuple[list[ContainerInstance], list[dict[str, str]]]:
        found, failures = [], []
        for reference in references:
            instance = self._instance(cluster, reference)
            if instance is None:
                arn = self.arn(f"container-instance/{cluster.name}/{last_part(reference)}")
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                found.append(instance)
        return found, failures

    def _instance(self, cluster: Cluster, reference: str) -> ContainerInstance | None:
        return cluster.instances.get(self.own_name(reference, "container-instance"))

    def _found(self, cluster: Cluster, reference: str) -> ContainerInstance:
        instance = self._instance(cluster, reference)
        if instance is None or instance.status == "INACTIVE":
            raise invalid("The specified container instance was not found.")  # inferred words
        return instance


def _shown(cluster: Cluster, instance: ContainerInstance, *, tags: bool) -> dict[str, Any]:
    return instances.described(instance, cluster.tasks.values(), tags=tags)


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("instanceId"), str):
        raise client_error("The instance identity document is not valid.")
    return document
