"""The ECS services that pipelines deploy: how many run, how the rollout goes, which images."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, by_name, find, in_batches, side_by_side
from pipectl.runs.unseen import Refused, Unseen
from pipectl.runs.values import Deployment, ServiceState, StageState

AT_ONCE = 10
"""Services that one DescribeServices takes (API reference)."""

Target = tuple[str, str]
"""Cluster and service."""

Images = dict[str, tuple[str, ...]]
"""The images of a task definition by its ARN. A revision never changes (API reference, TaskDefinition)."""


def services(
    cloud: Cloud, targets: Iterable[Target], known: Images | None = None
) -> dict[Target, ServiceState]:
    """Every service; one call for the services of a cluster, and then one for each task definition.

    Task definitions that are `known` are not asked for; those that are asked for are known then. What AWS
    refuses to tell of a service is told with it.
    """
    images: Images = {} if known is None else known
    clusters: dict[str, list[str]] = {}
    for cluster, service in dict.fromkeys(targets):
        clusters.setdefault(cluster, []).append(service)
    calls = [
        partial(in_batches, partial(_of_cluster, cluster, images), cloud, names, AT_ONCE)
        for cluster, names in clusters.items()
    ]
    return {(state.cluster, state.service): state for batch in side_by_side(calls) for state in batch}


def awaits_first_deployment(stages: Iterable[StageState], service: ServiceState) -> bool:
    """Whether no task can run before the pipeline has made an image: inferred, without asking ECR.

    Its image is one of ECR, nothing runs, and the action that deploys it has never run.
    """
    target = (service.cluster, service.service)
    deploys = [action for stage in stages for action in stage.actions if action.service == target]
    is_new = bool(deploys) and not any(action.status for action in deploys)
    is_ours = any(".dkr.ecr." in image for image in service.images)
    return is_new and is_ours and not service.running and bool(service.desired) and not service.is_draining


def _of_cluster(cluster: str, known: Images, cloud: Cloud, names: list[str]) -> list[ServiceState]:
    unseen = Unseen()
    answer = unseen.ask(
        partial(
            find,
            ["ClusterNotFoundException"],
            cloud,
            "ecs",
            "describe_services",
            cluster=cluster,
            services=names,
        )
    )
    found = {
        service["serviceName"]: service
        for service in (answer or {}).get("services", [])
        if service["status"] != "INACTIVE"
    }
    running = list(dict.fromkeys(service["taskDefinition"] for service in found.values()))
    missing = [each for each in running if each not in known]
    known.update(unseen.ask(partial(by_name, _images, cloud, missing)) or {})
    return [
        _service(cluster, name, found[name], known.get(found[name]["taskDefinition"]), unseen.refused)
        if name in found
        else ServiceState(cluster, name, refused=unseen.refused)
        for name in names
    ]


def _images(cloud: Cloud, definition: str) -> tuple[str, ...]:
    answer = cloud.call("ecs", "describe_task_definition", taskDefinition=definition)
    return tuple(container["image"] for container in answer["taskDefinition"]["containerDefinitions"])


def _service(
    cluster: str,
    name: str,
    service: Mapping[str, Any],
    images: tuple[str, ...] | None,
    refused: tuple[Refused, ...],
) -> ServiceState:
    deployments = service.get("deployments") or []
    primary: Mapping[str, Any] = next((each for each in deployments if each["status"] == "PRIMARY"), {})
    return ServiceState(
        cluster=cluster,
        service=name,
        desired=service["desiredCount"],
        running=service["runningCount"],
        rollout=primary.get("rolloutState"),
        rollout_reason=primary.get("rolloutStateReason"),
        images=images or (),
        deployments=tuple(map(_deployment, deployments)),
        refused=refused if images is None else (),
        is_draining=service["status"] == "DRAINING",
    )


def _deployment(found: Mapping[str, Any]) -> Deployment:
    return Deployment(
        status=found["status"],
        revision=found["taskDefinition"].rpartition("/")[2],
        desired=found.get("desiredCount") or 0,
        running=found.get("runningCount") or 0,
        pending=found.get("pendingCount") or 0,
        failed=found.get("failedTasks") or 0,
    )
