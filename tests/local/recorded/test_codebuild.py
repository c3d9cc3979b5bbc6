"""Projects, builds and their second tries, call by call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.builder import until
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.builder import Builder

LOGS = {"cloudWatchLogs": {"status": "ENABLED", "groupName": "owned", "streamName": "builds"}}
IN_THE_CONTAINER = {"contexts": [{"message": "", "statusCode": ""}], "phaseStatus": "SUCCEEDED"}


def _spec(*commands: str) -> str:
    return json.dumps({"version": "0.2", "phases": {"build": {"commands": list(commands)}}})


def _variables(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in values.items()]


def _values(build: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in build["environment"]["environmentVariables"]}


def test_what_is_not_there_is_told_in_the_recorded_words(builder: Builder, account: str) -> None:
    """Recording: codebuild/stackd-buildowner-cb-2c8f66f66e07-resume-850793, and of a retry
    codebuild/stackd-cb-retry-1953a100a2bd.
    """
    api, missing = builder.api, "shop:00000000-0000-4000-8000-999000999000"
    code = "ResourceNotFoundException"
    place = f"arn:aws:codebuild:eu-west-1:{account}"
    words = f"Project cannot be found: {place}:project/shop"
    assert refusal(api.start_build, projectName="shop") == (code, words)
    assert refusal(api.stop_build, id=missing) == (code, f"Build {missing} does not exist")
    assert refusal(api.retry_build, id=missing) == (code, f"Build cannot be found: {missing}")
    assert refusal(api.retry_build) == ("InvalidInputException", "Build ID or ARN is required")
    deleted = api.batch_delete_builds(ids=[missing])
    assert (deleted["buildsDeleted"], deleted["buildsNotDeleted"]) == ([f"{place}:build/{missing}"], [])
    builder.project(_spec("true"))
    with pytest.raises(api.exceptions.ResourceAlreadyExistsException) as second:
        builder.project(_spec("true"))
    assert f"Project already exists : {place}:project/shop" in str(second.value)


def test_a_build_has_the_recorded_members(builder: Builder, client: Callable[..., Any], account: str) -> None:
    """Recording: codebuild/stackd-buildowner-cb-2c8f66f66e07-resume-850793."""
    bucket = f"owned-{account}"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    place = {"type": "S3", "location": bucket, "path": "artifacts", "name": "result.zip"}
    artifacts = {**place, "namespaceType": "BUILD_ID", "packaging": "ZIP"}
    spec = json.loads(_spec("echo one > result.txt")) | {"artifacts": {"files": ["result.txt"]}}
    builder.project(json.dumps(spec), artifacts=artifacts, logsConfig=LOGS, autoRetryLimit=0)
    (project,) = builder.api.batch_get_projects(names=["shop"])["projects"]
    assert project["artifacts"] == artifacts | {"encryptionDisabled": False}
    assert project["logsConfig"] == LOGS
    assert not {"secondaryArtifacts", "secondarySources", "secondarySourceVersions"} & set(project)
    build = builder.api.start_build(projectName="shop")["build"]
    location = f"arn:aws:s3:::{bucket}/artifacts/{build['id'].partition(':')[2]}/result.zip"
    assert build["artifacts"] == {"location": location, "encryptionDisabled": False}
    assert build["autoRetryConfig"] == {"autoRetryLimit": 0, "autoRetryNumber": 0}
    assert (build["secondarySources"], build["secondarySourceVersions"]) == ([], [])
    assert not {"secondaryArtifacts", "exportedEnvironmentVariables", "reportArns"} & set(build)
    assert build["logs"]["deepLink"].endswith("?region=eu-west-1#logsV2:log-groups")
    assert "s3Logs" not in build["logs"]
    ended = builder.ended(build["id"])
    assert {"md5sum", "sha256sum", "location", "encryptionDisabled"} == set(ended["artifacts"])
    within = [phase for phase in ended["phases"] if phase["phaseType"] not in ("SUBMITTED", "QUEUED")]
    assert all(phase.items() >= IN_THE_CONTAINER.items() for phase in within[:-1])
    assert builder.api.stop_build(id=build["id"])["build"]["buildStatus"] == "SUCCEEDED"


def test_a_retry_is_the_build_that_was_accepted(builder: Builder) -> None:
    """Recording: codebuild/stackd-cb-retry-1953a100a2bd."""
    api, spec = builder.api, _spec("sleep 1", "echo $VALUE")
    environment = {"environmentVariables": _variables(VALUE="project-old")}
    builder.project(spec.replace("echo", "echo old"), environment=environment, logsConfig=LOGS)
    override = {"environmentVariablesOverride": _variables(VALUE="accepted")}
    first = builder.start(buildspecOverride=spec, idempotencyToken="original", **override)
    code = "InvalidInputException"
    assert refusal(api.retry_build, id=first) == (code, "Cannot retry an in progress build")
    builder.ended(first)
    (project,) = api.batch_get_projects(names=["shop"])["projects"]
    renewed = {**project["environment"], "environmentVariables": _variables(VALUE="new", EXTRA="new-only")}
    api.update_project(name="shop", environment=renewed)
    again = api.retry_build(id=first, idempotencyToken="completed")["build"]
    assert (again["source"]["buildspec"], _values(again)) == (spec, {"VALUE": "accepted"})
    assert again["buildNumber"] == 2
    assert api.retry_build(id=first, idempotencyToken="completed")["build"]["id"] == again["id"]
    words = "Request parameter mismatch for idempotency token completed"
    assert refusal(
        api.retry_build, id=again["arn"].replace(again["id"], first), idempotencyToken="completed"
    ) == (
        code,
        words,
    )
    started = api.start_build(projectName="shop", idempotencyToken="completed")["build"]
    assert (started["buildNumber"], _values(started)) == (3, {"VALUE": "new", "EXTRA": "new-only"})


def test_a_failed_build_is_tried_again_up_to_the_limit_of_its_project(builder: Builder) -> None:
    """API reference, autoRetryLimit; members: codebuild/stackd-buildowner-cb-2c8f66f66e07-resume-850793."""
    builder.project(_spec("exit 7"), autoRetryLimit=1)
    first = builder.ended(builder.start())
    tried = builder.api.list_builds_for_project(projectName="shop", sortOrder="ASCENDING")["ids"]
    second = builder.ended(tried[1])
    assert second["autoRetryConfig"]["previousAutoRetry"] == first["arn"]
    assert second["autoRetryConfig"]["autoRetryNumber"] == 1
    assert builder.shown(first["id"])["autoRetryConfig"]["nextAutoRetry"] == second["arn"]


def _phases(build: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {phase["phaseType"]: phase for phase in build["phases"]}


def test_a_failed_build_goes_on_to_its_artifacts(
    builder: Builder, client: Callable[..., Any], account: str
) -> None:
    """Recording: codebuild/stackd-buildowner-cb-2c8f66f66e07-resume-ae70cd."""
    bucket, s3 = f"owned-{account}", client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    phases = {
        "pre_build": {"commands": ["echo made > result.txt"]},
        "build": {"commands": ["exit 7"], "finally": ["echo finally"]},
        "post_build": {"commands": ["echo post"]},
    }
    spec = {"version": "0.2", "phases": phases, "artifacts": {"files": ["result.txt"]}}
    build = builder.run(json.dumps(spec), artifacts={"type": "S3", "location": bucket, "packaging": "ZIP"})
    assert (build["buildStatus"], build["currentPhase"], build["buildComplete"]) == (
        "FAILED",
        "COMPLETED",
        True,
    )
    told = _phases(build)
    words = "Error while executing command: exit 7. Reason: exit status 7"
    assert told["BUILD"]["contexts"] == [{"statusCode": "COMMAND_EXECUTION_ERROR", "message": words}]
    assert {name: told[name]["phaseStatus"] for name in ("BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS")} == {
        "BUILD": "FAILED",
        "POST_BUILD": "SUCCEEDED",
        "UPLOAD_ARTIFACTS": "SUCCEEDED",
    }
    assert builder.log(build).split() == ["finally", "post"]
    builder.api.batch_delete_builds(ids=[build["id"]])
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["shop"]


def test_a_build_that_is_stopped_has_ended_in_the_answer(builder: Builder) -> None:
    """Recording: codebuild/stackd-buildowner-cb-2c8f66f66e07-resume-ae70cd."""
    builder.project(_spec("echo start", "sleep 30", "echo marker"))
    identity = builder.start()
    until(lambda: "BUILD" in _phases(builder.shown(identity)))
    stopped = builder.api.stop_build(id=identity)["build"]
    assert (stopped["buildStatus"], stopped["currentPhase"]) == ("STOPPED", "COMPLETED")
    assert stopped["buildComplete"] is True
    ended = builder.ended(identity)
    assert _phases(ended)["BUILD"]["phaseStatus"] == "STOPPED"
    assert "contexts" not in _phases(ended)["BUILD"]
    assert builder.api.stop_build(id=identity)["build"]["buildStatus"] == "STOPPED"
