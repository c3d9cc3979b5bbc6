"""Calls that are signed with a role's temporary credentials, or a user's key, are decided in every service"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests import roles
from tests.permissions.conftest import REGION, denied
from tests.roles import allow

if TYPE_CHECKING:
    from tests.conftest import World

Clients = Callable[[str], Any]
ACCOUNT = "012345678901"
Assume = Callable[..., Clients]


@pytest.fixture
def nobody(world: "World", assume: Assume) -> Clients:
    """Clients of a role that may do nothing"""
    world.client("s3").create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": REGION})
    return assume(roles.make(world.client("iam"), "nobody", "ec2", statements=()), session="me")


CALLS: list[tuple[str, str, dict[str, Any], str, str, str]] = [
    ("s3", "get_object", {"Bucket": "shop", "Key": "a"}, "AccessDenied", "s3:GetObject",
     '"arn:aws:s3:::shop/a"'),
    ("s3", "list_objects_v2", {"Bucket": "shop"}, "AccessDenied", "s3:ListBucket", '"arn:aws:s3:::shop"'),
    ("s3", "put_object", {"Bucket": "shop", "Key": "a", "Body": b"x"}, "AccessDenied", "s3:PutObject",
     '"arn:aws:s3:::shop/a"'),
    ("ecr", "describe_images", {"repositoryName": "shop"}, "AccessDeniedException", "ecr:DescribeImages",
     f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/shop"),
    ("ecr", "get_authorization_token", {}, "AccessDeniedException", "ecr:GetAuthorizationToken", "*"),
    ("logs", "create_log_stream", {"logGroupName": "g", "logStreamName": "s"}, "AccessDeniedException",
     "logs:CreateLogStream", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g:log-stream:s"),
    ("ssm", "get_parameter", {"Name": "/a/b"}, "AccessDeniedException", "ssm:GetParameter",
     f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b"),
    ("codecommit", "get_branch", {"repositoryName": "r", "branchName": "b"}, "AccessDeniedException",
     "codecommit:GetBranch", f"arn:aws:codecommit:{REGION}:{ACCOUNT}:r"),
    ("codebuild", "start_build", {"projectName": "p"}, "AccessDeniedException", "codebuild:StartBuild",
     f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/p"),
    ("codepipeline", "get_pipeline", {"name": "p"}, "AccessDeniedException", "codepipeline:GetPipeline",
     f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p"),
    ("ecs", "update_service", {"cluster": "c", "service": "s"}, "AccessDeniedException", "ecs:UpdateService",
     f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/c/s"),
    ("iam", "get_role", {"RoleName": "nobody"}, "AccessDenied", "iam:GetRole",
     f"arn:aws:iam::{ACCOUNT}:role/nobody"),
    ("sns", "publish", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": "m"},
     "AuthorizationError", "sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:t"),
    ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/x", "RoleSessionName": "sx"},
     "AccessDenied", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/x"),
    ("cloudformation", "describe_stacks", {"StackName": "s"}, "AccessDenied", "cloudformation:DescribeStacks",
     f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/s/*"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "request_", "code", "action", "resource"), CALLS)
def test_a_call_without_its_permission_is_refused_in_the_words_of_iam(
    nobody: Clients,
    service: str,
    operation: str,
    request_: dict[str, Any],
    code: str,
    action: str,
    resource: str,
) -> None:
    with denied(code) as message:
        getattr(nobody(service), operation)(**request_)
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/nobody/me is not authorized to perform: {action}"
    assert message[0].startswith(f"{who} on resource: {resource} because no ")
    assert message[0].endswith(f" allows the {action} action")


def test_who_calls_is_told_to_everybody(nobody: Clients) -> None:
    told = nobody("sts").get_caller_identity()
    assert told["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody/me"


def test_what_a_role_allows_goes_through(world: "World", assume: Assume) -> None:
    iam = world.client("iam")
    world.client("s3").create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": REGION})
    role = roles.make(iam, "writer", "ec2", statements=(allow("s3:PutObject", on="arn:aws:s3:::shop/a/*"),))
    s3 = assume(role)("s3")
    s3.put_object(Bucket="shop", Key="a/b", Body=b"x")
    with denied("AccessDenied"):
        s3.put_object(Bucket="shop", Key="b", Body=b"x")
    with denied("AccessDenied") as message:
        s3.put_object(Bucket="shop", Key="a/c", Body=b"x", ACL="bucket-owner-full-control")
    assert "s3:PutObjectAcl" in message[0]


def test_a_user_s_key_is_decided_and_the_account_s_own_is_not(world: "World") -> None:
    from tests.plain import session

    iam = world.client("iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    logs = session(key["AccessKeyId"], key["SecretAccessKey"], REGION).client(
        "logs", endpoint_url=world.server.url
    )
    with denied("AccessDeniedException") as message:
        logs.create_log_group(logGroupName="g")
    assert message[0].startswith(f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: ")
    world.client("logs").create_log_group(logGroupName="g")


TRUST = roles.trust({"Service": "ecs-tasks.amazonaws.com"})
PASSING: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ecs.register_task_definition": (
        "ecs-tasks", "ecs:*",
        {"family": "f", "executionRoleArn": "ROLE",
         "containerDefinitions": [{"name": "c", "image": "i", "memory": 128}]},
    ),
    "events.put_targets": (
        "events", "events:*",
        {"Rule": "r", "Targets": [{"Id": "1", "Arn": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p",
                                   "RoleArn": "ROLE"}]},
    ),
    "codebuild.create_project": (
        "codebuild", "codebuild:*",
        {"name": "shop", "serviceRole": "ROLE", "artifacts": {"type": "NO_ARTIFACTS"},
         "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"},
         "environment": {"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL",
                         "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("call", PASSING)
def test_passing_a_role_needs_a_permission_for_that_service(
    world: "World", assume: Assume, call: str
) -> None:
    service, actions, request = PASSING[call]
    iam = world.client("iam")
    world.client("events").put_rule(Name="r", ScheduleExpression="rate(1 day)")
    passed = roles.make(iam, "passed", service)
    caller = roles.make(iam, "caller", "ec2", statements=(allow(actions),))
    name, _, operation = call.partition(".")
    client = assume(caller)(name)
    full = _with_role(request, passed)
    with denied("AccessDeniedException") as message:
        getattr(client, operation)(**full)
    assert f"is not authorized to perform: iam:PassRole on resource: {passed} because" in message[0]
    elsewhere = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    roles.put(iam, "caller", allow(actions), allow("iam:PassRole", on=passed, Condition=elsewhere))
    with denied("AccessDeniedException"):
        getattr(client, operation)(**full)
    there = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
    roles.put(iam, "caller", allow(actions), allow("iam:PassRole", on=passed, Condition=there))
    getattr(client, operation)(**full)


def _with_role(value: Any, role: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_role(part, role) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_role(part, role) for part in value]
    return role if value == "ROLE" else value


def test_without_iam_every_call_is_allowed() -> None:
    import boto3

    from pipectl.local import running
    from pipectl.local.options import Options

    account = "222233334444"  # moto keeps one state per process: an account of its own
    with running(options=Options(iam=False)) as server:

        def client(service: str, key: str = account, token: str | None = None) -> Any:
            boto = boto3.Session(key, "local", token, region_name=REGION)
            return boto.client(service, endpoint_url=server.url)  # type: ignore[call-overload]

        role = roles.make(client("iam"), "nobody", "ec2", statements=())
        made = client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        keys = (made["AccessKeyId"], made["SessionToken"])
        client("logs", *keys).create_log_group(logGroupName="g")
        told = client("sts", *keys).get_caller_identity()["Arn"]
        assert told == f"arn:aws:sts::{account}:assumed-role/nobody/me"


def test_a_private_server_knows_the_sessions_that_it_gave_out() -> None:
    import boto3

    from pipectl.local import running
    from pipectl.local.options import Options

    account, key = "333344445555", "a-key-of-its-own"
    with running(options=Options(key=key)) as server:

        def client(service: str, access_key: str, token: str | None = None) -> Any:
            boto = boto3.Session(access_key, "local", token, region_name=REGION)
            return boto.client(service, endpoint_url=server.url)  # type: ignore[call-overload]

        own = f"{account}{key}"
        role = roles.make(client("iam", own), "nobody", "ec2", statements=())
        made = client("sts", own).assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        session = client("sts", made["AccessKeyId"], made["SessionToken"])
        assert session.get_caller_identity()["Arn"] == f"arn:aws:sts::{account}:assumed-role/nobody/me"
        with denied("UnrecognizedClientException"):
            client("logs", "ASIA0000000000000000", "none").describe_log_groups()


@pytest.mark.parametrize("prefix", ["codecommit", "events"])
def test_tags_are_read_of_the_resource_that_the_policy_names(
    world: "World", assume: Assume, prefix: str
) -> None:
    """Service Authorization Reference: ListTagsForResource knows the resource that its ARN names"""
    world.client("codecommit").create_repository(repositoryName="shop")
    rule = world.client("events").put_rule(Name="shop", ScheduleExpression="rate(1 day)")["RuleArn"]
    repository = f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:shop"
    arn, member = {"codecommit": (repository, "resourceArn"), "events": (rule, "ResourceARN")}[prefix]
    action = f"{prefix}:ListTagsForResource"
    client = assume(roles.make(world.client("iam"), "reader", "ec2", statements=(allow(action, on=arn),)))(
        prefix
    )
    client.list_tags_for_resource(**{member: arn})
    with denied("AccessDeniedException"):
        client.list_tags_for_resource(**{member: arn.replace("shop", "other")})


@pytest.mark.parametrize("operation", ["disable_stage_transition", "enable_stage_transition"])
def test_what_is_done_to_a_stage_is_allowed_for_that_stage_alone(
    world: "World", assume: Assume, operation: str
) -> None:
    """Service Authorization Reference, AWS CodePipeline: their resource is PIPELINE/STAGE"""
    action = "codepipeline:" + "".join(word.title() for word in operation.split("_"))
    stage = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:shop/Deploy"
    role = roles.make(world.client("iam"), "operator", "ec2", statements=(allow(action, on=stage),))
    call = getattr(assume(role)("codepipeline"), operation)
    named = {"pipelineName": "shop", "transitionType": "Inbound"}
    named |= {"reason": "audit"} if "disable" in operation else {}
    with denied("PipelineNotFoundException"):
        call(**named, stageName="Deploy")
    with denied("AccessDeniedException"):
        call(**named, stageName="Build")
