"""CodeBuild: what its answers say of artifacts and logs, as the API reference documents them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.builder import contexts, until
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.builder import Builder

SPEC = "{version: 0.2, phases: {build: {commands: [echo one > one.txt]}}, artifacts: {files: [one.txt]}}"


@pytest.fixture
def bucket(client: Callable[..., Any], account: str) -> str:
    name = f"answers-{account}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def test_a_started_build_says_where_its_logs_and_artifacts_will_be(builder: Builder, bucket: str) -> None:
    builder.project(SPEC, artifacts={"type": "S3", "location": bucket, "path": "out", "packaging": "ZIP"})
    build = builder.api.start_build(projectName="shop")["build"]
    assert build["artifacts"] == {
        "location": f"arn:aws:s3:::{bucket}/out/shop",
        "encryptionDisabled": False,
    }
    assert "secondaryArtifacts" not in build
    account = build["arn"].split(":")[4]
    assert build["logs"] == {
        "deepLink": "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups",
        "cloudWatchLogsArn": f"arn:aws:logs:eu-west-1:{account}:log-group:null:log-stream:null",
        "cloudWatchLogs": {"status": "ENABLED"},
        "s3Logs": {"status": "DISABLED", "encryptionDisabled": False},
    }
    ended = builder.ended(build["id"])["artifacts"]
    assert ended["location"] == f"arn:aws:s3:::{bucket}/out/shop"
    assert len(ended["sha256sum"]) == 64
    again = builder.api.retry_build(id=build["id"])["build"]
    assert again["artifacts"] == build["artifacts"]
    assert again["logs"] == build["logs"]


def test_a_build_without_artifacts_has_no_place_for_them(builder: Builder) -> None:
    builder.project(SPEC)
    build = builder.api.start_build(projectName="shop")["build"]
    assert build["artifacts"] == {"location": ""}
    assert builder.ended(build["id"])["artifacts"] == {"location": ""}


def test_artifacts_may_name_their_bucket_by_its_arn(
    builder: Builder, bucket: str, client: Callable[..., Any]
) -> None:
    builder.project(SPEC)
    override = {"type": "S3", "location": f"arn:aws:s3:::{bucket}", "overrideArtifactName": True}
    started = builder.api.start_build(projectName="shop", artifactsOverride=override)["build"]
    assert started["artifacts"]["location"] == f"arn:aws:s3:::{bucket}/shop"
    assert builder.ended(started["id"])["buildStatus"] == "SUCCEEDED"
    keys = [entry["Key"] for entry in client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["shop/one.txt"]


def test_secondary_artifacts_are_answered_from_the_start(builder: Builder, bucket: str) -> None:
    spec = SPEC.replace("files: [one.txt]", "secondary-artifacts: {more: {files: [one.txt]}}")
    more = {"type": "S3", "location": bucket, "name": "more", "artifactIdentifier": "more"}
    builder.project(spec, secondaryArtifacts=[more])
    build = builder.api.start_build(projectName="shop")["build"]
    place = {"location": f"arn:aws:s3:::{bucket}/more", "artifactIdentifier": "more"}
    assert [place | {"encryptionDisabled": False}] == build["secondaryArtifacts"]
    assert builder.ended(build["id"])["secondaryArtifacts"] == build["secondaryArtifacts"]


def test_logs_go_to_s3_when_the_project_says_so(
    builder: Builder, bucket: str, client: Callable[..., Any]
) -> None:
    logs = {
        "cloudWatchLogs": {"status": "DISABLED"},
        "s3Logs": {"status": "ENABLED", "location": f"{bucket}/logs"},
    }
    builder.project("{version: 0.2, phases: {build: {commands: [echo found it]}}}", logsConfig=logs)
    build = builder.ended(builder.start())
    key = f"logs/{build['id'].partition(':')[2]}.gz"
    assert build["logs"]["s3LogsArn"] == f"arn:aws:s3:::{bucket}/{key}"
    assert build["logs"]["s3DeepLink"].endswith(f"/{bucket}/{key}")
    assert build["logs"]["cloudWatchLogs"] == {"status": "DISABLED"}
    assert "groupName" not in build["logs"]
    text = gzip.decompress(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
    assert "\nfound it\n" in text


def test_a_project_may_hand_its_artifacts_to_pipelines_later(builder: Builder, bucket: str) -> None:
    builder.project(SPEC, artifacts={"type": "S3", "location": bucket})
    changed = builder.api.update_project(
        name="shop",
        source={"type": "CODEPIPELINE", "location": f"{bucket}/"},
        artifacts={"type": "CODEPIPELINE", "location": bucket},
    )["project"]
    assert changed["artifacts"] == {
        "type": "CODEPIPELINE",
        "name": "shop",
        "packaging": "NONE",
        "encryptionDisabled": False,
        "location": bucket,
    }


def test_secondary_artifacts_may_change_their_identifier(builder: Builder, bucket: str) -> None:
    artifact = {"type": "S3", "location": bucket, "artifactIdentifier": "one"}
    builder.project(SPEC, secondaryArtifacts=[artifact])
    changed = builder.api.update_project(
        name="shop", secondaryArtifacts=[artifact | {"artifactIdentifier": "two", "name": "second"}]
    )["project"]["secondaryArtifacts"]
    assert [(part["artifactIdentifier"], part["name"]) for part in changed] == [("two", "second")]


def test_without_a_buildspec_anywhere_the_build_says_so(
    builder: Builder, bucket: str, client: Callable[..., Any]
) -> None:
    client("s3").put_object(Bucket=bucket, Key="source/README.md", Body=b"nothing")
    builder.project(SPEC, source={"type": "S3", "location": f"{bucket}/source/"})
    build = builder.ended(builder.start())
    assert contexts(build, "DOWNLOAD_SOURCE")[0] == {
        "statusCode": "YAML_FILE_ERROR",
        "message": "YAML file does not exist",
    }


def test_builds_are_deleted_by_name_or_arn_and_answered_as_arns(builder: Builder) -> None:
    builder.project("{version: 0.2, phases: {build: {commands: [sleep 30]}}}")
    build = builder.api.start_build(projectName="shop")["build"]
    kept = builder.api.batch_delete_builds(ids=[build["id"]])
    assert kept["buildsNotDeleted"] == [{"id": build["arn"], "statusCode": "BUILD_IN_PROGRESS"}]
    assert kept["buildsDeleted"] == []
    builder.api.stop_build(id=build["id"])

    def gone() -> bool:
        answer = builder.api.batch_delete_builds(ids=[build["arn"]])
        return bool(answer["buildsDeleted"] == [build["arn"]])

    assert until(gone)
    missing = "shop:0b3c9a2e-0000-4000-8000-000000000000"
    arn = build["arn"].replace(build["id"], missing)
    assert builder.api.batch_delete_builds(ids=[missing])["buildsDeleted"] == [arn]


def test_what_is_no_id_of_a_build_is_refused(builder: Builder) -> None:
    expected = ("InvalidInputException", "Invalid build ID provided")
    assert refusal(builder.api.batch_get_builds, ids=["shop"]) == expected
    assert refusal(builder.api.stop_build, id="shop") == expected
    assert refusal(builder.api.batch_delete_builds, ids=["shop"]) == expected
