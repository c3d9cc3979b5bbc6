"""What an S3 deploy action puts where, and how it fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal

from .conftest import Story, archive, deploy, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = {
    "README": "application/octet-stream",
    "UPPER.HTML": "text/html",
    "app.js": "application/x-javascript",
    "asset.bin": "application/octet-stream",
    "config.xml": "application/xml",
    "font.woff2": "application/octet-stream",
    "image.jpg": "image/jpeg",
    "image.png": "image/png",
    "image.svg": "image/svg+xml",
    "index.html": "text/html",
    "nested/config.json": "application/json",
    "plain.txt": "text/plain",
    "source.map": "application/octet-stream",
    "style.css": "text/css",
}


def _deployed(story: Story, live: str, data: bytes, **configuration: str) -> str:
    """The execution of a pipeline that deploys some bytes."""
    story.s3.put_object(Bucket=story.bucket, Key="source.zip", Body=data)
    stages = (stage("Source", story.source()), stage("Deploy", deploy(live, **configuration)))
    story.api.create_pipeline(pipeline=story.declare(*stages))
    execution = story.ids()[0]
    until(lambda: story.status(execution) != "InProgress")
    return execution


def _keys(story: Story, live: str) -> list[str]:
    return [each["Key"] for each in story.s3.list_objects_v2(Bucket=live).get("Contents", [])]


def test_unpacked_files_get_the_recorded_content_types(story: Story, live: str) -> None:
    """Recording: s3_deploy_native_mime."""
    data = archive(("nested/", b""), *((name, b"text") for name in TYPES))
    execution = _deployed(story, live, data, CacheControl="private, max-age=60")
    assert story.status(execution) == "Succeeded"
    assert _keys(story, live) == sorted(TYPES)
    heads = {name: story.s3.head_object(Bucket=live, Key=name) for name in TYPES}
    assert {name: head["ContentType"] for name, head in heads.items()} == TYPES
    assert {head["CacheControl"] for head in heads.values()} == {"private, max-age=60"}


@pytest.mark.parametrize(
    ("settings", "external", "keys"),
    [
        ({}, "{live}", ["index.html"]),
        ({"ObjectKey": "prefix/"}, "{live}/prefix/", ["prefix//index.html"]),
        ({"ObjectKey": "v2"}, "{live}/v2", ["v2/index.html"]),
        ({"Extract": "false", "ObjectKey": "raw/a.zip"}, "{live}/raw/a.zip", ["raw/a.zip"]),
    ],
)
def test_the_key_is_put_before_each_file_as_it_stands(
    story: Story, live: str, settings: dict[str, str], external: str, keys: list[str]
) -> None:
    """Recordings: s3_deploy_native, rollback_boundaries_native (external ids)."""
    data = archive(("index.html", b"<p>"))
    execution = _deployed(story, live, data, **settings)
    assert _keys(story, live) == keys
    row = story.row(execution, "Deploy")
    assert row["output"] == {
        "outputArtifacts": [],
        "outputVariables": {},
        "executionResult": {
            "externalExecutionId": external.format(live=live),
            "externalExecutionSummary": "Deployment Succeeded",
        },
    }
    entity = f"https://console.aws.amazon.com/s3/buckets/{live}/?region=eu-west-1&tab=overview"
    assert story.state("Deploy")["entityUrl"] == entity
    if settings.get("Extract") == "false":
        put = story.s3.get_object(Bucket=live, Key=keys[0])
        assert (put["Body"].read(), put["ContentType"]) == (data, "application/octet-stream")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_odd_names_are_taken_as_they_are_until_one_leads_up(story: Story, live: str) -> None:
    """Recording: s3_deploy_native_opaque_keys_ordered."""
    story.s3.put_bucket_versioning(Bucket=live, VersioningConfiguration={"Status": "Enabled"})
    data = archive(
        ("/leading.txt", b"a"),
        ("duplicate.txt", b"first"),
        ("duplicate.txt", b"last"),
        ("windows\\key.txt", b"b"),
        ("nested/../relative.txt", b"c"),
        ("never.txt", b"d"),
    )
    execution = _deployed(story, live, data)
    assert story.problem(execution) == (
        "ConfigurationError",
        "The file name nested/../relative.txt contains invalid sequence: dot-dot-slash.",
    )
    assert _keys(story, live) == ["/leading.txt", "duplicate.txt", "windows/key.txt"]
    assert story.s3.get_object(Bucket=live, Key="duplicate.txt")["Body"].read() == b"last"
    versions = story.s3.list_object_versions(Bucket=live, Prefix="duplicate.txt")["Versions"]
    assert len(versions) == 2


@pytest.mark.parametrize("value", ["True", "yes"])
def test_extract_is_taken_in_any_words_and_done_in_two(story: Story, live: str, value: str) -> None:
    """Recording: s3_deploy_native (noncanonical Extract)."""
    execution = _deployed(story, live, archive(("a", b"")), Extract=value)
    code, message = story.problem(execution)
    assert code == "ConfigurationError"
    assert message == (
        f"Invalid value for configuration property '{value}': 'Extract'. Edit your pipeline and set "
        "'Extract' to either 'true' or 'false'."
    )


def test_a_failure_stands_in_the_state_and_by_its_code_in_the_history(story: Story, live: str) -> None:
    """Recording: s3_deploy_native_missing_key."""
    execution = _deployed(story, live, archive(("a", b"")), Extract="false")
    message = (
        "When the extract feature is disabled, you must provide an object. Edit your pipeline to fix the "
        "configuration."
    )
    assert story.row(execution, "Deploy")["output"]["executionResult"] == {
        "errorDetails": {"code": "ConfigurationError"},
        "externalExecutionSummary": message,
    }
    latest = story.latest("Deploy")
    assert latest["errorDetails"] == {"code": "ConfigurationError", "message": message}
    assert "summary" not in latest
    assert _keys(story, live) == []


def test_what_is_no_archive_fails(story: Story, live: str) -> None:
    """Recording: s3_deploy_native (corrupt_zip)."""
    execution = _deployed(story, live, b"no archive")
    assert story.problem(execution) == ("JobFailed", "The archive is malformed.")


def test_a_retry_takes_the_artifact_of_its_execution(
    story: Story, live: str, client: Callable[..., Any]
) -> None:
    """Recording: s3_deploy_native (denied, retry-recovered)."""
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{live}/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    client("iam").put_role_policy(RoleName="pipeline", PolicyName="no", PolicyDocument=document)
    execution = _deployed(story, live, archive(("a", b"old")))
    code, message = story.problem(execution)
    words = "You do not have sufficient permissions to call s3.putObject for the deployment bucket,"
    assert (code, message.startswith(words)) == ("PermissionError", True)
    fetched = story.row(execution, "Source")
    story.s3.put_object(Bucket=story.bucket, Key="source.zip", Body=archive(("a", b"new")))
    client("iam").delete_role_policy(RoleName="pipeline", PolicyName="no")
    story.retry(execution, stage_name="Deploy")
    story.ends(execution, "Succeeded")
    assert story.s3.get_object(Bucket=live, Key="a")["Body"].read() == b"old"
    assert story.row(execution, "Source") == fetched


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"BucketName": None}, "is missing required configuration 'BucketName'"),
        ({"Extract": None}, "is missing required configuration 'Extract'"),
        ({"Unknown": "x"}, "contains unknown configuration 'Unknown'"),
    ],
)
def test_what_an_action_needs_is_asked_for_at_once(
    story: Story, live: str, change: dict[str, str | None], words: str
) -> None:
    """Recording: s3_deploy_native (admission)."""
    wanted = deploy(live)
    settings = {**wanted["configuration"], **change}
    wanted["configuration"] = {key: value for key, value in settings.items() if value is not None}
    pipeline = story.declare(stage("Source", story.source()), stage("Deploy", wanted))
    assert refusal(story.api.create_pipeline, pipeline=pipeline) == (
        "InvalidActionDeclarationException",
        f"Action configuration for action 'Deploy' {words}",
    )
