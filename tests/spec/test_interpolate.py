"""Variables are filled into texts after parsing, and nothing of their values shows in a problem."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipectl.spec.document import Document
from pipectl.spec.interpolate import interpolate, variables_from_file
from pipectl.spec.problems import Problem
from pipectl.spec.text import parse

NAMES = {"BRANCH": "main", "EMPTY": "", "YAML": "a: [1, 2]\nb: {c: d}", "TOKEN": "s3cret"}


def filled(text: str) -> Document:
    document = parse("shop.yaml", text)
    assert document.problems == ()
    return interpolate(document, {"branch": "release", "image-tag": "v1"}, NAMES)


def value(written: str) -> Any:
    document = filled(f"a: {json.dumps(written)}\n")
    assert document.problems == ()
    return document.values["a"]


def problem(written: str) -> Problem:
    document = filled(f"name: shop\na: {json.dumps(written)}\n")
    assert document.values["a"] == written
    assert document.troubled == {("a",)}
    assert document.interpolated == frozenset()
    (found,) = document.problems
    return found


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("${env:BRANCH}", "main"),
        ("${var:branch}", "release"),
        ("${var:image-tag}", "v1"),
        ("a-${env:BRANCH}/${var:branch}-z", "a-main/release-z"),
        ("${env:NONE:-develop}", "develop"),
        ("${env:NONE:-}", ""),
        ("${env:BRANCH:-develop}", "main"),
        ("${env:EMPTY:-develop}", "develop"),
        ("${env:EMPTY}", ""),
        ("${var:none:-a:-b}", "a:-b"),
    ],
)
def test_a_reference_is_filled_in(written: str, wanted: str) -> None:
    assert value(written) == wanted


@pytest.mark.parametrize(
    "written",
    [
        "$BRANCH",
        "${BRANCH}",
        "${BRANCH:-develop}",
        "${env:-develop}",
        "${VAR:=x}",
        "${TAG:0:8}",
        "${BRANCH%%/*}",
        "#{variables.release}",
        "$",
        "${",
        "${}",
        "$(env:BRANCH)",
    ],
)
def test_what_belongs_to_the_shell_or_to_aws_is_left_alone(written: str) -> None:
    assert value(written) == written


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("$${env:BRANCH}", "${env:BRANCH}"),
        ("$${BRANCH} ${env:BRANCH}", "${BRANCH} main"),
        ("$$${env:BRANCH}", "$${env:BRANCH}"),
    ],
)
def test_a_second_dollar_escapes(written: str, wanted: str) -> None:
    assert value(written) == wanted


@pytest.mark.parametrize(
    ("written", "rule", "message", "hint"),
    [
        (
            "${var:brunch}",
            "missing-variable",
            "variable `brunch` is not given",
            "plan, create and export need it: did you mean `branch`? Else give it with `--var brunch=value`",
        ),
        (
            "${env:REGION}",
            "missing-variable",
            "`REGION` is not set in the environment",
            "plan, create and export need it: set it, or write a default: `${env:REGION:-default}`",
        ),
        (
            "${ENV:BRANCH}",
            "variable-form",
            "`${ENV:...}` is no form that pipectl knows",
            "did you mean `${env:BRANCH}`? To keep it as it is, write `$${`",
        ),
        (
            "${vars:branch}",
            "variable-form",
            "`${vars:...}` is no form that pipectl knows",
            "did you mean `${var:branch}`? To keep it as it is, write `$${`",
        ),
        ("${env:BRANCH", "variable-form", "`${env:BRANCH` is never closed", "end it with `}`"),
        (
            "${env:NONE:-${env:BRANCH}}",
            "variable-form",
            "the default of `NONE` cannot hold another reference",
            None,
        ),
        (
            "${env:}",
            "variable-name",
            "a reference without a name",
            "write `${env:NAME}` or `${env:NAME:-default}`",
        ),
        (
            "${env:BRANCH-develop}",
            "variable-name",
            "`BRANCH-develop` cannot be the name of a variable",
            "write `${env:NAME}` or `${env:NAME:-default}`",
        ),
    ],
)
def test_a_mistake_in_a_reference_is_said_at_its_place_with_the_way_out(
    written: str, rule: str, message: str, hint: str | None
) -> None:
    found = problem(written)
    assert (found.line, found.column) == (2, 4)
    assert (found.rule, found.message, found.hint) == (rule, message, hint)


def test_every_missing_variable_of_a_text_is_said() -> None:
    document = filled("a: ${var:one} ${var:two} ${env:BRANCH}\n")
    assert [each.message for each in document.problems] == [
        "variable `one` is not given",
        "variable `two` is not given",
    ]


def test_a_missing_variable_of_an_alias_is_said_once() -> None:
    document = filled("a: &a {x: '${var:none}'}\nb: *a\nc: *a\n")
    assert [str(each.line) for each in document.problems] == ["1"]
    assert document.troubled == {("a", "x"), ("b", "x"), ("c", "x")}


def test_a_value_never_becomes_structure() -> None:
    assert value("${env:YAML}") == NAMES["YAML"]
    assert filled("a: [x, '${env:YAML}']\n").values == {"a": ["x", NAMES["YAML"]]}


def test_a_value_is_not_searched_for_further_references() -> None:
    document = interpolate(parse("shop.yaml", "a: ${var:x}\n"), {"x": "${env:TOKEN}"}, NAMES)
    assert document.values == {"a": "${env:TOKEN}"}


def test_what_a_variable_touched_is_known() -> None:
    document = filled("a: ${env:BRANCH}\nb: [plain, '${var:branch}', '$${x}']\nc: 3\n")
    assert document.interpolated == {("a",), ("b", 1)}


def test_nothing_is_filled_into_a_key() -> None:
    document = filled("ecr:\n  ${var:branch}: {}\n")
    assert [str(each) for each in document.problems] == [
        "shop.yaml:2:3: error: nothing is filled into a key, as `${var:branch}`; write the name itself"
    ]


SHELL = """
codebuild:
  api:
    image: ${env:BRANCH}
    buildspec:
      env: {variables: {A: "${env:BRANCH}"}}
      phases: {build: {commands: ["echo ${env:NONE} $${A} ${ENV:A}"]}}
      "${env:NONE}": a
  text:
    buildspec: |
      version: 0.2
      phases: {build: {commands: ["echo ${env:NONE}"]}}
  json:
    buildspec: '{"version": 0.2, "x": "${env:NONE}"}'
  raw:
    aws: {source: {buildspec: "version: 0.2 # ${env:NONE}"}, name: "${env:BRANCH}"}
"""


def test_an_inline_buildspec_belongs_to_the_shell() -> None:
    document, written = filled(SHELL), parse("shop.yaml", SHELL)
    assert document.problems == ()
    assert document.interpolated == {("codebuild", "api", "image"), ("codebuild", "raw", "aws", "name")}
    for name in ("api", "text", "json"):
        assert (
            document.values["codebuild"][name]["buildspec"] == written.values["codebuild"][name]["buildspec"]
        )


def test_the_path_of_a_buildspec_is_no_inline_buildspec() -> None:
    document = filled("codebuild: {api: {buildspec: 'ci/${env:BRANCH}.yml'}}\n")
    assert document.values["codebuild"]["api"]["buildspec"] == "ci/main.yml"


def test_a_secret_of_the_environment_never_stands_in_a_problem() -> None:
    text = "a: ${env:TOKEN} ${var:none}\nb: ${ENV:TOKEN}\nc: ${env:TOKEN:-${env:TOKEN}}\nd: ${env:TOKE}\n"
    document = filled(text)
    assert len(document.problems) == 4
    assert not any("s3cret" in str(each) for each in document.problems)


REFERENCES = st.text(alphabet="${}:-envarBRANCH ", max_size=30) | st.text(max_size=30)


@settings(deadline=None)
@given(REFERENCES)
def test_any_text_gives_a_text_or_problems(written: str) -> None:
    document = interpolate(parse("shop.yaml", f"a: {json.dumps(written)}\n"), {"A": "a"}, {"B": "b"})
    assert isinstance(document.values.get("a", ""), str)
    assert document.troubled == frozenset() or document.values == {"a": written}


@settings(deadline=None)
@given(st.text(max_size=30))
def test_a_text_without_a_dollar_is_never_touched(written: str) -> None:
    document = parse("shop.yaml", f"a: {json.dumps(written.replace('$', ''))}\n")
    assert interpolate(document, {}, {}) == document


def variables(tmp_path: Path, text: str, name: str = "vars.yaml") -> tuple[dict[str, str], list[str]]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    found, problems = variables_from_file(str(file))
    return found, [f"{each.line}:{each.column}: {each.message}" for each in problems]


def test_variables_of_a_file_are_texts_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "branch: main\naccount: 012345670123\ndebug: no\ncount: 3\nversion: 1.10\nempty: ''\nkeep: '${x}'\n"
    )
    found, problems = variables(tmp_path, text)
    assert problems == []
    assert found == {
        "branch": "main",
        "account": "012345670123",
        "debug": "no",
        "count": "3",
        "version": "1.10",
        "empty": "",
        "keep": "${x}",
    }


def test_variables_may_stand_in_a_json_file(tmp_path: Path) -> None:
    text = json.dumps({"branch": "main", "count": 3, "on": True}, indent="\t")
    assert variables(tmp_path, text, "vars.json") == ({"branch": "main", "count": "3", "on": "true"}, [])


def test_mistakes_in_a_file_of_variables_have_their_places(tmp_path: Path) -> None:
    found, problems = variables(tmp_path, "a: [1]\nb: {c: d}\n'x y': z\ngood: 1\ngood: 2\n")
    assert found == {"good": "1"}
    assert problems == [
        "5:1: `good` is already set at " + str(tmp_path / "vars.yaml") + ":4:1",
        "1:4: variable `a` is not a text",
        "2:4: variable `b` is not a text",
        "3:8: `x y` cannot be the name of a variable",
    ]


def test_a_missing_file_of_variables_is_a_problem(tmp_path: Path) -> None:
    found, problems = variables_from_file(str(tmp_path / "none.yaml"))
    assert found == {}
    assert [each.rule for each in problems] == ["file"]
