"""Deploy/ECS: new images into the revision that the service runs (user guide, ECS action)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import zips
from .action import ActionFailedError, Done, Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

Shape = dict[str, Any]
LARGEST_FILE = 100 * 1024  # User guide, limits
LONGEST_MINUTES = 60  # also the default

# What DescribeTaskDefinition tells beyond what RegisterTaskDefinition takes.
TOLD_ONLY = frozenset(
    {
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    }
)


def start(job: Job) -> Outcome:
    """Register a revision like the service's own, update the service, wait until it is steady."""
    cluster, name = job.configuration["ClusterName"], job.configuration["ServiceName"]
    minutes, images = _minutes(job), _images(job)
    service = find_service(job, cluster, name)
    arn = _register(job, service["taskDefinition"], images)
    updated = job.call("ecs", "UpdateService", cluster=cluster, service=name, taskDefinition=arn)["service"]
    return follow(job, cluster, name, updated, minutes)


def _minutes(job: Job) -> int:
    """User guide, ECS action: 1 to 60 minutes."""
    text = job.configuration.get("DeploymentTimeout", str(LONGEST_MINUTES))
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_MINUTES:
        raise _wrong(f"DeploymentTimeout of action '{job.name}' is not a number of minutes from 1 to 60")
    return int(text)


def _images(job: Job) -> dict[str, str]:
    """The image of each container (user guide, image definitions file reference)."""
    file = job.configuration.get("FileName", "imagedefinitions.json")
    artifact = job.input()
    content = zips.member(job.read(artifact), file)
    if content is None:
        location = artifact.location
        raise _wrong(
            f"Did not find the image definition file {file} in the input artifacts ZIP file. Verify the file "
            f"is stored in your pipeline's Amazon S3 artifact bucket: {location.bucket} key: {location.key}"
        )
    if len(content) > LARGEST_FILE:
        raise _wrong(f"The image definition file {file} is larger than the limit of 100 KB")
    try:
        listed = json.loads(content)
        return {str(each["name"]): str(each["imageUri"]) for each in listed}
    except (ValueError, KeyError, TypeError):
        raise _wrong(f"The image definition file {file} contains invalid JSON format") from None


def find_service(job: Job, cluster: str, name: str) -> Shape:
    """The service that is to be deployed to (the wording is inferred)."""
    found = job.call("ecs", "DescribeServices", cluster=cluster, services=[name])["services"]
    active = [service for service in found if service["status"] == "ACTIVE"]
    if not active:
        raise _wrong(f"The Amazon ECS service {name} does not exist in cluster {cluster}")
    return dict(active[0])


def _register(job: Job, revision: str, images: dict[str, str]) -> str:
    told = job.call("ecs", "DescribeTaskDefinition", taskDefinition=revision, include=["TAGS"])
    definition = {key: value for key, value in told["taskDefinition"].items() if key not in TOLD_ONLY}
    known = {container["name"] for container in definition["containerDefinitions"]}
    for container in images:
        if container not in known:
            raise _wrong(f"The AWS ECS container {container} does not exist")
    definition["containerDefinitions"] = [
        {**container, "image": images.get(container["name"], container["image"])}
        for container in definition["containerDefinitions"]
    ]
    if told.get("tags"):
        definition["tags"] = told["tags"]
    said = job.call("ecs", "RegisterTaskDefinition", **definition)["taskDefinition"]
    return str(said["taskDefinitionArn"])


def follow(job: Job, cluster: str, name: str, service: Shape, minutes: int) -> Pending:
    """Wait until the service runs only the deployment that was just begun."""
    deployment = next(each for each in service["deployments"] if each["status"] == "PRIMARY")
    url = (
        f"https://{job.region}.console.aws.amazon.com/ecs/v2/clusters/{cluster}/services/{name}"
        f"/deployments?region={job.region}"
    )
    job.tell(external_id=deployment["id"], external_url=url, entity_url=url)

    def look() -> Done | None:
        return _state(find_service(job, cluster, name), deployment["id"])

    return Pending(
        look, minutes * 60, f"The Amazon ECS service {name} did not become steady in {minutes} minutes"
    )


def _state(service: Shape, deployment: str) -> Done | None:
    """A tripped circuit breaker fails the action at once (AWS was slow in it: containers-roadmap#1399)."""
    own = next((each for each in service["deployments"] if each["id"] == deployment), None)
    if own is None or own["status"] != "PRIMARY":
        raise ActionFailedError(f"Deployment {deployment} was replaced by another deployment")
    if own.get("rolloutState") == "FAILED":
        raise ActionFailedError(f"Deployment {deployment} failed: {own.get('rolloutStateReason', '')}")
    settled = len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]
    done = own.get("rolloutState") == "COMPLETED" or (own.get("rolloutState") is None and settled)
    return Done("Deployment completed") if done else None


def _wrong(message: str) -> ActionFailedError:
    return ActionFailedError(message, "ConfigurationError")
