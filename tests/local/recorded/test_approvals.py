"""Approvals: tokens, summaries that are required, and the notifications about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal

from .conftest import Story, approval, stage, until, without

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = dict[str, Any]
NO_PERMISSION = (
    "The Pipeline or Action role does not have permission to publish to topics in Amazon SNS. Add the "
    "sns:Publish permission to the role\u2019s policy, and then try again."
)


def test_a_decided_approval_tells_who_decided_and_what_was_said(
    story: Story, client: Callable[..., Any]
) -> None:
    """Recordings: lifecycle_native, history_filter_native."""
    execution = story.create(stage("Gate", approval()))
    token = story.asked()
    story.put(token, summary="looks good")
    story.ends(execution, "Succeeded")
    me = client("sts").get_caller_identity()["Arn"]
    assert story.latest("Gate") == {
        "actionExecutionId": token,
        "status": "Succeeded",
        "summary": "looks good",
        "lastUpdatedBy": me,
    }
    row = story.row(execution, "Approve")
    assert row["updatedBy"] == me
    assert row["output"]["executionResult"] == {
        "externalExecutionId": token,
        "externalExecutionSummary": "looks good",
    }


def test_a_rejection_fails_without_error_details(story: Story) -> None:
    """Recording: eventbridge_native (RejectEventApprovalForRealStageRetry)."""
    execution = story.create(stage("Gate", approval()))
    story.put(story.asked(), "Rejected", "not today")
    story.ends(execution, "Failed")
    latest = story.latest("Gate")
    assert (latest["status"], latest["summary"]) == ("Failed", "not today")
    assert "errorDetails" not in latest
    result = story.row(execution, "Approve")["output"]["executionResult"]
    assert (result["externalExecutionSummary"], "errorDetails" in result) == ("not today", False)


def test_an_approval_that_has_not_begun_leads_to_its_link_already(story: Story) -> None:
    """Recording: approval_summary_requirements_complete_native (required-whitespace-approval/arrival)."""
    link = "https://example.com/owned-review?source=zip&check=1"
    later = approval("Later", runOrder=2, configuration={"ExternalEntityLink": link})
    story.create(stage("Gate", approval(), later))
    token = story.asked()
    assert story.stage("Gate")["actionStates"][1] == {"actionName": "Later", "entityUrl": link}
    story.put(token)
    begun = story.asked(name="Later")
    assert story.stage("Gate")["actionStates"][1] == {
        "actionName": "Later",
        "latestExecution": {"actionExecutionId": begun, "status": "InProgress", "token": begun},
        "entityUrl": link,
    }


@pytest.mark.parametrize("summary", ["", "   "])
def test_a_required_summary_is_asked_for_and_the_token_stays_good(story: Story, summary: str) -> None:
    """Recording: approval_summary_requirements_complete_native."""
    execution = story.create(stage("Gate", approval(configuration={"IsSummaryRequired": "true"})))
    token = story.asked()
    code, message = refusal(story.put, token=token, summary=summary)
    assert code == "InvalidApprovalTokenException"
    assert message == (
        "Action 'Approve' in stage 'Gate' requires a summary. Provide a summary in the approval result and "
        "try again."
    )
    assert story.asked() == token
    story.put(token, summary="now with words")
    story.ends(execution, "Succeeded")


def test_a_notification_carries_the_recorded_members_and_short_names(
    story: Story, client: Callable[..., Any]
) -> None:
    """Recording: approval_notification_native_boundaries_ready (names of 24 and 25 characters)."""
    topic, queue = _topic(client)
    short, long = "A" * 24, "B" * 25
    settings = {"configuration": {"NotificationArn": topic}}
    story.create(stage("Gate", approval(short, **settings), approval(long, **settings)))
    tokens = {name: story.asked(name=name) for name in (short, long)}
    messages = [_received(client, queue), _received(client, queue)]
    told = {json.loads(each["Message"])["approval"]["actionName"]: each for each in messages}
    assert [told[name]["Subject"] for name in (short, long)] == [
        f"APPROVAL NEEDED: AWS CodePipeline shop for action {short}",
        f"APPROVAL NEEDED: AWS CodePipeline shop for action {'B' * 24}...",
    ]
    console = "https://console.aws.amazon.com/codesuite/codepipeline/pipelines/shop/view?region=eu-west-1"
    message = json.loads(told[long]["Message"])
    assert without(message["approval"], "expires") == {
        "pipelineName": "shop",
        "stageName": "Gate",
        "actionName": long,
        "token": tokens[long],
        "externalEntityLink": None,
        "approvalReviewLink": f"{console}#/Gate/{long}/approve/{tokens[long]}",
        "customData": None,
    }
    assert (message["region"], message["consoleLink"]) == ("eu-west-1", console)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "No Amazon SNS topic with the ARN {arn} was found."),
        ("a.fifo", "An invalid topic ARN ({arn})"),
    ],
)
def test_a_topic_that_cannot_be_told_fails_the_approval(
    story: Story, client: Callable[..., Any], account: str, name: str, words: str
) -> None:
    """Recording: approval_notification_native_topic_errors."""
    if name.endswith(".fifo"):
        client("sns").create_topic(Name=name, Attributes={"FifoTopic": "true"})
    arn = f"arn:aws:sns:eu-west-1:{account}:{name}"
    execution = story.create(stage("Gate", approval(configuration={"NotificationArn": arn})))
    story.ends(execution, "Failed")
    code, message = story.problem(execution)
    assert (code, message.startswith(words.format(arn=arn))) == ("ConfigurationError", True)
    result = story.row(execution, "Approve")["output"]["executionResult"]
    assert result["errorDetails"] == {"code": "ConfigurationError"}
    identity = story.row(execution, "Approve")["actionExecutionId"]
    assert result["externalExecutionId"] == identity
    assert story.state("Gate")["latestExecution"] == {
        "actionExecutionId": identity,
        "status": "Failed",
        "errorDetails": {"code": "ConfigurationError", "message": message},
    }


def test_a_role_that_may_not_publish_fails_the_approval_until_it_may_and_is_retried(
    story: Story, client: Callable[..., Any]
) -> None:
    """Recording: approval_notification_native_grant_existing."""
    topic, queue = _topic(client)
    iam = client("iam")
    deny = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName="pipeline", PolicyName="silence", PolicyDocument=document)
    execution = story.create(stage("Gate", approval(configuration={"NotificationArn": topic})))
    story.ends(execution, "Failed")
    assert story.problem(execution) == ("PermissionError", NO_PERMISSION)
    iam.delete_role_policy(RoleName="pipeline", PolicyName="silence")
    assert story.status(execution) == "Failed"
    failed = story.row(execution, "Approve")["actionExecutionId"]
    assert refusal(story.put, token=failed)[0] == "ApprovalAlreadyCompletedException"
    story.retry(execution)
    token = story.asked()
    assert json.loads(_received(client, queue)["Message"])["approval"]["token"] == token != failed


@pytest.mark.parametrize(
    "arn", ["not an arn", "arn:aws:sqs:eu-west-1:{account}:a", "arn:aws:sns:us-east-1:{account}:a"]
)
def test_what_is_no_topic_of_the_region_is_refused_at_once(story: Story, account: str, arn: str) -> None:
    """Recording: approval_notification_native_boundaries_ready, by the repository's docs/codepipeline.md."""
    settings = {"NotificationArn": arn.format(account=account)}
    gate = stage("Gate", approval(configuration=settings))
    wanted = story.declare(stage("Source", story.source()), gate)
    assert refusal(story.api.create_pipeline, pipeline=wanted)[0] == "InvalidActionDeclarationException"


def _topic(client: Callable[..., Any]) -> tuple[str, str]:
    topic = client("sns").create_topic(Name="approvals")["TopicArn"]
    queue = client("sqs").create_queue(QueueName="approvals")["QueueUrl"]
    asked = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=asked["Attributes"]["QueueArn"])
    return str(topic), str(queue)


def _received(client: Callable[..., Any], queue: str) -> Shape:
    """The next notification, as SNS wrapped it."""
    sqs = client("sqs")
    got = until(lambda: sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1).get("Messages"))
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=got[0]["ReceiptHandle"])
    return dict(json.loads(got[0]["Body"]))
