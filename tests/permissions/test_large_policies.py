"""What is too large for one policy of a role: split into managed policies, kept, made smaller, taken away."""

from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow, leaving
from pipectl.engine.removal import Wishes
from pipectl.errors import Declined

if TYPE_CHECKING:
    from tests.conftest import World

ROLE = "large-eu-west-1-p-pipeline"


def spec(statements: int, length: int = 100, **settings: Any) -> dict[str, Any]:
    """A pipeline whose role has as many statements of its own, each some hundred characters long"""
    own = [
        {
            "Sid": f"Own{number}",
            "Effect": "Allow",
            "Action": ["s3:GetObject", f"s3:GetObject{'V' * (number % 7)}"],
            "Resource": [f"arn:aws:s3:::{number:0{length}}/*"],
        }
        for number in range(statements)
    ]
    actions = [{"provider": "CodeCommit", "repository": "code", "branch": "main"}]
    ask = {"name": "Ask", "provider": "Manual"}
    stages = [{"name": "Source", "actions": actions}, {"name": "Ask", "actions": [ask]}]
    return {
        "pipectl": 1,
        "name": "large",
        "region": "eu-west-1",
        **settings,
        "codecommit": {"code": {}},
        "codepipeline": {"p": {"statements": own, "stages": stages}},
    }


def attached(world: "World", role: str = ROLE) -> list[str]:
    found = world.client("iam").list_attached_role_policies(RoleName=role)
    return sorted(policy["PolicyName"] for policy in found["AttachedPolicies"])


def local_policies(world: "World") -> list[str]:
    return sorted(
        policy["PolicyName"] for policy in world.client("iam").list_policies(Scope="Local")["Policies"]
    )


def test_statements_that_are_too_many_for_the_role_stand_in_managed_policies(world: "World") -> None:
    world.made(world.load(spec(80)))
    assert attached(world) == [f"{ROLE}-2", f"{ROLE}-3"]
    (policy, *_) = world.client("iam").list_policies(Scope="Local", PathPrefix="/pipectl/large/")["Policies"]
    tags = world.client("iam").list_policy_tags(PolicyArn=policy["Arn"])["Tags"]
    assert {"Key": "pipectl:stack", "Value": "large"} in tags


def test_a_second_create_of_a_split_role_writes_nothing(world: "World") -> None:
    wanted = world.load(spec(80))
    world.made(wanted)
    assert world.made(wanted).writes == []


@pytest.mark.parametrize("statements", [10, 50, 79, 81, 140])
def test_a_split_role_follows_its_statements(world: "World", statements: int) -> None:
    world.made(world.load(spec(80)))
    wanted = world.load(spec(statements))
    world.made(wanted)
    assert world.made(wanted).writes == []
    assert attached(world) == local_policies(world)


def test_more_changes_than_iam_keeps_versions_are_made(world: "World") -> None:
    for length in range(100, 108):
        world.made(world.load(spec(80, length)))
    wanted = world.load(spec(80, 107))
    assert world.made(wanted).writes == []


def test_a_policy_that_somebody_detached_is_attached_again(world: "World") -> None:
    wanted = world.load(spec(80))
    world.made(wanted)
    arn = f"arn:aws:iam::{world.account}:policy/pipectl/large/{ROLE}-2"
    world.client("iam").detach_role_policy(RoleName=ROLE, PolicyArn=arn)
    world.made(wanted)
    assert attached(world) == [f"{ROLE}-2", f"{ROLE}-3"]


def test_what_fits_nowhere_is_a_conflict_before_anything_is_written(world: "World") -> None:
    with pytest.raises(Declined, match="need 21 policies, and a role takes 11"):
        world.create(world.load(spec(600)))
    assert world.client("iam").list_roles(PathPrefix="/pipectl/large/")["Roles"] == []
    assert world.client("codecommit").list_repositories()["repositories"] == []


def test_one_statement_that_no_policy_takes_is_a_conflict(world: "World") -> None:
    long = spec(1)
    actions = [f"s3:GetObject{number:0200}" for number in range(60)]
    long["codepipeline"]["p"]["statements"][0]["Action"] = actions
    with pytest.raises(Declined, match="a policy takes 6144"):
        world.create(world.load(long))


def test_a_destroy_takes_the_managed_policies_along(world: "World") -> None:
    wanted = world.load(spec(80, 100))
    world.made(wanted)
    world.made(world.load(spec(80, 101)))
    stacks = flow.design([wanted], world.connection, flow.Aws())
    plans = leaving.plan(stacks, Wishes(contents=frozenset({"code", "artifacts"})), world.said.append)
    outcomes = leaving.apply(plans, stacks, world.connection, lambda _: None)
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    assert local_policies(world) == []
    assert world.client("iam").list_roles(PathPrefix="/pipectl/large/")["Roles"] == []
