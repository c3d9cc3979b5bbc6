"""Whether a service still runs what the pipeline deployed to it, or somebody changed it since."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pipectl.aws.cloud import Cloud, find
from pipectl.runs import actions
from pipectl.runs.actions import ActionRun
from pipectl.runs.values import Execution
from pipectl.runs.why.answers import Changed
from pipectl.runs.why.sight import Sight

SLACK = timedelta(seconds=2)
"""Clocks of two services differ, and moments are told to the second."""
LOOKED_AT = 20
"""Revisions of a family, the newest first, among which the one that an action made is looked for."""


def changed(sight: Sight, execution: Execution) -> Changed | None:
    """The first service of the final stage that runs other images than the execution deployed."""
    if not any(each.service and each.stage == sight.final for each in sight.declared):
        return None
    runs = actions.of_execution(sight.cloud, sight.pipeline, execution.id)
    deploys = [run for run in runs if (run.stage, run.status) == (sight.final, "Succeeded")]
    looked = (_changed(sight.cloud, run, *run.declared.service) for run in deploys if run.declared.service)
    return next((each for each in looked if each), None)


def _changed(cloud: Cloud, run: ActionRun, cluster: str, service: str) -> Changed | None:
    answer = find(
        ["ClusterNotFoundException"], cloud, "ecs", "describe_services", cluster=cluster, services=[service]
    )
    found = [each for each in (answer or {}).get("services", []) if each["status"] == "ACTIVE"]
    if not found:
        return Changed(f"{cluster}/{service}")
    deployments = found[0].get("deployments") or []
    primary = next((each for each in deployments if each["status"] == "PRIMARY"), found[0])
    revision = str(primary["taskDefinition"])
    if primary.get("id") == run.external_id:
        return None
    images = _images(_definition(cloud, revision))
    made = _made(cloud, run, revision)
    if made is None or images == _images(made):
        return None  # `pipectl create` keeps the image; of what is forgotten nothing can be said
    return Changed(
        f"{cluster}/{service}", revision.rpartition("/")[2], tuple(images), primary.get("createdAt")
    )


def _made(cloud: Cloud, run: ActionRun, revision: str) -> Mapping[str, Any] | None:
    """The revision that was registered while the action ran (User guide, ECS action: a new one each time)."""
    family = revision.rpartition("/")[2].rpartition(":")[0]
    answer = cloud.call(
        "ecs", "list_task_definitions", familyPrefix=family, sort="DESC", maxResults=LOOKED_AT
    )
    for arn in answer.get("taskDefinitionArns") or []:
        definition = _definition(cloud, arn)
        registered = definition.get("registeredAt")
        if registered and run.started - SLACK <= registered <= run.updated + SLACK:
            return definition
        if registered and registered < run.started - SLACK:
            return None
    return None


def _definition(cloud: Cloud, arn: str) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = cloud.call("ecs", "describe_task_definition", taskDefinition=arn)[
        "taskDefinition"
    ]
    return definition


def _images(definition: Mapping[str, Any]) -> list[str]:
    return sorted(str(each["image"]) for each in definition["containerDefinitions"])
