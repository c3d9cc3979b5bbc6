"""`pipectl init`: a first spec that works, from what is in the folder and what the account offers"""

import json
import os
import re
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pipectl.aws.cloud import writes
from pipectl.local.server import Server

Run = Callable[..., Result]
SUBNET = "subnet-0a1b2c3d4e5f60718"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an application"""
    folder = tmp_path / "Shop"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM ruby\nEXPOSE 3000\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def of_github(folder: Path) -> None:
    (folder / ".git").mkdir()
    config = '[remote "origin"]\n\turl = git@github.com:example/shop.git\n'
    (folder / ".git" / "config").write_text(config, encoding="utf-8")
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/trunk\n", encoding="utf-8")


def test_what_the_folder_tells_need_not_be_said(offline: Run, shop: Path) -> None:
    result = offline("init", "--subnet", SUBNET, "--region", "eu-west-1")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "pipectl.yaml is written", "", "Next:", "  pipectl validate",
        "  pipectl --local create", "      tries it on the local AWS", "  pipectl create",
    ]  # fmt: skip
    text = (shop / "pipectl.yaml").read_text(encoding="utf-8")
    reviewed = Path(__file__).parent / "screens" / "init_spec.txt"
    assert text == reviewed.read_text(encoding="utf-8")
    assert offline("validate", "--strict").exit_code == 0


def test_without_a_terminal_what_is_missing_is_named_as_options(offline: Run, shop: Path) -> None:
    of_github(shop)
    result = offline("init")
    assert result.exit_code == 2
    assert "--connection, --subnet" in result.stderr
    assert "`--connection later` writes a placeholder" in result.stderr
    assert list(shop.glob("*.yaml")) == []


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may hold more than some bytes, as on a disk that is full (Python takes no notice of SIGXFSZ)"""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_spec_that_cannot_be_written_whole_takes_nothing_away(
    offline: Run, shop: Path, request: pytest.FixtureRequest
) -> None:
    (shop / "pipectl.yaml").write_text("mine", encoding="utf-8")
    request.getfixturevalue("full_disk")
    result = offline("init", "--subnet", SUBNET, "--force")
    assert (result.exit_code, result.stderr) == (1, "error: cannot write pipectl.yaml: File too large\n")
    assert (shop / "pipectl.yaml").read_text(encoding="utf-8") == "mine"
    assert {file.name for file in shop.iterdir()} == {"Dockerfile", "pipectl.yaml"}


def test_a_spec_is_written_through_a_link_and_into_a_pipe(offline: Run, shop: Path) -> None:
    (shop / "real.yaml").write_text("mine", encoding="utf-8")
    (shop / "link.yaml").symlink_to("real.yaml")
    os.mkfifo(shop / "pipe")
    words = ("--subnet", SUBNET, "--name", "shop", "--force")
    assert offline("init", "link.yaml", *words).exit_code == 0
    assert (shop / "link.yaml").is_symlink()
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit((shop / "pipe").read_text)
        offline("init", "pipe", *words)
        assert read.result() == (shop / "real.yaml").read_text(encoding="utf-8")


def test_a_file_that_is_there_is_not_written_over(offline: Run, shop: Path) -> None:
    (shop / "pipectl.yaml").write_text("mine", encoding="utf-8")
    result = offline("init", "--subnet", SUBNET)
    assert result.exit_code == 2
    assert "pipectl.yaml is there already" in result.stderr
    assert (shop / "pipectl.yaml").read_text(encoding="utf-8") == "mine"
    assert offline("init", "--subnet", SUBNET, "--force").exit_code == 0
    assert (shop / "pipectl.yaml").read_text(encoding="utf-8") != "mine"


def test_a_folder_that_is_not_there_is_named(offline: Run, shop: Path) -> None:
    result = offline("init", "nowhere/shop.yaml", "--subnet", SUBNET)
    assert result.exit_code == 2
    assert "there is no folder `nowhere`" in result.stderr


def test_a_schema_that_is_there_is_not_written_over(offline: Run, shop: Path) -> None:
    (shop / "pipectl.schema.json").write_text("mine", encoding="utf-8")
    result = offline("init", "--subnet", SUBNET, "--schema")
    assert result.exit_code == 2
    assert list(shop.glob("*.yaml")) == []


def test_the_schema_is_written_beside_the_spec(offline: Run, shop: Path) -> None:
    (shop / "ops").mkdir()
    assert offline("init", "ops/shop.yaml", "--subnet", SUBNET, "--schema").exit_code == 0
    text = (shop / "ops" / "shop.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=pipectl.schema.json\n")
    schema = json.loads((shop / "ops" / "pipectl.schema.json").read_text(encoding="utf-8"))
    assert schema["title"] == "pipectl"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--name", "Shop!"), ("--subnet", "subnet-1"), ("--port", "70000"), ("--security-group", "sg-x"),
        ("--connection", "github"), ("--repository", "a b"), ("--branch", "a b"), ("--cluster", "a/b"),
    ],
)  # fmt: skip
def test_an_option_that_does_not_fit_is_named(offline: Run, shop: Path, option: str, value: str) -> None:
    of_github(shop)
    result = offline("init", option, value)
    assert result.exit_code == 2
    assert f"`{option} {value}` is invalid" in result.stderr
    assert list(shop.glob("*.yaml")) == []


def test_a_repository_at_another_host_needs_its_connection(offline: Run, shop: Path) -> None:
    of_github(shop)
    arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
    result = offline("init", "--subnet", SUBNET, "--connection", arn)
    assert result.exit_code == 0, result.output
    values = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))
    assert values["codepipeline"]["shop"]["stages"][0]["actions"] == [
        {
            "provider": "CodeStarSourceConnection",
            "connection": arn,
            "repository": "example/shop",
            "branch": "trunk",
        }
    ]
    assert "codecommit" not in values


def test_a_mistake_in_the_folders_own_buildspec_is_told(offline: Run, shop: Path) -> None:
    install = "  install:\n    runtime-versions:\n      docker: 18\n"
    lines = f"version: 0.2\nphases:\n{install}  build:\n    commands: [make]\n"
    (shop / "buildspec.yml").write_text(lines, encoding="utf-8")
    result = offline("init", "--subnet", SUBNET)
    assert (shop / "pipectl.yaml").exists()
    assert "buildspec.yml:5" in result.stderr
    assert "docker" in result.stderr


def test_without_a_dockerfile_that_is_said(offline: Run, shop: Path) -> None:
    (shop / "Dockerfile").unlink()
    result = offline("init", "--subnet", SUBNET)
    assert result.exit_code == 0
    assert "there is no Dockerfile here" in result.stderr


def test_a_repository_in_another_region_is_said(offline: Run, shop: Path) -> None:
    (shop / ".git").mkdir()
    config = '[remote "origin"]\n\turl = codecommit::eu-west-1://shop\n'
    (shop / ".git" / "config").write_text(config, encoding="utf-8")
    result = offline("init", "--subnet", SUBNET, "--region", "us-east-1")
    assert "shop is in eu-west-1, and a pipeline in us-east-1 cannot read it" in result.stderr
    assert offline("init", "own.yaml", "--subnet", SUBNET).stderr == ""
    assert "region: eu-west-1" in (shop / "own.yaml").read_text(encoding="utf-8")


def test_data_names_the_file_and_what_to_type_next(offline: Run, shop: Path) -> None:
    result = offline("init", "my.yaml", "--subnet", SUBNET, "-o", "json")
    next_ = ["pipectl validate my.yaml", "pipectl --local create my.yaml", "pipectl create my.yaml"]
    assert json.loads(result.stdout) == {"file": "my.yaml", "problems": [], "next": next_}


def test_what_the_account_offers_is_taken_and_nothing_is_written_there(
    run: Run, server: Server, shop: Path, client: Callable[[str], Any]
) -> None:
    server.requests.clear()
    result = run("init", "--from-aws", "--region", "ap-southeast-1")
    assert result.exit_code == 0, result.output
    calls = [re.sub(r"(?<!^)(?=[A-Z])", "_", each.operation).lower() for each in server.requests.all()]
    assert calls
    assert [call for call in calls if writes(call)] == []
    values = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))
    service = values["ecs"]["shop"]["services"]["shop"]
    there = {each["SubnetId"] for each in client("ec2").describe_subnets()["Subnets"]}
    assert set(service["subnets"]) <= there
    assert service["assign_public_ip"] is True
    assert values["region"] == "ap-southeast-1"


def test_without_any_region_that_is_missing(run: Run, shop: Path) -> None:
    result = run("init", "--from-aws")
    assert result.exit_code == 2
    assert "these were not given: --region" in result.stderr


def test_from_nothing_to_a_healthy_system(run: Run, shop: Path) -> None:
    assert run("init", "--from-aws", "--region", "ap-southeast-1").exit_code == 0
    assert run("create").exit_code == 0
    assert run("create").stdout.strip().endswith("0 writes")
    result = run("doctor")
    assert result.exit_code == 0, result.output


def test_private_subnets_that_lead_out_are_proposed_first(
    run: Run, shop: Path, client: Callable[[str], Any]
) -> None:
    ec2 = client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    public = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    private = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.240.0/24")["Subnet"]["SubnetId"]
    nat = ec2.create_nat_gateway(SubnetId=public, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    ec2.associate_route_table(RouteTableId=table, SubnetId=private)
    assert run("init", "--from-aws", "--region", "ap-southeast-1").exit_code == 0
    service = yaml.safe_load((shop / "pipectl.yaml").read_text(encoding="utf-8"))["ecs"]["shop"]["services"][
        "shop"
    ]
    assert service["subnets"] == [private]
    assert "assign_public_ip" not in service


def test_what_may_not_be_looked_at_is_said_and_must_be_given(
    run: Run, shop: Path, faults: Callable[..., None]
) -> None:
    said = "You are not authorized to perform this operation."
    faults({"service": "ec2", "operation": "DescribeVpcs", "code": "UnauthorizedOperation", "message": said})
    result = run("init", "--from-aws", "--region", "ap-southeast-1")
    assert result.exit_code == 2
    assert "AWS denies ec2:DescribeVpcs" in result.stderr
    assert "--subnet" in result.stderr


def test_every_option_can_be_answered_with_later(offline: Run, shop: Path) -> None:
    options = ("--name", "--repository", "--branch", "--port", "--subnet", "--security-group", "--cluster",
               "--region", "--target-group")  # fmt: skip
    words = [word for option in options for word in (option, "later")]
    result = offline("init", *words)
    assert result.exit_code == 0, result.output
    assert "Left for later:\n  pipectl.yaml:" in result.stdout
    invalid = offline("validate")
    assert invalid.exit_code == 2
    assert "`subnets` is left for later; enter subnet IDs, such as" in invalid.stdout
    assert "looks like a placeholder" not in invalid.stdout


@pytest.mark.parametrize(
    "command", [["status"], ["create"], ["disable-transition", "Deploy", "--reason", "x"]]
)
def test_no_placeholder_is_sent(run: Run, server: Server, shop: Path, command: list[str]) -> None:
    of_github(shop)
    assert run("init", "--subnet", "later", "--connection", "later", "--region", "eu-west-1").exit_code == 0
    server.requests.clear()
    result = run(*command, "-f", "pipectl.yaml")
    assert result.exit_code == 2
    assert "is left for later" in result.stderr
    assert server.requests.all() == []


def test_how_a_connection_is_created_is_among_what_comes_next(offline: Run, shop: Path) -> None:
    of_github(shop)
    words = ("--subnet", SUBNET, "--connection", "later", "--region", "eu-west-1", "-o", "json")
    first = json.loads(offline("init", *words).stdout)["next"][0]
    assert first == (
        "aws codeconnections create-connection --provider-type GitHub --connection-name shop "
        "--region eu-west-1"
    )


def test_a_target_group_is_taken_and_its_address_told(
    run: Run, shop: Path, client: Callable[[str], Any]
) -> None:
    ec2, balancing = client("ec2"), client("elbv2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    group = balancing.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    arn = group["TargetGroups"][0]["TargetGroupArn"]
    (balancer,) = balancing.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"]
    forward = [{"Type": "forward", "TargetGroupArn": arn}]
    balancing.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward
    )
    result = run("init", "--from-aws", "--region", "ap-southeast-1", "--target-group", arn)
    assert result.stdout.endswith(f"The application will answer at http://{balancer['DNSName']}\n")
    assert run("create").exit_code == 0
