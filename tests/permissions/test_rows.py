"""What roles lacked on AWS while local runs were green: each row of that list, allowed where it must be."""

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.permissions import made

if TYPE_CHECKING:
    from tests.conftest import World

ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
CONNECTION = f"arn:aws:codeconnections:eu-west-1:{ACCOUNT}:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
STORE = f"arn:aws:s3:::roles-artifacts-{ACCOUNT}-eu-west-1"
PIPELINE, BUILD = "roles-eu-west-1-conn-pipeline", "roles-eu-west-1-build-build"
EXECUTION, TASK = "roles-eu-west-1-svc-execution", "roles-eu-west-1-svc-task"
ELSEWHERE, IMAGE = "xreg-eu-west-1-xr-pipeline", "img-eu-west-1-ibuild-build"
BATCHES, CHECKS = "batches-eu-west-1-matrix-batch", "batches-eu-west-1-checks-pipeline"
EVERYTHING, TESTS = "providers-eu-west-1-everything-pipeline", "providers-eu-west-1-tests-build"

ROWS = [
    ("roles", PIPELINE, "s3:PutObjectAcl", f"{STORE}/*"),
    ("roles", PIPELINE, "s3:GetBucketAcl", STORE),
    ("roles", PIPELINE, "s3:GetObjectVersionTagging", f"{STORE}/*"),
    ("roles", PIPELINE, "codestar-connections:UseConnection", CONNECTION),
    ("roles", PIPELINE, "cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:hot"),
    ("roles", PIPELINE, "lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:gatekeeper"),
    ("roles", PIPELINE, "codebuild:StartBuild", f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/batched"),
    ("roles", PIPELINE, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/rulerole"),
    (
        "roles",
        PIPELINE,
        "codebuild:StartBuildBatch",
        f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/batched",
    ),
    ("roles", PIPELINE, "ecr:DescribeRepositories", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/app"),
    ("roles", PIPELINE, "ecr-public:PutImage", f"arn:aws:ecr-public::{ACCOUNT}:repository/pub"),
    ("roles", PIPELINE, "sts:GetServiceBearerToken", "*"),
    ("roles", PIPELINE, "inspector-scan:ScanSbom", "*"),
    ("roles", PIPELINE, "eks:DescribeCluster", f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/k"),
    ("roles", BUILD, "kms:Decrypt", KEY),
    ("roles", BUILD, "kms:GenerateDataKey", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"),
    ("roles", BUILD, "codeconnections:UseConnection", CONNECTION),
    ("roles", BUILD, "ssm:GetParameters", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/shop/db"),
    (
        "roles",
        BUILD,
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:shop/npm-??????",
    ),
    ("roles", EXECUTION, "ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shared/agent"),
    (
        "roles",
        EXECUTION,
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:hub-AbCdEf",
    ),
    ("roles", EXECUTION, "s3:GetObject", "arn:aws:s3:::cfg/app.env"),
    ("roles", EXECUTION, "s3:GetBucketLocation", "arn:aws:s3:::cfg"),
    ("roles", TASK, "ssmmessages:OpenDataChannel", "*"),
    ("xreg", ELSEWHERE, "codebuild:StartBuild", f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/usbuild"),
    ("xreg", ELSEWHERE, "ecs:UpdateService", f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/usc/s"),
    ("xreg", ELSEWHERE, "lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:fn"),
    (
        "xreg",
        ELSEWHERE,
        "cloudformation:UpdateStack",
        f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/st/*",
    ),
    ("xreg", ELSEWHERE, "s3:PutObject", "arn:aws:s3:::my-us-bucket/*"),
    ("img", IMAGE, "ecr:BatchGetImage", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/tools/builder"),
    ("img", IMAGE, "s3:PutObject", "arn:aws:s3:::my-bucket/p/*"),
    ("providers", EVERYTHING, "s3:PutObjectVersionAcl", "arn:aws:s3:::site/web/*"),
    ("providers", EVERYTHING, "s3:GetBucketVersioning", "arn:aws:s3:::site"),
    ("providers", EVERYTHING, "kms:Encrypt", KEY),
    ("providers", EVERYTHING, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/other"),
    ("providers", EVERYTHING, "lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:gate"),
    ("providers", EVERYTHING, "eks:DescribeCluster", f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/*"),
    ("providers", TESTS, "codecommit:GitPull", f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:code"),
    ("providers", TESTS, "codecommit:GitPull", f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:lib"),
    ("providers", TESTS, "ssm:GetParameters", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/shop/*/token"),
    ("providers", TESTS, "ssm:GetParameters", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/shop/a"),
    ("providers", TESTS, "s3:PutObject", "arn:aws:s3:::logs/builds/*"),
    ("batches", BATCHES, "codebuild:StartBuild", f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/matrix"),
    ("batches", BATCHES, "codebuild:RetryBuild", f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/matrix"),
    (
        "batches",
        CHECKS,
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:lint/licence-??????",
    ),
]


@pytest.mark.parametrize(("spec", "role", "action", "resource"), ROWS)
def test_a_role_may_do_what_aws_does_in_its_name(
    world: "World", spec: str, role: str, action: str, resource: str
) -> None:
    statements = made.statements(world.load(made.HERE / "specs" / f"{spec}.yaml"))[role]
    pairs = {
        (allowed, where)
        for statement in statements
        for allowed in statement["Action"]
        for where in statement["Resource"]
    }
    assert (action, resource) in pairs


def test_no_role_is_passed_where_there_is_none(world: "World") -> None:
    values = yaml.safe_load((made.HERE / "specs" / "norole.yaml").read_text(encoding="utf-8"))
    spec = world.load({**values, "account": world.account})
    statements = made.statements(spec)
    passed = [
        statement
        for found in statements.values()
        for statement in found
        if "iam:PassRole" in statement["Action"]
    ]
    assert passed == []
    assert world.made(spec).failed == []
