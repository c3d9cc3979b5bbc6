"""Service deployments and revisions: the newer view of the same rollouts, which Terraform waits by.

API reference, ServiceDeployment and ServiceRevision. A deployment that a newer one replaced, or that failed
without a rollback, is STOPPED (inferred: no status of the model says failed).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs import breaker
from pipectl.local.ecs import service_shape as shape
from pipectl.local.ecs.names import invalid
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.scheduling import Scheduling
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.ecs.state import Cluster, Deployment, ServiceRecord
    from pipectl.local.service import Caller

LISTED_AT_ONCE = 20  # API reference, ListServiceDeployments
MOST_DESCRIBED = 20  # API reference, DescribeServiceDeployments and DescribeServiceRevisions
ENDS = ("STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")

Found = tuple["Cluster", "ServiceRecord", "Deployment"]


class ServiceDeployments(Scheduling):
    """The operations on service deployments and revisions"""

    def list_service_deployments(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Those of one service, newest first, by status and moment of creation"""
        cluster = self.active_cluster(request.get("cluster"))
        service = self.find_service(cluster, request["service"])
        if service is None:
            raise Refused("ServiceNotFoundException", "Service not found.")
        chosen = {
            shape.deployment_arn(service, each): each for each in service.history if _wanted(each, request)
        }
        entries = (((each.created_at.isoformat(), arn), arn) for arn, each in chosen.items())
        answer = page(entries, request, "serviceDeployments", default=LISTED_AT_ONCE, descending=True)
        answer["serviceDeployments"] = [_brief(service, chosen[arn]) for arn in answer["serviceDeployments"]]
        return answer

    def describe_service_deployments(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """At most twenty; missing ones are failures"""
        found, failures = self._find(request["serviceDeploymentArns"], shape.deployment_arn)
        return {"serviceDeployments": [_described(*each) for each in found], "failures": failures}

    def describe_service_revisions(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """At most twenty of one service; missing ones are failures"""
        self._check_revisions(request["serviceRevisionArns"])
        found, failures = self._find(request["serviceRevisionArns"], shape.revision_arn)
        return {"serviceRevisions": [_revision(*each) for each in found], "failures": failures}

    def stop_service_deployment(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Go back to the last completed deployment (API reference: ABORT is not for rolling ones)"""
        arn = request["serviceDeploymentArn"]
        found, _ = self._find([arn], shape.deployment_arn)
        if not found:
            raise Refused(
                "ServiceDeploymentNotFoundException", "The specified service deployment was not found."
            )
        _, service, deployment = found[0]
        if deployment.outcome != "IN_PROGRESS":
            raise Refused(
                "ConflictException", f"The service deployment is not in progress: {deployment.outcome}"
            )
        if request.get("stopType", "ROLLBACK") != "ROLLBACK" or service.last_completed is None:
            raise invalid("Only a rollback to an earlier completed deployment can stop a rolling deployment.")
        again = breaker.roll_back(service, deployment, service.last_completed, self.world.now())
        again.reason = f"ECS deployment {deployment.id} was stopped: rolling back to deploymentId {again.id}."
        self.stir(service.cluster_arn)
        return {"serviceDeploymentArn": arn}

    def _check_revisions(self, arns: list[str]) -> None:
        """Refuse ARNs that name no revision of one living service of this place

        Recorded in radkawar/stackd, testdata/aws/ecs/service_revisions.
        """
        pattern = re.compile(rf"{re.escape(self.arn('service-revision'))}/([^/]+)/([^/]+)/[0-9]+")
        named = [pattern.fullmatch(arn) for arn in arns]
        services = {found.groups() for found in named if found}
        if not all(named):
            raise invalid("The ServiceRevision ARN is invalid.")
        if len(services) > 1:
            raise invalid(
                "Cross service requests are not allowed. All requested service revisions must be for a"
                " single service"
            )
        for cluster, name in services:
            service = self.find_service(self.active_cluster(cluster), name)
            if service is None:
                raise Refused("ServiceNotFoundException", "Service not found.")
            if service.status == "INACTIVE":
                raise invalid("Cannot call DescribeServiceRevisions for a service that is INACTIVE")

    def _find(
        self, arns: list[str], named: Callable[[ServiceRecord, Deployment], str]
    ) -> tuple[list[Found], list[dict[str, str]]]:
        if not 1 <= len(arns) <= MOST_DESCRIBED:
            raise invalid(f"Specify between 1 and {MOST_DESCRIBED} ARNs.")
        known = {named(service, each): (cluster, service, each) for cluster, service, each in self._all()}
        failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
        return [known[arn] for arn in arns if arn in known], failures

    def _all(self) -> Iterator[Found]:
        for cluster in self.clusters.values():
            for service in cluster.services.values():
                for deployment in service.history:
                    yield cluster, service, deployment


def _wanted(deployment: Deployment, request: dict[str, Any]) -> bool:
    created, moment = request.get("createdAt", {}), deployment.created_at.timestamp()
    return deployment.outcome in request.get("status", [deployment.outcome]) and created.get(
        "after", moment
    ) <= moment <= created.get("before", moment)


def _brief(service: ServiceRecord, deployment: Deployment) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": shape.deployment_arn(service, deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": deployment.created_at,
        "startedAt": deployment.created_at,
        "finishedAt": deployment.finished_at,
        "targetServiceRevisionArn": shape.revision_arn(service, deployment),
        "status": deployment.outcome,
        "statusReason": deployment.reason,
    }


def _described(cluster: Cluster, service: ServiceRecord, deployment: Deployment) -> dict[str, Any]:
    tasks = cluster.tasks_of(service)
    sources = [each for each in service.history if each.id in deployment.replaced]
    brief = _brief(service, deployment)
    del brief["targetServiceRevisionArn"]
    return {
        **brief,
        "updatedAt": deployment.updated_at,
        "stoppedAt": deployment.finished_at if deployment.outcome in ENDS else None,
        "sourceServiceRevisions": [shape.revision_counts(service, each, tasks) for each in sources],
        "targetServiceRevision": shape.revision_counts(service, deployment, tasks),
        "deploymentConfiguration": service.fields["deploymentConfiguration"],
        "deploymentCircuitBreaker": _breaker(service, deployment),
        "rollback": _rollback(service, deployment),
    }


def _breaker(service: ServiceRecord, deployment: Deployment) -> dict[str, Any]:
    status = "MONITORING" if deployment.outcome == "IN_PROGRESS" else "MONITORING_COMPLETE"
    if not breaker.breaker(service)["enable"]:
        status = "DISABLED"
    elif deployment.state == "FAILED":
        status = "TRIGGERED"
    return {"status": status, "failureCount": deployment.counted, "threshold": breaker.threshold(service)}


def _rollback(service: ServiceRecord, deployment: Deployment) -> dict[str, Any] | None:
    if deployment.back_to is None:
        return None
    return {
        "reason": deployment.reason,
        "startedAt": deployment.updated_at,
        "serviceRevisionArn": shape.revision_arn(service, deployment.back_to),
    }


def _revision(cluster: Cluster, service: ServiceRecord, deployment: Deployment) -> dict[str, Any]:
    images = [
        {"containerName": each["name"], "image": each["image"]}
        for each in deployment.revision.definition["containerDefinitions"]
    ]
    return {
        "serviceRevisionArn": shape.revision_arn(service, deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": deployment.revision.arn,
        "containerImages": images,
        "guardDutyEnabled": False,
        "createdAt": deployment.created_at,
        "loadBalancers": service.fields["loadBalancers"],
        "serviceRegistries": service.fields["serviceRegistries"],
        **deployment.settings,
    }
