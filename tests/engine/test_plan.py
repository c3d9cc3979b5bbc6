"""The planner decides by values alone. Its cases stand in cases/*.yml, named by what they show."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipectl.engine import plan
from pipectl.engine.values import (
    Action,
    Exactly,
    Obstacle,
    Ordered,
    Plan,
    Remark,
    Resource,
    Sparse,
    Step,
    exactly,
)

CASES = sorted((Path(__file__).parent / "cases").glob("*.yml"))


class Traits:
    """A kind, as the planner knows it"""

    name = "thing"

    def __init__(self, fixed: dict[str, str]) -> None:
        self.fixed = fixed

    def conflict(self, step: Step) -> Obstacle | None:
        """What a kind knows of AWS's refusals: here, of one value"""
        if "refused" not in [difference.after for difference in step.differences]:
            return None
        return Obstacle("AWS refuses that value", "take another one")


class _Loader(yaml.SafeLoader):
    """YAML with tags for mappings that allow no other keys or may lack some, and for ordered lists"""


def _exactly(loader: _Loader, node: yaml.MappingNode) -> Exactly:
    return Exactly({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})


def _ordered(loader: _Loader, node: yaml.SequenceNode) -> Ordered:
    return Ordered(loader.construct_sequence(node, deep=True))


def _sparse(loader: _Loader, node: yaml.MappingNode) -> Sparse:
    return Sparse(_exactly(loader, node))


_Loader.add_constructor("!exactly", _exactly)
_Loader.add_constructor("!sparse", _sparse)
_Loader.add_constructor("!ordered", _ordered)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_case_is_planned_as_its_file_says(file: Path) -> None:
    case = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader with one tag more
    resource = Resource(
        "thing", "web", case.get("stated", {}), case.get("initial", {}), {}, case.get("managed", True)
    )
    found = {} if case["found"] is None else {("thing", "web"): case["found"]}
    (step,) = plan.steps([resource], found, [Traits(case.get("fixed", {}))], "shop")
    planned: dict[str, Any] = {
        "action": step.action.value,
        "differences": [f"{each.path}: {each.before} -> {each.after}" for each in step.differences],
    }
    if step.obstacle:
        planned |= {"obstacle": step.obstacle.message, "hint": step.obstacle.hint}
    assert planned == case["then"]


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)
states = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(states)
def test_what_is_found_as_stated_is_no_difference(state: dict[str, Any]) -> None:
    assert list(plan.differences(state, state)) == []
    assert list(plan.differences(exactly(state), state)) == []


@given(states, states)
def test_what_is_found_beyond_the_stated_is_no_difference(
    state: dict[str, Any], more: dict[str, Any]
) -> None:
    assert list(plan.differences(state, {**more, **state})) == []


@given(states, states)
def test_every_difference_is_one(stated: dict[str, Any], found: dict[str, Any]) -> None:
    for each in plan.differences(stated, found):
        assert each.before != each.after


@given(states, states)
def test_taking_over_every_difference_leaves_none(stated: dict[str, Any], found: dict[str, Any]) -> None:
    changed = {each.path.partition(".")[0] for each in plan.differences(stated, found)}
    mended = {**found, **{key: value for key, value in stated.items() if key in changed}}
    assert list(plan.differences(stated, mended)) == []


def test_the_steps_stand_in_the_order_of_the_wanted() -> None:
    wanted = [Resource("thing", name) for name in ("c", "a", "b")]
    steps = plan.steps(wanted, {}, [Traits({})], "shop")
    assert [step.resource.name for step in steps] == ["c", "a", "b"]


def test_a_plan_tells_its_parts() -> None:
    def step(action: Action, *remarks: Remark) -> Step:
        return Step(Resource("thing", action.value), action, remarks=remarks)

    asking, telling = Remark("it is running", asks=True), Remark("by the way")
    keep, adopt = step(Action.KEEP, asking), step(Action.ADOPT)
    update, create = step(Action.UPDATE, asking, telling), step(Action.CREATE, telling)
    whole = Plan("shop", "123456789012", "eu-west-1", (keep, adopt, update, create))
    assert whole.pending == (adopt, update, create)
    assert whole.questions == (update,)
    assert whole.adoptions == (adopt,)
    assert whole.obstacles == ()
    assert [whole.count(action) for action in Action] == [1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("asked", "changes"),
    [("tags", True), ("tags.team", True), ("tag", False), ("tags.team.more", False), ("stages", True)],
)
def test_a_step_knows_what_it_changes_at_or_below_a_path(asked: str, changes: bool) -> None:
    resource = Resource("thing", "web", {"tags": {"team": "a"}, "stages": 2})
    (step,) = plan.steps([resource], {resource.key: {"tags": {}, "stages": 1}}, [Traits({})], "shop")
    assert step.changes(asked) is changes
