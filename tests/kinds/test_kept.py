"""What the spec left out stays, and so does the permission that it needs."""

from typing import TYPE_CHECKING, Any

import pytest

from tests import roles

if TYPE_CHECKING:
    from tests.conftest import World

KEY = "arn:aws:kms:eu-west-1:012345678901:key/11111111-2222-3333-4444-555555555555"
VPC = {"id": "vpc-0123456789abcdef0", "subnets": ["subnet-0123456789abcdef0"],
       "security_groups": ["sg-0123456789abcdef0"]}  # fmt: skip
SETTINGS: dict[str, tuple[Any, str]] = {
    "encryption_key": (KEY, "kms:Decrypt"),
    "vpc": (VPC, "ec2:CreateNetworkInterface"),
    "cache": ("bucket/cache", "s3:ListBucket"),
    "environment": ({"TOKEN": {"secrets_manager": "prod/token"}}, "secretsmanager:GetSecretValue"),
}


def spec(**settings: Any) -> dict[str, Any]:
    """A project with some settings"""
    return {"pipectl": 1, "name": "keep", "region": "eu-west-1", "codebuild": {"build": settings}}


def allowed(world: "World") -> set[str]:
    """The actions that the role of the builds allows"""
    found = roles.statements(world.client("iam"), "keep-eu-west-1-build-build")
    return {action for statement in found for action in statement["Action"]}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_role_keeps_the_permission_for_a_setting_that_the_project_keeps(
    world: "World", setting: str
) -> None:
    value, action = SETTINGS[setting]
    world.made(world.load(spec(**{setting: value})))
    assert action in allowed(world)
    without = world.load(spec())
    assert world.made(without).writes == []
    assert action in allowed(world)


def test_a_setting_that_the_spec_takes_back_takes_its_permission_along(world: "World") -> None:
    world.made(world.load(spec(cache="bucket/cache")))
    world.made(world.load(spec(cache=[])))
    assert "s3:ListBucket" not in allowed(world)


def test_a_secret_that_somebody_adds_by_hand_is_not_allowed(world: "World") -> None:
    """Who may change the project could else read every secret at the next `create`"""
    wanted = world.load(spec())
    world.made(wanted)
    codebuild = world.client("codebuild")
    (project,) = codebuild.batch_get_projects(names=["build"])["projects"]
    added = {"name": "TOKEN", "value": "prod/token", "type": "SECRETS_MANAGER"}
    codebuild.update_project(
        name="build",
        environment={**project["environment"], "environmentVariables": [added]},
        tags=project["tags"],
    )
    world.made(wanted)
    assert "secretsmanager:GetSecretValue" not in allowed(world)


def test_a_variable_that_somebody_adds_to_a_project_is_kept_and_not_in_the_plan(world: "World") -> None:
    wanted = spec(environment={"STAGE": "live"})
    world.made(world.load(wanted))
    codebuild = world.client("codebuild")
    (project,) = codebuild.batch_get_projects(names=["build"])["projects"]
    added = {"name": "DEBUG", "value": "1", "type": "PLAINTEXT"}
    variables = [*project["environment"]["environmentVariables"], added]
    environment = {**project["environment"], "environmentVariables": variables}
    codebuild.update_project(name="build", environment=environment, tags=project["tags"])
    assert world.made(world.load(wanted)).lines == []
    changed = world.made(world.load(spec(environment={"STAGE": "next"})))
    assert "DEBUG" not in "".join(changed.lines)
    (project,) = codebuild.batch_get_projects(names=["build"])["projects"]
    values = {each["name"]: each["value"] for each in project["environment"]["environmentVariables"]}
    assert values == {"STAGE": "next", "DEBUG": "1"}


def test_another_alias_is_a_change_also_before_anybody_has_made_it(world: "World") -> None:
    """The role is changed with it; a project that stays at the old key could then not build"""
    kms = world.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/build", TargetKeyId=key)
    world.made(world.load(spec(encryption_key="alias/build")))
    run = world.made(world.load(spec(encryption_key="alias/other")))
    assert [line for line in run.lines if line.startswith("codebuild project build encryption_key")], (
        run.lines
    )
    assert world.create(world.load(spec(encryption_key="alias/other"))).writes == []
