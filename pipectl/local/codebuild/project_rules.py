"""What CodeBuild refuses in a project beyond its service model."""

from __future__ import annotations

from typing import Any

from pipectl.facts import build_images
from pipectl.facts.codebuild_names import ECR_IMAGE, IDENTIFIER
from pipectl.local.codebuild import images
from pipectl.local.service import Refused

_LAMBDA_TYPES = ("LINUX_LAMBDA_CONTAINER", "ARM_LAMBDA_CONTAINER")
_GPU_SIZES = ("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_LARGE")
_WITHOUT_LOCATION = ("CODEPIPELINE", "NO_SOURCE")


def check(project: dict[str, Any]) -> None:
    """Refuse a project that CreateProject and UpdateProject would not take"""
    _check_pipeline_pair(project)
    _check_source(project["source"])
    _check_artifacts(project["artifacts"])
    _check_secondary(project.get("secondarySources", []), "source")
    _check_secondary(project.get("secondaryArtifacts", []), "artifact")
    check_environment(project["environment"])
    _check_registry(project["environment"], project["serviceRole"])
    _check_tags(project.get("tags", []))


def check_environment(environment: dict[str, Any]) -> None:
    """The environment of a project or of one build"""
    _check_compute(environment)
    _check_image(environment)


def _check_pipeline_pair(project: dict[str, Any]) -> None:
    """The sentence as users saw it (cloudposse/terraform-aws-codebuild#23)"""
    kinds = (project["source"]["type"], project["artifacts"]["type"])
    if kinds.count("CODEPIPELINE") == 1:
        raise invalid(
            "Invalid input: when using CodePipeline both sourceType, and artifactType must be set to:"
            " CODEPIPELINE"
        )


def _check_source(source: dict[str, Any]) -> None:
    """API reference, ProjectSource; the sentences are inferred"""
    kind = source["type"]
    if kind not in _WITHOUT_LOCATION and not source.get("location"):
        raise invalid(f"Invalid project source: location is required for source type {kind}")
    if kind == "NO_SOURCE" and not source.get("buildspec"):
        raise invalid("Invalid project source: buildspec is required for source type NO_SOURCE")


def _check_artifacts(artifacts: dict[str, Any]) -> None:
    """API reference, ProjectArtifacts; the name's sentence: seen in cloudposse/terraform-aws-codebuild#63"""
    kind = artifacts["type"]
    if kind == "S3" and not artifacts.get("location"):
        raise invalid("Invalid artifacts: location is required for artifact type S3")
    if kind == "NO_ARTIFACTS" and artifacts.get("name"):
        raise invalid("Invalid artifacts: artifact type NO_ARTIFACTS should have null output name")
    if kind != "S3" and artifacts.get("encryptionDisabled"):
        raise invalid(f"Invalid artifacts: artifact type {kind} should have null encryptionDisabled")


def _check_secondary(parts: list[dict[str, Any]], word: str) -> None:
    """The sentences as seen in hashicorp/terraform-provider-aws#36987 and aws/aws-cdk#18710"""
    key = "sourceIdentifier" if word == "source" else "artifactIdentifier"
    seen = set()
    for part in parts:
        if part["type"] == "CODEPIPELINE":
            raise invalid(
                f"Invalid input: {word}Type CODEPIPELINE is not allowed for secondary{word.title()}s"
            )
        identifier = part.get(key, "")
        if not IDENTIFIER.fullmatch(identifier):
            raise invalid(
                "Invalid input: identifier must contain only alphanumeric characters and underscores"
                " and be less than 128 characters in length"
            )
        if identifier in seen:
            raise invalid(f"Invalid input: identifiers must be unique, {identifier} is there twice")
        seen.add(identifier)


def _check_compute(environment: dict[str, Any]) -> None:
    """User guide, "Build environment compute modes and types"; the sentences are inferred"""
    kind, size = environment["type"], environment["computeType"]
    if (kind in _LAMBDA_TYPES) != size.startswith("BUILD_LAMBDA_"):
        raise invalid(
            f"Invalid environment: compute type {size} is not supported for environment type {kind}"
        )
    if kind == "LINUX_GPU_CONTAINER" and size.startswith("BUILD_GENERAL1_") and size not in _GPU_SIZES:
        raise invalid(
            f"Invalid environment: compute type {size} is not supported for environment type {kind}"
        )
    if kind in _LAMBDA_TYPES and environment.get("privilegedMode"):
        raise invalid(f"Invalid environment: privileged mode is not supported for environment type {kind}")


def _check_image(environment: dict[str, Any]) -> None:
    """Also for a mistyped tag; the sentence as seen in aws/aws-codebuild-docker-images#509"""
    image, kind = environment["image"], environment["type"]
    if not build_images.is_curated(image):
        return
    if kind not in images.environments(image):
        raise invalid(
            f"AWS CodeBuild curated image {image} is not supported for projects with environment type {kind}"
            f" and compute type {environment['computeType']}"
        )
    if environment.get("imagePullCredentialsType") == "SERVICE_ROLE":
        raise invalid("Invalid environment: AWS CodeBuild curated images must use CODEBUILD credentials")


def _check_registry(environment: dict[str, Any], role: str) -> None:
    """The sentence as seen in traveloka/terraform-aws-codebuild-terraform-ci-cd#25"""
    found = ECR_IMAGE.match(environment["image"])
    own = role.split(":")[4:5]
    kind = environment.get("imagePullCredentialsType", "CODEBUILD")
    if found and own and found.group(1) != own[0] and kind == "CODEBUILD":
        raise invalid("cannot use a cross-account ECR image with imagePullCredentialsType CODEBUILD")


def _check_tags(tags: list[dict[str, str]]) -> None:
    """User guide, tags: aws: is reserved, a key stands once (inferred wording)"""
    keys = [tag.get("key", "") for tag in tags]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise invalid("Invalid tags: tag keys that begin with aws: are reserved for AWS")
        if keys.count(key) > 1:
            raise invalid(f"Invalid tags: the tag key {key} is there twice")


def invalid(message: str) -> Refused:
    return Refused("InvalidInputException", message)
