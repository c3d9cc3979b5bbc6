"""Actions run to their end with the role that pipectl makes, and fail without a permission that they need."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import roles
from tests.permissions.rehearsal import Rehearsal
from tests.permissions.test_denials import ACCOUNT, REGION, role_of

Shape = dict[str, Any]
LIVE = f"live-{ACCOUNT}"
FUNCTION = """
import boto3
def handle(event, context):
    boto3.client("codepipeline").put_job_success_result(jobId=event["CodePipeline.job"]["id"])
"""
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:judge"
STACK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/stack"


def nothing(rehearsal: Rehearsal) -> None:
    """Needs nothing that the spec does not make"""


def bucket(rehearsal: Rehearsal) -> None:
    place = {"LocationConstraint": REGION}
    rehearsal.aws("s3").create_bucket(Bucket=LIVE, CreateBucketConfiguration=place)


def function(rehearsal: Rehearsal) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", FUNCTION)
    rehearsal.aws("lambda").create_function(
        FunctionName="judge",
        Runtime="python3.13",
        Role=roles.make(rehearsal.aws("iam"), "function", "lambda"),
        Handler="code.handle",
        Code={"ZipFile": packed.getvalue()},
        Timeout=30,
    )


def machine(rehearsal: Rehearsal) -> None:
    states = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    role = roles.make(rehearsal.aws("iam"), "machine", "states")
    rehearsal.aws("stepfunctions").create_state_machine(
        name="judge", definition=json.dumps(states), roleArn=role
    )


def stack_role(rehearsal: Rehearsal) -> None:
    roles.make(rehearsal.aws("iam"), "stack", "cloudformation")


@dataclass(frozen=True)
class Case:
    """An action, what must be there for it, and the permissions without each of which it fails"""

    action: Mapping[str, Any]
    needs: tuple[str, ...]
    prepare: Callable[[Rehearsal], None] = nothing
    more: Mapping[str, Any] = field(default_factory=dict)


CASES = {
    "S3": Case(
        {"provider": "S3", "bucket": LIVE, "extract": True, "canned_acl": "private"},
        ("s3:PutObjectAcl",),
        bucket,
    ),
    "Lambda": Case({"provider": "Lambda", "function": "judge"}, ("lambda:InvokeFunction",), function),
    "StepFunctions": Case(
        {"provider": "StepFunctions", "state_machine": MACHINE},
        ("states:StartExecution", "states:DescribeExecution"),
        machine,
    ),
    "CloudFormation": Case(
        {
            "provider": "CloudFormation",
            "mode": "CREATE_UPDATE",
            "stack": "shop",
            "template": "SourceOutput::template.json",
            "stack_role": STACK_ROLE,
            "inputs": ["SourceOutput"],
        },
        ("cloudformation:CreateStack", "cloudformation:DescribeStacks", "iam:PassRole"),
        stack_role,
    ),
}


CODE = {"provider": "CodeCommit", "repository": "shop", "branch": "main", "event_rule": False}
QUIET = {"name": "Source", "actions": [CODE]}
"""A source without an event rule: only the tests start an execution"""


def spec(case: Case) -> Shape:
    stages = [QUIET, {"name": "Act", "actions": [dict(case.action)]}]
    return {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        "codecommit": {"shop": {}},
        "codepipeline": {"shop": {"stages": stages}},
        **case.more,
    }


@pytest.mark.parametrize("provider", CASES)
def test_an_action_runs_to_its_end_with_the_role_that_is_made(rehearsal: Rehearsal, provider: str) -> None:
    case = CASES[provider]
    case.prepare(rehearsal)
    rehearsal.create(spec(case))
    rehearsal.push("shop", {"template.json": TEMPLATE})
    ended = rehearsal.run("shop")
    assert {name: each.status for name, each in ended.items()} == {
        "Source/Source": "Succeeded",
        "Act/Act": "Succeeded",
    }, ended


LACKING = [(provider, permission) for provider, case in CASES.items() for permission in case.needs]


@pytest.mark.parametrize(("provider", "permission"), LACKING)
def test_an_action_whose_role_lacks_one_permission_fails(
    rehearsal: Rehearsal, provider: str, permission: str
) -> None:
    case = CASES[provider]
    case.prepare(rehearsal)
    rehearsal.create(spec(case))
    rehearsal.take_away(role_of(rehearsal, "codepipeline"), permission, resource_of(provider, permission))
    rehearsal.push("shop", {"template.json": TEMPLATE})
    failed = rehearsal.run("shop")["Act/Act"]
    assert failed.status == "Failed", failed
    assert permission in failed.message or "Access" in failed.message, failed


def resource_of(provider: str, permission: str) -> str:
    """Where the permission is taken away, when the role has it elsewhere too"""
    return f"arn:aws:s3:::{LIVE}/*" if (provider, permission) == ("S3", "s3:PutObjectAcl") else ""
