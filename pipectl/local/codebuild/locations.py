"""Where the artifacts of a build lie in Amazon S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.sources import S3_ARN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.codebuild.record import PipelineWork


def bucket(target: Mapping[str, Any]) -> str:
    """The bucket of project artifacts; `location` may be its ARN (AWS CLI, example of start-build)"""
    return S3_ARN.sub("", str(target["location"])).strip("/")


def key(
    target: Mapping[str, Any],
    project: str,
    build: str,
    name: str | None = None,
    prefix: str | None = None,
) -> str:
    """The key of project artifacts, or of the folder that holds them

    API reference, ProjectArtifacts: path, namespaceType, name. `name` and `prefix` are the buildspec's; user
    guide, s3-prefix: `<s3-prefix>/<build-id>/<name>.zip`, with the namespace type BUILD_ID only.
    """
    is_by_build = target.get("namespaceType") == "BUILD_ID"
    named = name or target.get("name") or project
    parts = [
        prefix if is_by_build else None,
        target.get("path"),
        build if is_by_build else None,
        None if named == "/" else named,
    ]
    return "/".join(part.strip("/") for part in parts if part)


def shown(target: Mapping[str, Any], bucket_name: str, object_key: str) -> dict[str, Any]:
    """BuildArtifacts of one artifact in S3: recorded in radkawar/stackd, testdata/aws/codebuild"""
    stated = {key: target[key] for key in ("overrideArtifactName",) if key in target}
    return {
        "location": f"arn:aws:s3:::{bucket_name}/{object_key}",
        **stated,
        "encryptionDisabled": target.get("encryptionDisabled", False),
    }


def planned(target: Mapping[str, Any], project: str, build: str) -> dict[str, Any]:
    """BuildArtifacts as StartBuild answers them, before there is any artifact

    AWS CLI, examples of start-build (S3) and of retry-build (NO_ARTIFACTS: `{"location": ""}`).
    """
    if target["type"] != "S3":
        return {"location": ""}
    return shown(target, bucket(target), key(target, project, build))


def of_pipeline(work: PipelineWork) -> dict[str, Any]:
    """BuildArtifacts of a pipeline's build: its first output (AWS CLI, example of batch-get-builds)"""
    place = next((work.stored[name] for name in work.outputs if name in work.stored), None)
    if place is None:
        return {"location": ""}
    return {"location": f"arn:aws:s3:::{place.bucket}/{place.key}", "encryptionDisabled": False}


def of_new(project: dict[str, Any], build: str, work: PipelineWork | None) -> dict[str, Any]:
    """`artifacts` and `secondaryArtifacts` of a build that begins"""
    if work:
        return {"artifacts": of_pipeline(work)}
    name = project["name"]
    secondary = [
        planned(artifact, name, build) | {"artifactIdentifier": artifact["artifactIdentifier"]}
        for artifact in project.get("secondaryArtifacts") or []
    ]
    return {"artifacts": planned(project["artifacts"], name, build), "secondaryArtifacts": secondary or None}
