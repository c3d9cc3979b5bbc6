"""What a spec brings itself or does not want: event rules, repositories of builds, execution roles."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.errors import Declined

if TYPE_CHECKING:
    from tests.conftest import World

Values = Callable[[str], dict[str, Any]]
REGION = "ap-southeast-1"


def with_rule(values: Values, said: Any) -> dict[str, Any]:
    described = values("friendreminders")
    described["codepipeline"]["FriendReminders"]["stages"][0]["actions"][0]["event_rule"] = said
    return described


def roles(world: "World") -> list[str]:
    return [each["RoleName"] for each in world.client("iam", REGION).list_roles()["Roles"]]


def test_an_event_rule_of_ones_own_is_only_used(world: "World", values: Values) -> None:
    events = world.client("events", REGION)
    events.put_rule(Name="mine", EventPattern=json.dumps({"source": ["aws.codecommit"]}))
    before = events.describe_rule(Name="mine")
    spec = world.load(with_rule(values, "mine"))
    made = world.made(spec)
    assert not any("events" in write for write in made.writes)
    assert [each["Name"] for each in events.list_rules()["Rules"]] == ["mine"]
    assert events.describe_rule(Name="mine")["EventPattern"] == before["EventPattern"]
    assert not any(name.endswith("-events") for name in roles(world))
    assert world.create(spec).writes == []


def test_an_event_rule_of_ones_own_must_be_there(world: "World", values: Values) -> None:
    with pytest.raises(Declined, match="event rule `mine` does not exist, and the spec only uses it"):
        world.create(world.load(with_rule(values, "mine")))


def test_no_event_rule_is_made_where_none_is_wanted(world: "World", values: Values) -> None:
    spec = world.load(with_rule(values, said=False))
    made = world.made(spec)
    assert not any("events" in write for write in made.writes)
    assert not any(name.endswith("-events") for name in roles(world))
    assert world.create(spec).writes == []


def test_a_build_without_a_repository_may_not_push_and_has_no_variable(
    world: "World", values: Values
) -> None:
    described = values("friendreminders")
    described["codebuild"]["FriendRemindersBuild"]["repository"] = False
    spec = world.load(described)
    world.made(spec)
    codebuild, iam = world.client("codebuild", REGION), world.client("iam", REGION)
    (project,) = codebuild.batch_get_projects(names=["FriendRemindersBuild"])["projects"]
    assert project["environment"]["environmentVariables"] == []
    name = "friendreminders-ap-southeast-1-FriendRemindersBuild-build"
    policy = iam.get_role_policy(RoleName=name, PolicyName="pipectl")["PolicyDocument"]
    assert "ecr:" not in json.dumps(policy)
    assert world.create(spec).writes == []


def test_a_task_without_an_execution_role_has_none(world: "World", values: Values) -> None:
    described = values("services")
    agent = described["ecs"]["machines"]["services"]["agent"]["task_definition"]
    agent |= {"execution_role": False}
    agent["containers"]["agent"]["logging"] = False
    del described["ecs"]["prod"], described["ecr"]
    spec = world.load(described)
    world.made(spec)
    ecs = world.client("ecs")
    assert "executionRoleArn" not in ecs.describe_task_definition(taskDefinition="agent")["taskDefinition"]
    assert roles(world) == []
    assert world.create(spec).writes == []


@pytest.mark.parametrize("key", ["alias/builds", "11111111-2222-3333-4444-555555555555"])
def test_a_key_may_be_an_alias_or_an_id(world: "World", values: Values, key: str) -> None:
    described = values("friendreminders")
    described["codepipeline"]["FriendReminders"]["encryption_key"] = key
    spec = world.load(described)
    world.made(spec)
    found = world.client("codepipeline", REGION).get_pipeline(name="FriendReminders")["pipeline"]
    assert found["artifactStore"]["encryptionKey"] == {"id": key, "type": "KMS"}
    assert world.create(spec).writes == []
