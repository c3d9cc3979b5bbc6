"""Functions that do an action: what they get, and what becomes of the results that they report."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from tests import roles
from tests.local.refusals import refusal

from .conftest import Story, action, deploy, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

Shape = dict[str, Any]
UNKNOWN = "00000000-0000-0000-0000-000000000000"

KEEPS = """
import boto3, json
def handle(event, context):
    job = event["CodePipeline.job"]
    key = job["data"].get("continuationToken", "first")
    boto3.client("s3").put_object(Bucket="{bucket}", Key=key, Body=json.dumps(event))
"""
"""A function that writes down what it got and reports nothing."""


@pytest.fixture
def function(client: Callable[..., Any], live: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr("app.py", KEEPS.format(bucket=live))
    client("lambda").create_function(
        FunctionName="shop",
        Runtime="python3.13",
        Handler="app.handle",
        Role=roles.make(client("iam"), "function", "lambda"),
        Code={"ZipFile": buffer.getvalue()},
        Timeout=30,
    )


def _invoke(**members: Any) -> Shape:
    settings = {"FunctionName": "shop", "UserParameters": '{"wish": 1}'}
    return action(
        "Invoke",
        "Invoke",
        "Lambda",
        configuration=settings,
        inputArtifacts=[{"name": "SourceOutput"}],
        outputArtifacts=[{"name": "Made"}],
        **members,
    )


def _got(story: Story, live: str, key: str = "first") -> Shape:
    """The job that the function was handed."""

    def found() -> Shape | None:
        listed = story.s3.list_objects_v2(Bucket=live).get("Contents", [])
        if key not in [each["Key"] for each in listed]:
            return None
        return dict(json.loads(story.s3.get_object(Bucket=live, Key=key)["Body"].read()))

    return dict(until(found)["CodePipeline.job"])


def test_a_function_gets_the_recorded_members_and_no_others(
    story: Story, function: None, live: str, account: str
) -> None:
    """Recording: lambda_native_complete (event_shape)."""
    execution = story.create(stage("Work", _invoke()))
    job = _got(story, live)
    assert set(job) == {"id", "accountId", "data"}
    data = job["data"]
    assert set(data) == {"actionConfiguration", "inputArtifacts", "outputArtifacts", "artifactCredentials"}
    settings = {"FunctionName": "shop", "UserParameters": '{"wish": 1}'}
    assert data["actionConfiguration"] == {"configuration": settings}
    version = story.row(execution, "Source")["output"]["outputVariables"]["VersionId"]
    assert data["inputArtifacts"][0]["revision"] == version
    assert data["outputArtifacts"][0]["revision"] is None
    credentials = data["artifactCredentials"]
    assert set(credentials) == {"accessKeyId", "secretAccessKey", "sessionToken", "expirationTime"}
    assert isinstance(credentials["expirationTime"], int)
    assert job["accountId"] == account
    assert job["id"] != story.row(execution, "Invoke")["actionExecutionId"]


def test_the_credentials_of_a_job_reach_its_artifacts_and_nothing_else(
    story: Story, function: None, live: str, server: Server
) -> None:
    """Recording: lambda_native_complete (unrelated_owned_read, artifact_credentials_unknown_callback)."""
    story.create(stage("Work", _invoke()))
    data = _got(story, live)["data"]
    given = data["artifactCredentials"]
    mine = boto3.Session(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"], "eu-west-1")
    once = Config(retries={"total_max_attempts": 1})
    s3, api = (mine.client(name, endpoint_url=server.url, config=once) for name in ("s3", "codepipeline"))
    source, made = (data[kind][0]["location"]["s3Location"] for kind in ("inputArtifacts", "outputArtifacts"))
    assert s3.get_object(Bucket=source["bucketName"], Key=source["objectKey"])["Body"].read()
    assert s3.put_object(Bucket=made["bucketName"], Key=made["objectKey"], Body=b"made")["ETag"]
    code, message = refusal(s3.get_object, Bucket=live, Key="first")
    assert code == "AccessDenied"
    assert "because no session policy allows the s3:GetObject action" in message
    assert refusal(api.put_job_success_result, jobId=UNKNOWN)[0] == "AccessDeniedException"


def test_that_a_function_returns_ends_nothing(story: Story, function: None, live: str) -> None:
    """Recording: lambda_native_abandon (ordinary return, abandon, late result)."""
    execution = story.create(stage("Work", _invoke()))
    job = _got(story, live)["id"]
    assert story.row(execution, "Invoke")["status"] == "InProgress"
    story.stop(execution, abandon=True)
    story.ends(execution, "Stopped")
    story.api.put_job_success_result(jobId=job)
    assert (story.status(execution), story.row(execution, "Invoke")["status"]) == ("Stopped", "Abandoned")
    story.api.delete_pipeline(name="shop")
    story.api.put_job_success_result(jobId=job)


def test_a_job_that_goes_on_gets_a_new_id_and_the_token(
    story: Story, function: None, live: str, server: Server
) -> None:
    """Recording: lambda_native_complete (continuation)."""
    execution = story.create(stage("Work", _invoke()))
    job = _got(story, live)
    action_id = story.row(execution, "Invoke")["actionExecutionId"]
    both = {"jobId": job["id"], "continuationToken": "again", "outputVariables": {"a": "b"}}
    assert refusal(story.api.put_job_success_result, **both) == (
        "ValidationException",
        "A job can not contain both a continuation token and output variables.",
    )
    story.api.put_job_success_result(jobId=job["id"], continuationToken="again")
    until(lambda: story.row(execution, "Invoke")["status"] == "InProgress")
    server.world.clock.advance(60)
    again = _got(story, live, "again")
    assert again["id"] != job["id"]
    assert again["data"]["continuationToken"] == "again"
    assert again["data"]["outputArtifacts"] == job["data"]["outputArtifacts"]
    code, _ = refusal(story.api.put_job_success_result, jobId=job["id"])
    assert code == "InvalidJobStateException"
    story.api.put_job_success_result(jobId=again["id"], outputVariables={"Produced": "yes"})
    story.ends(execution, "Succeeded")
    row = story.row(execution, "Invoke")
    assert row["actionExecutionId"] == action_id
    assert row["output"]["outputVariables"] == {"Produced": "yes"}


def test_a_result_is_taken_once_and_the_very_same_one_again(story: Story, function: None, live: str) -> None:
    """Recording: lambda_native_complete (callbacks, action_history)."""
    execution = story.create(stage("Work", _invoke()))
    job = _got(story, live)["id"]
    put, fail = story.api.put_job_success_result, story.api.put_job_failure_result
    said = {"executionDetails": {"summary": "mine", "externalExecutionId": "mine"}}
    put(jobId=job, outputVariables={"a": "b"}, **said)
    put(jobId=job, outputVariables={"a": "b"}, **said)
    code, message = refusal(put, jobId=job, outputVariables={"a": "c"}, **said)
    assert code == "InvalidJobStateException"
    assert message == (
        f"The status of job with id {job} is already set to the desired value. It cannot be updated with the "
        "same status, but different result or output variables."
    )
    failure = {"type": "JobFailed", "message": "no"}
    assert refusal(fail, jobId=job, failureDetails=failure) == (
        "InvalidJobStateException",
        f"Job with id {job} has already terminated",
    )
    assert refusal(put, jobId=UNKNOWN) == ("JobNotFoundException", f"Job with id '{UNKNOWN}' does not exist")
    story.ends(execution, "Succeeded")
    console = "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
    assert story.row(execution, "Invoke")["output"]["executionResult"] == {
        "externalExecutionId": "shop",
        "externalExecutionUrl": f"{console}#logStream:group=%252Faws%252Flambda%252Fshop",
    }


def test_a_reported_failure_names_the_function_whatever_it_says(
    story: Story, function: None, live: str
) -> None:
    """Recording: lambda_native_complete (failure)."""
    execution = story.create(stage("Work", _invoke()))
    failure = {"type": "JobFailed", "message": "explicit failure", "externalExecutionId": "mine"}
    story.api.put_job_failure_result(jobId=_got(story, live)["id"], failureDetails=failure)
    story.ends(execution, "Failed")
    assert story.problem(execution) == ("JobFailed", "explicit failure")
    output = story.row(execution, "Invoke")["output"]
    assert output["executionResult"]["externalExecutionId"] == "shop"
    assert (output["outputArtifacts"], output["outputVariables"]) == ([], {})


def test_an_output_that_nobody_wrote_fails_who_reads_it(story: Story, function: None, live: str) -> None:
    """Recording: lambda_native_complete (no-output)."""
    use = {**deploy(live), "inputArtifacts": [{"name": "Made"}]}
    execution = story.create(stage("Work", _invoke()), stage("Use", use))
    story.api.put_job_success_result(jobId=_got(story, live)["id"])
    story.ends(execution, "Failed")
    assert story.row(execution, "Invoke")["status"] == "Succeeded"
    assert story.row(execution, "Invoke")["output"]["outputArtifacts"][0]["name"] == "Made"
    assert story.problem(execution)[0] == "ConfigurationError"


def test_a_function_that_is_not_there_fails_the_action(story: Story) -> None:
    """Recording: lambda_native_complete (nonexistent function)."""
    execution = story.create(stage("Work", _invoke()))
    story.ends(execution, "Failed")
    words = "The AWS Lambda function shop does not exist."
    assert story.problem(execution) == ("ConfigurationError", words)
