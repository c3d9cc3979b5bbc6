"""What is said of values that do not fit; cases/wording holds a spec and, below `== says`, its problems."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipectl.kinds import BLOCKS
from pipectl.spec.grammar import file_model
from pipectl.spec.load import load
from pipectl.spec.phrases import PATTERNS, REASON
from pipectl.spec.problems import Problem

CASES = sorted((Path(__file__).parent / "cases" / "wording").glob("*.case"))
ENVIRONMENT = {"PASSWORD": "hunter2", "COUNT": "3", "ACCOUNT": "12345"}


def problems(folder: Path, text: str) -> list[Problem]:
    file = folder / "shop.yaml"
    file.write_text(text, "utf-8")
    return sorted(load(str(file), BLOCKS, {}, ENVIRONMENT)[1])


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.stem)
def test_a_value_that_does_not_fit_is_told_with_its_place_and_the_way_out(case: Path, tmp_path: Path) -> None:
    text, _, says = case.read_text("utf-8").partition("== says\n")
    said = [str(each).removeprefix(f"{tmp_path}/shop.yaml:") for each in problems(tmp_path, text)]
    assert said == says.splitlines()


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.stem)
def test_what_a_variable_gives_is_never_shown(case: Path, tmp_path: Path) -> None:
    text = case.read_text("utf-8").partition("== says\n")[0]
    assert "hunter2" not in "".join(map(str, problems(tmp_path, text)))


def test_a_file_with_thousands_of_mistakes_is_told_a_hundred(tmp_path: Path) -> None:
    entries = "\n".join(f"  app{number}: {{keep_image: 3}}" for number in range(3000))
    assert len(problems(tmp_path, f"pipectl: 1\nname: shop\necr:\n{entries}\n")) == 100


def test_every_pattern_of_the_grammar_has_words() -> None:
    asked = set(patterns(file_model(BLOCKS).model_json_schema()))
    assert asked - {REASON} == asked & PATTERNS.keys()


def test_the_words_of_a_pattern_do_not_outlive_it() -> None:
    assert PATTERNS.keys() <= set(patterns(file_model(BLOCKS).model_json_schema()))


def patterns(schema: Any) -> Iterator[str]:
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key == "pattern":
            yield value
        elif key == "patternProperties":
            yield from value
        if isinstance(value, dict | list):
            yield from patterns(value)


def test_words_say_no_regular_expression(tmp_path: Path) -> None:
    text = "pipectl: 1\nname: shop\ncodebuild:\n  web: {role: x, vpc: {id: x}, encryption_key: x}\n"
    assert not any(re.search(r"[\^$\\]", str(each)) for each in problems(tmp_path, text))
