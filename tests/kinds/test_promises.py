"""What holds for every kind: create is complete, repeatable, and can be cut off anywhere."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.errors import PipectlError

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Look = Callable[[str], dict[str, Any]]
Prepare = Callable[[Path], None]
Values = Callable[[str], dict[str, Any]]

PARTS = 4
"""Into how many tests the cuts of a spec are divided, so that several processes share them."""


def test_a_second_run_writes_nothing(world: "World", prepare: Prepare, look: Look, file: Path) -> None:
    prepare(file)
    spec = world.load(file)
    world.made(spec)
    made = look(str(spec.region))
    second = world.create(spec)
    assert second.lines == []
    assert second.writes == []
    assert look(str(spec.region)) == made


def cut_off(world: "World", spec: "Spec", calls: int, *, last_has_effect: bool) -> None:
    """Run create, and let the line be cut after so many calls"""
    refusal = {"code": "AccessDenied", "status": 403}
    last = [{"after": calls, "times": 1, "after_effect": True, **refusal}] if last_has_effect else []
    world.server.faults.order([*last, {"after": calls, **refusal}])
    with suppress(PipectlError):  # the plan needs answers too
        world.create(spec)
    world.heal()


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The things that are not the same, each in both shapes"""
    return [
        f"{name}: {before.get(name)} -> {after.get(name)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("last_has_effect", [True, False])
def test_a_run_cut_off_at_any_call_is_finished_by_the_next(
    world: "World", look: Look, named: Callable[[str], Path], part: int, last_has_effect: bool
) -> None:
    spec = world.load(named("friendreminders"))
    region = str(spec.region)
    whole_run = world.made(spec)
    whole = look(region)
    planning = whole_run.calls.total() - len(whole_run.writes) - 1
    for calls in range(planning + part, whole_run.calls.total() + 1, PARTS):
        world.server.reset()
        cut_off(world, spec, calls, last_has_effect=last_has_effect)
        second = world.made(spec)
        assert changed(whole, look(region)) == [], f"cut after {calls} calls, then {second.writes}"
        assert world.create(spec).writes == []
