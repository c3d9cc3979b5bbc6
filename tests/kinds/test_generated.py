"""Any valid spec is as the spec says after one create: with any of its keys left out."""

import copy
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipectl import flow

if TYPE_CHECKING:
    from tests.conftest import World

SPECS = ("repositories", "services", "builds", "pipelines", "full", "shapes")
CAPACITY = {"capacity_providers", "capacity_provider_strategy", "default_capacity_provider_strategy"}
THINGS = {"name", "actions", "stages", "provider", "family", "containers", "volumes"}
KEPT = THINGS | CAPACITY | {"cpu", "memory", "configuration"}
"""Keys without which nothing of a thing is left, or without which another key means nothing."""

EXAMPLES = int(os.environ.get("PIPECTL_EXAMPLES", "8"))
"""Each takes about a second; more are tried by hand."""

RAW = {"aws", "buildspec", "configuration", "lifecycle_policy", "policy", "statements", "volumes"} | CAPACITY
"""Keys whose values are AWS's own words, of which no part can be spared."""

Path_ = tuple[str | int, ...]


def leavable(values: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every key below a thing's name that may be left out, and every item of a list"""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        if len(path) >= 2 and key not in KEPT:
            yield (*path, key)
        if isinstance(value, dict | list) and key not in RAW:
            yield from leavable(value, (*path, key))


def without(values: dict[str, Any], path: Path_) -> dict[str, Any]:
    left = copy.deepcopy(values)
    inside: Any = left
    for key in path[:-1]:
        inside = inside[key]
    del inside[path[-1]]
    return left


@st.composite
def thinned(draw: st.DrawFn, file: Path, folder: Path) -> dict[str, Any]:
    """A spec without some of its keys; what would make it invalid stays"""
    values: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    for _ in range(draw(st.integers(1, 12))):
        paths = list(leavable(values))
        thinner = without(values, draw(st.sampled_from(paths))) if paths else values
        if is_valid(thinner, folder):
            values = thinner
    return values


def is_valid(values: dict[str, Any], folder: Path) -> bool:
    file = folder / "thinned.yaml"
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    specs, problems = flow.check([str(file)], {})
    return bool(specs) and all(problem.severity.value != "error" for problem in problems)


@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the smallest spec is not worth the time
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_generated_spec_is_quiet_after_one_create(
    world: "World", named: Callable[[str], Path], prepare: Callable[..., None], data: st.DataObject
) -> None:
    file = named(data.draw(st.sampled_from(SPECS)))
    world.server.reset()
    prepare(file)
    spec = world.load(data.draw(thinned(file, world.folder)))
    world.made(spec)
    again = world.create(spec)
    assert (again.lines, again.writes) == ([], [])
