"""What somebody else changes is planned as exactly that, put right, and then quiet."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import World

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Drift:
    """What somebody does with boto3, and the lines of the plan that follows"""

    does: Callable[[Client], Any]
    plan: tuple[str, ...]


def pipeline_changed(change: Callable[[dict[str, Any]], Any]) -> Callable[[Client], Any]:
    def does(client: Client) -> None:
        declaration = client("codepipeline").get_pipeline(name="FriendReminders")["pipeline"]
        change(declaration)
        client("codepipeline").update_pipeline(pipeline=declaration)

    return does


def project_changed(**changes: Any) -> Callable[[Client], Any]:
    return lambda client: client("codebuild").update_project(name="FriendRemindersBuild", **changes)


def service_changed(**changes: Any) -> Callable[[Client], Any]:
    return lambda client: client("ecs").update_service(
        cluster="friendreminders", service="remindersmgt", **changes
    )


def environment(**changes: Any) -> dict[str, Any]:
    usual = {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        "computeType": "BUILD_GENERAL1_SMALL",
        "privilegedMode": True,
        "environmentVariables": [
            {"name": "REPOSITORY_URI", "value": "012345678901.dkr.ecr.ap-southeast-1.amazonaws.com/rails_app"}
        ],
    }
    return {"environment": usual | changes}


BUCKET = "friendreminders-artifacts-012345678901-ap-southeast-1"
ROLE = "friendreminders-ap-southeast-1-FriendReminders-pipeline"
EVENTS = "friendreminders-ap-southeast-1-FriendReminders-events"
RULE = "FriendReminders-Source"
ARN = "arn:aws:{}:ap-southeast-1:012345678901:{}"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Assume",
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def untagged(
    service: str, arn: str, key: str = "resourceArn", tags: str = "tagKeys"
) -> Callable[[Client], Any]:
    return lambda client: client(service).untag_resource(**{key: arn, tags: ["team"]})


DRIFTS = {
    "codecommit description": Drift(
        lambda client: client("codecommit").update_repository_description(
            repositoryName="FriendReminders", repositoryDescription="Mine"
        ),
        ("codecommit repository FriendReminders description: Mine -> The code",),
    ),
    "codecommit tag": Drift(
        untagged("codecommit", ARN.format("codecommit", "FriendReminders")),
        ("codecommit repository FriendReminders tags.team: None -> reminders",),
    ),
    "ecr scanning": Drift(
        lambda client: client("ecr").put_image_scanning_configuration(
            repositoryName="rails_app", imageScanningConfiguration={"scanOnPush": False}
        ),
        ("ecr repository rails_app scan_on_push: False -> True",),
    ),
    "ecr lifecycle gone": Drift(
        lambda client: client("ecr").delete_lifecycle_policy(repositoryName="rails_app"),
        ("ecr repository rails_app keep_images: None -> 30",),
    ),
    "ecr lifecycle of another": Drift(
        lambda client: client("ecr").put_lifecycle_policy(
            repositoryName="rails_app",
            lifecyclePolicyText=json.dumps(
                {
                    "rules": [
                        {
                            "rulePriority": 1,
                            "selection": {
                                "tagStatus": "tagged",
                                "tagPrefixList": ["v"],
                                "countType": "imageCountMoreThan",
                                "countNumber": 3,
                            },
                            "action": {"type": "expire"},
                        }
                    ]
                }
            ),
        ),
        (
            "ecr repository rails_app keep_images: other rules -> 30",
            "ecr repository rails_app untagged_days: other rules -> None",
        ),
    ),
    "ecr tag": Drift(
        untagged("ecr", ARN.format("ecr", "repository/rails_app")),
        ("ecr repository rails_app tags.team: None -> reminders",),
    ),
    "log group retention": Drift(
        lambda client: client("logs").delete_retention_policy(logGroupName="/ecs/rails-compose"),
        ("log group /ecs/rails-compose retention_days: None -> 30",),
    ),
    "log group gone": Drift(
        lambda client: client("logs").delete_log_group(logGroupName="/aws/codebuild/FriendRemindersBuild"),
        ("log group /aws/codebuild/FriendRemindersBuild create",),
    ),
    "log group tag": Drift(
        untagged("logs", ARN.format("logs", "log-group:/ecs/rails-compose")),
        ("log group /ecs/rails-compose tags.team: None -> reminders",),
    ),
    "bucket opened": Drift(
        lambda client: client("s3").delete_public_access_block(Bucket=BUCKET),
        (f"s3 bucket {BUCKET} public_access: open -> blocked",),
    ),
    "bucket half opened": Drift(
        lambda client: client("s3").put_public_access_block(
            Bucket=BUCKET,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": True,
            },
        ),
        (f"s3 bucket {BUCKET} public_access: open -> blocked",),
    ),
    "bucket policy gone": Drift(
        lambda client: client("s3").delete_bucket_policy(Bucket=BUCKET),
        (f"s3 bucket {BUCKET} tls_only: False -> True",),
    ),
    "bucket policy turned round": Drift(
        lambda client: client("s3").put_bucket_policy(
            Bucket=BUCKET,
            Policy=client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"].replace('"false"', '"true"'),
        ),
        (f"s3 bucket {BUCKET} tls_only: False -> True",),
    ),
    "bucket encryption": Drift(
        lambda client: client("s3").put_bucket_encryption(
            Bucket=BUCKET,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
            },
        ),
        (f"s3 bucket {BUCKET} encryption: aws:kms -> AES256",),
    ),
    "bucket lifecycle gone": Drift(
        lambda client: client("s3").delete_bucket_lifecycle(Bucket=BUCKET),
        (f"s3 bucket {BUCKET} expire_days: None -> 90",),
    ),
    "bucket tag": Drift(
        lambda client: client("s3").put_bucket_tagging(
            Bucket=BUCKET, Tagging={"TagSet": [{"Key": "pipectl:stack", "Value": "friendreminders"}]}
        ),
        (f"s3 bucket {BUCKET} tags.team: None -> reminders",),
    ),
    "role trust": Drift(
        lambda client: client("iam").update_assume_role_policy(
            RoleName=ROLE, PolicyDocument=json.dumps(TRUST)
        ),
        (
            (
                f"iam role {ROLE} trust.Assume.Principal.Service:"
                " ['ec2.amazonaws.com'] -> ['codepipeline.amazonaws.com']"
            ),
        ),
    ),
    "role policy gone": Drift(
        lambda client: client("iam").delete_role_policy(RoleName=EVENTS, PolicyName="pipectl"),
        (
            f"iam role {EVENTS} policy.StartPipeline.Effect: None -> Allow",
            (
                f"iam role {EVENTS} policy.StartPipeline.Action:"
                " None -> ['codepipeline:StartPipelineExecution']"
            ),
            (
                f"iam role {EVENTS} policy.StartPipeline.Resource:"
                " None -> ['arn:aws:codepipeline:ap-southeast-1:012345678901:FriendReminders']"
            ),
        ),
    ),
    "role tag": Drift(
        lambda client: client("iam").untag_role(RoleName=ROLE, TagKeys=["team"]),
        (f"iam role {ROLE} tags.team: None -> reminders",),
    ),
    "cluster tag": Drift(
        untagged("ecs", ARN.format("ecs", "cluster/friendreminders")),
        ("ecs cluster friendreminders tags.team: None -> reminders",),
    ),
    "cluster insights": Drift(
        lambda client: client("ecs").update_cluster(
            cluster="friendreminders", settings=[{"name": "containerInsights", "value": "enabled"}]
        ),
        ("ecs cluster friendreminders container_insights: enabled -> disabled",),
    ),
    "service scaled": Drift(
        service_changed(desiredCount=7),
        ("ecs service friendreminders/remindersmgt desired_count: 7 -> 2",),
    ),
    "service network": Drift(
        service_changed(
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": ["subnet-0a1b2c3d4e5f60718"],
                    "securityGroups": ["sg-0a1b2c3d4e5f60718"],
                    "assignPublicIp": "ENABLED",
                }
            }
        ),
        (
            (
                "ecs service friendreminders/remindersmgt subnets:"
                " ['subnet-0a1b2c3d4e5f60718'] -> ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5a60718']"
            ),
            "ecs service friendreminders/remindersmgt assign_public_ip: True -> False",
        ),
    ),
    "service tag": Drift(
        untagged("ecs", ARN.format("ecs", "service/friendreminders/remindersmgt")),
        ("ecs service friendreminders/remindersmgt tags.team: None -> reminders",),
    ),
    "project privileged": Drift(
        project_changed(**environment(privilegedMode=False)),
        ("codebuild project FriendRemindersBuild privileged: False -> True",),
    ),
    "project image": Drift(
        project_changed(**environment(image="aws/codebuild/standard:7.0")),
        (
            (
                "codebuild project FriendRemindersBuild image:"
                " aws/codebuild/standard:7.0 -> aws/codebuild/amazonlinux-x86_64-standard:5.0"
            ),
        ),
    ),
    "project buildspec": Drift(
        project_changed(source={"type": "CODEPIPELINE", "buildspec": "mine.yml"}),
        ("codebuild project FriendRemindersBuild buildspec: mine.yml -> buildspec.yml",),
    ),
    "project logs elsewhere": Drift(
        project_changed(logsConfig={"cloudWatchLogs": {"status": "DISABLED"}}),
        ("codebuild project FriendRemindersBuild log_group: None -> /aws/codebuild/FriendRemindersBuild",),
    ),
    "project tag": Drift(
        project_changed(tags=[{"key": "pipectl:stack", "value": "friendreminders"}]),
        ("codebuild project FriendRemindersBuild tags.team: None -> reminders",),
    ),
    "rule off": Drift(
        lambda client: client("events").disable_rule(Name=RULE),
        (f"event rule {RULE} state: DISABLED -> ENABLED",),
    ),
    "rule pattern": Drift(
        lambda client: client("events").put_rule(
            Name=RULE, EventPattern=json.dumps({"source": ["aws.codecommit"], "account": ["1"]})
        ),
        (
            f"event rule {RULE} pattern.detail-type: None -> ['CodeCommit Repository State Change']",
            (
                f"event rule {RULE} pattern.resources:"
                " None -> ['arn:aws:codecommit:ap-southeast-1:012345678901:FriendReminders']"
            ),
            f"event rule {RULE} pattern.detail.event: None -> ['referenceCreated', 'referenceUpdated']",
            f"event rule {RULE} pattern.detail.referenceType: None -> ['branch']",
            f"event rule {RULE} pattern.detail.referenceName: None -> ['master']",
            f"event rule {RULE} pattern.account: ['1'] -> None",
        ),
    ),
    "rule target gone": Drift(
        lambda client: client("events").remove_targets(Rule=RULE, Ids=["pipeline"]),
        (
            (
                f"event rule {RULE} targets.pipeline.arn:"
                " None -> arn:aws:codepipeline:ap-southeast-1:012345678901:FriendReminders"
            ),
            (
                f"event rule {RULE} targets.pipeline.role: None -> arn:aws:iam::012345678901:role/pipectl/"
                f"friendreminders/{EVENTS}"
            ),
        ),
    ),
    "rule tag": Drift(
        untagged("events", ARN.format("events", f"rule/{RULE}"), "ResourceARN", "TagKeys"),
        (f"event rule {RULE} tags.team: None -> reminders",),
    ),
    "pipeline branch": Drift(
        pipeline_changed(
            lambda pipeline: pipeline["stages"][0]["actions"][0]["configuration"].update(BranchName="mine")
        ),
        ("pipeline FriendReminders stages.Source.actions.Source.configuration.BranchName: mine -> master",),
    ),
    "pipeline polls": Drift(
        pipeline_changed(
            lambda pipeline: pipeline["stages"][0]["actions"][0]["configuration"].pop("PollForSourceChanges")
        ),
        (
            (
                "pipeline FriendReminders stages.Source.actions.Source.configuration.PollForSourceChanges:"
                " true -> false"
            ),
        ),
    ),
    "pipeline variable": Drift(
        pipeline_changed(lambda pipeline: pipeline.update(variables=[{"name": "mine", "defaultValue": "1"}])),
        ("pipeline FriendReminders variables.mine: {'default': '1', 'description': None} -> None",),
    ),
    "pipeline mode": Drift(
        pipeline_changed(lambda pipeline: pipeline.update(executionMode="QUEUED")),
        ("pipeline FriendReminders execution_mode: QUEUED -> SUPERSEDED",),
    ),
    "pipeline run order": Drift(
        pipeline_changed(lambda pipeline: pipeline["stages"][1]["actions"][0].update(runOrder=2)),
        ("pipeline FriendReminders stages.Build.actions.Build.run_order: 2 -> 1",),
    ),
    "pipeline tag": Drift(
        untagged("codepipeline", ARN.format("codepipeline", "FriendReminders")),
        ("pipeline FriendReminders tags.team: None -> reminders",),
    ),
    "gate opened": Drift(
        lambda client: client("codepipeline").enable_stage_transition(
            pipelineName="FriendReminders", stageName="Deploy", transitionType="Inbound"
        ),
        (
            "transition FriendReminders/Deploy enabled: True -> False",
            "transition FriendReminders/Deploy reason: None -> Release freeze",
        ),
    ),
    "gate closed": Drift(
        lambda client: client("codepipeline").disable_stage_transition(
            pipelineName="FriendReminders", stageName="Build", transitionType="Inbound", reason="Mine"
        ),
        ("transition FriendReminders/Build enabled: False -> True",),
    ),
}


@pytest.fixture
def team(values: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The tutorial's system, with something to lose everywhere"""
    spec = values("friendreminders")
    spec["tags"] = {"team": "reminders"}
    spec["codecommit"]["FriendReminders"]["description"] = "The code"
    cluster = spec["ecs"]["friendreminders"]
    cluster["container_insights"] = "disabled"
    cluster["services"]["remindersmgt"]["log_retention_days"] = 30
    stages = spec["codepipeline"]["FriendReminders"]["stages"]
    stages[1]["transition"] = "enabled"
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    return spec


PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_what_somebody_else_changed_is_planned_and_put_right_and_then_quiet(
    world: "World", team: dict[str, Any], part: int
) -> None:
    spec = world.load(team)
    world.made(spec)
    for name, drift in list(DRIFTS.items())[part::PARTS]:
        drift.does(lambda service: world.client(service, "ap-southeast-1"))
        run = world.made(spec)
        # what the case before had left undone would show here, too
        assert run.lines == list(drift.plan), name
    last = world.create(spec)
    assert (last.lines, last.writes) == ([], [])


def test_a_thing_that_is_gone_is_made_again(
    world: "World", team: dict[str, Any], look: Callable[[str], dict[str, Any]]
) -> None:
    spec = world.load(team)
    world.made(spec)
    made = look("ap-southeast-1")

    def client(service: str) -> Any:
        return world.client(service, "ap-southeast-1")

    client("events").remove_targets(Rule=RULE, Ids=["pipeline"])
    client("events").delete_rule(Name=RULE)
    client("codepipeline").delete_pipeline(name="FriendReminders")
    client("codebuild").delete_project(name="FriendRemindersBuild")
    client("iam").delete_role_policy(RoleName=ROLE, PolicyName="pipectl")
    client("iam").delete_role(RoleName=ROLE)
    client("ecr").delete_repository(repositoryName="rails_app")
    client("codecommit").delete_repository(repositoryName="FriendReminders")
    run = world.made(spec)
    assert run.lines == [
        "codecommit repository FriendReminders create",
        "ecr repository rails_app create",
        f"iam role {ROLE} create",
        "codebuild project FriendRemindersBuild create",
        f"event rule {RULE} create",
        "pipeline FriendReminders create",
        "transition FriendReminders/Deploy enabled: True -> False",
        "transition FriendReminders/Deploy reason: None -> Release freeze",
    ]
    assert look("ap-southeast-1") == made
    assert world.create(spec).writes == []
