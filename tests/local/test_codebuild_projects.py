"""CodeBuild: projects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


@pytest.fixture
def codebuild(client: Callable[..., Any]) -> Any:
    return client("codebuild")


@pytest.fixture
def role(client: Callable[..., Any]) -> str:
    return make_role(client, "builder", "codebuild.amazonaws.com")


def make_role(client: Callable[..., Any], name: str, principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])


def stated(role: str, **changes: Any) -> dict[str, Any]:
    """A project for a pipeline, as small as it can be"""
    return {
        "name": "shop",
        "source": {"type": "CODEPIPELINE"},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": {"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": role,
    } | changes


def test_a_project_comes_back_with_the_defaults_of_aws(codebuild: Any, role: str, account: str) -> None:
    variables = [{"name": "B", "value": "2"}, {"name": "A", "value": "/a", "type": "PARAMETER_STORE"}]
    environment = stated(role)["environment"] | {"environmentVariables": variables}
    made = codebuild.create_project(**stated(role, environment=environment))["project"]
    assert made.pop("created") == made.pop("lastModified")
    assert made == {
        "name": "shop",
        "arn": f"arn:aws:codebuild:eu-west-1:{account}:project/shop",
        "source": {"type": "CODEPIPELINE", "insecureSsl": False},
        "artifacts": {
            "type": "CODEPIPELINE",
            "name": "shop",
            "packaging": "NONE",
            "encryptionDisabled": False,
        },
        "cache": {"type": "NO_CACHE"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": IMAGE,
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": False,
            "imagePullCredentialsType": "CODEBUILD",
            "environmentVariables": [variables[0] | {"type": "PLAINTEXT"}, variables[1]],
        },
        "serviceRole": role,
        "timeoutInMinutes": 60,
        "queuedTimeoutInMinutes": 480,
        "encryptionKey": f"arn:aws:kms:eu-west-1:{account}:alias/aws/s3",
        "tags": [],
        "badge": {"badgeEnabled": False},
        "projectVisibility": "PRIVATE",
    }
    assert codebuild.batch_get_projects(names=["shop"])["projects"][0].items() >= made.items()


def test_logs_to_s3_come_back_where_they_were_sent(codebuild: Any, role: str) -> None:
    logs = {"cloudWatchLogs": {"status": "ENABLED", "groupName": "builds"}}
    assert codebuild.create_project(**stated(role, logsConfig=logs))["project"]["logsConfig"] == logs
    stored = logs | {"s3Logs": {"status": "DISABLED"}}
    (changed,) = [codebuild.update_project(name="shop", logsConfig=stored)["project"]["logsConfig"]]
    assert changed["s3Logs"] == {"status": "DISABLED", "encryptionDisabled": False}


def test_a_role_may_be_sent_by_name(codebuild: Any, role: str) -> None:
    assert codebuild.create_project(**stated("builder"))["project"]["serviceRole"] == role


def test_an_existing_project_is_named_by_its_arn(codebuild: Any, role: str, account: str) -> None:
    codebuild.create_project(**stated(role))
    arn = f"arn:aws:codebuild:eu-west-1:{account}:project/shop"
    with refused("ResourceAlreadyExistsException", f"Project already exists : {arn}"):
        codebuild.create_project(**stated(role))


def test_a_batch_tells_what_is_not_there_and_takes_arns(codebuild: Any, role: str) -> None:
    arn = codebuild.create_project(**stated(role))["project"]["arn"]
    answer = codebuild.batch_get_projects(names=[arn, "nowhere"])
    assert [project["name"] for project in answer["projects"]] == ["shop"]
    assert answer["projectsNotFound"] == ["nowhere"]


def test_a_batch_has_at_most_100_names(codebuild: Any) -> None:
    with refused("InvalidInputException", "less than or equal to 100"):
        codebuild.batch_get_projects(names=[f"project-{number}" for number in range(101)])


def test_deleting_is_idempotent(codebuild: Any, role: str) -> None:
    codebuild.create_project(**stated(role))
    codebuild.delete_project(name="shop")
    codebuild.delete_project(name="shop")
    assert codebuild.batch_get_projects(names=["shop"])["projectsNotFound"] == ["shop"]


def test_projects_are_listed_in_pages_of_100(codebuild: Any, role: str) -> None:
    names = [f"project-{number:03}" for number in range(105)]
    for name in names:
        codebuild.create_project(**stated(role, name=name))
    first = codebuild.list_projects()
    second = codebuild.list_projects(nextToken=first["nextToken"])
    assert first["projects"] + second["projects"] == names
    assert len(first["projects"]) == 100
    assert "nextToken" not in second
    assert (
        codebuild.list_projects(sortBy="CREATED_TIME", sortOrder="DESCENDING")["projects"][0] == "project-104"
    )
    with refused("InvalidInputException"):
        codebuild.list_projects(nextToken="not ours")


def test_an_update_keeps_what_is_not_sent(codebuild: Any, role: str) -> None:
    tags = [{"key": "stack", "value": "one"}]
    made = codebuild.create_project(**stated(role, description="old", timeoutInMinutes=30, tags=tags))[
        "project"
    ]
    updated = codebuild.update_project(name="shop", queuedTimeoutInMinutes=60)["project"]
    assert updated.pop("lastModified") >= made.pop("lastModified")
    assert updated == made | {"queuedTimeoutInMinutes": 60}


def test_an_update_replaces_nested_objects_as_a_whole(codebuild: Any, role: str) -> None:
    environment = stated(role)["environment"]
    variables = [{"name": "A", "value": "1"}]
    full = environment | {"privilegedMode": True, "environmentVariables": variables}
    codebuild.create_project(**stated(role, environment=full))
    after = codebuild.update_project(name="shop", environment=environment)["project"]["environment"]
    assert after["privilegedMode"] is False
    assert after["environmentVariables"] == []


def test_an_empty_value_clears(codebuild: Any, role: str) -> None:
    made = stated(role, description="old", vpcConfig={"vpcId": "vpc-1"}, concurrentBuildLimit=3)
    codebuild.create_project(**made, tags=[{"key": "stack", "value": "one"}], sourceVersion="main")
    after = codebuild.update_project(
        name="shop", description="", vpcConfig={}, concurrentBuildLimit=-1, tags=[], sourceVersion=""
    )["project"]
    assert after["tags"] == []
    assert not {"description", "vpcConfig", "concurrentBuildLimit", "sourceVersion"} & after.keys()


def test_a_refused_update_changes_nothing(codebuild: Any, role: str) -> None:
    codebuild.create_project(**stated(role))
    with refused("InvalidInputException"):
        codebuild.update_project(name="shop", description="new", artifacts={"type": "NO_ARTIFACTS"})
    assert "description" not in codebuild.batch_get_projects(names=["shop"])["projects"][0]


def test_updating_a_missing_project_is_refused(codebuild: Any, account: str) -> None:
    arn = f"arn:aws:codebuild:eu-west-1:{account}:project/nowhere"
    with refused("ResourceNotFoundException", f"Project cannot be found: {arn}"):
        codebuild.update_project(name="nowhere")


def test_codepipeline_is_for_source_and_artifacts_together(codebuild: Any, role: str) -> None:
    both = "when using CodePipeline both sourceType, and artifactType must be set to: CODEPIPELINE"
    with refused("InvalidInputException", both):
        codebuild.create_project(**stated(role, artifacts={"type": "NO_ARTIFACTS"}))
    with refused("InvalidInputException", both):
        codebuild.create_project(**stated(role, source={"type": "S3", "location": "bucket/source.zip"}))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a secondary source of a pipeline": (
        {"secondarySources": [{"type": "CODEPIPELINE", "sourceIdentifier": "one"}]},
        "sourceType CODEPIPELINE is not allowed for secondarySources",
    ),
    "a secondary artifact of a pipeline": (
        {"secondaryArtifacts": [{"type": "CODEPIPELINE", "artifactIdentifier": "one"}]},
        "artifactType CODEPIPELINE is not allowed for secondaryArtifacts",
    ),
    "an identifier with a dash": (
        {"secondaryArtifacts": [{"type": "S3", "location": "bucket", "artifactIdentifier": "a-b"}]},
        "identifier must contain only alphanumeric characters and underscores",
    ),
    "an artifact name without artifacts": (
        {
            "source": {"type": "NO_SOURCE", "buildspec": "x"},
            "artifacts": {"type": "NO_ARTIFACTS", "name": "x"},
        },
        "artifact type NO_ARTIFACTS should have null output name",
    ),
    "unencrypted pipeline artifacts": (
        {"artifacts": {"type": "CODEPIPELINE", "encryptionDisabled": True}},
        "encryptionDisabled",
    ),
    "no source and no buildspec": (
        {"source": {"type": "NO_SOURCE"}, "artifacts": {"type": "NO_ARTIFACTS"}},
        "buildspec is required",
    ),
    "a repository without location": (
        {"source": {"type": "CODECOMMIT"}, "artifacts": {"type": "NO_ARTIFACTS"}},
        "location is required",
    ),
    "a reserved tag": ({"tags": [{"key": "aws:x", "value": ""}]}, "reserved"),
    "a timeout of two days": ({"timeoutInMinutes": 2880}, "less than or equal to 2160"),
    "a name with a space": ({"name": "my shop"}, "'my shop' at 'name'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_aws_refuses_is_refused(codebuild: Any, role: str, case: str) -> None:
    changes, text = WRONG[case]
    with refused("InvalidInputException", text):
        codebuild.create_project(**stated(role, **changes))
    assert codebuild.list_projects()["projects"] == []


ENVIRONMENTS: list[tuple[str, str, str, bool]] = [
    ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", "aws/codebuild/standard:7.0", True),
    ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", "aws/codebuild/standard:7.0-24.10.29", True),
    ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", "aws/codebuild/amazonlinux2-x86_64-standard:4.0", True),
    ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", "ruby:3.4", True),
    ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", "aws/codebuild/standard:70", False),
    ("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL", "aws/codebuild/amazonlinux-aarch64-standard:3.0", False),
    ("LINUX_CONTAINER", "BUILD_LAMBDA_1GB", "aws/codebuild/standard:7.0", False),
    ("ARM_CONTAINER", "BUILD_GENERAL1_LARGE", "aws/codebuild/amazonlinux-aarch64-standard:3.0", True),
    ("ARM_CONTAINER", "BUILD_GENERAL1_LARGE", "aws/codebuild/standard:7.0", False),
    (
        "ARM_LAMBDA_CONTAINER",
        "BUILD_LAMBDA_2GB",
        "aws/codebuild/amazonlinux-aarch64-lambda-standard:go1.24",
        True,
    ),
    ("LINUX_LAMBDA_CONTAINER", "BUILD_GENERAL1_SMALL", "aws/codebuild/standard:7.0", False),
    ("LINUX_GPU_CONTAINER", "BUILD_GENERAL1_MEDIUM", "aws/codebuild/standard:7.0", False),
]


@pytest.mark.parametrize(("kind", "size", "image", "taken"), ENVIRONMENTS)
def test_image_compute_and_type_must_fit(
    codebuild: Any, role: str, kind: str, size: str, image: str, *, taken: bool
) -> None:
    project = stated(role, environment={"type": kind, "computeType": size, "image": image})
    if taken:
        assert codebuild.create_project(**project)["project"]["environment"]["image"] == image
    else:
        with refused("InvalidInputException", "is not supported for"):
            codebuild.create_project(**project)


def test_curated_images_are_pulled_by_codebuild(codebuild: Any, role: str) -> None:
    environment = stated(role)["environment"] | {"imagePullCredentialsType": "SERVICE_ROLE"}
    with refused("InvalidInputException", "CODEBUILD credentials"):
        codebuild.create_project(**stated(role, environment=environment))


def test_codebuild_reads_images_of_its_own_account_only(codebuild: Any, role: str, account: str) -> None:
    def environment(owner: str, credentials: str) -> dict[str, Any]:
        image = f"{owner}.dkr.ecr.eu-west-1.amazonaws.com/builder:1"
        return {**stated(role)["environment"], "image": image, "imagePullCredentialsType": credentials}

    other = "999988887777"
    with refused(
        "InvalidInputException",
        "cannot use a cross-account ECR image with imagePullCredentialsType CODEBUILD",
    ):
        codebuild.create_project(**stated(role, environment=environment(other, "CODEBUILD")))
    codebuild.create_project(**stated(role, environment=environment(other, "SERVICE_ROLE")))
    own = stated(role, environment=environment(account, "CODEBUILD"))
    codebuild.create_project(**{**own, "name": "own"})


def test_the_role_must_be_there_and_trust_codebuild(
    codebuild: Any, client: Callable[..., Any], account: str
) -> None:
    missing = f"arn:aws:iam::{account}:role/nobody"
    with refused(
        "InvalidInputException", f"CodeBuild is not authorized to perform: sts:AssumeRole on {missing}"
    ):
        codebuild.create_project(**stated(missing))
    other = make_role(client, "other", "ecs-tasks.amazonaws.com")
    with refused("InvalidInputException", f"sts:AssumeRole on {other}"):
        codebuild.create_project(**stated(other))
    with refused("InvalidInputException", "Service role account ID does not match caller's account"):
        codebuild.create_project(**stated("arn:aws:iam::111122223333:role/x"))


def test_a_public_project_has_an_alias(codebuild: Any, role: str) -> None:
    arn = codebuild.create_project(**stated(role))["project"]["arn"]
    answer = codebuild.update_project_visibility(projectArn=arn, projectVisibility="PUBLIC_READ")
    assert answer["publicProjectAlias"]
    shown = codebuild.batch_get_projects(names=["shop"])["projects"][0]
    assert shown["publicProjectAlias"] == answer["publicProjectAlias"]
