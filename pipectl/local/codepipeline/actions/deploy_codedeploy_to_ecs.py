"""Deploy/CodeDeployToECS: the task definition of an artifact with new images (user guide, action reference).

There is no blue/green traffic shifting here: the service is replaced task by task, and the summary says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from . import zips
from .action import ActionFailedError, Pending
from .deploy_ecs import follow

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

FIVE_DAYS_IN_MINUTES = 5 * 24 * 60  # User guide, limits
ROLLING = "The local AWS rolls the service instead of shifting traffic between blue and green"


def start(job: Job) -> Outcome:
    """Register the task definition and let the deployment group's service run it."""
    cluster, name = _service(job)
    _read_appspec(job)
    definition = json.loads(_with_images(job, _file(job, "TaskDefinition", "taskdef.json")))
    registered = job.call("ecs", "RegisterTaskDefinition", **definition)["taskDefinition"]
    job.tell(summary=ROLLING)
    with job.world.lock:
        job.service("ecs").roll(cluster, name, registered["taskDefinitionArn"])
        found = job.call("ecs", "DescribeServices", cluster=cluster, services=[name])["services"]
    pending = follow(job, cluster, name, found[0], FIVE_DAYS_IN_MINUTES)
    look = pending.look

    def said_so() -> Any:
        done = look() if look else None
        return type(done)(ROLLING) if done else None

    return Pending(said_so, pending.timeout_s, pending.on_timeout)


def _service(job: Job) -> tuple[str, str]:
    """The ECS service of the deployment group."""
    application, group = job.configuration["ApplicationName"], job.configuration["DeploymentGroupName"]
    with job.world.lock:
        kept = job.moto("codedeploy")
        groups = kept.deployment_groups.get(application, {})
        if application not in kept.applications or group not in groups:
            raise _wrong(
                f"The CodeDeploy deployment group {group} of application {application} does not exist"
            )
        services = groups[group].ecs_services
    if not services:
        raise _wrong(f"The CodeDeploy deployment group {group} has no Amazon ECS service")
    return services[0]["clusterName"], services[0]["serviceName"]


def _read_appspec(job: Job) -> None:
    text = _file(job, "AppSpec", "appspec.yaml")
    try:
        appspec = yaml.safe_load(text)
    except yaml.YAMLError:
        appspec = None
    if not isinstance(appspec, dict) or "Resources" not in {key.capitalize() for key in appspec}:
        raise _wrong("The AppSpec file is not valid")


def _file(job: Job, what: str, default: str) -> str:
    """A template out of its artifact."""
    path = job.configuration.get(f"{what}TemplatePath", default)
    artifact = job.input(job.configuration[f"{what}TemplateArtifact"])
    content = zips.member(job.read(artifact), path)
    if content is None:
        raise _wrong(
            f"Exception while trying to read the {what} artifact file from: {artifact.name}: "
            f"{path} was not found"
        )
    return content.decode(errors="replace")


def _with_images(job: Job, text: str) -> str:
    """User guide: `<IMAGE1_NAME>` becomes the ImageURI of that artifact's imageDetail.json."""
    for number in range(1, 5):
        name = job.configuration.get(f"Image{number}ArtifactName")
        placeholder = job.configuration.get(f"Image{number}ContainerName")
        if name and placeholder:
            content = zips.member(job.read(job.input(name)), "imageDetail.json")
            if content is None:
                raise _wrong(f"imageDetail.json was not found in artifact {name}")
            text = text.replace(f"<{placeholder}>", json.loads(content)["ImageURI"])
    return text


def _wrong(message: str) -> ActionFailedError:
    return ActionFailedError(message, "ConfigurationError")
