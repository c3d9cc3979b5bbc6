"""A role, a bucket, and a small pipeline to start from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

REGION = "eu-west-1"
Shape = dict[str, Any]
Client = Callable[..., Any]


def trust(principal: Shape) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(client: Client) -> str:
    document = trust({"Service": "codepipeline.amazonaws.com"})
    made = client("iam").create_role(RoleName="pipeline", AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


@pytest.fixture
def bucket(client: Client, account: str) -> str:
    name = f"artifacts-{account}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


@pytest.fixture
def codepipeline(client: Client) -> Any:
    return client("codepipeline")


def action(name: str, category: str, provider: str, **members: Any) -> Shape:
    identity = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": identity, **members}


def source(name: str = "Source", output: str = "SourceOutput", **members: Any) -> Shape:
    configuration = {"RepositoryName": "shop", "BranchName": "main", "PollForSourceChanges": "false"}
    settings: Shape = {"configuration": configuration, "outputArtifacts": [{"name": output}], **members}
    return action(name, "Source", "CodeCommit", **settings)


def approval(name: str = "Approve", **members: Any) -> Shape:
    return action(name, "Approval", "Manual", **members)


def build(name: str = "Build", inputs: tuple[str, ...] = ("SourceOutput",), **members: Any) -> Shape:
    settings: Shape = {
        "configuration": {"ProjectName": "shop"},
        "inputArtifacts": [{"name": each} for each in inputs],
        **members,
    }
    return action(name, "Build", "CodeBuild", **settings)


def stage(name: str, *actions: Shape, **members: Any) -> Shape:
    return {"name": name, "actions": list(actions), **members}


@pytest.fixture
def declare(role: str, bucket: str) -> Callable[..., Shape]:
    """A declaration: stages and members as given, the rest as it works."""

    def declaration(*stages: Shape, **members: Any) -> Shape:
        default = (stage("Source", source()), stage("Gate", approval()))
        return {
            "name": "shop",
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": bucket},
            "pipelineType": "V2",
            "stages": list(stages or default),
            **members,
        }

    return declaration
