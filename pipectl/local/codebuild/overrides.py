"""What StartBuild may say differently from the project, for one build only (API reference, StartBuild)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild import environment, project_defaults, project_rules

if TYPE_CHECKING:
    from collections.abc import Callable

_OVERRIDES = {  # StartBuild's members that replace one of the project as they are
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "encryptionKeyOverride": "encryptionKey",
    "cacheOverride": "cache",
    "secondarySourcesOverride": "secondarySources",
    "secondarySourcesVersionOverride": "secondarySourceVersions",
    "autoRetryLimitOverride": "autoRetryLimit",
}
_SOURCE_OVERRIDES = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "sourceAuthOverride": "auth",
    "gitCloneDepthOverride": "gitCloneDepth",
    "gitSubmodulesConfigOverride": "gitSubmodulesConfig",
    "buildspecOverride": "buildspec",
    "insecureSslOverride": "insecureSsl",
    "reportBuildStatusOverride": "reportBuildStatus",
    "buildStatusConfigOverride": "buildStatusConfig",
}
_ENVIRONMENT_OVERRIDES = {
    "environmentTypeOverride": "type",
    "imageOverride": "image",
    "computeTypeOverride": "computeType",
    "certificateOverride": "certificate",
    "privilegedModeOverride": "privilegedMode",
    "registryCredentialOverride": "registryCredential",
    "imagePullCredentialsTypeOverride": "imagePullCredentialsType",
    "fleetOverride": "fleet",
    "hostKernelOverride": "hostKernel",
}


def overridden(
    project: dict[str, Any], request: dict[str, Any], role_arn: Callable[[str], str]
) -> dict[str, Any]:
    """The project as one build sees it"""
    after = copy.deepcopy(project)
    after |= _stated(request, _OVERRIDES)
    after["source"] = after["source"] | _stated(request, _SOURCE_OVERRIDES)
    after["environment"] = after["environment"] | _stated(request, _ENVIRONMENT_OVERRIDES)
    after["environment"]["environmentVariables"] = environment.overridden(
        project["environment"]["environmentVariables"], request.get("environmentVariablesOverride", [])
    )
    after["artifacts"] = _artifacts(project, request)
    if "secondaryArtifactsOverride" in request:
        after["secondaryArtifacts"] = request["secondaryArtifactsOverride"]
    if "logsConfigOverride" in request:
        after["logsConfig"] = project_defaults.logs(request["logsConfigOverride"])
    if "serviceRoleOverride" in request:
        after["serviceRole"] = role_arn(request["serviceRoleOverride"])
    return after


def _stated(request: dict[str, Any], members: dict[str, str]) -> dict[str, Any]:
    return {name: request[stated] for stated, name in members.items() if stated in request}


def _artifacts(project: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """The sentence as seen in aws-actions/aws-codebuild-run-build#114"""
    if "artifactsOverride" in request:
        return project_defaults.artifacts(request["artifactsOverride"], project["name"])
    kept: dict[str, Any] = project["artifacts"]
    if kept["type"] == "CODEPIPELINE" and "sourceTypeOverride" in request:
        raise project_rules.invalid("ArtifactsOverride must be set when using artifacts type CodePipelines")
    return kept
