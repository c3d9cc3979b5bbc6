"""Every call of the tables is one that the Service Authorization Reference knows, with its resource."""

import itertools
from typing import Any

import pytest

from pipectl.facts import calls
from pipectl.facts.calls import Call, Place
from pipectl.facts.calls.actions import COMPUTE, SIMPLE, TASKS
from pipectl.facts.calls.rules import RULES
from pipectl.facts.calls.targets import ACTIONS
from tests.facts.authorization import flaws

PLACES = [Place("aws", "eu-west-1", "111111111111"), Place("aws-cn", "cn-north-1", "111111111111")]

PROVIDERS = [*SIMPLE, *COMPUTE, *TASKS]

WITHOUT_RESOURCE = {
    **dict.fromkeys(
        (
            "elasticbeanstalk:DescribeEvents",
            "elasticbeanstalk:DescribeEnvironments",
            "elasticbeanstalk:DescribeApplicationVersions",
        ),
        "without DescribeEvents on everything the action hangs and says nothing (user guide)",
    ),
}
"""Actions that support resources and are called on `*`, with the reason."""

FULL: dict[str, str] = {
    "ActionMode": "CREATE_UPDATE",
    "AdministrationRoleArn": "arn:aws:iam::111111111111:role/administration",
    "Alarms": "hot, cold",
    "AllowOverrideForS3ObjectKey": "true",
    "BatchEnabled": "#{variables.batch}",
    "BucketName": "target",
    "ConnectionArn": "arn:aws:codestar-connections:eu-west-1:111111111111:connection/1",
    "FunctionAlias": "live",
    "FunctionName": "shop",
    "InspectorRunMode": "ECRImageScan",
    "InstanceTagKey": "Role",
    "KMSEncryptionKeyARN": "alias/site",
    "NotificationArn": "arn:aws:sns:eu-west-1:111111111111:approvals",
    "RegistryType": "#{variables.registry}",
    "RoleArn": "arn:aws:iam::111111111111:role/stack",
    "ServiceRoleArnOverride": "arn:aws:iam::111111111111:role/build",
    "Subnets": "subnet-1,subnet-2",
    "TargetGroupNameList": "web",
    "TemplatePath": "Source::template.yml",
}
"""A configuration with everything that adds calls, whatever the provider."""

PROJECT: dict[str, Any] = {
    "name": "build",
    "encryptionKey": "alias/artifacts",
    "source": {"type": "CODEPIPELINE", "buildspec": "arn:aws:s3:::specs/build.yml"},
    "secondarySources": [
        {"type": "CODECOMMIT", "location": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/lib"},
        {"type": "S3", "location": "sources/lib.zip"},
        {"type": "GITHUB", "auth": {"type": "CODECONNECTIONS", "resource": FULL["ConnectionArn"]}},
        {"type": "GITHUB", "auth": {"type": "SECRETS_MANAGER", "resource": "github"}},
    ],
    "secondaryArtifacts": [{"type": "S3", "location": "results"}],
    "cache": {"type": "S3", "location": "caches/build"},
    "logsConfig": {"s3Logs": {"status": "ENABLED", "location": "logs/build"}},
    "vpcConfig": {"vpcId": "vpc-1", "subnets": ["subnet-1"]},
    "fileSystemLocations": [{"location": "fs-1.efs.eu-west-1.amazonaws.com:/", "mountOptions": "iam"}],
    "environment": {
        "image": "222222222222.dkr.ecr.us-east-1.amazonaws.com/tools/builder:1",
        "imagePullCredentialsType": "SERVICE_ROLE",
        "registryCredential": {"credential": "registry"},
        "environmentVariables": [
            {"name": "A", "type": "PARAMETER_STORE", "value": "/shop/a"},
            {"name": "B", "type": "SECRETS_MANAGER", "value": "shop/b:key"},
        ],
    },
}
BUILDSPEC = {
    "env": {"parameter-store": {"C": "/shop/$STAGE"}, "secrets-manager": {"D": "shop/d"}},
    "phases": {"build": {"commands": ["codebuild-breakpoint"]}},
}

SECRET = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/key-AbCdEf"

DEFINITION: dict[str, Any] = {
    "containerDefinitions": [
        {
            "image": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/app:1",
            "secrets": [{"valueFrom": f"{SECRET}:json"}, {"valueFrom": "/shop/key"}],
            "repositoryCredentials": {"credentialsParameter": SECRET},
            "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::config/app.env"}],
            "credentialSpecs": ["credentialspec:arn:aws:s3:::config/spec.json"],
            "firelensConfiguration": {
                "options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::config/fluent.conf"}
            },
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/shop", "awslogs-create-group": "true"},
            },
        },
        *(
            {"logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": name}}}
            for name in ("cloudwatch", "firehose", "kinesis", "s3")
        ),
    ],
    "volumes": [
        {
            "efsVolumeConfiguration": {
                "fileSystemId": "fs-1",
                "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"},
            }
        }
    ],
}

ARNS = {
    "batch": "job-queue/jobs",
    "codebuild": "project/build",
    "events": "event-bus/central",
    "firehose": "deliverystream/events",
    "kinesis": "stream/events",
    "lambda": "function:shop",
    "states": "stateMachine:shop",
}


def problems(found: tuple[Call, ...] | None) -> list[str]:
    assert found is not None
    return [
        flaw
        for call in found
        for flaw in flaws(call.action, call.resource, dict(call.context))
        if call.resource != "*" or call.action not in WITHOUT_RESOURCE
    ]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.partition)
@pytest.mark.parametrize(("category", "provider"), PROVIDERS)
@pytest.mark.parametrize("configuration", [{}, FULL], ids=["bare", "full"])
def test_each_call_of_an_action_is_one_that_iam_knows(
    category: str, provider: str, configuration: dict[str, str], place: Place
) -> None:
    assert problems(calls.action_calls(category, provider, configuration, place)) == []


@pytest.mark.parametrize("provider", RULES)
def test_each_call_of_a_rule_is_one_that_iam_knows(provider: str) -> None:
    assert problems(calls.rule_calls(provider, {"VpcId": "vpc-1"}, PLACES[0])) == []


def test_each_call_for_artifacts_and_roles_is_one_that_iam_knows() -> None:
    place = PLACES[0]
    found = (
        *calls.artifact_calls("store", place),
        *calls.artifact_read_calls("store", "shop/a", place),
        *calls.artifact_write_calls("store", "shop/a", place, sets_acl=True),
        *calls.build_artifact_calls("store", place),
        *calls.assume_role_calls("arn:aws:iam::222222222222:role/deploy"),
        *calls.clone_calls("app", place),
        *calls.use_connection_calls(FULL["ConnectionArn"], place),
    )
    assert problems(found) == []


def test_each_call_of_a_build_is_one_that_iam_knows() -> None:
    assert problems(calls.build_calls(PROJECT, PLACES[0], BUILDSPEC)) == []


def test_each_call_for_a_task_is_one_that_iam_knows() -> None:
    service = {"enableExecuteCommand": True}
    assert problems(calls.task_execution_calls(DEFINITION, PLACES[0], service)) == []
    assert problems(calls.task_calls(DEFINITION, PLACES[0], service)) == []


@pytest.mark.parametrize("service", [*ACTIONS, "ecs"])
def test_each_call_of_an_event_target_is_one_that_iam_knows(service: str) -> None:
    part = {"ecs": "cluster/shop"}.get(service) or ARNS.get(service, "shop")
    target = {"Arn": PLACES[0].arn(service, part), "RoleArn": "arn:aws:iam::111111111111:role/events"}
    found = calls.event_target_calls(target, PLACES[0])
    assert found
    assert problems(found) == []


def test_every_call_names_its_source_and_its_statement() -> None:
    for (category, provider), configuration in itertools.product(PROVIDERS, ({}, FULL)):
        for call in calls.action_calls(category, provider, configuration, PLACES[0]) or ():
            assert call.source
            assert call.statement.isalnum()


def test_the_arns_of_another_partition_name_it() -> None:
    for category, provider in PROVIDERS:
        for call in calls.action_calls(category, provider, {}, PLACES[1]) or ():
            assert call.resource == "*" or call.resource.startswith("arn:aws-cn:")


def test_a_provider_that_nobody_listed_has_no_list_and_a_workers_action_calls_nothing() -> None:
    assert calls.action_calls("Deploy", "SomethingNew", {}, PLACES[0]) is None
    assert calls.rule_calls("SomethingNew", {}, PLACES[0]) is None
    assert calls.action_calls("Build", "Jenkins", {}, PLACES[0], owner="Custom") == ()
    assert calls.action_calls("Source", "GitHub", {}, PLACES[0], owner="ThirdParty") == ()
