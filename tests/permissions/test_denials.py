"""How a missing permission shows: in the action, in the phase of the build, and where nothing starts"""

from typing import Any

import pytest

from tests.permissions.rehearsal import Rehearsal
from tests.roles import allow

Shape = dict[str, Any]
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
SPEC = "version: 0.2\nphases: {build: {commands: [env, 'true']}}\nartifacts: {files: ['**/*']}\n"
SOURCE = {"name": "Source", "actions": [{"provider": "CodeCommit", "repository": "shop", "branch": "main"}]}
BUILD = {"name": "Build", "actions": [{"provider": "CodeBuild", "project": "shop"}]}
ACCOUNT = "012345678901"
REGION = "eu-west-1"


def shop(*stages: Shape, buildspec: str = SPEC, **blocks: Any) -> Shape:
    """A repository, a project and a pipeline of both"""
    return {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        "codecommit": {"shop": {}},
        "codebuild": {"shop": {"image": IMAGE, "buildspec": buildspec, **blocks.pop("project", {})}},
        "codepipeline": {"shop": {"stages": [SOURCE, *(stages or (BUILD,))], **blocks.pop("pipeline", {})}},
        **blocks,
    }


def role_of(rehearsal: Rehearsal, service: str) -> str:
    """The name of the one role that a service may take on"""
    found = [
        role["RoleName"]
        for role in rehearsal.aws("iam").list_roles()["Roles"]
        if f"{service}.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
    ]
    (name,) = found
    return str(name)


def phases(rehearsal: Rehearsal, build: str) -> dict[str, tuple[str, str]]:
    """The phases of a build that failed, with status code and message of their context"""
    (found,) = rehearsal.aws("codebuild").batch_get_builds(ids=[build])["builds"]
    return {
        phase["phaseType"]: (phase["contexts"][0]["statusCode"], phase["contexts"][0]["message"])
        for phase in found["phases"]
        if phase.get("phaseStatus") == "FAILED"
    }


def test_what_pipectl_makes_runs_to_its_end(rehearsal: Rehearsal) -> None:
    rehearsal.create(shop())
    rehearsal.push("shop", {"a": "1"})
    ended = rehearsal.finished("shop")
    assert {name: each.status for name, each in ended.items()} == {
        "Source/Source": "Succeeded",
        "Build/Build": "Succeeded",
    }, ended


ACTIONS = {
    "codecommit:GetBranch": (
        "Source/Source",
        (
            "The service role or action role doesn't have the permissions required to access the AWS "
            "CodeCommit repository named shop. Update the IAM role permissions, and then try again. "
            "Error: User: "
        ),
    ),
    "s3:PutObject": ("Source/Source", "Upload to S3 failed with the following error: Access Denied"),
    "codebuild:StartBuild": ("Build/Build", "Error calling startBuild: User: "),
    "codebuild:BatchGetBuilds": ("Build/Build", "Error calling batchGetBuilds: User: "),
}


@pytest.mark.parametrize("permission", ACTIONS)
def test_an_action_without_a_permission_fails_in_its_words(rehearsal: Rehearsal, permission: str) -> None:
    place, words = ACTIONS[permission]
    rehearsal.create(shop())
    role = role_of(rehearsal, "codepipeline")
    rehearsal.take_away(role, permission)
    rehearsal.push("shop", {"a": "1"})
    failed = rehearsal.finished("shop")[place]
    assert (failed.status, failed.code) == ("Failed", "PermissionError")
    assert failed.message.startswith(words)
    assert f":assumed-role/{role}/" in failed.message
    assert f"is not authorized to perform: {permission} on resource: " in failed.message
    assert f"because no identity-based policy allows the {permission} action" in failed.message


PHASES = {
    "logs:CreateLogStream": (
        "PROVISIONING",
        "ACCESS_DENIED",
        "does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build",
    ),
    "s3:GetObject": (
        "DOWNLOAD_SOURCE",
        "CLIENT_ERROR",
        "for primary source and source version arn:aws:s3:::",
    ),
    "s3:PutObject": ("UPLOAD_ARTIFACTS", "CLIENT_ERROR", "AccessDenied: User: arn:aws:sts::"),
}


@pytest.mark.parametrize("permission", PHASES)
def test_a_build_without_a_permission_fails_in_the_phase_that_needs_it(
    rehearsal: Rehearsal, permission: str
) -> None:
    phase, code, words = PHASES[permission]
    deploy = {"provider": "S3", "bucket": f"live-{ACCOUNT}", "extract": "true", "inputs": ["BuildOutput"]}
    rehearsal.aws("s3").create_bucket(
        Bucket=f"live-{ACCOUNT}", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    rehearsal.create(shop(BUILD, {"name": "Deploy", "actions": [deploy]}))
    rehearsal.take_away(role_of(rehearsal, "codebuild"), permission)
    rehearsal.push("shop", {"a": "1"})
    failed = rehearsal.finished("shop")["Build/Build"]
    assert failed.status == "Failed"
    assert failed.message.startswith(
        f"Build terminated with state: FAILED. Phase: {phase}, Code: {code}, Message:"
    )
    context = phases(rehearsal, failed.external_id)[phase]
    assert context[0] == code
    assert words in context[1]
    assert f"no identity-based policy allows the {permission} action" in context[1]


@pytest.mark.parametrize(
    ("kind", "permission", "code"),
    [
        ("PARAMETER_STORE", "ssm:GetParameters", "Decrypted Variables Error"),
        ("SECRETS_MANAGER", "secretsmanager:GetSecretValue", "Secrets Manager Error"),
    ],
)
def test_a_value_that_a_build_may_not_read_fails_the_download(
    rehearsal: Rehearsal, kind: str, permission: str, code: str
) -> None:
    rehearsal.aws("ssm").put_parameter(Name="/shop/key", Value="v", Type="String")
    rehearsal.aws("secretsmanager").create_secret(Name="/shop/key", SecretString="v")
    key = {"PARAMETER_STORE": "parameter_store", "SECRETS_MANAGER": "secrets_manager"}[kind]
    spec = shop(project={"environment": {"KEY": {key: "/shop/key"}}})
    rehearsal.create(spec)
    rehearsal.push("shop", {"a": "1"})
    assert rehearsal.finished("shop")["Build/Build"].status == "Succeeded"
    rehearsal.take_away(role_of(rehearsal, "codebuild"), permission)
    failed = rehearsal.run("shop")["Build/Build"]
    status, message = phases(rehearsal, failed.external_id)["DOWNLOAD_SOURCE"]
    assert status == code
    assert message.startswith("AccessDeniedException: User: arn:aws:sts::")
    assert f"is not authorized to perform: {permission} on resource: " in message


def test_an_event_rule_whose_role_may_not_start_the_pipeline_starts_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.create(shop())
    rehearsal.push("shop", {"a": "1"})
    rehearsal.finished("shop")
    rehearsal.take_away(role_of(rehearsal, "events"), "codepipeline:StartPipelineExecution")
    rehearsal.push("shop", {"a": "2"})
    rehearsal.run("shop")  # whatever an event starts would be started before
    api = rehearsal.aws("codepipeline")
    started = api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
    assert [each["trigger"]["triggerType"] for each in started].count("CloudWatchEvent") == 1


COMMANDS = """version: 0.2
phases:
  build:
    commands:
      - aws sts get-caller-identity --query Arn --output text
      - aws ssm get-parameter --name /shop/key --query Parameter.Value --output text
artifacts: {files: ['**/*']}
"""


def test_commands_of_a_build_call_as_its_role(rehearsal: Rehearsal) -> None:
    rehearsal.aws("ssm").put_parameter(Name="/shop/key", Value="from-the-store", Type="String")
    rehearsal.create(shop(buildspec=COMMANDS))
    role = role_of(rehearsal, "codebuild")
    rehearsal.push("shop", {"a": "1"})
    failed = rehearsal.finished("shop")["Build/Build"]
    log = _log(rehearsal, failed.external_id)
    uuid = failed.external_id.partition(":")[2]
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/AWSCodeBuild-{uuid}" in log
    assert "An error occurred (AccessDeniedException) when calling the GetParameter operation: User: " in log
    assert "because no identity-based policy allows the ssm:GetParameter action" in log
    rehearsal.give(role, allow("ssm:GetParameter", on=f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/*"))
    passed = rehearsal.run("shop")["Build/Build"]
    assert passed.status == "Succeeded"
    assert "from-the-store" in _log(rehearsal, passed.external_id)


def _log(rehearsal: Rehearsal, build: str) -> str:
    stream = build.partition(":")[2]
    found = rehearsal.aws("logs").get_log_events(logGroupName="/aws/codebuild/shop", logStreamName=stream)
    return "".join(event["message"] for event in found["events"])


CREDENTIALS = """version: 0.2
phases:
  build:
    commands:
      - test -z "$AWS_ACCESS_KEY_ID$AWS_SECRET_ACCESS_KEY"
      - >-
        python3 -c 'import os, urllib.request as web;
        headers = {"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]};
        asked = web.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers=headers);
        print(web.urlopen(asked).read().decode()[::-1])'
artifacts: {files: ['**/*']}
"""


def test_the_credentials_of_a_build_end_with_it(rehearsal: Rehearsal) -> None:
    from tests.permissions.conftest import denied
    from tests.plain import session

    rehearsal.create(shop(buildspec=CREDENTIALS))
    rehearsal.push("shop", {"a": "1"})
    built = rehearsal.finished("shop")["Build/Build"]
    log = _log(rehearsal, built.external_id)
    assert built.status == "Succeeded", log
    backwards = log[::-1]  # as it was printed: the log hides keys
    key = backwards.partition('"AccessKeyId": "')[2].partition('"')[0]
    assert key.startswith("ASIA")
    sts = session(key, region=REGION).client("sts", endpoint_url=rehearsal.world.server.url)
    with denied("ExpiredToken") as message:
        sts.get_caller_identity()
    assert message == ["The security token included in the request is expired"]
