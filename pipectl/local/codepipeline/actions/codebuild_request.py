"""What a CodeBuild action asks of CodeBuild, for one build and for a batch (user guide, CodeBuild action)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.facts.codebuild_names import IDENTIFIER

from .action import ActionFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.codepipeline.engine.job import Job
    from pipectl.local.codepipeline.records import Artifact
    from pipectl.local.service import Refused


def check_identifiers(job: Job, primary: Artifact | None) -> None:
    """All but the primary source, and all of several outputs, are identifiers (aws/aws-cdk#2230, #18710)."""
    secondary = [artifact.name for artifact in job.inputs if artifact is not primary]
    secondary += [artifact.name for artifact in job.outputs] if len(job.outputs) > 1 else []
    if not all(IDENTIFIER.fullmatch(name) for name in secondary):
        raise wrong(
            "Error calling startBuild: identifier must contain only alphanumeric characters and underscores "
            "and be less than 128 characters in length (Service: AWSCodeBuild; Status Code: 400; Error Code: "
            "InvalidInputException)"
        )


def version(artifact: Artifact) -> str:
    """The source version of a build: its primary artifact in S3"""
    return f"arn:aws:s3:::{artifact.location.bucket}/{artifact.location.key}"


def request(job: Job, primary: Artifact | None) -> dict[str, Any]:
    """What is stated of a build and of a batch alike"""
    return {
        "environment": environment(job),
        "initiator": f"codepipeline/{job.trip.pipeline.name}",
        "source_version": version(primary) if primary else None,
        "resolved_source_version": primary.revision.id if primary and primary.revision else None,
        "role": job.configuration.get("ServiceRoleArnOverride"),
    }


def is_on(configuration: Mapping[str, str], name: str) -> bool:
    """Whether a flag of the configuration is set"""
    return configuration.get(name, "false").lower() == "true"


def refusal(operation: str, refused: Refused) -> ActionFailedError:
    """What CodePipeline says when CodeBuild refuses"""
    return wrong(
        f"Error calling {operation}: {refused.message} (Service: AWSCodeBuild; Status Code: 400; "
        f"Error Code: {refused.code})"
    )


def environment(job: Job) -> list[dict[str, Any]]:
    """A JSON list of name, value and type (user guide, CodeBuild action)."""
    text = job.configuration.get("EnvironmentVariables", "[]")
    try:
        return [
            {"name": each["name"], "value": each["value"], "type": each.get("type", "PLAINTEXT")}
            for each in json.loads(text)
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise wrong(
            f"EnvironmentVariables of action '{job.name}' is not a list of names and values"
        ) from None


def wrong(message: str) -> ActionFailedError:
    """An error in what the action states"""
    return ActionFailedError(message, "ConfigurationError")


def reason(build: dict[str, Any]) -> str:
    """The first phase that failed, as CodePipeline's answers quote it (logs in public repositories)."""
    for phase in build.get("phases", ()):
        for context in phase.get("contexts", ()):
            if phase.get("phaseStatus") not in (None, "SUCCEEDED") and context.get("statusCode"):
                code, message = context["statusCode"], context.get("message", "")
                return f". Phase: {phase['phaseType']}, Code: {code}, Message: {message}"
    return ""
