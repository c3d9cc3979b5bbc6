"""aws_ecs_task_definition and aws_ecs_service; an image that is the pipeline's is left to it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Expression, Json
from pipectl.export.terraform.values import Entry, Names, words
from pipectl.kinds import cluster, log_group

TASK = "aws_ecs_task_definition"
SERVICE = "aws_ecs_service"
DEFAULTED = ("availability_zone_rebalancing",)
"""What the provider has another default for than AWS, so that a word that is not said would be a change."""

IMAGE = "the image is the pipeline's, which registers revisions of its own"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The task definition and the service of it."""
    yield _task(resource, names)
    yield _service(resource, names)


def _task(resource: Resource, names: Names) -> Entry:
    registered = resource.request["task_definition"]
    said, lost, ignored = words(TASK, _reshaped(registered, names))
    if resource.initial.get("images"):
        ignored["container_definitions"] = IMAGE
    label = names.of(resource)
    cluster_name, _, name = resource.name.partition("/")
    looked = {"cluster_arn": cluster_name, "service_name": name}
    return Entry(
        TASK,
        label,
        resource,
        {**said, **names.tags(resource)},
        Expression(f"data.aws_ecs_service.{label}.task_definition"),
        lost=tuple(f"task_definition.{path}" for path in lost),
        ignored=ignored,
        needs=(registered["executionRoleArn"],),
        data={f'"aws_ecs_service" "{label}"': looked},
    )


def _reshaped(registered: Mapping[str, Any], names: Names) -> dict[str, Any]:
    params = {key: each for key, each in registered.items() if key != "containerDefinitions"}
    containers = [_logging(each, names) for each in registered["containerDefinitions"]]
    params["container_definitions"] = Json(containers)
    if "volumes" in params:
        params["volumes"] = [_volume(each) for each in params["volumes"]]
    return params


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    host = volume.get("host") or {}
    path = {"host_path": host["sourcePath"]} if "sourcePath" in host else {}
    return {**{key: each for key, each in volume.items() if key != "host"}, **path}


def _logging(params: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A container, or a service's proxy, with its logs in the Region of the configuration."""
    logs = params.get("logConfiguration") or {}
    options = dict(logs.get("options") or {})
    if options.get("awslogs-region") == names.account.region:
        options["awslogs-region"] = Expression("local.region")
    if group := options.get("awslogs-group"):
        options["awslogs-group"] = names.ref(log_group.NAME, group, "aws_cloudwatch_log_group.*.name")
    return {**params, **({"logConfiguration": {**logs, "options": options}} if options else {})}


def _service(resource: Resource, names: Names) -> Entry:
    said, lost, ignored = words(SERVICE, _flat(resource.request["service"], names))
    label = names.of(resource)
    name = resource.request["service"]["cluster"]
    found = names.ref(cluster.NAME, name, "aws_ecs_cluster.*.arn")
    # an import finds the cluster's ARN, and for another word the service would be made anew
    said["cluster"] = found if isinstance(found, Expression) else names.account.arn("ecs", f"cluster/{name}")
    task = f"{TASK}.{label}"  # an import finds it as family and revision, so that is how it is said
    said["task_definition"] = Expression(f'"${{{task}.family}}:${{{task}.revision}}"')
    if resource.initial.get("images"):
        ignored["task_definition"] = IMAGE
    if "desired_count" in resource.initial:
        said["desired_count"] = resource.initial["desired_count"]
        ignored["desired_count"] = "the spec leaves it to others"
    for word in DEFAULTED:
        if word not in said:
            ignored[word] = "the spec leaves it to AWS"
    return Entry(
        SERVICE,
        label,
        resource,
        {**said, **names.tags(resource)},
        resource.name,
        lost=lost,
        ignored=ignored,
    )


def _flat(request: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Where the provider has members of the deployment and the network at the top."""
    params = dict(request)
    if "serviceConnectConfiguration" in params:
        params["serviceConnectConfiguration"] = _logging(params["serviceConnectConfiguration"], names)
    deployment = dict(params.pop("deploymentConfiguration", {}))
    for theirs, ours in HOISTED.items():
        if theirs in deployment:
            params[ours] = deployment.pop(theirs)
    if deployment:
        params["deploymentConfiguration"] = deployment
    if "networkConfiguration" in params:
        network = params["networkConfiguration"]["awsvpcConfiguration"]
        is_public = network.get("assignPublicIp") == "ENABLED"
        params["networkConfiguration"] = {**network, "assignPublicIp": is_public}
    return params


HOISTED = {
    "maximumPercent": "deployment_maximum_percent",
    "minimumHealthyPercent": "deployment_minimum_healthy_percent",
    "deploymentCircuitBreaker": "deploymentCircuitBreaker",
    "alarms": "alarms",
}
