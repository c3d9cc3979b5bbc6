"""Where the rooms meet: load, check, connect, design, plan, apply."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pipectl import flow
from pipectl.aws.session import Connection
from pipectl.engine.run import Started
from pipectl.engine.values import Action
from pipectl.errors import Declined, InvalidSpec
from pipectl.kinds import KINDS

if TYPE_CHECKING:
    from pipectl.engine.values import Outcome
    from tests.conftest import World

CONFIG = Path(__file__).parents[2] / "config"
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a spec and give its file"""

    def spec(name: str, **values: Any) -> str:
        file = tmp_path / f"{name}.yaml"
        whole = {"pipectl": 1, "name": name, "region": "eu-west-1", **values}
        file.write_text(yaml.safe_dump(whole), encoding="utf-8")
        return str(file)

    return spec


def test_every_mistake_of_every_file_is_told(write: Write) -> None:
    files = [
        write("one", ecr={"aa": {"keep": 1}}),
        write("two", ecr={"bb": {"keep_image": 1}}),
        "nowhere.yaml",
    ]
    specs, problems = flow.check(files, {})
    assert [spec.name for spec in specs] == ["one", "two"]
    assert sorted(Path(problem.file).stem for problem in problems) == ["nowhere", "one", "two"]


def test_a_mistake_is_told_once(write: Write) -> None:
    file = write("one", ecr={"aa": {"keep": 1}})
    _, once = flow.check([file], {})
    _, twice = flow.check([file, file], {})
    assert [problem for problem in twice if problem.rule == once[0].rule] == once


def test_a_spec_with_a_mistake_is_not_loaded(write: Write) -> None:
    with pytest.raises(InvalidSpec) as invalid:
        flow.load_specs([write("one", ecr={"aa": {"keep": 1}, "BB": {}})], {})
    assert len(invalid.value.problems) == 2
    assert invalid.value.message == "the spec has 2 mistakes"


def test_a_doubt_does_not_hinder(write: Write) -> None:
    """An immutable repository whose pipeline pushes `latest` only may be wrong; and the like"""
    files = [str(CONFIG / "full.yaml"), str(CONFIG / "friendreminders.yaml")]
    assert [spec.name for spec in flow.load_specs(files, {})] == ["shop", "friendreminders"]


def test_variables_reach_the_spec(write: Write) -> None:
    (spec,) = flow.load_specs([write("one", tags={"team": "${var:TEAM}"})], {"TEAM": "shop"})
    assert spec.tags == {"team": "shop"}


def test_a_connection_ends_its_waiting_when_it_is_left(world: "World") -> None:
    with flow.connect(
        flow.Aws(endpoint_url=world.server.url, region="eu-west-1"), world.said.append
    ) as connection:
        assert not connection.stop.is_set()
    assert connection.stop.is_set()


def test_an_endpoint_and_a_region_are_those_of_the_command_line(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111122223333")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    options = flow.Aws(endpoint_url=world.server.url, region="us-east-2")
    with flow.connect(options, world.said.append) as connection:
        account = connection.cloud().account
    assert (account.id, account.region) == ("111122223333", "us-east-2")


def test_a_design_stands_in_the_order_of_the_waves_and_names_everything_once(world: "World") -> None:
    specs = flow.load_specs([str(CONFIG / "full.yaml"), str(CONFIG / "friendreminders.yaml")], {})
    order = [kind.name for kind in KINDS]
    for stack in flow.design(specs, world.connection, flow.Aws()):
        kinds = [order.index(resource.kind) for resource in stack.resources]
        assert kinds == sorted(kinds)
        keys = [resource.key for resource in stack.resources]
        assert len(keys) == len(set(keys))


def test_a_design_calls_nothing_but_sts(world: "World") -> None:
    specs = flow.load_specs([str(CONFIG / "full.yaml")], {})
    world.server.requests.clear()
    flow.design(specs, world.connection, flow.Aws())
    assert set(world.calls()) <= {"sts GetCallerIdentity"}


def test_the_same_spec_is_designed_the_same(world: "World") -> None:
    specs = flow.load_specs([str(CONFIG / "full.yaml")], {})
    one, other = (flow.design(specs, world.connection, flow.Aws()) for _ in range(2))
    assert one[0].resources == other[0].resources


def test_a_plan_writes_nothing(world: "World") -> None:
    specs = flow.load_specs([str(CONFIG / "full.yaml")], {})
    before = world.connection.book.count(writing=True)
    (plan,) = flow.plan(flow.design(specs, world.connection, flow.Aws()))
    assert plan.count(Action.CREATE) == 30
    assert world.connection.book.count(writing=True) == before
    reading = ("Get", "List", "Describe", "BatchGet", "Head")
    assert all(call.split()[1].startswith(reading) for call in world.calls())


def test_an_obstacle_anywhere_stops_everything_before_the_first_write(world: "World", write: Write) -> None:
    specs = flow.load_specs(
        [write("free", ecr={"aa": {}}), write("stuck", ecr={"bb": {"managed": False}})], {}
    )
    stacks = flow.design(specs, world.connection, flow.Aws())
    plans = flow.plan(stacks)
    with pytest.raises(Declined, match="ecr repository `bb` does not exist"):
        list(flow.apply(plans, stacks, world.connection, lambda _: None))
    assert world.client("ecr").describe_repositories()["repositories"] == []


def test_what_has_begun_and_ended_is_watched(world: "World", write: Write) -> None:
    specs = flow.load_specs([write("one", ecr={"aa": {}, "bb": {}})], {})
    stacks = flow.design(specs, world.connection, flow.Aws())
    told: list[str] = []

    def watch(event: "Started | Outcome") -> None:
        what = "started" if isinstance(event, Started) else event.result.value
        told.append(f"{event.step.resource.name} {what}")

    outcomes = list(flow.apply(flow.plan(stacks), stacks, world.connection, watch))
    assert sorted(told) == ["aa done", "aa started", "bb done", "bb started"]
    assert len(outcomes) == 2


def test_ctrl_c_before_the_first_step_leaves_all_of_them(world: "World", write: Write) -> None:
    specs = flow.load_specs([write("one", ecr={"aa": {}, "bb": {}})], {})
    stacks = flow.design(specs, world.connection, flow.Aws())
    plans = flow.plan(stacks)
    stopped = Connection(say=world.said.append)
    stopped.stop.set()
    outcomes = list(flow.apply(plans, stacks, stopped, lambda _: None))
    assert [outcome.result.value for outcome in outcomes] == ["not tried", "not tried"]
    assert world.client("ecr").describe_repositories()["repositories"] == []


def reaching_every_wave(minutes: int, branch: str, **more: Any) -> dict[str, Any]:
    """A project of the second wave and a pipeline of the third"""
    source = {
        "name": "Source",
        "actions": [{"provider": "CodeCommit", "repository": "code", "branch": branch}],
    }
    build = {"name": "Build", "actions": [{"provider": "CodeBuild", "project": "build"}]}
    return {
        "codecommit": {"code": {}},
        "codebuild": {"build": {"timeout_minutes": minutes, "buildspec": "buildspec.yml"}, **more},
        "codepipeline": {"one": {"stages": [source, build]}},
    }


def events(world: "World", file: str, *, together: bool = False) -> list[str]:
    """What began and ended, in order; `together` holds projects up until a pipeline begins too"""
    (spec,) = flow.load_specs([file], {})
    stacks = flow.design([spec], world.connection, flow.Aws())
    told: list[str] = []
    begun = threading.Event()

    def watch(event: "Started | Outcome") -> None:
        kind = event.step.resource.kind
        told.append(f"{kind} {'begins' if isinstance(event, Started) else event.result.value}")
        if kind == "pipeline" and isinstance(event, Started):
            begun.set()
        elif together and kind == "codebuild project" and isinstance(event, Started):
            begun.wait(10)

    assert not [
        each.error for each in flow.apply(flow.plan(stacks), stacks, world.connection, watch) if each.error
    ]
    return told


def test_what_only_changes_does_not_wait_for_an_earlier_wave(world: "World", write: Write) -> None:
    events(world, write("one", **reaching_every_wave(10, "main")))
    told = events(world, write("one", **reaching_every_wave(20, "next")), together=True)
    assert told.index("pipeline begins") < told.index("codebuild project done")


def test_what_changes_waits_for_what_is_made(world: "World", write: Write) -> None:
    events(world, write("one", **reaching_every_wave(10, "main")))
    made = {"other": {"buildspec": "buildspec.yml"}}
    told = events(world, write("one", **reaching_every_wave(20, "next", **made)))
    assert told.count("codebuild project done") == 2
    assert told[-2:] == ["pipeline begins", "pipeline done"]
