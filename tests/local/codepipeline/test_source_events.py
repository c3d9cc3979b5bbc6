"""Images that are pushed and objects that are uploaded start the pipelines whose rules wait for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.roles import trust

from .conftest import REGION, Runs, action, approval, stage, until

if TYPE_CHECKING:
    from pipectl.local.server import Server

Shape = dict[str, Any]
Client = Callable[..., Any]
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def rule(client: Client, account: str) -> Callable[[Shape], str]:
    """A rule that starts the pipeline `shop` by a role that may."""
    arn = f"arn:aws:codepipeline:{REGION}:{account}:shop"
    iam, events = client("iam"), client("events")
    role = iam.create_role(
        RoleName="events", AssumeRolePolicyDocument=trust({"Service": "events.amazonaws.com"})
    )["Role"]
    statement = {"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="events", PolicyName="start", PolicyDocument=policy)

    def put(pattern: Shape) -> str:
        made = events.put_rule(Name="shop", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="shop", Targets=[{"Id": "1", "Arn": arn, "RoleArn": role["Arn"]}])
        return str(made["RuleArn"])

    return put


@pytest.fixture
def emitted(server: Server, account: str) -> Callable[[str], list[Shape]]:
    """The events of a detail type that the account has emitted."""
    events: list[Shape] = []
    server.world.on_event(lambda owner, _region, event: events.append(event) if owner == account else None)
    return lambda kind: [event for event in events if event["detail-type"] == kind]


def _put_image(ecr: Any, size: int, tag: str) -> str:
    config = {"mediaType": "x", "size": size, "digest": f"sha256:{size:064}"}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    image = ecr.put_image(repositoryName="shop", imageManifest=json.dumps(manifest), imageTag=tag)["image"]
    return str(image["imageId"]["imageDigest"])


def _image_source() -> Shape:
    configuration = {"RepositoryName": "shop", "ImageTag": "live"}
    outputs = [{"name": "SourceOutput"}]
    return action("Source", "Source", "ECR", configuration=configuration, outputArtifacts=outputs)


def test_a_pushed_image_starts_its_pipeline(
    runs: Runs, client: Client, rule: Callable[[Shape], str], emitted: Callable[[str], list[Shape]]
) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="shop")
    _put_image(ecr, 1, "live")
    runs.create(stage("Gate", approval()), first=stage("Source", _image_source()))
    until(runs.token)
    detail = {
        "action-type": ["PUSH"],
        "result": ["SUCCESS"],
        "repository-name": ["shop"],
        "image-tag": ["live"],
    }
    arn = rule({"source": ["aws.ecr"], "detail-type": ["ECR Image Action"], "detail": detail})
    _put_image(ecr, 2, "other")
    digest = _put_image(ecr, 3, "live")
    until(lambda: len(runs.ids()) == 2)
    runs.waits_at(runs.ids()[0], "Gate")
    summary = runs.summary(runs.ids()[0])
    assert summary["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": arn}
    assert summary["sourceRevisions"][0]["revisionId"] == digest
    event = emitted("ECR Image Action")[-1]
    assert event["resources"] == []
    assert event["detail"] == {
        "result": "SUCCESS",
        "repository-name": "shop",
        "image-digest": digest,
        "action-type": "PUSH",
        "image-tag": "live",
    }


def test_deleted_images_are_told_too(client: Client, emitted: Callable[[str], list[Shape]]) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="shop")
    _put_image(ecr, 1, "live")
    ecr.batch_delete_image(repositoryName="shop", imageIds=[{"imageTag": "live"}])
    actions = [event["detail"]["action-type"] for event in emitted("ECR Image Action")]
    assert actions == ["PUSH", "DELETE"]


def test_an_uploaded_object_starts_its_pipeline(
    runs: Runs, rule: Callable[[Shape], str], emitted: Callable[[str], list[Shape]]
) -> None:
    runs.s3.put_bucket_notification_configuration(
        Bucket=runs.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    runs.create(stage("Gate", approval()))
    until(runs.token)
    detail = {"bucket": {"name": [runs.bucket]}, "object": {"key": ["source.zip"]}}
    arn = rule({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail})
    runs.s3.put_object(Bucket=runs.bucket, Key="other.zip", Body=b"")
    version = runs.push(readme="more")
    until(lambda: len(runs.ids()) == 2)
    runs.waits_at(runs.ids()[0], "Gate")
    summary = runs.summary(runs.ids()[0])
    assert summary["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": arn}
    assert summary["sourceRevisions"][0]["revisionId"] == version
    event = emitted("Object Created")[-1]
    assert event["resources"] == [f"arn:aws:s3:::{runs.bucket}"]
    assert event["detail"]["object"]["version-id"] == version
    assert event["detail"]["reason"] == "PutObject"


def test_a_bucket_without_eventbridge_tells_nothing(
    runs: Runs, emitted: Callable[[str], list[Shape]]
) -> None:
    runs.push()
    assert emitted("Object Created") == []


def test_tags_are_told_when_they_are_put_alone(runs: Runs, emitted: Callable[[str], list[Shape]]) -> None:
    runs.s3.put_bucket_notification_configuration(
        Bucket=runs.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    runs.push()
    assert emitted("Object Tags Added") == []
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    runs.s3.put_object_tagging(Bucket=runs.bucket, Key="source.zip", Tagging=tags)
    assert len(emitted("Object Tags Added")) == 1
