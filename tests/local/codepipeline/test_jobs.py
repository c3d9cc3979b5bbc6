"""Job workers do custom actions; custom types and webhooks are kept (API reference)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.roles import trust

from .conftest import Runs, action, approval, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = dict[str, Any]
TYPE = {"category": "Build", "owner": "Custom", "provider": "Rocket", "version": "1"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"
NOW = datetime(2026, 9, 28, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _type(codepipeline: Any) -> None:
    codepipeline.create_custom_action_type(
        category="Build",
        provider="Rocket",
        version="1",
        configurationProperties=[
            {"name": "Planet", "required": True, "key": True, "secret": False, "queryable": True}
        ],
        inputArtifactDetails={"minimumCount": 1, "maximumCount": 1},
        outputArtifactDetails={"minimumCount": 0, "maximumCount": 1},
        tags=[{"key": "team", "value": "space"}],
    )


def _launch(**members: Any) -> Shape:
    return {
        "name": "Launch",
        "actionTypeId": TYPE,
        "configuration": {"Planet": "Mars"},
        "inputArtifacts": [{"name": "SourceOutput"}],
        "outputArtifacts": [{"name": "Crater"}],
        "namespace": "Flight",
        **members,
    }


def _poll(runs: Runs, **query: str) -> Shape:
    polled = until(
        lambda: runs.api.poll_for_jobs(actionTypeId=TYPE, **({"queryParam": query} if query else {}))["jobs"]
    )
    return dict(polled[0])


def test_a_worker_does_a_custom_action(runs: Runs) -> None:
    gate = approval(configuration={"CustomData": "#{Flight.Height}"})
    first = runs.create(stage("Launch", _launch()), stage("Gate", gate))
    job = _poll(runs, Planet="Mars")
    assert job["data"]["actionConfiguration"]["configuration"] == {"Planet": "Mars"}
    assert job["data"]["pipelineContext"]["pipelineExecutionId"] == first
    assert runs.api.poll_for_jobs(actionTypeId=TYPE)["jobs"] == []
    with pytest.raises(runs.api.exceptions.InvalidNonceException):
        runs.api.acknowledge_job(jobId=job["id"], nonce="no")
    assert runs.api.acknowledge_job(jobId=job["id"], nonce=job["nonce"])["status"] == "InProgress"
    place = job["data"]["outputArtifacts"][0]["location"]["s3Location"]
    runs.s3.put_object(Bucket=place["bucketName"], Key=place["objectKey"], Body=b"a crater")
    runs.api.put_job_success_result(
        jobId=job["id"], outputVariables={"Height": "7"}, executionDetails={"summary": "landed"}
    )
    until(runs.token)
    approve, launched = runs.rows(first)[:2]
    assert approve["input"]["resolvedConfiguration"] == {"CustomData": "7"}
    assert launched["output"]["executionResult"]["externalExecutionSummary"] == "landed"
    with pytest.raises(runs.api.exceptions.InvalidJobStateException):
        runs.api.put_job_success_result(jobId=job["id"])


def test_a_worker_may_fail_and_may_go_on_later(runs: Runs) -> None:
    first = runs.create(stage("Launch", _launch()))
    job = _poll(runs)
    runs.api.acknowledge_job(jobId=job["id"], nonce=job["nonce"])
    runs.api.put_job_success_result(jobId=job["id"], continuationToken="in flight")
    again = _poll(runs)
    assert again["id"] != job["id"]
    assert again["data"]["continuationToken"] == "in flight"
    assert runs.api.get_job_details(jobId=again["id"])["jobDetails"]["data"] == again["data"]
    runs.api.acknowledge_job(jobId=again["id"], nonce=again["nonce"])
    failure = {"type": "JobFailed", "message": "it fell", "externalExecutionId": "flight-1"}
    runs.api.put_job_failure_result(jobId=again["id"], failureDetails=failure)
    runs.ends(first, "Failed")
    result = runs.rows(first)[0]["output"]["executionResult"]
    assert runs.problem(first) == ("JobFailed", "it fell")
    assert result["externalExecutionId"] == "flight-1"


def test_an_update_lets_the_running_action_end(runs: Runs) -> None:
    first = runs.create(stage("Launch", _launch(), approval("Later", runOrder=2)))
    job = _poll(runs)
    runs.api.acknowledge_job(jobId=job["id"], nonce=job["nonce"])
    runs.api.update_pipeline(pipeline=runs.api.get_pipeline(name="shop")["pipeline"])
    assert runs.status(first) == "InProgress"
    runs.api.put_job_success_result(jobId=job["id"])
    runs.ends(first, "Cancelled")
    assert runs.stage_status("Launch") == (first, "Cancelled")


# Lambda

GOOD = """
import boto3
def handle(event, context):
    job = event["CodePipeline.job"]
    said = job["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    boto3.client("codepipeline").put_job_success_result(jobId=job["id"], outputVariables={"Said": said})
"""
BAD = """
import boto3
def handle(event, context):
    failure = {"type": "JobFailed", "message": "not today"}
    boto3.client("codepipeline").put_job_failure_result(
        jobId=event["CodePipeline.job"]["id"], failureDetails=failure)
"""
BROKEN = "def handle(event, context):\n    raise ValueError('oh no')\n"


@pytest.fixture
def function(client: Callable[..., Any]) -> Callable[..., Shape]:
    """A function in Python; answers the action that invokes it."""

    def create(code: str, runtime: str = "python3.13") -> Shape:
        document = trust({"Service": "lambda.amazonaws.com"})
        role = client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=document)["Role"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("code.py" if runtime.startswith("python") else "code.js", code)
        client("lambda").create_function(
            FunctionName="judge",
            Runtime=runtime,
            Role=role["Arn"],
            Handler="code.handle",
            Code={"ZipFile": packed.getvalue()},
            Timeout=30,
        )
        settings = {"FunctionName": "judge", "UserParameters": "yes"}
        return action("Judge", "Invoke", "Lambda", configuration=settings, namespace="Judge")

    return create


def test_a_function_reports_its_success(runs: Runs, function: Callable[..., Shape]) -> None:
    first = runs.create(stage("Judge", function(GOOD)))
    runs.ends(first, "Succeeded")
    assert runs.rows(first)[0]["output"]["outputVariables"] == {"Said": "yes"}


@pytest.mark.parametrize(
    ("code", "runtime", "message"),
    [
        (BAD, "python3.13", "not today"),
        (BROKEN, "python3.13", "ValueError: oh no"),
        ("", "nodejs22.x", "runs functions in Python only"),
    ],
)
def test_a_function_that_fails_fails_the_action(
    runs: Runs, function: Callable[..., Shape], code: str, runtime: str, message: str
) -> None:
    first = runs.create(stage("Judge", function(code, runtime)))
    runs.ends(first, "Failed")
    assert message in runs.problem(first)[1]


def test_a_function_that_does_not_report_fails_in_the_end(
    runs: Runs, function: Callable[..., Shape], server: Any
) -> None:
    first = runs.create(stage("Judge", function("def handle(event, context):\n    pass\n")))
    until(lambda: runs.rows(first)[0]["output"]["executionResult"].get("externalExecutionId"))
    assert runs.status(first) == "InProgress"
    server.world.clock.advance(21 * 60)
    runs.ends(first, "Failed")


def test_unknown_jobs_and_types_are_refused(codepipeline: Any) -> None:
    other = {**TYPE, "provider": "Balloon"}
    cases: list[tuple[str, Shape, str]] = [
        ("get_job_details", {"jobId": UNKNOWN}, "JobNotFoundException"),
        ("acknowledge_job", {"jobId": UNKNOWN, "nonce": "1"}, "JobNotFoundException"),
        ("put_job_success_result", {"jobId": UNKNOWN}, "JobNotFoundException"),
        ("poll_for_jobs", {"actionTypeId": other}, "ActionTypeNotFoundException"),
        ("get_action_type", {**other, "owner": "AWS"}, "ActionTypeNotFoundException"),
        ("poll_for_third_party_jobs", {"actionTypeId": other}, "ActionTypeNotFoundException"),
        ("get_third_party_job_details", {"jobId": UNKNOWN, "clientToken": "a"}, "JobNotFoundException"),
        ("delete_webhook", {"name": "nowhere"}, ""),
        ("register_webhook_with_third_party", {"webhookName": "nowhere"}, "WebhookNotFoundException"),
    ]
    for operation, request, code in cases:
        try:
            getattr(codepipeline, operation)(**request)
            said = ""
        except ClientError as refused:
            said = str(refused.response["Error"]["Code"])
        assert (operation, said) == (operation, code)


def test_a_custom_type_is_listed_and_deleted(codepipeline: Any, account: str) -> None:
    types = codepipeline.list_action_types(actionOwnerFilter="Custom")["actionTypes"]
    assert [each["id"] for each in types] == [TYPE]
    arn = f"arn:aws:codepipeline:eu-west-1:{account}:actiontype:Custom/Build/Rocket/1"
    assert codepipeline.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "team", "value": "space"}]
    codepipeline.delete_custom_action_type(category="Build", provider="Rocket", version="1")
    assert codepipeline.list_action_types(actionOwnerFilter="Custom")["actionTypes"] == []


def test_a_type_of_aws_is_described_and_is_not_ours_to_update(codepipeline: Any) -> None:
    which = {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"}
    declared = codepipeline.get_action_type(**which)["actionType"]
    required = [each["name"] for each in declared["properties"] if not each["optional"]]
    assert required == ["BucketName", "Extract"]
    with pytest.raises(codepipeline.exceptions.RequestFailedException):
        codepipeline.update_action_type(actionType={**declared, "properties": []})


def test_a_new_revision_from_outside_starts_a_run_once(runs: Runs) -> None:
    runs.create(stage("Gate", approval()))
    until(runs.token)
    known = runs.stage("Source")["actionStates"][0]["currentRevision"]
    which = {"pipelineName": "shop", "stageName": "Source", "actionName": "Source"}
    same = {"revisionId": known["revisionId"], "revisionChangeId": "1", "created": NOW}
    assert runs.api.put_action_revision(**which, actionRevision=same)["newRevision"] is False
    new = {**same, "revisionId": "another"}
    started = runs.api.put_action_revision(**which, actionRevision=new)
    assert started["newRevision"] is True
    assert runs.summary(started["pipelineExecutionId"])["trigger"]["triggerType"] == "PutActionRevision"


# webhooks


def _webhook(**members: Any) -> Shape:
    return {
        "name": "hook",
        "targetPipeline": "shop",
        "targetAction": "Source",
        "filters": [{"jsonPath": "$.ref", "matchEquals": "refs/heads/main"}],
        "authentication": "GITHUB_HMAC",
        "authenticationConfiguration": {"SecretToken": "s3cret"},
        **members,
    }


def test_webhooks_are_kept_and_tell_what_was_put(runs: Runs) -> None:
    runs.create(stage("Gate", approval()))
    made = runs.api.put_webhook(webhook=_webhook(), tags=[{"key": "a", "value": "b"}])["webhook"]
    assert "/webhooks/codepipeline/" in made["url"]
    assert made["definition"]["authenticationConfiguration"] == {"SecretToken": "s3cret"}
    assert runs.api.list_tags_for_resource(resourceArn=made["arn"])["tags"] == [{"key": "a", "value": "b"}]
    again = runs.api.put_webhook(webhook=_webhook(filters=[{"jsonPath": "$.x"}]))["webhook"]
    assert again["url"] == made["url"]
    assert runs.api.list_webhooks()["webhooks"] == [again]
    runs.api.delete_webhook(name="hook")
    assert runs.api.list_webhooks()["webhooks"] == []


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"targetPipeline": "nowhere"}, "PipelineNotFoundException"),
        ({"targetAction": "Nobody"}, "ValidationException"),
        ({"filters": [{"jsonPath": "ref"}]}, "InvalidWebhookFilterPatternException"),
        ({"authenticationConfiguration": {}}, "InvalidWebhookAuthenticationParametersException"),
        (
            {"authentication": "IP", "authenticationConfiguration": {"AllowedIPRange": "here"}},
            "InvalidWebhookAuthenticationParametersException",
        ),
    ],
)
def test_a_wrong_webhook_is_refused(runs: Runs, members: Shape, code: str) -> None:
    runs.create(stage("Gate", approval()))
    with pytest.raises(ClientError) as refused:
        runs.api.put_webhook(webhook=_webhook(**members))
    assert refused.value.response["Error"]["Code"] == code
