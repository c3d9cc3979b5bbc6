"""CloudWatch Logs of the local AWS: names and retention are checked, classes and protection kept"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.local.refusals import refusal

Client = Callable[..., Any]


@pytest.fixture
def logs(client: Client) -> Any:
    return client("logs")


@pytest.fixture
def arn(account: str) -> str:
    return f"arn:aws:logs:eu-west-1:{account}:log-group:/ecs/shop"


def test_a_group_is_told_whole(logs: Any, arn: str) -> None:
    logs.create_log_group(logGroupName="/ecs/shop")
    logs.put_retention_policy(logGroupName="/ecs/shop", retentionInDays=30)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/ecs/")["logGroups"]
    assert group["retentionInDays"] == 30
    assert (group["arn"], group["logGroupArn"]) == (f"{arn}:*", arn)
    assert (group["logGroupClass"], group["deletionProtectionEnabled"]) == ("STANDARD", False)


def test_class_and_protection_are_kept_and_gone_with_the_group(logs: Any) -> None:
    logs.create_log_group(
        logGroupName="/ecs/shop", logGroupClass="INFREQUENT_ACCESS", deletionProtectionEnabled=True
    )
    (group,) = logs.describe_log_groups()["logGroups"]
    assert (group["logGroupClass"], group["deletionProtectionEnabled"]) == ("INFREQUENT_ACCESS", True)
    assert refusal(logs.delete_log_group, logGroupName="/ecs/shop")[0] == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier="/ecs/shop", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="/ecs/shop")
    logs.create_log_group(logGroupName="/ecs/shop")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert (group["logGroupClass"], group["deletionProtectionEnabled"]) == ("STANDARD", False)


def test_a_failed_creation_changes_nothing(logs: Any) -> None:
    logs.create_log_group(logGroupName="/ecs/shop", logGroupClass="INFREQUENT_ACCESS")
    assert refusal(logs.create_log_group, logGroupName="/ecs/shop") == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    assert logs.describe_log_groups()["logGroups"][0]["logGroupClass"] == "INFREQUENT_ACCESS"


@pytest.mark.parametrize("name", ["a b", "größe", "a:b", "x" * 513])
def test_a_name_has_a_form(logs: Any, name: str) -> None:
    code, message = refusal(logs.create_log_group, logGroupName=name)
    assert code == "InvalidParameterException"
    assert f"Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must" in message


@pytest.mark.parametrize("name", ["aws/mine", "AWS/mine"])
def test_names_of_aws_are_reserved(logs: Any, name: str) -> None:
    assert refusal(logs.create_log_group, logGroupName=name) == (
        "InvalidParameterException",
        "Log groups starting with AWS/ are reserved for AWS.",
    )


def test_the_groups_of_services_are_not_reserved(logs: Any) -> None:
    logs.create_log_group(logGroupName="/aws/codebuild/Shop")


@pytest.mark.parametrize("days", [0, 2, 17, 3654])
def test_retention_has_certain_values(logs: Any, days: int) -> None:
    logs.create_log_group(logGroupName="/ecs/shop")
    arguments = {"logGroupName": "/ecs/shop", "retentionInDays": days}
    code, message = refusal(logs.put_retention_policy, **arguments)
    assert code == "InvalidParameterException"
    assert f"Value '{days}' at 'retentionInDays'" in message
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]


def test_identifiers_find_these_groups_only(logs: Any, arn: str) -> None:
    for name in ("/ecs/shop", "/ecs/shop2", "/ecs/other"):
        logs.create_log_group(logGroupName=name)
    found = logs.describe_log_groups(logGroupIdentifiers=[arn, "/ecs/other", "/ecs/nowhere"])["logGroups"]
    assert [group["logGroupName"] for group in found] == ["/ecs/other", "/ecs/shop"]


def test_tags_hang_on_the_arn_without_its_star(logs: Any, arn: str) -> None:
    logs.create_log_group(logGroupName="/ecs/shop", tags={"pipectl:stack": "shop"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"pipectl:stack": "shop"}
    assert refusal(logs.list_tags_for_resource, resourceArn=f"{arn}:*")[0] == "InvalidParameterException"


def test_tags_of_a_missing_group_are_missing(logs: Any, arn: str) -> None:
    missing = ("ResourceNotFoundException", "The specified log group does not exist.")
    assert refusal(logs.list_tags_for_resource, resourceArn=arn) == missing
    assert refusal(logs.tag_resource, resourceArn=arn, tags={"a": "b"}) == missing
    assert refusal(logs.put_retention_policy, logGroupName="/ecs/shop", retentionInDays=1) == missing
    assert refusal(logs.delete_log_group, logGroupName="/ecs/shop") == missing
