"""The operations of notification rules, as the AWS CLI and Terraform's provider use them"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.facts.notifications import EVENT_TYPES
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Mailbox


def test_a_rule_is_described_as_the_cli_s_example_shows(mailbox: Mailbox, client: Callable[..., Any]) -> None:
    mailbox.allow()
    arn = mailbox.rule(Tags={"team": "web"})
    assert re.fullmatch(r"arn:aws:codestar-notifications:eu-west-1:\d{12}:notificationrule/[0-9a-f]{40}", arn)
    rule = mailbox.api.describe_notification_rule(Arn=arn)
    assert rule["EventTypes"] == [
        {
            "EventTypeId": "codepipeline-pipeline-pipeline-execution-failed",
            "ServiceName": "CodePipeline",
            "EventTypeName": "Pipeline execution: Failed",
            "ResourceType": "Pipeline",
        }
    ]
    assert rule["Targets"] == [
        {"TargetAddress": mailbox.topic, "TargetType": "SNS", "TargetStatus": "ACTIVE"}
    ]
    assert (rule["Name"], rule["Status"], rule["DetailType"]) == ("told", "ENABLED", "FULL")
    assert rule["CreatedBy"] == client("sts").get_caller_identity()["Arn"]
    assert rule["Tags"] == {"team": "web"}


def test_an_update_changes_what_it_names_and_keeps_the_rest(mailbox: Mailbox) -> None:
    arn = mailbox.rule()
    before = mailbox.api.describe_notification_rule(Arn=arn)
    mailbox.api.update_notification_rule(Arn=arn, Status="DISABLED", Targets=[])
    after = mailbox.api.describe_notification_rule(Arn=arn)
    assert (after["Status"], after["Targets"]) == ("DISABLED", [])
    assert (after["EventTypes"], after["Name"]) == (before["EventTypes"], before["Name"])


def test_tags_are_added_listed_and_removed(mailbox: Mailbox) -> None:
    arn = mailbox.rule(Tags={"team": "web"})
    mailbox.api.tag_resource(Arn=arn, Tags={"stage": "prod"})
    mailbox.api.untag_resource(Arn=arn, TagKeys=["team", "nobody has it"])
    assert mailbox.api.list_tags_for_resource(Arn=arn)["Tags"] == {"stage": "prod"}


def test_a_target_outlives_its_rule_until_it_is_deleted(mailbox: Mailbox) -> None:
    arn = mailbox.rule()
    code, words = refusal(mailbox.api.delete_target, TargetAddress=mailbox.topic)
    assert (code, words) == (
        "ValidationException",
        "The target cannot be deleted because it is subscribed to one or more notification rules.",
    )
    mailbox.api.delete_notification_rule(Arn=arn)
    named = {"Name": "TARGET_ADDRESS", "Value": mailbox.topic}
    assert len(mailbox.api.list_targets(Filters=[named], MaxResults=1)["Targets"]) == 1
    mailbox.api.delete_target(TargetAddress=mailbox.topic)
    assert mailbox.api.list_targets(Filters=[named])["Targets"] == []


def test_a_target_is_taken_from_all_rules_when_that_is_forced(mailbox: Mailbox) -> None:
    arn = mailbox.rule()
    mailbox.api.delete_target(TargetAddress=mailbox.topic, ForceUnsubscribeAll=True)
    assert mailbox.api.describe_notification_rule(Arn=arn)["Targets"] == []


def test_targets_are_subscribed_and_unsubscribed(mailbox: Mailbox) -> None:
    arn = mailbox.rule(Targets=[])
    target = {"TargetType": "SNS", "TargetAddress": mailbox.topic}
    assert mailbox.api.subscribe(Arn=arn, Target=target)["Arn"] == arn
    assert len(mailbox.api.describe_notification_rule(Arn=arn)["Targets"]) == 1
    assert mailbox.api.unsubscribe(Arn=arn, TargetAddress=mailbox.topic)["Arn"] == arn
    assert mailbox.api.describe_notification_rule(Arn=arn)["Targets"] == []


def test_rules_are_found_by_resource_and_event(mailbox: Mailbox, account: str) -> None:
    """ListNotificationRules: filters of one name are joined by OR, of different names by AND."""
    shop = mailbox.rule()
    other = f"arn:aws:codepipeline:eu-west-1:{account}:other"
    second = mailbox.rule("pipeline-execution-started", name="other", Resource=other)
    both = [
        {"Name": "RESOURCE", "Value": f"arn:aws:codepipeline:eu-west-1:{account}:{name}"}
        for name in ("shop", "other", "third")
    ]
    started = {"Name": "EVENT_TYPE_ID", "Value": "codepipeline-pipeline-pipeline-execution-started"}
    assert _arns(mailbox, both) == [shop, second]
    assert _arns(mailbox, [*both, started]) == [second]
    assert _arns(mailbox, both[2:]) == []


def _arns(mailbox: Mailbox, filters: list[dict[str, str]]) -> list[str]:
    return [rule["Arn"] for rule in mailbox.api.list_notification_rules(Filters=filters)["NotificationRules"]]


def test_event_types_come_in_pages_and_by_service(mailbox: Mailbox) -> None:
    pages = mailbox.api.get_paginator("list_event_types").paginate(PaginationConfig={"PageSize": 7})
    assert [event["EventTypeId"] for page in pages for event in page["EventTypes"]] == list(EVENT_TYPES)
    found = mailbox.api.list_event_types(Filters=[{"Name": "SERVICE_NAME", "Value": "CodeBuild"}])
    assert len(found["EventTypes"]) == 6
    assert {event["ResourceType"] for event in found["EventTypes"]} == {"Project"}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"EventTypeIds": ["codepipeline-pipeline-broken"]}, "ValidationException"),
        ({"EventTypeIds": ["codebuild-project-build-state-failed"]}, "ValidationException"),
        ({"EventTypeIds": []}, "ValidationException"),
        ({"Resource": "arn:aws:lambda:eu-west-1:{account}:function:x"}, "ValidationException"),
        ({"Resource": "arn:aws:codepipeline:us-east-1:{account}:shop"}, "ValidationException"),
        ({"Tags": {"aws:x": "y"}}, "ValidationException"),
        (
            {"Targets": [{"TargetType": "SNS", "TargetAddress": "arn:aws:sqs:eu-west-1:{account}:q"}]},
            "ValidationException",
        ),
        (
            {"Targets": [{"TargetType": "SNS", "TargetAddress": "arn:aws:sns:us-east-1:{account}:t"}]},
            "ValidationException",
        ),
    ],
)
def test_what_cannot_be_a_rule_is_refused(
    mailbox: Mailbox, account: str, members: dict[str, Any], code: str
) -> None:
    filled = json.loads(json.dumps(members).replace("{account}", account))
    assert refusal(mailbox.rule, **filled)[0] == code


def test_a_name_is_given_once_in_an_account(mailbox: Mailbox) -> None:
    mailbox.rule()
    code, words = refusal(mailbox.rule)
    assert code == "ResourceAlreadyExistsException"
    assert words.startswith("The notification rule was not created because another notification rule already")


def test_a_token_that_was_used_answers_the_same_rule(mailbox: Mailbox) -> None:
    first = mailbox.rule(ClientRequestToken="once")
    assert mailbox.rule(ClientRequestToken="once") == first


def test_a_resource_has_ten_rules_at_most(mailbox: Mailbox) -> None:
    for number in range(10):
        mailbox.rule(name=f"rule {number}")
    assert refusal(mailbox.rule, name="one more")[0] == "LimitExceededException"


def test_a_rule_that_is_gone_is_not_found(mailbox: Mailbox) -> None:
    arn = mailbox.rule()
    mailbox.api.delete_notification_rule(Arn=arn)
    assert mailbox.api.delete_notification_rule(Arn=arn)["Arn"] == arn
    assert refusal(mailbox.api.describe_notification_rule, Arn=arn)[0] == "ResourceNotFoundException"
    assert refusal(mailbox.api.tag_resource, Arn=arn, Tags={})[0] == "ResourceNotFoundException"


def test_the_first_rule_makes_the_service_s_role(mailbox: Mailbox, client: Callable[..., Any]) -> None:
    """User guide, "Using service-linked roles"."""
    mailbox.rule()
    role = client("iam").get_role(RoleName="AWSServiceRoleForCodeStarNotifications")["Role"]
    assert role["Path"] == "/aws-service-role/codestar-notifications.amazonaws.com/"
    mailbox.rule(name="second")


def test_rules_and_topics_are_found_by_their_tags(mailbox: Mailbox, client: Callable[..., Any]) -> None:
    arn = mailbox.rule(Tags={"team": "web"})
    client("sns").tag_resource(ResourceArn=mailbox.topic, Tags=[{"Key": "team", "Value": "web"}])
    found = client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "team", "Values": ["web"]}])
    assert {each["ResourceARN"] for each in found["ResourceTagMappingList"]} == {arn, mailbox.topic}


def test_a_user_needs_the_permission_for_the_rule(mailbox: Mailbox, client: Callable[..., Any]) -> None:
    """Untagging sends the ARN in the path: the rule is known by it."""
    arn = mailbox.rule(Tags={"team": "web"})
    iam = client("iam")
    iam.create_user(UserName="ops")
    statement = {"Effect": "Allow", "Action": "codestar-notifications:UntagResource", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="ops", PolicyName="ops", PolicyDocument=document)
    key = iam.create_access_key(UserName="ops")["AccessKey"]
    ops = _as(client, key)
    ops.untag_resource(Arn=arn, TagKeys=["team"])
    assert refusal(ops.describe_notification_rule, Arn=arn)[0] == "AccessDeniedException"


def test_the_first_rule_needs_the_permission_to_make_the_service_s_role(
    mailbox: Mailbox, client: Callable[..., Any]
) -> None:
    iam = client("iam")
    iam.create_user(UserName="ops")
    allowed = {"Effect": "Allow", "Action": "codestar-notifications:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="ops", PolicyName="ops", PolicyDocument=document)
    mine, mailbox.api = mailbox.api, _as(client, iam.create_access_key(UserName="ops")["AccessKey"])
    code, words = refusal(mailbox.rule)
    assert (code, "iam:CreateServiceLinkedRole" in words) == ("AccessDeniedException", True)
    mailbox.api = mine
    mailbox.rule()


def _as(client: Callable[..., Any], key: dict[str, str]) -> Any:
    from boto3 import Session

    endpoint = client("sts").meta.endpoint_url
    session = Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-west-1")
    return session.client("codestar-notifications", endpoint_url=endpoint)
