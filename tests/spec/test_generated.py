"""Specs that somebody broke by chance: every mistake has its place, nothing ends in a traceback.

They are made from good ones: keys are taken out, renamed and doubled, values are replaced by others of the
same spec and by whatever YAML can say.
"""

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipectl import flow
from pipectl.aws.account import Account
from pipectl.kinds import KINDS
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.spec import Spec

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("config/*.yaml"), *ROOT.glob("tests/rules/cases/*/good_*.yaml")])
GOOD = [yaml.safe_load(file.read_text("utf-8")) for file in FILES]
BLOCKS = ("codecommit", "ecr", "ecs", "codebuild", "codepipeline")
Way = tuple[str | int, ...]

WORDS = st.sampled_from([
    "", "x", "no", "latest", "api", "Source", "SourceOutput", "*", "a b", "#{a.b}", "#{", "${env:X}", "${",
    "file:x", "file:.", "arn:aws:s3:::x", "arn:", "subnet-0a1b2c3d", "version: 0.2", "{", "&a", "<x>", "ừ",
    "\n", "0.2", "CodeBuild", "ECS", "S3", "X" * 2000,
])  # fmt: skip
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**70),
    st.floats(allow_nan=True),
    st.dates(),
    WORDS,
    st.just([]),
    st.just({}),
    st.lists(WORDS, max_size=2),
    st.dictionaries(WORDS, WORDS, max_size=2),
)
FEW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ways(value: Any, here: Way = ()) -> Iterator[Way]:
    """The paths of all values below the top."""
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for part, inner in entries:
        yield (*here, part)
        yield from ways(inner, (*here, part))


def inside(value: Any, way: Way) -> Any:
    for part in way:
        value = value[part]
    return value


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A good spec after one to four slips."""
    spec: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(GOOD)))
    other = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        known = sorted(ways(spec), key=str)
        if known:
            slip(draw, spec, other, draw(st.sampled_from(known)))
    return spec


def slip(draw: st.DrawFn, spec: Any, other: Any, way: Way) -> None:
    around, last = inside(spec, way[:-1]), way[-1]
    match draw(st.sampled_from(["out", "junk", "swap", "rename", "more"])):
        case "out":
            del around[last]
        case "junk":
            around[last] = draw(JUNK)
        case "swap":
            around[last] = copy.deepcopy(inside(other, draw(st.sampled_from(sorted(ways(other), key=str)))))
        case "rename" if isinstance(around, dict):
            around[draw(WORDS) if draw(st.booleans()) else f"{last}s"] = around.pop(last)
        case _ if isinstance(around, list):
            around.append(copy.deepcopy(around[int(last)]))
        case _:
            around[draw(WORDS)] = draw(JUNK)


def checked(text: str) -> tuple[tuple[Spec, ...], list[Problem]]:
    """The specs and problems of a text; every problem must stand in the file, or in one that it names."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.yaml"
        file.write_text(text, "utf-8")
        specs, problems = flow.check([str(file)], {})
        last = len(text.splitlines()) + 1
        assert all(1 <= problem.line <= last for problem in problems if problem.file == str(file))
        assert all(problem.column >= 1 for problem in problems)
        assert all(problem.file.startswith(folder) for problem in problems)
        assert all("\n" not in str(problem) for problem in problems)
        return specs, problems


@FEW
@given(broken())
def test_a_broken_spec_has_problems_with_places_and_never_a_traceback(spec: dict[str, Any]) -> None:
    checked(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True))


@FEW
@given(broken())
def test_what_the_rules_let_pass_can_be_designed(spec: dict[str, Any]) -> None:
    specs, problems = checked(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True))
    if not any(problem.severity is Severity.ERROR for problem in problems):
        for each in specs:
            account = Account(
                "123456789012", each.region or "eu-west-1", caller="arn:aws:iam::123456789012:root"
            )
            assert all(resource.name for kind in KINDS for resource in kind.design(each, account))


@FEW
@given(st.sampled_from(FILES), st.data())
def test_a_spec_that_lost_characters_never_ends_in_a_traceback(file: Path, data: st.DataObject) -> None:
    text = file.read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    checked(text[:start] + data.draw(WORDS) + text[start + length :])


@pytest.mark.parametrize("block", BLOCKS)
@FEW
@given(junk=JUNK)
def test_a_block_of_junk_has_problems_and_never_a_traceback(block: str, junk: Any) -> None:
    checked(yaml.safe_dump({"pipectl": 1, "name": "shop", block: {"x": junk}}))
