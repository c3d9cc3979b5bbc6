"""A value that is left for later is told at its line, once, with what to enter"""

from pathlib import Path

import pytest

from pipectl.kinds import BLOCKS
from pipectl.spec.later import LATER
from pipectl.spec.load import load
from pipectl.spec.outline import outline

HEAD = "pipectl: 1\nname: shop\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("region: <later>\n", 3, "`region` is left for later; enter a Region, such as eu-west-1"),
        ("ecr:\n  <later>: {}\n", 4, "`ecr` is left for later; replace it by a value"),
        ("ecr:\n  a: {keep_images: <later>}\n", 4, "`keep_images` is left for later; replace it by a value"),
    ],
)
def test_it_is_told_once_at_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    _, problems = load(str(file), BLOCKS, {}, {})
    assert [str(each).split(": error: ")[1] for each in problems if each.rule == "later"] == [message]
    assert problems[0].line == line
    assert outline(str(file), {}, {}) is None


def test_what_only_contains_it_is_a_value(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    shell = f"buildspec: {{version: 0.2, phases: {{build: {{commands: ['{LATER}']}}}}}}"
    text = f"{HEAD}codebuild:\n  b:\n    {shell}\n    description: sort <later> than now\n"
    file.write_text(text, encoding="utf-8")
    _, problems = load(str(file), BLOCKS, {}, {})
    assert problems == []
