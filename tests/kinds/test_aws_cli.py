"""The AWS CLI as an independent client: what `create` made, it lists and describes.

A process of it takes about a second, so there are few, each of which asks much.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import World

REGION = "ap-southeast-1"
BUCKET = "friendreminders-artifacts-012345678901-ap-southeast-1"

QUESTIONS = {
    "codepipeline get-pipeline-state --name FriendReminders"
    " --query stageStates[].inboundTransitionState.[enabled,disabledReason]": [
        [True, None],
        [True, None],
        [False, "Release freeze until Monday"],
    ],
    "codebuild batch-get-projects --names FriendRemindersBuild --query"
    " projects[0].[source.type,environment.image,environment.privilegedMode]": [
        "CODEPIPELINE",
        "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        True,
    ],
    "ecs describe-services --cluster friendreminders --services remindersmgt --query"
    " services[0].[status,desiredCount,launchType]": ["ACTIVE", 2, "FARGATE"],
    "ecs describe-task-definition --task-definition rails-compose --query"
    " taskDefinition.containerDefinitions[0].[name,image,portMappings[0].containerPort]": [
        "rails",
        "012345678901.dkr.ecr.ap-southeast-1.amazonaws.com/rails_app:latest",
        3000,
    ],
    "ecr describe-repositories"
    " --query repositories[].[repositoryName,imageScanningConfiguration.scanOnPush]": [["rails_app", True]],
    "events list-targets-by-rule --rule FriendReminders-Source --query Targets[].Arn": [
        "arn:aws:codepipeline:ap-southeast-1:012345678901:FriendReminders"
    ],
    "iam list-roles --path-prefix /pipectl/friendreminders/ --query length(Roles)": 4,
    f"s3api get-public-access-block --bucket {BUCKET} --query"
    " PublicAccessBlockConfiguration.RestrictPublicBuckets": True,
}
"""What the AWS CLI is asked, and what it must answer."""


@pytest.fixture
def aws(world: "World") -> Callable[[str], Any]:
    """Run one command of the AWS CLI against the account"""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": world.account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": world.server.url,
        "AWS_PAGER": "",
    }

    def run(command: str) -> Any:
        line = [sys.executable, "-m", "awscli", *command.split(), "--output", "json"]
        ended = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
        return json.loads(ended.stdout) if ended.stdout else None

    return run


def test_the_aws_cli_sees_what_create_has_made(
    world: "World", values: Callable[[str], dict[str, Any]], aws: Callable[[str], Any]
) -> None:
    described = values("friendreminders")
    stages = described["codepipeline"]["FriendReminders"]["stages"]
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze until Monday"}
    world.made(world.load(described))
    with ThreadPoolExecutor(2) as two:
        answers = dict(zip(QUESTIONS, two.map(aws, QUESTIONS), strict=True))
    assert answers == QUESTIONS


def test_create_leaves_a_gate_alone_that_the_aws_cli_has_closed(
    world: "World", values: Callable[[str], dict[str, Any]], aws: Callable[[str], Any]
) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    gate = "--pipeline-name FriendReminders --stage-name Deploy --transition-type Inbound"
    assert aws(f"codepipeline disable-stage-transition {gate} --reason Held") is None
    assert world.create(spec).writes == []
