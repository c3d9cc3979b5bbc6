"""Every rule has good and bad specs in cases/<rule>: a good one is without problems, a bad one has what its
text file says, and nothing but this rule finds anything there."""

import importlib
from pathlib import Path

import pytest

from pipectl import flow, rules
from pipectl.spec.problems import Problem

CASES = Path(__file__).parent / "cases"
RULES = sorted(
    file.stem for file in Path(str(rules.__file__)).parent.glob("*.py") if not file.stem.startswith("_")
)
SPECS = sorted((Path(__file__).parents[2] / "config").glob("*.yaml"))


def cases(kind: str) -> list[object]:
    found = sorted(each for each in CASES.glob(f"*/{kind}_*.yaml") if "+" not in each.stem)
    return [pytest.param(each, id=f"{each.parent.name}-{each.stem}") for each in found]


def problems(case: Path) -> list[Problem]:
    """What is said of a case; files called `<case>+<more>.yaml` belong to the same command."""
    files = [case, *sorted(case.parent.glob(f"{case.stem}+*.yaml"))]
    return flow.check([str(file) for file in files], {})[1]


def said(case: Path) -> list[str]:
    return [str(problem).replace(f"{case.parent}/", "") for problem in problems(case)]


@pytest.mark.parametrize("case", cases("good"))
def test_a_good_spec_is_without_problems(case: Path) -> None:
    assert said(case) == []


@pytest.mark.parametrize("case", cases("bad"))
def test_a_bad_spec_has_the_problems_of_its_case_and_no_other(case: Path) -> None:
    assert said(case) == case.with_suffix(".txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_good_and_a_bad_case(rule: str) -> None:
    assert {file.name.partition("_")[0] for file in (CASES / rule).glob("*.yaml")} == {"good", "bad"}


@pytest.mark.parametrize("case", cases("bad"))
def test_every_problem_of_a_bad_case_is_of_its_own_rule(case: Path) -> None:
    assert {problem.rule for problem in problems(case)} == {rule_of(case)}


def rule_of(case: Path) -> str:
    return str(importlib.import_module(f"pipectl.rules.{case.parent.name}").RULE)


@pytest.mark.parametrize("spec", SPECS, ids=lambda each: each.stem)
def test_the_specs_that_pipectl_brings_are_without_errors_and_warnings(spec: Path) -> None:
    assert problems(spec) == []
