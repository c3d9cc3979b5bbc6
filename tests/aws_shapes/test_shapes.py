"""The local AWS answers in the recorded shapes; they stand in shapes.yaml with their sources."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pipectl.facts.order import ORDERED
from pipectl.local.shapes import order

if TYPE_CHECKING:
    from tests.conftest import World

RECORDED = yaml.safe_load((Path(__file__).parent / "shapes.yaml").read_text(encoding="utf-8"))


def pipeline(account: str) -> dict[str, Any]:
    connection = (
        f"arn:aws:codeconnections:eu-west-1:{account}:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
    )
    values = {"ConnectionArn": connection, "FullRepositoryId": "o/r", "BranchName": "main"}
    source = {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"}
    approval = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    action = {"name": "Git", "actionTypeId": source, "configuration": values}
    stages = [
        {"name": "Source", "actions": [{**action, "outputArtifacts": [{"name": "out"}]}]},
        {"name": "Ask", "actions": [{"name": "Ask", "actionTypeId": approval}]},
    ]
    store = {"type": "S3", "location": "shapes-artifacts"}
    role = f"arn:aws:iam::{account}:role/shapes"
    declared = {"name": "shapes", "pipelineType": "V2", "artifactStore": store, "stages": stages}
    return {"pipeline": {**declared, "roleArn": role}}


def project(account: str) -> dict[str, Any]:
    environment = {"type": "LINUX_CONTAINER", "image": "x:1", "computeType": "BUILD_GENERAL1_SMALL"}
    parts = {"source": {"type": "CODEPIPELINE"}, "artifacts": {"type": "CODEPIPELINE"}}
    role = f"arn:aws:iam::{account}:role/shapes"
    return {
        "name": "shapes",
        "serviceRole": role,
        "environment": environment,
        "encryptionKey": "alias/own",
        **parts,
    }


MADE = {"pipeline-without-triggers": pipeline, "project-with-alias": project}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded["name"])
def test_an_answer_has_its_recorded_shape(world: "World", recorded: dict[str, Any]) -> None:
    client = world.client(recorded["service"])
    with_role(world)
    for step in ("create", "then", "read"):
        if step in recorded:
            answer = called(client, recorded[step], world.account)
    for part in recorded["at"].split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    if "begins" in recorded:
        assert answer.startswith(recorded["begins"].replace("ACCOUNT", world.account))
    elif "json" in recorded:
        assert json.loads(answer) == recorded["json"]
    else:
        assert answer == named(recorded["answer"], world.account)


def called(client: Any, call: list[Any], account: str) -> Any:
    operation, params = call
    sent = MADE[params](account) if isinstance(params, str) else named(params, account)
    return getattr(client, operation)(**sent)


def named(value: Any, account: str) -> Any:
    return json.loads(json.dumps(value).replace("ACCOUNT", account))


def with_role(world: "World") -> None:
    services = ["codepipeline.amazonaws.com", "codebuild.amazonaws.com"]
    statement = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.client("iam").create_role(RoleName="shapes", AssumeRolePolicyDocument=trust)


def test_lists_that_kinds_compare_as_sets_come_back_in_another_order() -> None:
    """By the service model; what stands in facts/order.py has its reason there"""
    names = {service: {member for member, _ in order.sets(service)} for service in order.SERVICES}
    assert names["ecs"] >= {
        "environment", "secrets", "portMappings", "mountPoints", "volumesFrom", "links", "dependsOn",
        "ulimits",
        "subnets", "securityGroups", "capacityProviderStrategy", "placementConstraints",
        "requiresCompatibilities", "loadBalancers", "volumes", "services", "clientAliases",
        "volumeConfigurations", "vpcLatticeConfigurations",
    }  # fmt: skip
    assert names["codepipeline"] >= {
        "triggers",
        "push",
        "pullRequest",
        "tags",
    }
    assert names["codebuild"] >= {"subnets", "securityGroupIds", "secondarySources", "tags"}
    assert not {"includes", "excludes", "events"} & names["codepipeline"]
    assert not {"branches", "events"} & names["codecommit"]
    assert not {(service, name) for service in ORDERED for name in ORDERED[service] if name in names[service]}
