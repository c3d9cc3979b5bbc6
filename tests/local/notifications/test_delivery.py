"""What happens in pipelines, projects and repositories reaches the targets of notification rules"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Mailbox, Story, approval, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

FAILED = "pipeline-execution-failed"


def test_a_failed_execution_is_told_as_the_guide_shows_it(story: Story, mailbox: Mailbox) -> None:
    mailbox.allow()
    arn = mailbox.rule(FAILED, "action-execution-failed")
    execution = story.create(stage("Gate", approval()))
    story.put(story.asked(), "Rejected", "not today")
    story.ends(execution, "Failed")
    told = {message["detailType"]: message for message in mailbox.messages()}
    failed = told["CodePipeline Pipeline Execution State Change"]
    assert list(failed) == [
        "account",
        "detailType",
        "region",
        "source",
        "time",
        "notificationRuleArn",
        "detail",
        "resources",
        "additionalAttributes",
    ]
    assert (failed["notificationRuleArn"], failed["detail"]["state"]) == (arn, "FAILED")
    assert failed["additionalAttributes"] == {
        "failedActionCount": 1,
        "failedActions": [{"action": "Approve", "additionalInformation": "not today"}],
        "failedStage": "Gate",
    }
    of_action = told["CodePipeline Action Execution State Change"]
    assert of_action["additionalAttributes"] == {"additionalInformation": "not today"}
    assert "Subject" not in mailbox.received[0]


def test_an_approval_that_is_needed_is_told_with_what_it_asks(story: Story, mailbox: Mailbox) -> None:
    mailbox.allow()
    mailbox.rule("manual-approval-needed", "manual-approval-succeeded")
    asked = {"CustomData": "look at the site", "ExternalEntityLink": "https://example.com"}
    execution = story.create(stage("Gate", approval(configuration=asked)))
    token = story.asked()
    (needed,) = mailbox.messages()
    assert (needed["detail"]["state"], needed["detail"]["action"]) == ("STARTED", "Approve")
    assert needed["additionalAttributes"] == {
        "externalEntityLink": "https://example.com",
        "customData": "look at the site",
    }
    story.put(token)
    story.ends(execution, "Succeeded")
    assert [message["detail"]["state"] for message in mailbox.messages()] == ["STARTED", "SUCCEEDED"]


def test_a_basic_message_has_the_event_alone(story: Story, mailbox: Mailbox) -> None:
    mailbox.allow()
    mailbox.rule(FAILED, DetailType="BASIC")
    execution = story.create(stage("Gate", approval()))
    story.put(story.asked(), "Rejected")
    story.ends(execution, "Failed")
    assert [message["additionalAttributes"] for message in mailbox.messages()] == [{}]


def test_a_started_stage_names_its_sources(story: Story, mailbox: Mailbox) -> None:
    mailbox.allow()
    mailbox.rule("stage-execution-started")
    story.create(stage("Gate", approval()))
    story.asked()
    told = {message["detail"]["stage"]: message["additionalAttributes"] for message in mailbox.messages()}
    (source,) = told["Gate"]["sourceActions"]
    assert (source["sourceActionName"], source["sourceActionProvider"]) == ("Source", "S3")
    assert source["sourceActionVariables"]["BucketName"]


@pytest.mark.parametrize(
    "members",
    [
        {"Status": "DISABLED"},
        {"EventTypeIds": ["codepipeline-pipeline-pipeline-execution-succeeded"]},
        {"Resource": "arn:aws:codepipeline:eu-west-1:{account}:other"},
    ],
)
def test_what_a_rule_does_not_name_is_not_told(
    story: Story, mailbox: Mailbox, account: str, members: dict[str, Any]
) -> None:
    mailbox.allow()
    filled = {
        key: value.format(account=account) if isinstance(value, str) else value
        for key, value in members.items()
    }
    mailbox.rule(FAILED, **filled)
    execution = story.create(stage("Gate", approval()))
    story.put(story.asked(), "Rejected")
    story.ends(execution, "Failed")
    assert mailbox.messages() == []


def test_nothing_reaches_a_topic_whose_policy_does_not_let_the_service_publish(
    story: Story, mailbox: Mailbox
) -> None:
    """User guide, "Configure Amazon SNS topics for notifications"."""
    arn = mailbox.rule(FAILED)
    execution = story.create(stage("Gate", approval()))
    story.put(story.asked(), "Rejected")
    story.ends(execution, "Failed")
    assert mailbox.messages() == []
    (target,) = mailbox.api.describe_notification_rule(Arn=arn)["Targets"]
    assert target["TargetStatus"] == "UNREACHABLE"
    mailbox.allow()
    (target,) = mailbox.api.describe_notification_rule(Arn=arn)["Targets"]
    assert target["TargetStatus"] == "ACTIVE"


@pytest.mark.parametrize("is_named", [True, False])
def test_an_encrypted_topic_is_reached_when_its_key_names_the_service(
    client: Callable[..., Any], mailbox: Mailbox, is_named: bool
) -> None:
    """SNS developer guide, "Enable compatibility between event sources ... and encrypted topics"."""
    mailbox.allow()
    who = "codestar-notifications.amazonaws.com" if is_named else "events.amazonaws.com"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": who},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    key = client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    client("sns").set_topic_attributes(
        TopicArn=mailbox.topic, AttributeName="KmsMasterKeyId", AttributeValue=key["KeyMetadata"]["KeyId"]
    )
    (target,) = mailbox.api.describe_notification_rule(Arn=mailbox.rule())["Targets"]
    assert target["TargetStatus"] == ("ACTIVE" if is_named else "UNREACHABLE")


def test_what_goes_to_a_chat_channel_is_kept(
    story: Story, mailbox: Mailbox, server: Server, account: str
) -> None:
    channel = f"arn:aws:chatbot::{account}:chat-configuration/slack-channel/ops"
    mailbox.rule(FAILED, Targets=[{"TargetType": "AWSChatbotSlack", "TargetAddress": channel}])
    execution = story.create(stage("Gate", approval()))
    story.put(story.asked(), "Rejected")
    story.ends(execution, "Failed")
    kept = server.world.beside("notifications sent", account, "eu-west-1")
    assert [message["detail"]["state"] for message in kept[channel]] == ["FAILED"]


def test_branches_and_pull_requests_of_a_repository_are_told(
    client: Callable[..., Any], mailbox: Mailbox, account: str
) -> None:
    mailbox.allow()
    codecommit = client("codecommit")
    codecommit.create_repository(repositoryName="shop")
    mailbox.rule(
        Resource=f"arn:aws:codecommit:eu-west-1:{account}:shop",
        EventTypeIds=[
            "codecommit-repository-branches-and-tags-created",
            "codecommit-repository-pull-request-created",
        ],
    )
    first = codecommit.put_file(repositoryName="shop", branchName="main", filePath="a.txt", fileContent=b"a")[
        "commitId"
    ]
    codecommit.create_branch(repositoryName="shop", branchName="topic", commitId=first)
    codecommit.put_file(
        repositoryName="shop",
        branchName="topic",
        filePath="b.txt",
        fileContent=b"b",
        parentCommitId=first,
    )
    target = {"repositoryName": "shop", "sourceReference": "topic", "destinationReference": "main"}
    codecommit.create_pull_request(title="b", targets=[target])
    told = [message["detail"]["event"] for message in mailbox.messages()]
    assert sorted(told) == ["pullRequestCreated", "referenceCreated", "referenceCreated"]


def test_builds_of_a_project_are_told(client: Callable[..., Any], mailbox: Mailbox, account: str) -> None:
    mailbox.allow()
    codebuild = client("codebuild")
    role = client("iam").create_role(
        RoleName="build",
        AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
        '"Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    )["Role"]["Arn"]
    spec = "version: 0.2\nphases:\n  build:\n    commands:\n      - exit 3\n"
    codebuild.create_project(
        name="shop",
        source={"type": "NO_SOURCE", "buildspec": spec},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        logsConfig={"cloudWatchLogs": {"status": "DISABLED"}},
        serviceRole=role,
    )
    mailbox.rule(
        Resource=f"arn:aws:codebuild:eu-west-1:{account}:project/shop",
        EventTypeIds=["codebuild-project-build-state-failed", "codebuild-project-build-phase-failure"],
    )
    codebuild.start_build(projectName="shop")
    told = until(lambda: len(mailbox.read()) == 2 and mailbox.messages())
    states = {message["detailType"]: message["detail"] for message in told}
    assert states["CodeBuild Build State Change"]["build-status"] == "FAILED"
    assert states["CodeBuild Build Phase Change"]["completed-phase"] == "BUILD"
