"""Every command that a kept screen prints can be typed: click and the AWS CLI's model take it"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import printed

PACKAGE = Path(__file__).parents[1] / "pipectl"


def test_every_printed_command_can_be_typed() -> None:
    found = [
        f"{file}: {command}: {why}" for file, command in printed.kept() if (why := printed.problem(command))
    ]
    assert found == []


def test_many_commands_are_collected() -> None:
    programs = [printed.words_of(command)[0] for _, command in printed.kept()]
    assert programs.count("pipectl") > 100
    assert programs.count("aws") >= 10
    assert programs.count("git") >= 4


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of a module with their lines, without docstrings and parts of others"""
    apart = {
        id(part)
        for node in ast.walk(tree)
        for part in (node.values if isinstance(node, ast.JoinedStr) else [getattr(node, "value", None)])
        if isinstance(node, ast.JoinedStr | ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def test_every_command_of_another_program_in_the_texts_can_be_typed() -> None:
    """Texts that are not put together: hints of tables and rules"""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        for line, text in texts(ast.parse(file.read_text(encoding="utf-8"))):
            for command in printed.commands(text):
                whole = command.startswith("aws ") and len(command.split()) > 2 and "\\" not in command
                if whole and (why := printed.problem(command)):
                    found.append(f"{file.name}:{line}: {command}: {why}")
    assert found == []


@pytest.mark.parametrize(
    "command",
    [
        "pipectl start --spec-var a=b",
        "pipectl nonsense",
        "aws codepipeline get-pipelines",
        "aws events enable-rule",
        "aws events enable-rule --name x --rule y",
        "aws nothing get-it",
    ],
)
def test_what_cannot_be_typed_is_found(command: str) -> None:
    assert printed.problem(command)
