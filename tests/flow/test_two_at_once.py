"""Two that write to one stack from two machines, where no lock is common: never an untold mixture."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipectl import flow
from pipectl.engine.run import Started
from tests.conftest import connect_to

if TYPE_CHECKING:
    from pipectl.aws.account import Account
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.engine.values import Outcome, Plan
    from tests.conftest import World

Shape = dict[str, Any]
REGION = "eu-west-1"
Planned = tuple["Connection", tuple[flow.Stack, ...], tuple["Plan", ...]]


def described(number: int, branch: str = "main") -> Shape:
    """A stack with something in every wave"""
    source = {
        "name": "Source",
        "actions": [{"provider": "CodeCommit", "repository": "shop", "branch": branch}],
    }
    build = {"name": "Build", "actions": [{"provider": "CodeBuild", "project": "shop"}]}
    return {
        "pipectl": 1,
        "name": "shop",
        "region": REGION,
        "codecommit": {"shop": {}},
        "ecr": {"shop": {"keep_images": number}},
        "codebuild": {"shop": {"timeout_minutes": number, "buildspec": "buildspec.yml"}},
        "codepipeline": {"shop": {"stages": [source, build]}},
    }


def planned(world: "World", spec: Shape) -> Planned:
    """What somebody at a machine of their own plans"""
    connection = connect_to(world.server, world.said.append)
    stacks = flow.design([world.load(spec)], connection, flow.Aws())
    return connection, stacks, flow.plan(stacks)


def applied(made: Planned, watch: Callable[[Any], None] = lambda _: None) -> "list[Outcome]":
    connection, stacks, plans = made
    return list(flow.apply(plans, stacks, connection, watch))


def errors(outcomes: "list[Outcome]") -> dict[str, str]:
    """What failed, with the words for it"""
    return {each.step.resource.kind: each.error.message for each in outcomes if each.error}


def there(world: "World") -> tuple[int, bool]:
    """What the build project has, and whether the repository has the same"""
    (project,) = world.client("codebuild", REGION).batch_get_projects(names=["shop"])["projects"]
    minutes = project["timeoutInMinutes"]
    kept = world.client("ecr", REGION).get_lifecycle_policy(repositoryName="shop")["lifecyclePolicyText"]
    (rule,) = json.loads(kept)["rules"]
    return minutes, rule["selection"]["countNumber"] == minutes


def test_of_two_whose_changes_mix_the_last_to_end_is_told(world: "World") -> None:
    world.made(world.load(described(10)))
    mine, theirs = planned(world, described(20)), planned(world, described(30))
    between: list[Outcome] = []

    def watch(event: Any) -> None:
        if isinstance(event, Started) and event.step.resource.kind == "codebuild project":
            between.extend(applied(theirs))

    outcomes = applied(mine, watch)
    assert there(world) == (20, False)
    assert errors(between) == {}
    told = "somebody else changed it meanwhile: `keep_images` is not what this run has made of it"
    assert errors(outcomes) == {"ecr repository": told}
    assert world.made(world.load(described(20))).writes == ["ecr put_lifecycle_policy"]


def test_of_two_that_follow_each_other_neither_is_told(world: "World") -> None:
    world.made(world.load(described(10)))
    mine, theirs = planned(world, described(20)), planned(world, described(30))
    assert errors(applied(theirs)) == {}
    assert errors(applied(mine)) == {}
    assert there(world) == (20, True)


class Meddled:
    """A door at which somebody else changes the pipeline in the moment before an update of it"""

    def __init__(self, cloud: "Cloud", before: Callable[[], None]) -> None:
        self._cloud = cloud
        self._before = before

    @property
    def account(self) -> "Account":
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> Shape:
        if operation == "update_pipeline":
            self._before()
        return self._cloud.call(service, operation, **params)


def test_a_pipeline_that_two_change_in_one_moment_is_told_to_the_second(world: "World") -> None:
    world.made(world.load(described(10)))
    connection, stacks, plans = planned(world, described(10, branch="mine"))
    theirs = planned(world, described(10, branch="theirs"))
    door = Meddled(stacks[0].cloud, lambda: _ended_well(applied(theirs)))
    outcomes = applied((connection, (replace(stacks[0], cloud=door),), plans))
    assert errors(outcomes) == {
        "pipeline": "the pipeline has version 3 now, not 2: somebody else changed it at the same moment,"
        " or an answer of AWS was lost"
    }


def _ended_well(outcomes: "list[Outcome]") -> None:
    assert errors(outcomes) == {}


def test_of_two_that_create_at_once_one_is_told(world: "World") -> None:
    mine, theirs = planned(world, described(20)), planned(world, described(30))
    assert errors(applied(theirs)) == {}
    assert errors(applied(mine))
    assert there(world) == (30, True)
