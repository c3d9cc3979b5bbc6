"""Source credentials and resource policies of the local CodeBuild: kept, answered, removed"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.refusals import refusal

Client = Callable[..., Any]
CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0123"


@pytest.fixture
def codebuild(client: Client) -> Any:
    return client("codebuild")


def test_credentials_are_listed_without_their_token(codebuild: Any, account: str) -> None:
    arn = codebuild.import_source_credentials(
        token="secret", serverType="GITHUB", authType="PERSONAL_ACCESS_TOKEN"
    )["arn"]
    assert arn == f"arn:aws:codebuild:eu-west-1:{account}:token/github"
    assert codebuild.list_source_credentials()["sourceCredentialsInfos"] == [
        {"arn": arn, "serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN"}
    ]


def test_credentials_of_a_connection_name_it(codebuild: Any) -> None:
    codebuild.import_source_credentials(token=CONNECTION, serverType="GITLAB", authType="CODECONNECTIONS")
    assert codebuild.list_source_credentials()["sourceCredentialsInfos"][0]["resource"] == CONNECTION


def test_credentials_are_overwritten_unless_that_is_refused(codebuild: Any) -> None:
    members = {"token": "secret", "serverType": "GITHUB", "authType": "OAUTH"}
    codebuild.import_source_credentials(**members)
    codebuild.import_source_credentials(**members)
    code, _ = refusal(codebuild.import_source_credentials, **members, shouldOverwrite=False)
    assert code == "ResourceAlreadyExistsException"


def test_credentials_are_deleted_once(codebuild: Any) -> None:
    arn = codebuild.import_source_credentials(token="secret", serverType="GITHUB", authType="OAUTH")["arn"]
    assert codebuild.delete_source_credentials(arn=arn)["arn"] == arn
    assert codebuild.list_source_credentials()["sourceCredentialsInfos"] == []
    assert refusal(codebuild.delete_source_credentials, arn=arn)[0] == "ResourceNotFoundException"


def test_a_report_group_has_a_policy_until_it_is_deleted(codebuild: Any) -> None:
    group = codebuild.create_report_group(
        name="shop", type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"}
    )["reportGroup"]["arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert refusal(codebuild.get_resource_policy, resourceArn=group)[0] == "ResourceNotFoundException"
    assert codebuild.put_resource_policy(resourceArn=group, policy=policy)["resourceArn"] == group
    assert codebuild.get_resource_policy(resourceArn=group)["policy"] == policy
    codebuild.delete_resource_policy(resourceArn=group)
    assert refusal(codebuild.get_resource_policy, resourceArn=group)[0] == "ResourceNotFoundException"


def test_a_policy_needs_a_resource_and_json(codebuild: Any, account: str) -> None:
    missing = f"arn:aws:codebuild:eu-west-1:{account}:project/none"
    assert refusal(codebuild.put_resource_policy, resourceArn=missing, policy="{}")[0] == (
        "ResourceNotFoundException"
    )
    group = codebuild.create_report_group(
        name="shop", type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"}
    )["reportGroup"]["arn"]
    assert refusal(codebuild.put_resource_policy, resourceArn=group, policy="{")[0] == "InvalidInputException"
