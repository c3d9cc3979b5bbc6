"""Many stacks and many revisions end well where AWS throttles as it documents. No test waits."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow, leaving
from pipectl.aws.cloud import for_each
from pipectl.engine.removal import Wishes
from pipectl.local import running
from pipectl.local.options import Options
from tests.conftest import World
from tests.throttled import connect

if TYPE_CHECKING:
    from pipectl.engine.values import Outcome
    from pipectl.local.server import Server
    from pipectl.spec.spec import Spec

ACCOUNT = "555566667777"
REVISIONS = 200
STACKS = 60


@pytest.fixture(scope="module")
def throttling() -> Iterator["Server"]:
    with running(options=Options(throttle=True)) as server:
        yield server


@pytest.fixture(params=["told in advance", "learnt"])
def throttled(throttling: "Server", tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A throttling world; pipectl knows that it throttles, or learns it"""
    throttling.reset()
    throttling.requests.clear()
    said: list[str] = []
    has_quotas = request.param == "told in advance"
    connection = connect(throttling, ACCOUNT, said.append, has_quotas=has_quotas)
    return World(throttling, tmp_path, connection, {}, said, ACCOUNT)


def service(number: int) -> dict[str, Any]:
    task: dict[str, Any] = {
        "family": f"web-{number}",
        "network_mode": "bridge",
        "containers": {"web": {"image": "nginx:1", "memory": 64}},
    }
    return {"task_definition": task, "launch_type": "EC2", "desired_count": 0}


def stack(world: World, number: int) -> "Spec":
    return world.load({
        "pipectl": 1,
        "name": f"shop-{number}",
        "region": "eu-west-1",
        "ecs": {f"shop-{number}": {"services": {"web": service(number)}}},
    })  # fmt: skip


def errors(outcomes: "tuple[Outcome, ...]") -> list[str]:
    return [str(outcome.error) for outcome in outcomes if outcome.error]


def passed(world: World) -> float:
    """Seconds of the server's clock"""
    return float(world.server.world.now().timestamp())


def test_sixty_stacks_are_created_and_planned(throttled: World) -> None:
    specs = [stack(throttled, number) for number in range(STACKS)]
    began = passed(throttled)
    run = throttled.made(*specs)
    assert len(run.outcomes) == 4 * STACKS
    assert 60 <= passed(throttled) - began <= 180, "one registration a second after the first twenty"
    assert any(text.startswith("AWS throttles ECS: waiting") for text in throttled.said)
    assert any(text.startswith("AWS throttles IAM: waiting") for text in throttled.said)
    assert throttled.create(*specs).writes == []


def test_two_hundred_revisions_go_at_the_pace_that_ecs_takes(throttled: World) -> None:
    spec = stack(throttled, 1)
    throttled.made(spec)
    register_many(throttled)
    throttled.server.requests.clear()
    throttled.said.clear()
    began = passed(throttled)
    stacks = flow.design([spec], throttled.connection, flow.Aws())
    plans = leaving.plan(stacks, Wishes(), throttled.said.append)
    outcomes = tuple(leaving.apply(plans, stacks, throttled.connection, lambda _: None))
    assert errors(outcomes) == []
    assert 179 <= passed(throttled) - began <= 230
    refused = [call for call in throttled.server.requests.all() if call.status == 400]
    assert len(refused) <= 20
    assert "AWS throttles ECS: waiting, 1" in " ".join(throttled.said)
    assert throttled.said[-1].endswith(f"of {REVISIONS}")


def register_many(world: World) -> None:
    """As a pipeline does over the years"""
    containers = [{"name": "web", "image": "web:2", "memory": 64}]
    cloud = world.connection.cloud()

    def register(_: int) -> None:
        cloud.call("ecs", "register_task_definition", family="web-1", containerDefinitions=containers)

    for_each(register, range(REVISIONS - 1))
