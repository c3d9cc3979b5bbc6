"""AWS::CodePipeline::Pipeline, with the transitions that the spec closes."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Fn, Names
from pipectl.export.shapes import say
from pipectl.kinds import bucket, cluster, project, repository, service, source

TYPE = "AWS::CodePipeline::Pipeline"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The pipeline. Its first run starts at its creation, so it names, and waits for, all that it uses."""
    declaration = resource.request["declaration"]
    said, lost = say(
        "cloudformation", TYPE, {key: value for key, value in declaration.items() if key != "artifactStores"}
    )
    holds: Mapping[str, str] = resource.request["holds"]
    properties = {**said, **_stores(declaration, names)}
    properties["Stages"] = [_stage(stage, names) for stage in said["Stages"]]
    if holds:
        closed = [{"StageName": stage, "Reason": reason} for stage, reason in holds.items()]
        properties["DisableInboundStageTransitions"] = closed
    properties |= names.tags(resource)
    yield Entry(
        names.of(resource),
        TYPE,
        resource,
        properties,
        {"Name": resource.name},
        lost=lost,
        comments=_comments(holds),
    )


def _comments(holds: Mapping[str, str]) -> tuple[str, ...]:
    if not holds:
        return ()
    return ("Each update of this resource closes these transitions again, whoever has opened them.",)


def _stores(declaration: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """One store, or a list of stores by Region, where the API has a mapping."""
    if "artifactStores" not in declaration:
        return {"ArtifactStore": _store(declaration["artifactStore"], names)}
    stores = declaration["artifactStores"].items()
    return {
        "ArtifactStores": [
            {"Region": _region(region, names), "ArtifactStore": _store(each, names)}
            for region, each in stores
        ]
    }


def _store(store: Mapping[str, Any], names: Names) -> dict[str, Any]:
    said = {"Type": store["type"], "Location": names.ref(bucket.NAME, store["location"])}
    if key := store.get("encryptionKey"):
        said["EncryptionKey"] = {"Id": key["id"], "Type": key["type"]}
    return said


def _region(region: str, names: Names) -> Any:
    return Fn("Ref", "AWS::Region") if region in names.regions else region


def _stage(stage: Mapping[str, Any], names: Names) -> dict[str, Any]:
    actions = [_action(action, names) for action in stage["Actions"]]
    conditions = {key: _regions(value, names) for key, value in stage.items() if key != "Actions"}
    return {**conditions, "Actions": actions}


def _regions(value: Any, names: Names) -> Any:
    """Rules of conditions with their Regions said."""
    if isinstance(value, list):
        return [_regions(each, names) for each in value]
    if not isinstance(value, Mapping):
        return value
    said = {key: _regions(inner, names) for key, inner in value.items()}
    return {**said, "Region": _region(said["Region"], names)} if "Region" in said else said


def _action(action: Mapping[str, Any], names: Names) -> dict[str, Any]:
    elsewhere = "Region" in action and action["Region"] not in names.regions
    said = {key: value for key, value in action.items() if value not in ([], {})}
    if "Region" in said:
        said["Region"] = _region(said["Region"], names)
    if elsewhere or "Configuration" not in said:
        return said
    values = said["Configuration"]
    provider = action["ActionTypeId"]["Provider"]
    named = {key: NAMED[provider, key](names, values) for key in values if (provider, key) in NAMED}
    return {**said, "Configuration": {**values, **named}}


def _codecommit(names: Names, values: Mapping[str, str]) -> Any:
    name = values["RepositoryName"]
    return names.attribute(source.NAME, name, "Name", name)


def _service(names: Names, values: Mapping[str, str]) -> Any:
    name = values["ServiceName"]
    return names.attribute(service.NAME, f"{values.get('ClusterName')}/{name}", "Name", name)


NAMED = {
    ("CodeCommit", "RepositoryName"): _codecommit,
    ("ECR", "RepositoryName"): lambda names, values: names.ref(repository.NAME, values["RepositoryName"]),
    ("ECRBuildAndPublish", "ECRRepositoryName"): lambda names, values: names.ref(
        repository.NAME, values["ECRRepositoryName"]
    ),
    ("CodeBuild", "ProjectName"): lambda names, values: names.ref(project.NAME, values["ProjectName"]),
    ("ECS", "ClusterName"): lambda names, values: names.ref(cluster.NAME, values["ClusterName"]),
    ("ECS", "ServiceName"): _service,
}
"""Provider and key -> the thing of the template that is named there."""
