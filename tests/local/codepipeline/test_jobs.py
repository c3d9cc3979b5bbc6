"""Job workers do custom actions; custom types and webhooks are kept (API reference)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Runs, approval, stage, until

Shape = dict[str, Any]
TYPE = {"category": "Build", "owner": "Custom", "provider": "Rocket", "version": "1"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"


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
    assert again["data"]["continuationToken"] == "in flight"
    assert runs.api.get_job_details(jobId=job["id"])["jobDetails"]["data"] == again["data"]
    runs.api.acknowledge_job(jobId=job["id"], nonce=job["nonce"])
    failure = {"type": "JobFailed", "message": "it fell", "externalExecutionId": "flight-1"}
    runs.api.put_job_failure_result(jobId=job["id"], failureDetails=failure)
    runs.ends(first, "Failed")
    result = runs.rows(first)[0]["output"]["executionResult"]
    assert result["errorDetails"] == {"code": "JobFailed", "message": "it fell"}
    assert result["externalExecutionId"] == "flight-1"


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
    same = {"revisionId": known["revisionId"], "revisionChangeId": "1", "created": known["created"]}
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


def test_webhooks_are_kept_with_their_secret_hidden(runs: Runs) -> None:
    runs.create(stage("Gate", approval()))
    made = runs.api.put_webhook(webhook=_webhook(), tags=[{"key": "a", "value": "b"}])["webhook"]
    assert made["url"].startswith("https://eu-west-1.webhooks.aws/trigger")
    assert made["definition"]["authenticationConfiguration"] == {"SecretToken": "****"}
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
