"""The whole delivery: push, build with docker, hold, open, roll the service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import roles

from .conftest import REGION, Runs, action, build, source, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = dict[str, Any]

BUILDSPEC = """
version: 0.2
phases:
  pre_build:
    commands:
      - aws ecr get-login-password | docker login --username AWS --password-stdin $URI
      - TIME_STAMP=$(date +%s)
  build:
    commands:
      - docker build -t $URI:latest .
      - docker tag $URI:latest $URI:v$TIME_STAMP
  post_build:
    commands:
      - docker push $URI:latest
      - docker push $URI:v$TIME_STAMP
      - printf '[{"name":"rails","imageUri":"%s"}]' $URI:v$TIME_STAMP > imagedefinitions.json
artifacts:
  files: imagedefinitions.json
"""
FILES = {"buildspec.yml": BUILDSPEC, "Dockerfile": "FROM ruby:3.3\nCOPY . /app\n"}


@pytest.fixture
def shop(runs: Runs, client: Callable[..., Any], account: str) -> Runs:
    """Repository, image repository, project, service, rule and pipeline, as the tutorial makes them."""
    iam = client("iam")
    arns = {name: roles.make(iam, name, name) for name in ("codebuild", "ecs-tasks")}
    pipeline = f"arn:aws:codepipeline:{REGION}:{account}:shop"
    statement = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": pipeline}
    arns["events"] = roles.make(iam, "events", "events", statements=(statement,))
    client("codecommit").create_repository(repositoryName="shop")
    uri = client("ecr").create_repository(repositoryName="shop")["repository"]["repositoryUri"]
    _make_service(client("ecs"), uri, arns["ecs-tasks"])
    _make_project(client("codebuild"), uri, arns["codebuild"])
    _make_rule(client("events"), account, pipeline, arns["events"])
    deploy = action(
        "Deploy",
        "Deploy",
        "ECS",
        configuration={"ClusterName": "shop", "ServiceName": "web"},
        inputArtifacts=[{"name": "Built"}],
    )
    stages = (
        stage("Source", source()),
        stage("Build", build(outputArtifacts=[{"name": "Built"}])),
        stage("Deploy", deploy),
    )
    runs.api.create_pipeline(pipeline=runs.declare(*stages))
    return runs


def _make_service(ecs: Any, uri: str, role: str) -> None:
    ecs.create_cluster(clusterName="shop")
    ecs.register_task_definition(
        family="shop",
        containerDefinitions=[{"name": "rails", "image": f"{uri}:latest"}],
        cpu="256",
        memory="512",
        executionRoleArn=role,
    )
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="shop", desiredCount=1)


def _make_project(codebuild: Any, uri: str, role: str) -> None:
    codebuild.create_project(
        name="shop",
        source={"type": "CODEPIPELINE"},
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": True,
            "environmentVariables": [{"name": "URI", "value": uri}],
        },
        serviceRole=role,
    )


def _make_rule(events: Any, account: str, pipeline: str, role: str) -> None:
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [f"arn:aws:codecommit:{REGION}:{account}:shop"],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": ["main"],
        },
    }
    events.put_rule(Name="shop", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="shop", Targets=[{"Id": "shop", "Arn": pipeline, "RoleArn": role}])


def _push(client: Callable[..., Any], text: str, parent: str | None = None) -> str:
    files = [{"filePath": name, "fileContent": content.encode()} for name, content in FILES.items()]
    files.append({"filePath": "app.rb", "fileContent": text.encode()})
    made = client("codecommit").create_commit(
        repositoryName="shop",
        branchName="main",
        putFiles=files,
        commitMessage=f"Say {text}",
        authorName="Ann",
        email="ann@example.com",
        **({"parentCommitId": parent} if parent else {}),
    )
    return str(made["commitId"])


def test_a_push_is_built_held_and_deployed(shop: Runs, client: Callable[..., Any]) -> None:
    created = shop.ids()[0]
    shop.ends(created, "Failed")  # nothing was pushed yet
    commit = _push(client, "hello")
    until(lambda: len(shop.ids()) == 2)
    first = shop.ids()[0]
    shop.ends(first, "Succeeded")
    assert shop.summary(first)["sourceRevisions"][0]["revisionId"] == commit
    shop.gate("Deploy", enabled=False)
    second_commit = _push(client, "more", commit)
    until(lambda: len(shop.ids()) == 3)
    second = shop.ids()[0]
    shop.waits_at(second, "Deploy")
    before = _image(client)
    shop.gate("Deploy", enabled=True)
    shop.ends(second, "Succeeded")
    assert shop.summary(second)["sourceRevisions"][0]["revisionId"] == second_commit
    images = client("ecr").describe_images(repositoryName="shop")["imageDetails"]
    tags = {tag for image in images for tag in image.get("imageTags", [])}
    after = _image(client)
    assert after != before or len(tags) == 2  # both builds within one second have one time stamp
    assert after.rsplit(":", 1)[-1] in tags
    service = client("ecs").describe_services(cluster="shop", services=["web"])["services"][0]
    assert (service["runningCount"], service["deployments"][0]["rolloutState"]) == (1, "COMPLETED")


def _image(client: Callable[..., Any]) -> str:
    ecs = client("ecs")
    revision = ecs.describe_services(cluster="shop", services=["web"])["services"][0]["taskDefinition"]
    told = ecs.describe_task_definition(taskDefinition=revision)["taskDefinition"]
    return str(told["containerDefinitions"][0]["image"])
