"""The aws of machines without the CLI: `cloudformation deploy` and `package`, `eks update-kubeconfig`."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests import roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.machine import Machine

TEMPLATE = """
Parameters:
  Name: {Type: String, Default: first}
  More: {Type: String, Default: none}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Sub "${Name}-${More}"}
Outputs:
  Topic: {Value: !Ref Topic}
"""


def deploy(machine: Machine, *words: str, status: int = 0) -> str:
    return machine.aws(
        "cloudformation", "deploy", "--template-file", "t.yml", "--stack-name", "shop", *words, status=status
    )


def topic(client: Callable[..., Any]) -> str:
    stack = client("cloudformation").describe_stacks(StackName="shop")["Stacks"][0]
    return str(stack["Outputs"][0]["OutputValue"].rpartition(":")[2])


def test_a_stack_is_created_updated_and_left_alone(machine: Machine, client: Callable[..., Any]) -> None:
    (machine.folder / "t.yml").write_text(TEMPLATE)
    said = deploy(machine, "--parameter-overrides", "Name=one", "More=ab")
    assert said.endswith("Successfully created/updated stack - shop\n")
    assert topic(client) == "one-ab"
    (machine.folder / "t.yml").write_text(TEMPLATE.replace("${Name}-", "${Name}-new-"))
    deploy(machine, "--parameter-overrides", "Name=two", "--capabilities", "CAPABILITY_IAM")
    assert topic(client) == "two-new-ab"  # what is not stated keeps its value
    assert "No changes to deploy. Stack shop is up to date" in deploy(machine)
    deploy(machine, "--fail-on-empty-changeset", status=255)


def test_a_change_set_is_only_made_when_that_is_stated(machine: Machine, client: Callable[..., Any]) -> None:
    (machine.folder / "t.yml").write_text(TEMPLATE)
    assert "describe-change-set" in deploy(machine, "--no-execute-changeset")
    stacks = client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackStatus"] for stack in stacks] == ["REVIEW_IN_PROGRESS"]


def test_what_deploy_does_not_take_is_refused(machine: Machine) -> None:
    (machine.folder / "t.yml").write_text(TEMPLATE)
    assert "Key=Value" in deploy(machine, "--parameter-overrides", "Name", status=252)
    assert "--nope" in deploy(machine, "--nope", "1", status=252)
    (machine.folder / "t.yml").unlink()
    assert "Invalid template path t.yml" in deploy(machine, status=255)


@pytest.mark.parametrize("prefix", [(), ("--s3-prefix", "pre/fix")])
def test_local_files_go_to_s3_and_the_template_keeps_its_functions(
    machine: Machine, client: Callable[..., Any], account: str, prefix: tuple[str, ...]
) -> None:
    bucket, s3 = f"packages-{account}", client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    (machine.folder / "code").mkdir()
    (machine.folder / "code" / "app.py").write_text("x = 1")
    (machine.folder / "flow.json").write_text("{}")
    (machine.folder / "nested.yml").write_text("Resources: {}")
    (machine.folder / "t.yml").write_text("""
Resources:
  One: {Type: AWS::Lambda::Function, Properties: {Code: code, Role: !GetAtt Role.Arn}}
  Two: {Type: AWS::Serverless::Function, Properties: {CodeUri: ./code}}
  Three: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: flow.json}}
  Four: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yml}}
  Five: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://other/key}}
""")
    words = ("--template-file", "t.yml", "--s3-bucket", bucket, "--output-template-file", "out.yml", *prefix)
    assert "Successfully packaged artifacts" in machine.aws("cloudformation", "package", *words)
    text = (machine.folder / "out.yml").read_text()
    assert "!GetAtt" in text
    found = {
        name: resource["Properties"]
        for name, resource in yaml.safe_load(text.replace("!GetAtt", ""))["Resources"].items()
    }
    code = found["One"]["Code"]
    assert code["S3Bucket"] == bucket
    assert code["S3Key"].startswith("pre/fix/" if prefix else code["S3Key"][:32])
    assert found["Two"]["CodeUri"] == f"s3://{bucket}/{code['S3Key']}"
    data = s3.get_object(Bucket=bucket, Key=code["S3Key"])["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["app.py"]
    key = found["Three"]["DefinitionUri"].removeprefix(f"s3://{bucket}/")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"{}"
    assert found["Four"]["TemplateURL"].startswith(f"https://s3.eu-west-1.amazonaws.com/{bucket}/")
    assert found["Four"]["TemplateURL"].endswith(".template")
    assert found["Five"]["CodeUri"] == "s3://other/key"


def test_a_cluster_is_written_into_the_kubeconfig(machine: Machine, client: Callable[..., Any]) -> None:
    role = roles.make(client("iam"), "cluster", "eks")
    made = client("eks").create_cluster(
        name="shop", roleArn=role, resourcesVpcConfig={"subnetIds": [], "securityGroupIds": []}
    )["cluster"]
    said = machine.aws(
        "eks", "update-kubeconfig", "--name", "shop", "--region", "eu-west-1", "--alias", "live"
    )
    assert said == f"Added new context live to {machine.folder}/.kube/config\n"
    machine.aws("eks", "update-kubeconfig", "--name", "shop", "--role-arn", role)
    config = yaml.safe_load((machine.folder / ".kube" / "config").read_text())
    assert config["current-context"] == made["arn"]
    assert [context["name"] for context in config["contexts"]] == ["live", made["arn"]]
    assert config["clusters"][0]["cluster"]["server"] == made["endpoint"]
    arguments = json.dumps(config["users"][0]["user"]["exec"]["args"])
    assert '"get-token", "--cluster-name", "shop"' in arguments
    machine.aws("eks", "update-kubeconfig", "--name", "none", status=254)
