"""How a project comes back: what was sent, and what CodeBuild fills in (API reference, Project)."""

from __future__ import annotations

import copy
from typing import Any

_EMPTY: tuple[Any, ...] = ("", [], {})
NO_S3_LOGS = {"status": "DISABLED", "encryptionDisabled": False}


def source(sent: dict[str, Any]) -> dict[str, Any]:
    return {"insecureSsl": False} | _without_empty(sent)


def artifacts(sent: dict[str, Any], project: str) -> dict[str, Any]:
    """CODEPIPELINE: named like the project; what CodePipeline ignores comes back as it was sent

    API reference, ProjectArtifacts; for `location` hashicorp/terraform-provider-aws, Artifacts_type.
    `overrideArtifactName` comes back where it was sent: recorded in radkawar/stackd, testdata/aws/codebuild.
    """
    kind = sent["type"]
    if kind == "NO_ARTIFACTS":
        return _without_empty(sent)
    filled = {"name": project, "packaging": "NONE", "encryptionDisabled": False} | _without_empty(sent)
    return {"namespaceType": "NONE"} | filled if kind == "S3" else filled


def environment(sent: dict[str, Any]) -> dict[str, Any]:
    """Variables keep their order; each is PLAINTEXT unless it says otherwise"""
    variables = [{"type": "PLAINTEXT"} | variable for variable in sent.get("environmentVariables", [])]
    return {
        "privilegedMode": False,
        "imagePullCredentialsType": "CODEBUILD",
        **_without_empty(sent),
        "environmentVariables": variables,
    }


def logs(sent: dict[str, Any]) -> dict[str, Any] | None:
    """Never sent: absent, and CloudWatch logs are on

    `s3Logs` come back where they were sent: recorded in radkawar/stackd, testdata/aws/codebuild. That
    `cloudWatchLogs` always do is inferred.
    """
    if not sent:
        return None
    stated = {"cloudWatchLogs": {"status": "ENABLED"} | sent.get("cloudWatchLogs", {})}
    return stated | ({"s3Logs": NO_S3_LOGS | sent["s3Logs"]} if "s3Logs" in sent else {})


def secondary_artifacts(sent: list[dict[str, Any]], project: str) -> list[dict[str, Any]]:
    return [artifacts(part, project) for part in sent]


def _without_empty(sent: dict[str, Any]) -> dict[str, Any]:
    return {
        key: copy.deepcopy(value) for key, value in sent.items() if value not in _EMPTY or key == "buildspec"
    }
