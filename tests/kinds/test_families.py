"""A service takes its family's revisions along, also in a second run, and never those of others."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow, leaving
from pipectl.aws.cloud import for_each
from pipectl.engine.removal import Wishes
from pipectl.engine.values import OWNER_TAG, Action, Plan

if TYPE_CHECKING:
    from pipectl.engine.values import Outcome
    from pipectl.spec.spec import Spec
    from tests.conftest import World

REGION = "eu-west-1"


def spec_of(world: "World", family: str = "web") -> "Spec":
    task: dict[str, Any] = {"family": family, "execution_role": False}
    task |= {"network_mode": "bridge", "containers": {"web": {"image": "nginx:1", "memory": 64}}}
    service = {"task_definition": task, "launch_type": "EC2", "desired_count": 0}
    return world.load(
        {"pipectl": 1, "name": "shop", "region": REGION, "ecs": {"shop": {"services": {"web": service}}}}
    )


@pytest.fixture
def register(world: "World") -> Callable[..., None]:
    """Register revisions as others do: pipelines without a tag, stacks with theirs"""

    def revisions(family: str, count: int = 1, owner: str | None = None) -> None:
        ecs = world.client("ecs", REGION)
        tags = {"tags": [{"key": OWNER_TAG, "value": owner}]} if owner else {}
        containers = [{"name": "web", "image": "web:2", "memory": 64}]
        do = partial(ecs.register_task_definition, family=family, containerDefinitions=containers, **tags)
        for_each(lambda _: do(), range(count))

    return revisions


def active(world: "World") -> list[str]:
    ecs = world.client("ecs", REGION)
    found = list(ecs.get_paginator("list_task_definitions").paginate(status="ACTIVE"))
    return [arn.rpartition("/")[2] for page in found for arn in page["taskDefinitionArns"]]


def destroy(world: "World", spec: "Spec") -> "tuple[Plan, list[Outcome]]":
    stacks = flow.design([spec], world.connection, flow.Aws())
    plans = leaving.plan(stacks, Wishes(), world.said.append)
    return plans[0], list(leaving.apply(plans, stacks, world.connection, lambda _: None))


def remarks(plan: Plan) -> str:
    return "; ".join(remark.text for step in plan.steps for remark in step.remarks)


def lose_the_service(world: "World") -> None:
    """As after a destroy that was cut off when the service was gone"""
    world.client("ecs", REGION).delete_service(cluster="shop", service="web", force=True)


def test_what_the_pipeline_deployed_goes_with_the_service(
    world: "World", register: Callable[..., None]
) -> None:
    spec = spec_of(world)
    world.made(spec)
    register("web", 130)
    plan, _ = destroy(world, spec)
    assert "131 revisions are deregistered" in remarks(plan)
    assert active(world) == []


def test_a_second_destroy_finds_what_the_first_one_left(
    world: "World", register: Callable[..., None]
) -> None:
    spec = spec_of(world)
    world.made(spec)
    register("web", 120)
    world.server.faults.order([{"operation": "DeregisterTaskDefinition", "after": 40, "code": "Stop"}])
    destroy(world, spec)
    world.heal()
    assert len(active(world)) == 81
    plan, _ = destroy(world, spec)
    assert "81 revisions are deregistered" in remarks(plan)
    assert active(world) == []
    plan, _ = destroy(world, spec)
    assert plan.pending == ()


def test_a_family_is_known_as_ours_after_its_first_revisions_are_gone(
    world: "World", register: Callable[..., None]
) -> None:
    spec = spec_of(world)
    world.made(spec)
    register("web", 3)
    ecs = world.client("ecs", REGION)
    for number in (1, 2):
        ecs.deregister_task_definition(taskDefinition=f"web:{number}")
    lose_the_service(world)
    destroy(world, spec)
    assert active(world) == []


def test_a_family_that_others_began_stays_theirs_and_that_is_told(
    world: "World", register: Callable[..., None]
) -> None:
    register("web", 3)
    spec = spec_of(world)
    world.made(spec)
    register("web", 2)
    plan, _ = destroy(world, spec)
    assert "1 revision is deregistered" in remarks(plan)
    assert "5 active revisions stay in the family `web`: nothing shows" in remarks(plan)
    assert sorted(active(world)) == ["web:1", "web:2", "web:3", "web:5", "web:6"]


def test_a_family_of_others_is_left_alone_where_no_service_is(
    world: "World", register: Callable[..., None]
) -> None:
    register("web", 2)
    register("web", 2, owner="billing")
    plan, outcomes = destroy(world, spec_of(world))
    assert (plan.pending, outcomes) == ((), [])
    assert "4 active revisions stay in the family `web`" in remarks(plan)
    assert len(active(world)) == 4


def test_revisions_of_another_stack_stay_in_a_family_of_ours(
    world: "World", register: Callable[..., None]
) -> None:
    spec = spec_of(world)
    world.made(spec)
    register("web", 2)
    register("web", 1, owner="billing")
    plan, _ = destroy(world, spec)
    assert "1 active revision stays" in remarks(plan)
    assert active(world) == ["web:4"]


@pytest.mark.parametrize("service_is_gone", [False, True])
def test_a_family_whose_name_begins_alike_is_another_one(
    world: "World", register: Callable[..., None], service_is_gone: bool
) -> None:
    spec = spec_of(world)
    world.made(spec)
    for family in ("web-two", "we", "web2"):
        register(family)
    if service_is_gone:
        lose_the_service(world)
    destroy(world, spec)
    assert sorted(active(world)) == ["we:1", "web-two:1", "web2:1"]


def test_an_orphans_revisions_go_before_the_service_that_tells_their_family(
    world: "World", register: Callable[..., None]
) -> None:
    world.made(spec_of(world))
    register("web", 30)
    world.server.faults.order([{"operation": "DeregisterTaskDefinition", "after": 10, "code": "Stop"}])
    without: Mapping[str, Any] = {"pipectl": 1, "name": "shop", "region": REGION, "ecr": {"web": {}}}
    destroy(world, world.load(without))
    world.heal()
    plan, _ = destroy(world, world.load(without))
    assert [step.action for step in plan.steps if step.resource.kind == "ecs service"] == [Action.DELETE]
    assert active(world) == []
