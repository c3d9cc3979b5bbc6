"""Actions with and without each permission: sources, approvals, pipelines, keys, roles, other Regions"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import roles
from tests.permissions.rehearsal import Rehearsal
from tests.permissions.test_denials import ACCOUNT, IMAGE, REGION, SPEC, role_of
from tests.permissions.test_providers import LIVE, QUIET, bucket
from tests.permissions.test_tasks import MANIFEST, MEDIA
from tests.shop import serves, until

Shape = dict[str, Any]
Words = dict[str, str]
ELSEWHERE = "us-east-1"
STORE = f"other-{ACCOUNT}"
PUBLIC = "public.ecr.aws/shop/rails"
FILES = {
    "imagedefinitions.json": json.dumps([{"name": "rails", "imageUri": f"{PUBLIC}:2"}]),
    "imageDetail.json": json.dumps({"ImageURI": f"{PUBLIC}:2"}),
    "appspec.yaml": "version: 0.0\nResources: []\n",
    "taskdef.json": json.dumps(
        {
            "family": "web",
            "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/tasks",
            "containerDefinitions": [
                {"name": "rails", "image": "<IMAGE>", "portMappings": [{"containerPort": 80}]}
            ],
            "cpu": "256",
            "memory": "512",
        }
    ),
}


def nothing(_: Rehearsal) -> Words:
    """Needs nothing that the spec does not make"""
    return {}


def live_bucket(rehearsal: Rehearsal) -> Words:
    bucket(rehearsal)
    return {"KEY": rehearsal.aws("kms").create_key()["KeyMetadata"]["Arn"]}


def source_object(rehearsal: Rehearsal) -> Words:
    bucket(rehearsal)
    s3 = rehearsal.aws("s3")
    s3.put_bucket_versioning(Bucket=LIVE, VersioningConfiguration={"Status": "Enabled"})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "1")
    s3.put_object(Bucket=LIVE, Key="site.zip", Body=packed.getvalue())
    return {}


def image(rehearsal: Rehearsal) -> Words:
    ecr = rehearsal.aws("ecr")
    ecr.create_repository(repositoryName="base")
    ecr.put_image(repositoryName="base", imageManifest=MANIFEST, imageTag="1", imageManifestMediaType=MEDIA)
    return {}


def pipeline_elsewhere(rehearsal: Rehearsal) -> Words:
    other = rehearsal.world.client("s3", ELSEWHERE)
    other.create_bucket(Bucket=STORE)
    codebuild = rehearsal.world.client("codebuild", ELSEWHERE)
    codebuild.create_project(
        name="far",
        source={"type": "CODEPIPELINE", "buildspec": SPEC},
        artifacts={"type": "CODEPIPELINE"},
        environment={"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=roles.make(rehearsal.aws("iam"), "far", "codebuild"),
    )
    return {}


def build_role(rehearsal: Rehearsal) -> Words:
    return {"OTHER": roles.make(rehearsal.aws("iam"), "other", "codebuild")}


def own_role(rehearsal: Rehearsal) -> Words:
    iam = rehearsal.aws("iam")
    role = roles.make(iam, "own", "codepipeline")
    trust = roles.trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    iam.update_assume_role_policy(RoleName="own", PolicyDocument=trust)
    return {"OWN": role}


def blue_green(rehearsal: Rehearsal) -> Words:
    ecs, codedeploy = rehearsal.aws("ecs"), rehearsal.aws("codedeploy")
    role = roles.make(rehearsal.aws("iam"), "tasks", "ecs-tasks", "codedeploy")
    container = {"name": "rails", "image": f"{PUBLIC}:1", "portMappings": [{"containerPort": 80}]}
    ecs.create_cluster(clusterName="blue")
    ecs.register_task_definition(family="web", containerDefinitions=[container], cpu="256", memory="512")
    group = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/web/0123456789abcdef"
    ecs.create_service(
        cluster="blue",
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        deploymentController={"type": "CODE_DEPLOY"},
        loadBalancers=[{"targetGroupArn": group, "containerName": "rails", "containerPort": 80}],
    )
    codedeploy.create_application(applicationName="shop", computePlatform="ECS")
    services = [{"clusterName": "blue", "serviceName": "web"}]
    codedeploy.create_deployment_group(
        applicationName="shop", deploymentGroupName="web", serviceRoleArn=role, ecsServices=services
    )
    return {}


@dataclass(frozen=True)
class Case:
    """An action, what must be there for it, and the permissions without each of which it fails.

    A permission is `action` or `action resource`, when the role has it elsewhere too; a word of `prepare`
    stands for its value in all texts.
    """

    action: Mapping[str, Any]
    needs: tuple[str, ...]
    prepare: Callable[[Rehearsal], Words] = nothing
    more: Mapping[str, Any] = field(default_factory=dict)
    pipeline: Mapping[str, Any] = field(default_factory=dict)


BUILDS = {"codebuild": {"shop": {"image": IMAGE, "buildspec": SPEC}}}
BUILD = {"provider": "CodeBuild", "project": "shop"}
INNER = {"stages": [QUIET, {"name": "Run", "actions": [{"provider": "Commands", "commands": ["true"]}]}]}

CASES = {
    "S3 source": Case(
        {"provider": "S3", "category": "Source", "bucket": LIVE, "key": "site.zip", "event_rule": False},
        (
            "s3:GetBucketVersioning arn:aws:s3:::" + LIVE,
            f"s3:GetObject arn:aws:s3:::{LIVE}/site.zip",
            f"s3:GetObjectVersion arn:aws:s3:::{LIVE}/site.zip",
        ),
        source_object,
    ),
    "ECR source": Case(
        {"provider": "ECR", "repository": "base", "tag": "1", "event_rule": False},
        ("ecr:DescribeImages",),
        image,
    ),
    "CodePipeline": Case(
        {"provider": "CodePipeline", "configuration": {"PipelineName": "inner"}},
        ("codepipeline:StartPipelineExecution", "codepipeline:GetPipelineExecution"),
    ),
    "Commands": Case(
        {"provider": "Commands", "commands": ["true"]}, ("logs:CreateLogStream", "logs:PutLogEvents")
    ),
    "ECS": Case(
        {"provider": "ECS", "cluster": "shop", "service": "web", "inputs": ["SourceOutput"]},
        (
            "ecs:DescribeServices",
            "ecs:UpdateService",
            "ecs:RegisterTaskDefinition",
            "ecs:DescribeTaskDefinition",
            "ecs:DescribeTasks",
            "ecs:ListTasks",
            "iam:PassRole",
        ),
        more=serves(),
    ),
    "CodeDeployToECS": Case(
        {
            "provider": "CodeDeployToECS",
            "application": "shop",
            "deployment_group": "web",
            "task_definition_artifact": "SourceOutput",
            "appspec_artifact": "SourceOutput",
            "inputs": ["SourceOutput"],
            "configuration": {"Image1ArtifactName": "SourceOutput", "Image1ContainerName": "IMAGE"},
        },
        (
            "codedeploy:CreateDeployment",
            "codedeploy:GetApplication",
            "codedeploy:GetApplicationRevision",
            "codedeploy:GetDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:RegisterApplicationRevision",
            "ecs:RegisterTaskDefinition",
            "iam:PassRole",
        ),
        blue_green,
    ),
    "S3 with a key": Case(
        {"provider": "S3", "bucket": LIVE, "extract": True, "configuration": {"KMSEncryptionKeyARN": "KEY"}},
        (f"s3:PutObject arn:aws:s3:::{LIVE}/*", "kms:GenerateDataKey"),
        live_bucket,
    ),
    "CodeBuild elsewhere": Case(
        {"provider": "CodeBuild", "project": "far", "region": ELSEWHERE},
        (
            f"codebuild:StartBuild arn:aws:codebuild:{ELSEWHERE}:{ACCOUNT}:project/far",
            f"codebuild:BatchGetBuilds arn:aws:codebuild:{ELSEWHERE}:{ACCOUNT}:project/far",
            f"s3:PutObject arn:aws:s3:::{STORE}/*",
        ),
        pipeline_elsewhere,
        pipeline={"artifact_buckets": {ELSEWHERE: STORE}},
    ),
    "action with a role": Case(
        {"provider": "CodePipeline", "configuration": {"PipelineName": "inner"}, "role": "OWN"},
        ("sts:AssumeRole",),
        own_role,
    ),
    "CodeBuild with another role": Case(
        {**BUILD, "configuration": {"ServiceRoleArnOverride": "OTHER"}},
        ("iam:PassRole OTHER",),
        build_role,
        BUILDS,
    ),
}
SOURCES = ("S3 source", "ECR source")


def made(rehearsal: Rehearsal, name: str) -> Words:
    """Make what a case needs and what its spec says; the words of its texts"""
    case = CASES[name]
    words = case.prepare(rehearsal)
    stages: list[Shape] = [QUIET, {"name": "Act", "actions": [{**case.action, "name": "Act"}]}]
    if name in SOURCES:
        read = {"provider": "Commands", "commands": ["ls"]}
        stages = [{"name": "Act", "actions": stages[1]["actions"]}, {"name": "Read", "actions": [read]}]
    pipelines = {"shop": {"stages": stages, **case.pipeline}}
    if case.action["provider"] == "CodePipeline":
        pipelines["inner"] = INNER
    text = json.dumps(
        {
            "pipectl": 1,
            "name": "shop",
            "region": REGION,
            "codecommit": {"shop": {}},
            "codepipeline": pipelines,
            **case.more,
        }
    )
    for word, value in words.items():
        text = text.replace(f'"{word}"', f'"{value}"')
    rehearsal.create(json.loads(text))
    rehearsal.push("shop", FILES)
    return words


@pytest.mark.parametrize("name", CASES)
def test_an_action_runs_to_its_end_with_the_role_that_is_made(rehearsal: Rehearsal, name: str) -> None:
    made(rehearsal, name)
    ended = rehearsal.run("shop")
    assert {row.status for row in ended.values()} == {"Succeeded"}, ended
    assert len(ended) == 2


def test_a_build_with_another_role_runs_as_that_role(rehearsal: Rehearsal) -> None:
    words = made(rehearsal, "CodeBuild with another role")
    identity = rehearsal.run("shop")["Act/Act"].external_id
    (build,) = rehearsal.aws("codebuild").batch_get_builds(ids=[identity])["builds"]
    assert build["serviceRole"] == words["OTHER"]


LACKING = [(name, permission) for name, case in CASES.items() for permission in case.needs]


@pytest.mark.parametrize(("name", "permission"), LACKING)
def test_an_action_whose_role_lacks_one_permission_fails(
    rehearsal: Rehearsal, name: str, permission: str
) -> None:
    words = made(rehearsal, name)
    action, _, resource = permission.partition(" ")
    role = next(
        role["RoleName"]
        for role in rehearsal.aws("iam").list_roles()["Roles"]
        if role["RoleName"].startswith("shop-") and role["RoleName"].endswith("shop-pipeline")
    )
    rehearsal.take_away(role, action, words.get(resource, resource))
    (failed,) = [row for row in rehearsal.run("shop").values() if row.status == "Failed"]
    assert failed.code == "PermissionError", failed
    assert f"is not authorized to perform: {action} on resource: " in failed.message


TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:gate"


@pytest.fixture
def approval(rehearsal: Rehearsal) -> Rehearsal:
    """A pipeline with an approval that tells a topic"""
    rehearsal.aws("sns").create_topic(Name="gate")
    gate = {"name": "Act", "actions": [{"name": "Act", "provider": "Manual", "topic": TOPIC}]}
    rehearsal.create(
        {
            "pipectl": 1,
            "name": "shop",
            "region": REGION,
            "codecommit": {"shop": {}},
            "codepipeline": {"shop": {"stages": [QUIET, gate]}},
        }
    )
    rehearsal.push("shop", {"a": "1"})
    return rehearsal


def test_an_approval_that_tells_a_topic_waits_and_is_given(approval: Rehearsal) -> None:
    api, execution = approval.aws("codepipeline"), approval.start("shop")

    def token() -> Any:
        (action,) = api.get_pipeline_state(name="shop")["stageStates"][1]["actionStates"]
        return action.get("latestExecution", {}).get("token")

    given = {"summary": "Yes", "status": "Approved"}
    api.put_approval_result(
        pipelineName="shop", stageName="Act", actionName="Act", result=given, token=until(token)
    )
    assert approval.finished("shop", execution)["Act/Act"].status == "Succeeded"


def test_an_approval_whose_role_may_not_publish_fails(approval: Rehearsal) -> None:
    approval.take_away(role_of(approval, "codepipeline"), "sns:Publish")
    failed = approval.run("shop")["Act/Act"]
    assert (failed.status, failed.code) == ("Failed", "PermissionError")
    assert "Add the sns:Publish permission to the role" in failed.message
