"""Roles are least-privilege: one statement per thing opened, no `*` without a reason (design, section 1)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.kinds import KINDS

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

LARGEST_POLICY = 10_240
"""Characters of all inline policies of a role, without white space (IAM quotas)."""

EVERYTHING = {
    "LogInToEcr": "GetAuthorizationToken knows no resources",
    "LookAtRevisions": "DescribeTaskDefinition knows no resources",
    "LookAtNetwork": "the describing calls of EC2 know no resources",
    "ValidateTemplate": "ValidateTemplate knows no resources",
}
"""The statements that may say `*` as a resource, with the reason."""


def wanted(spec: "Spec") -> list[Resource]:
    account = Account("012345678901", spec.region or "eu-west-1")
    return [resource for kind in KINDS for resource in kind.design(spec, account)]


def roles(spec: "Spec") -> dict[str, list[dict[str, Any]]]:
    """Role -> its statements"""
    return {
        resource.name: json.loads(resource.request["policy"])["Statement"]
        for resource in wanted(spec)
        if resource.kind == "iam role"
    }


def statements(spec: "Spec") -> Iterator[dict[str, Any]]:
    """All statements, with lists where a list may stand"""
    for found in roles(spec).values():
        for statement in found:
            yield statement | {
                "Action": listed(statement["Action"]),
                "Resource": listed(statement["Resource"]),
            }


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_everything_is_opened_only_where_the_service_knows_no_resources(world: "World", file: Path) -> None:
    for statement in statements(world.load(file)):
        if "*" in statement["Resource"]:
            assert statement["Sid"] in EVERYTHING


def test_no_statement_opens_a_whole_service(world: "World", file: Path) -> None:
    for statement in statements(world.load(file)):
        assert statement["Effect"] == "Allow"
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            assert name.strip("*"), action
            assert service.strip("*"), action


def test_no_resource_is_left_without_its_name(world: "World", file: Path) -> None:
    """An empty name between two marks opens nothing, or too much"""
    for statement in statements(world.load(file)):
        for arn in statement["Resource"]:
            if arn != "*":
                assert not arn.endswith((":", "/")), arn
                assert "//" not in arn, arn
                assert "None" not in arn, arn


def test_roles_may_be_passed_to_the_service_that_takes_them_only(world: "World", file: Path) -> None:
    for statement in statements(world.load(file)):
        if "iam:PassRole" in statement["Action"]:
            assert statement["Action"] == ["iam:PassRole"]
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"].endswith(".amazonaws.com")


def test_a_role_stays_within_the_limit_of_iam(world: "World", file: Path) -> None:
    for role, found in roles(world.load(file)).items():
        size = len(json.dumps(found, separators=(",", ":")))
        assert size <= LARGEST_POLICY, role


def test_every_sid_stands_once_and_is_one_that_iam_takes(world: "World", file: Path) -> None:
    for found in roles(world.load(file)).values():
        sids = [statement["Sid"] for statement in found]
        assert len(sids) == len(set(sids))
        assert all(sid.isalnum() for sid in sids)


def test_a_build_may_push_to_its_own_repository_only(world: "World", values: Callable[[str], Any]) -> None:
    found = roles(world.load(values("full")))
    pushes = {
        role: statement["Resource"]
        for role, opened in found.items()
        for statement in opened
        if statement["Sid"] == "PushImages"
    }
    arn = "arn:aws:ecr:eu-west-1:012345678901:repository/shop/"
    assert pushes == {
        "shop-eu-west-1-shop-api-build-build": [f"{arn}api"],
        "shop-eu-west-1-shop-worker-build-build": [f"{arn}worker"],
    }


def test_a_task_may_read_its_own_secrets_only(world: "World", values: Callable[[str], Any]) -> None:
    found = roles(world.load(values("full")))
    reading = {
        role: {sid for statement in opened if (sid := statement["Sid"]).startswith("Read")}
        for role, opened in found.items()
        if role.endswith("-execution")
    }
    assert reading == {
        "shop-eu-west-1-shop-staging-api-execution": {"ReadParameters", "ReadSecrets"},
        "shop-eu-west-1-shop-production-api-execution": {"ReadParameters", "ReadSecrets"},
        "shop-eu-west-1-worker-execution": set(),
    }


def test_an_event_rule_may_start_its_own_pipeline_only(world: "World", values: Callable[[str], Any]) -> None:
    found = roles(world.load(values("friendreminders")))
    assert found["friendreminders-ap-southeast-1-FriendReminders-events"] == [
        {
            "Sid": "StartPipeline",
            "Effect": "Allow",
            "Action": ["codepipeline:StartPipelineExecution"],
            "Resource": ["arn:aws:codepipeline:ap-southeast-1:012345678901:FriendReminders"],
        }
    ]


TRUSTED = {
    "build": "codebuild.amazonaws.com",
    "pipeline": "codepipeline.amazonaws.com",
    "events": "events.amazonaws.com",
    "execution": "ecs-tasks.amazonaws.com",
}


def test_a_role_trusts_one_service(world: "World", file: Path) -> None:
    for resource in wanted(world.load(file)):
        if resource.kind == "iam role":
            (statement,) = json.loads(resource.request["trust"])["Statement"]
            service = TRUSTED.get(resource.name.rpartition("-")[2])
            trusted = {service} if service else set(TRUSTED.values())  # a name that was cut ends in its hash
            assert statement["Principal"].keys() == {"Service"}
            assert statement["Principal"]["Service"] in trusted
            assert statement["Action"] == "sts:AssumeRole"


def test_two_services_of_one_name_have_a_role_each(world: "World", values: Callable[[str], Any]) -> None:
    """One role for both would let staging read the secrets of production"""
    names = [name for name in roles(world.load(values("full"))) if "api-execution" in name]
    assert sorted(names) == [
        "shop-eu-west-1-shop-production-api-execution",
        "shop-eu-west-1-shop-staging-api-execution",
    ]


def test_every_role_has_the_boundary_of_the_stack(world: "World", values: Callable[[str], Any]) -> None:
    described = values("friendreminders")
    boundary = "arn:aws:iam::012345678901:policy/boundary"
    world.made(world.load(described))
    described["permissions_boundary"] = boundary
    run = world.made(world.load(described))
    assert len(run.lines) == 4
    iam = world.client("iam")
    for role in iam.list_roles(PathPrefix="/pipectl/")["Roles"]:
        found = iam.get_role(RoleName=role["RoleName"])["Role"]
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


@pytest.mark.parametrize("sid", ["Publish", "PushImages", "FindArtifacts"])
def test_statements_of_ones_own_stand_beside_ours(
    world: "World", values: Callable[[str], Any], sid: str
) -> None:
    described = values("friendreminders")
    own: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sns:Publish",
        "Resource": "arn:aws:sns:eu-west-1:1:a",
    }
    described["codebuild"]["FriendRemindersBuild"]["statements"] = [{"Sid": sid, **own}]
    found = roles(world.load(described))["friendreminders-ap-southeast-1-FriendRemindersBuild-build"]
    before = roles(world.load(values("friendreminders")))
    ours = before["friendreminders-ap-southeast-1-FriendRemindersBuild-build"]
    mine = [statement for statement in found if statement not in ours]
    assert [statement for statement in found if statement in ours] == ours
    assert [statement["Action"] for statement in mine] == ["sns:Publish"]


def test_the_reasons_are_all_needed(world: "World", named: Callable[[str], Path]) -> None:
    used: set[str] = set()
    for name in ("full", "services", "builds", "pipelines"):
        found = statements(world.load(named(name)))
        used |= {statement["Sid"] for statement in found if "*" in statement["Resource"]}
    assert used == EVERYTHING.keys()
