"""A declaration is kept, completed, versioned and shown as the service does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import action, approval, source, stage

Shape = dict[str, Any]
Declare = Callable[..., Shape]


def test_a_created_pipeline_comes_back_completed(codepipeline: Any, declare: Declare, account: str) -> None:
    created = codepipeline.create_pipeline(pipeline=declare(), tags=[{"key": "team", "value": "payments"}])
    assert created["tags"] == [{"key": "team", "value": "payments"}]
    found = codepipeline.get_pipeline(name="shop")
    assert found["pipeline"] == created["pipeline"]
    assert found["pipeline"]["version"] == 1
    assert found["pipeline"]["executionMode"] == "SUPERSEDED"
    gate = found["pipeline"]["stages"][1]["actions"][0]
    assert {key: gate[key] for key in ("runOrder", "configuration", "inputArtifacts", "outputArtifacts")} == {
        "runOrder": 1,
        "configuration": {},
        "inputArtifacts": [],
        "outputArtifacts": [],
    }
    assert found["metadata"]["pipelineArn"] == f"arn:aws:codepipeline:eu-west-1:{account}:shop"
    assert found["metadata"]["created"] == found["metadata"]["updated"]


def test_the_version_of_the_request_is_ignored(codepipeline: Any, declare: Declare) -> None:
    assert codepipeline.create_pipeline(pipeline=declare(version=7))["pipeline"]["version"] == 1
    assert codepipeline.update_pipeline(pipeline=declare(version=7))["pipeline"]["version"] == 2


def test_an_update_replaces_everything_and_the_old_structure_stays(
    codepipeline: Any, declare: Declare
) -> None:
    codepipeline.create_pipeline(pipeline=declare(variables=[{"name": "release", "defaultValue": "none"}]))
    codepipeline.update_pipeline(pipeline=declare(stage("Source", source()), stage("Other", approval())))
    new = codepipeline.get_pipeline(name="shop")["pipeline"]
    old = codepipeline.get_pipeline(name="shop", version=1)["pipeline"]
    assert new["version"] == 2
    assert "variables" not in new
    assert [each["name"] for each in new["stages"]] == ["Source", "Other"]
    assert [each["name"] for each in old["stages"]] == ["Source", "Gate"]
    assert old["variables"] == [{"name": "release", "defaultValue": "none"}]


def test_the_type_is_v1_unless_v2_is_needed(codepipeline: Any, declare: Declare) -> None:
    plain, needing = declare(name="plain"), declare(name="queued", executionMode="QUEUED")
    del plain["pipelineType"], needing["pipelineType"]
    assert codepipeline.create_pipeline(pipeline=plain)["pipeline"]["pipelineType"] == "V1"
    assert codepipeline.create_pipeline(pipeline=needing)["pipeline"]["pipelineType"] == "V2"


def test_pipelines_are_listed_page_by_page(codepipeline: Any, declare: Declare) -> None:
    for name in ("c", "a", "b"):
        codepipeline.create_pipeline(pipeline=declare(name=name))
    first = codepipeline.list_pipelines(maxResults=2)
    second = codepipeline.list_pipelines(maxResults=2, nextToken=first["nextToken"])
    assert [each["name"] for each in first["pipelines"] + second["pipelines"]] == ["a", "b", "c"]
    assert "nextToken" not in second
    with pytest.raises(ClientError) as refused:
        codepipeline.list_pipelines(nextToken="made up")
    assert refused.value.response["Error"]["Code"] == "InvalidNextTokenException"


def test_a_deleted_pipeline_is_gone_and_deleting_again_succeeds(codepipeline: Any, declare: Declare) -> None:
    codepipeline.create_pipeline(pipeline=declare())
    codepipeline.delete_pipeline(name="shop")
    codepipeline.delete_pipeline(name="shop")
    assert codepipeline.list_pipelines()["pipelines"] == []


@pytest.mark.parametrize("operation", ["get_pipeline", "get_pipeline_state", "start_pipeline_execution"])
def test_an_unknown_pipeline_is_refused(codepipeline: Any, account: str, operation: str) -> None:
    with pytest.raises(codepipeline.exceptions.PipelineNotFoundException) as refused:
        getattr(codepipeline, operation)(name="nowhere")
    assert refused.value.response["Error"]["Message"] == (
        f"Account '{account}' does not have a pipeline with name 'nowhere'"
    )


def test_an_unknown_version_is_refused(codepipeline: Any, declare: Declare) -> None:
    codepipeline.create_pipeline(pipeline=declare())
    with pytest.raises(codepipeline.exceptions.PipelineVersionNotFoundException):
        codepipeline.get_pipeline(name="shop", version=2)


def test_a_name_is_used_once(codepipeline: Any, declare: Declare, account: str) -> None:
    codepipeline.create_pipeline(pipeline=declare())
    with pytest.raises(codepipeline.exceptions.PipelineNameInUseException) as refused:
        codepipeline.create_pipeline(pipeline=declare())
    assert refused.value.response["Error"]["Message"] == (
        f"A pipeline with the name 'shop' already exists in account '{account}'"
    )


def test_updating_an_unknown_pipeline_is_refused(codepipeline: Any, declare: Declare, account: str) -> None:
    with pytest.raises(ClientError) as refused:
        codepipeline.update_pipeline(pipeline=declare())
    assert refused.value.response["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": f"The account with id '{account}' does not include a pipeline with the name 'shop'",
    }


def test_tags_are_added_replaced_and_removed(codepipeline: Any, declare: Declare, account: str) -> None:
    codepipeline.create_pipeline(
        pipeline=declare(), tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    )
    arn = f"arn:aws:codepipeline:eu-west-1:{account}:shop"
    codepipeline.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "3"}, {"key": "c", "value": ""}])
    codepipeline.untag_resource(resourceArn=arn, tagKeys=["b", "never there"])
    tags = codepipeline.list_tags_for_resource(resourceArn=arn)["tags"]
    assert {tag["key"]: tag["value"] for tag in tags} == {"a": "3", "c": ""}


SYSTEM_TAG = (
    "Not allowed to modify system tags. System tags start with 'aws:'. "
    "msg=[Caller is an end user and not allowed to mutate system tags]"
)
TOO_MANY = "Tag limit exceeded for resource [arn:aws:codepipeline:eu-west-1:{account}:shop]."


@pytest.mark.parametrize(
    ("tags", "code", "text"),
    [
        ([{"key": "aws:made-by", "value": "me"}], "InvalidTagsException", SYSTEM_TAG),
        ([{"key": f"k{number}", "value": ""} for number in range(51)], "TooManyTagsException", TOO_MANY),
    ],
)
def test_tags_that_aws_keeps_for_itself_or_too_many_are_refused(
    codepipeline: Any, declare: Declare, account: str, tags: list[Shape], code: str, text: str
) -> None:
    with pytest.raises(ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declare(), tags=tags)
    error = refused.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"] == text.format(account=account)
    assert codepipeline.list_pipelines()["pipelines"] == []


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:codepipeline:eu-west-1:{account}:nowhere", "ResourceNotFoundException"),
        ("arn:aws:s3:::bucket", "ValidationException"),
    ],
)
def test_tags_of_what_is_not_there_are_refused(codepipeline: Any, account: str, arn: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        codepipeline.list_tags_for_resource(resourceArn=arn.format(account=account))
    assert refused.value.response["Error"]["Code"] == code


def _github(token: str, branch: str = "main") -> Shape:
    made = action("Source", "Source", "GitHub", outputArtifacts=[{"name": "Code"}])
    made["actionTypeId"]["owner"] = "ThirdParty"
    made["configuration"] = {"Owner": "me", "Repo": "shop", "Branch": branch, "OAuthToken": token}
    return made


def test_a_secret_is_masked_and_its_mask_keeps_it(codepipeline: Any, declare: Declare) -> None:
    codepipeline.create_pipeline(
        pipeline=declare(stage("Source", _github("s3cret")), stage("Gate", approval()))
    )
    shown = codepipeline.get_pipeline(name="shop")["pipeline"]
    assert shown["stages"][0]["actions"][0]["configuration"]["OAuthToken"] == "****"
    assert codepipeline.update_pipeline(pipeline=shown)["pipeline"]["version"] == 2
    changed = declare(stage("Source", _github("****", branch="other")), stage("Gate", approval()))
    with pytest.raises(codepipeline.exceptions.InvalidActionDeclarationException) as refused:
        codepipeline.update_pipeline(pipeline=changed)
    assert "invalid configuration for the secret property 'OAuthToken'" in str(refused.value)


def test_action_and_rule_types_are_listed(codepipeline: Any) -> None:
    types = codepipeline.list_action_types(actionOwnerFilter="AWS")["actionTypes"]
    ecs = next(each for each in types if each["id"]["provider"] == "ECS")
    assert ecs["inputArtifactDetails"] == {"minimumCount": 1, "maximumCount": 1}
    required = [each["name"] for each in ecs["actionConfigurationProperties"] if each["required"]]
    assert required == ["ClusterName", "ServiceName"]
    rules = codepipeline.list_rule_types()["ruleTypes"]
    assert {each["id"]["provider"] for each in rules} >= {
        "VariableCheck",
        "DeploymentWindow",
        "CloudWatchAlarm",
    }
