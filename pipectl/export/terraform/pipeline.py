"""aws_codepipeline. The provider has no argument for a closed transition."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Body
from pipectl.export.terraform.values import Entry, Names, words
from pipectl.kinds import bucket, cluster, project, repository, service, source

TYPE = "aws_codepipeline"

UNSAID = "an update would take away what the provider cannot say, since it sends the whole pipeline"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The pipeline."""
    declaration = resource.request["declaration"]
    said, lost, _ = words(TYPE, _reshaped(declaration))
    _refer(said, names)
    holds = tuple(f"the closed transition of {stage}" for stage in resource.request["holds"])
    yield Entry(
        TYPE,
        names.of(resource),
        resource,
        {**said, **names.tags(resource)},
        resource.name,
        lost=(*lost, *holds),
        ignored={"all": UNSAID} if lost else {},
        needs=(declaration["roleArn"],),
    )


def _reshaped(declaration: Mapping[str, Any]) -> dict[str, Any]:
    """Where the provider has another shape: stores as blocks, artifacts by their names."""
    params = {key: each for key, each in declaration.items() if key != "artifactStores"}
    if "artifactStores" in declaration:
        stores = declaration["artifactStores"].items()
        params["artifactStore"] = [{**each, "region": region} for region, each in stores]
    params["stages"] = [_stage(stage) for stage in declaration["stages"]]
    return params


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: _rules(each) for key, each in stage.items() if key != "actions"}
    return {**said, "actions": [_action(action) for action in stage["actions"]]}


def _rules(value: Any) -> Any:
    if isinstance(value, list):
        return [_rules(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return _artifacts({key: _rules(each) for key, each in value.items()})


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: each for key, each in action.items() if key != "actionTypeId" and each not in ([], {})}
    kind = {key: action["actionTypeId"][key] for key in ("category", "owner", "provider", "version")}
    return _artifacts({**kind, **said})


ARTIFACTS = {"inputArtifacts": "input_artifacts", "outputArtifacts": "output_artifacts"}


def _artifacts(params: Mapping[str, Any]) -> dict[str, Any]:
    """Artifacts by their names; files of outputs stay, and are told as lost."""
    said: dict[str, Any] = {}
    for key, each in params.items():
        if key not in ARTIFACTS:
            said[key] = each
            continue
        if each:
            said[ARTIFACTS[key]] = [artifact["name"] for artifact in each]
        if any("files" in artifact for artifact in each):
            said[key] = each
    return said


NAMED = {
    ("CodeCommit", "RepositoryName"): (source.NAME, "aws_codecommit_repository.*.repository_name"),
    ("ECR", "RepositoryName"): (repository.NAME, "aws_ecr_repository.*.name"),
    ("ECRBuildAndPublish", "ECRRepositoryName"): (repository.NAME, "aws_ecr_repository.*.name"),
    ("CodeBuild", "ProjectName"): (project.NAME, "aws_codebuild_project.*.name"),
    ("ECS", "ClusterName"): (cluster.NAME, "aws_ecs_cluster.*.name"),
}
"""Provider and key -> the thing of the configuration that is named there."""


def _refer(said: dict[str, Any], names: Names) -> None:
    """The things that actions and stores name, as references: a pipeline's first run needs them at once."""
    stores = said["artifact_store"]
    for store in stores if isinstance(stores, list) else [stores]:
        store["location"] = names.ref(bucket.NAME, store["location"], "aws_s3_bucket.*.bucket")
    for action in (action for stage in said["stage"] for action in stage["action"]):
        if action.get("region") not in (None, names.account.region) or "configuration" not in action:
            continue
        values = action["configuration"]
        action["configuration"] = {key: _named(action, key, values, names) for key in values}


def _named(action: Body, key: str, values: Mapping[str, str], names: Names) -> Any:
    if (action["provider"], key) == ("ECS", "ServiceName"):
        name = f"{values.get('ClusterName')}/{values[key]}"
        found = names.ref(service.NAME, name, "aws_ecs_service.*.name")
        return values[key] if found == name else found
    if known := NAMED.get((action["provider"], key)):
        return names.ref(known[0], values[key], known[1])
    return values[key]
