"""What an import must name: `aws cloudformation create-change-set --resources-to-import`."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, side_by_side
from pipectl.command import pipectl
from pipectl.engine.values import Resource
from pipectl.errors import PipectlError
from pipectl.export.cloudformation.template import Template
from pipectl.export.cloudformation.values import Entry
from pipectl.kinds import notification


def to_import(cloud: Cloud, template: Template) -> list[dict[str, Any]]:
    """Each entry with its type and identifier. The ids that nobody can compute are asked of AWS."""
    asked = [partial(_identifier, cloud, entry) for entry in template.entries]
    identifiers = side_by_side(asked)
    return [
        {
            "ResourceType": entry.type,
            "LogicalResourceId": entry.logical,
            "ResourceIdentifier": identifier,
        }
        for entry, identifier in zip(template.entries, identifiers, strict=True)
    ]


def _identifier(cloud: Cloud, entry: Entry) -> Mapping[str, str | None]:
    if "RepositoryId" in entry.identifier:
        return {"RepositoryId": _repository(cloud, entry.resource.name)}
    if "TaskDefinitionArn" in entry.identifier:
        return {"TaskDefinitionArn": str(_service(cloud, entry.resource.name)["taskDefinition"])}
    if entry.resource.kind == notification.NAME:
        return {"Arn": _notification_rule(cloud, entry.resource)}
    return entry.identifier


def _notification_rule(cloud: Cloud, resource: Resource) -> str:
    wanted = {resource.name: {"pipeline": resource.stated["pipeline"]}}
    found = notification.read(cloud, wanted)
    if resource.name not in found:
        raise _missing(f"notification rule {resource.name}")
    return str(found[resource.name]["arn"])


def _repository(cloud: Cloud, name: str) -> str:
    missing = ("RepositoryDoesNotExistException",)
    answer = find(missing, cloud, "codecommit", "get_repository", repositoryName=name)
    if answer is None:
        raise _missing(f"codecommit repository {name}")
    return str(answer["repositoryMetadata"]["repositoryId"])


def _service(cloud: Cloud, name: str) -> Mapping[str, Any]:
    cluster, _, service = name.partition("/")
    missing = ("ClusterNotFoundException",)
    answer = find(missing, cloud, "ecs", "describe_services", cluster=cluster, services=[service])
    services: Sequence[Mapping[str, Any]] = answer["services"] if answer else []
    if not services or services[0]["status"] == "INACTIVE":
        raise _missing(f"ecs service {name}")
    return services[0]


def _missing(what: str) -> PipectlError:
    return PipectlError(
        f"there is no {what} to import", hint=f"{pipectl('create')} makes what is not there yet"
    )


def images(cloud: Cloud, template: Template) -> dict[str, str]:
    """Parameter -> the image that runs now, for those that are the pipeline's."""
    found: dict[str, str] = {}
    for entry in template.entries:
        if entry.parameters:
            arn = _service(cloud, entry.resource.name)["taskDefinition"]
            answer = cloud.call("ecs", "describe_task_definition", taskDefinition=arn)
            containers = answer["taskDefinition"]["containerDefinitions"]
            running = {each["name"]: each["image"] for each in containers}
            found |= {
                name: running[each.container]
                for name, each in entry.parameters.items()
                if each.container in running
            }
    return found
