"""Write anew which parameters of the API other tools can say: `python -m tests.export.shapes [SCHEMA]`.

What botocore's models and cfn-lint's schemas both know, name by name; and with the output of `terraform
providers schema -json`, what Terraform's provider knows. Parameters that only botocore knows are what an
export tells on stderr.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

EXPORT = Path(__file__).parents[2] / "pipectl" / "export"
PAGE = EXPORT / "cloudformation" / "shapes.yaml"
TERRAFORM_PAGE = EXPORT / "terraform" / "shapes.yaml"
HEAD = """\
# Parameter of the API -> the tool's word, for all that both know; "=" is the word of the whole.
# What is not here the tool cannot say. `python -m tests.export.shapes` writes this file.
"""
ALIASES = {
    ("AWS::ECS::Cluster", "settings"): "ClusterSettings",
    ("AWS::ECS::Service", "placementStrategy"): "PlacementStrategies",
    ("AWS::ECS::TaskDefinition", "properties"): "ProxyConfigurationProperties",
    ("AWS::ECR::Repository", "filterType"): "ImageTagMutabilityExclusionFilterType",
    ("AWS::ECR::Repository", "filter"): "ImageTagMutabilityExclusionFilterValue",
}
"""Where the names differ by more than their case."""

SAID_OTHERWISE = frozenset({"tags", "artifactStores"})
"""What has another shape in CloudFormation, and is said by the kind's own file."""

TYPES = {
    "AWS::CodeCommit::Repository": ("codecommit", "CreateRepository"),
    "AWS::ECR::Repository": ("ecr", "CreateRepository"),
    "AWS::ECS::Cluster": ("ecs", "CreateCluster"),
    "AWS::ECS::Service": ("ecs", "CreateService"),
    "AWS::ECS::TaskDefinition": ("ecs", "RegisterTaskDefinition"),
    "AWS::CodeBuild::Project": ("codebuild", "CreateProject"),
    "AWS::CodePipeline::Pipeline": ("codepipeline", "PipelineDeclaration"),
}


def schema_of(name: str) -> dict[str, Any]:
    """A type's schema, as cfn-lint brings it"""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    return schema


def resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or of a list its item, with its reference followed"""
    while "$ref" in part:
        part = schema["definitions"][part["$ref"].rpartition("/")[2]]
    return resolved(schema, part["items"]) if "items" in part else part


def shapes() -> dict[str, Any]:
    """The whole table"""
    import botocore.session

    session = botocore.session.get_session()
    found = {}
    for name, (service, shape) in TYPES.items():
        model = session.get_service_model(service)
        whole = (
            model.shape_for(shape) if shape in model.shape_names else model.operation_model(shape).input_shape
        )
        schema = schema_of(name)
        found[name] = _members(name, whole, schema, schema)
    return found


def _members(name: str, shape: Any, schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    theirs = {each.lower(): each for each in part.get("properties", {})}
    found: dict[str, Any] = {}
    for member, inner in shape.members.items():
        known = theirs.get(ALIASES.get((name, member), member).lower())
        if known is None or (part is schema and member in SAID_OTHERWISE):
            continue
        below = resolved(schema, part["properties"][known])
        while inner.type_name == "list":
            inner = inner.member  # noqa: PLW2901  the item of the list
        if inner.type_name == "structure" and below.get("properties"):
            found[member] = {"=": known, **_members(name, inner, schema, below)}
        elif inner.type_name != "structure" or below.get("type") == "object" or not inner.members:
            found[member] = known
    return found


TERRAFORM_TYPES = {
    "aws_codecommit_repository": ("codecommit", "CreateRepository"),
    "aws_ecr_repository": ("ecr", "CreateRepository"),
    "aws_ecs_cluster": ("ecs", "CreateCluster"),
    "aws_ecs_service": ("ecs", "CreateService"),
    "aws_ecs_task_definition": ("ecs", "RegisterTaskDefinition"),
    "aws_codebuild_project": ("codebuild", "CreateProject"),
    "aws_codepipeline": ("codepipeline", "PipelineDeclaration"),
}

TERRAFORM_ALIASES = {
    ("aws_codecommit_repository", "repositoryDescription"): "description",
    ("aws_ecr_repository", "repositoryName"): "name",
    ("aws_ecs_cluster", "clusterName"): "name",
    ("aws_ecs_cluster", "s3EncryptionEnabled"): "s3_bucket_encryption_enabled",
    ("aws_ecs_service", "serviceName"): "name",
    ("aws_ecs_service", "clientAliases"): "client_alias",
    ("aws_ecs_service", "loadBalancerName"): "elb_name",
    ("aws_ecs_service", "placementStrategy"): "ordered_placement_strategy",
    ("aws_ecs_service", "filesystemType"): "file_system_type",
    ("aws_ecs_service", "sizeInGiB"): "size_in_gb",
    ("aws_ecs_service", "issuerCertificateAuthority"): "issuer_cert_authority",
    ("aws_ecs_task_definition", "configuredAtLaunch"): "configure_at_launch",
    ("aws_codebuild_project", "timeoutInMinutes"): "build_timeout",
    ("aws_codebuild_project", "queuedTimeoutInMinutes"): "queued_timeout",
}

RESHAPED: dict[tuple[str, ...], list[str]] = {
    ("aws_codepipeline", "stages", "actions"): [
        "category", "owner", "provider", "version", "input_artifacts", "output_artifacts",
    ],
    ("aws_codepipeline", "stages", "beforeEntry", "conditions", "rules"): ["input_artifacts"],
    ("aws_codepipeline", "stages", "onSuccess", "conditions", "rules"): ["input_artifacts"],
    ("aws_codepipeline", "stages", "onFailure", "conditions", "rules"): ["input_artifacts"],
    ("aws_codepipeline", "artifactStore"): ["region"],
    ("aws_ecs_task_definition", "volumes"): ["host_path"],
    ("aws_ecs_task_definition",): ["container_definitions"],
    ("aws_ecs_service",): ["deployment_maximum_percent", "deployment_minimum_healthy_percent"],
}  # fmt: skip
"""Words that a kind's file hands over as they are, since Terraform has them in another place."""


def normal(name: str) -> str:
    """A name without what the two spell differently: case, underscores, the plural"""
    return re.sub(r"s$", "", name.replace("_", "").lower())


def terraform_shapes(schemas: dict[str, Any]) -> dict[str, Any]:
    """The whole table of Terraform's provider"""
    import botocore.session

    (provider,) = schemas["provider_schemas"].values()
    session = botocore.session.get_session()
    found = {}
    for name, (service, shape) in TERRAFORM_TYPES.items():
        model = session.get_service_model(service)
        whole = (
            model.shape_for(shape) if shape in model.shape_names else model.operation_model(shape).input_shape
        )
        found[name] = _attributes((name,), whole, provider["resource_schemas"][name]["block"])
    service_shape = session.get_service_model("ecs").shape_for("DeploymentConfiguration")
    block = provider["resource_schemas"]["aws_ecs_service"]["block"]
    hoisted = _attributes(("aws_ecs_service", "-"), service_shape, block)
    vpc = session.get_service_model("ecs").shape_for("AwsVpcConfiguration")
    network = _attributes(
        ("aws_ecs_service", "--"), vpc, block["block_types"]["network_configuration"]["block"]
    )
    found["aws_ecs_service"] |= hoisted | {"networkConfiguration": {"=": "network_configuration", **network}}
    return found


def _attributes(path: tuple[str, ...], shape: Any, block: dict[str, Any]) -> dict[str, Any]:
    attributes = block.get("attributes", {}).items()
    theirs = {normal(name): name for name, each in attributes if each.get("optional") or each.get("required")}
    blocks = {normal(name): name for name in block.get("block_types", {})}
    found: dict[str, Any] = {word: word for word in RESHAPED.get(path, [])}
    for member, inner in shape.members.items():
        wanted = normal(TERRAFORM_ALIASES.get((path[0], member), member))
        while inner.type_name == "list":
            inner = inner.member  # noqa: PLW2901  the item of the list
        if member in SAID_OTHERWISE and len(path) == 1:
            continue
        if wanted in blocks and inner.type_name == "structure":
            below = block["block_types"][blocks[wanted]]["block"]
            found[member] = {"=": blocks[wanted], **_attributes((*path, member), inner, below)}
        elif wanted in theirs and inner.type_name != "structure":
            found[member] = theirs[wanted]
    return found


def write(page: Path, found: dict[str, Any]) -> None:
    """One table"""
    text = yaml.safe_dump(found, sort_keys=False, default_flow_style=None, width=110)
    page.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    write(PAGE, shapes())
    if sys.argv[1:]:
        schemas = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        write(TERRAFORM_PAGE, terraform_shapes(schemas))
