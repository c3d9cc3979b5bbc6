"""Rules are found by folder, and looking for mistakes needs no AWS library."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipectl import flow, rules

ROOT = Path(__file__).parents[2]
FOLDER = Path(str(rules.__file__)).parent
RULES = sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))
CHECKING = """
import sys
from pipectl import flow
_, problems = flow.check(sys.argv[1:], {})
assert not problems, problems
print(*sorted({"boto3", "botocore"} & sys.modules.keys()))
"""
WITHOUT_RAW_PARAMETERS = [
    ROOT / "config" / "friendreminders.yaml",
    ROOT / "tests" / "rules" / "cases" / "image_definitions" / "good_definitions.yaml",
]


def test_checking_a_spec_imports_neither_boto3_nor_botocore() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECKING, *map(str, WITHOUT_RAW_PARAMETERS)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_function_and_a_stable_name(name: str) -> None:
    module = importlib.import_module(f"pipectl.rules.{name}")
    assert hasattr(module, "check") or hasattr(module, "check_all")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", module.RULE)


def test_no_two_rules_have_one_name() -> None:
    found = [importlib.import_module(f"pipectl.rules.{name}").RULE for name in RULES if name != "names"]
    assert len(found) == len(set(found))


def test_the_same_mistake_of_two_specs_is_told_for_each(tmp_path: Path) -> None:
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for file in files:
        file.write_text(f"pipectl: 1\nname: {file.stem}\nartifact_bucket: A\n", "utf-8")
    _, problems = flow.check([str(file) for file in files], {})
    assert [problem.file for problem in problems] == [str(file) for file in files]
