"""What a pipeline's declaration says of its actions. It has AWS' shape, from GetPipeline or from a spec."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Declaration = Mapping[str, Any]
"""The `pipeline` of GetPipeline."""

TARGETS: Mapping[str, Sequence[str]] = {
    "CodeCommit": ("RepositoryName", "BranchName"),
    "CodeStarSourceConnection": ("FullRepositoryId", "BranchName"),
    "ECR": ("RepositoryName", "ImageTag"),
    "S3": ("S3Bucket", "S3ObjectKey", "BucketName"),
    "CodeBuild": ("ProjectName",),
    "ECRBuildAndPublish": ("ECRRepositoryName",),
    "CodeDeploy": ("ApplicationName", "DeploymentGroupName"),
    "CodeDeployToECS": ("ApplicationName", "DeploymentGroupName"),
    "CloudFormation": ("StackName",),
    "Lambda": ("FunctionName",),
    "StepFunctions": ("StateMachineArn",),
    "CodePipeline": ("PipelineName",),
}
"""The configuration keys that say what an action works on (action structure reference)."""


@dataclass(frozen=True)
class Declared:
    """One action as it is declared."""

    stage: str
    action: str
    provider: str
    target: str
    service: tuple[str, str] | None = None
    """Cluster and service, for an ECS action in the pipeline's own Region."""
    category: str = ""


def actions(declaration: Declaration, region: str) -> Iterator[Declared]:
    """Every action, in the order of the declaration."""
    for stage in declaration["stages"]:
        for action in stage["actions"]:
            yield declared(stage["name"], action, region)


def providers(actions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Name -> provider of actions as they are declared, in their order."""
    return {action["name"]: action["actionTypeId"]["provider"] for action in actions}


def declared(stage: str, action: Mapping[str, Any], region: str) -> Declared:
    """One action of a stage; `region` is the pipeline's own."""
    provider = action["actionTypeId"]["provider"]
    configuration: Mapping[str, str] = action.get("configuration") or {}
    service = None
    if provider == "ECS" and action.get("region") in (None, region):
        service = (configuration.get("ClusterName", ""), configuration.get("ServiceName", ""))
    if service and (not all(service) or "#{" in "".join(service)):
        service = None  # a variable is known only while the pipeline runs
    category = action["actionTypeId"].get("category", "")
    return Declared(stage, action["name"], provider, _target(provider, configuration), service, category)


def _target(provider: str, configuration: Mapping[str, str]) -> str:
    if provider == "ECS":
        return f"{configuration.get('ClusterName')}/{configuration.get('ServiceName')}"
    keys = TARGETS.get(provider, ())
    return " ".join(configuration[key] for key in keys if configuration.get(key))
