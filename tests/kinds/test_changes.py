"""Each property changed alone is planned as exactly that, carried out, and then quiet.

The cases stand in changes/*.yaml, each on top of the one before: what is set in the spec (a path, and a
value; `null` takes the key away), and the lines of the plan.
"""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.conftest import World

MADE_ID = re.compile(r"(?<=/)(ns-[a-z0-9]{20}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17})")
"""Ids of namespaces and keys that the local AWS has made; those that specs state are of another form"""
CASES = sorted((Path(__file__).parent / "changes").glob("*.yaml"))


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_a_change_alone_is_planned_and_carried_out_and_then_quiet(
    world: "World",
    prepare: Callable[..., None],
    named: Callable[[str], Path],
    values: Callable[[str], dict[str, Any]],
    cases: Path,
) -> None:
    described = yaml.safe_load(cases.read_text(encoding="utf-8"))
    prepare(named(described["spec"]), cases)
    spec = values(described["spec"])
    world.made(world.load(spec))
    for case in described["cases"]:
        for path, value in case["set"].items():
            put(spec, [part.strip() for part in path.split(" > ")], copy.deepcopy(value))
        run = world.made(world.load(spec))
        # what the case before had left undone would show here, too
        assert [MADE_ID.sub("MADE", line) for line in run.lines] == case["plan"], case["set"]
        if case["plan"]:
            assert run.writes, case["set"]
    last = world.create(world.load(spec))
    assert (last.lines, last.writes) == ([], [])


def put(values: Any, path: list[str], value: Any) -> None:
    """Set one value of a spec, or take its key away"""
    *way, last = path
    for part in way:
        values = values[int(part)] if isinstance(values, list) else values.setdefault(part, {})
    if isinstance(values, list):
        values[int(last)] = value
    elif value is None:
        del values[last]
    else:
        values[last] = value


def test_taking_a_key_away_is_a_change_of_the_spec() -> None:
    spec: dict[str, Any] = {"stages": [{"name": "Source", "order": 1}]}
    put(spec, ["stages", "0", "order"], None)
    put(spec, ["new", "name"], "value")
    assert spec == {"stages": [{"name": "Source"}], "new": {"name": "value"}}
