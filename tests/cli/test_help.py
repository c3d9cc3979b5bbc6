"""Help: commands in groups, two examples of each that can be typed, and the global options once"""

import shlex
from collections.abc import Callable

import click
import pytest
from click.testing import Result

from pipectl.cli import _help, cli
from tests.typed import parsed

Run = Callable[..., Result]

CONTEXT = click.Context(cli)
COMMANDS = sorted(cli.list_commands(CONTEXT))
LOCAL = sorted(_help.LOCAL)
GLOBAL = ("--profile", "--region", "--endpoint-url", "--local", "--calls", "--output", "--verbose", "--debug")


def typed(line: str) -> str:
    """The command that an example means; what is around it is the shell's"""
    program, *words = shlex.split(line.partition(" > ")[0].removeprefix('eval "$(').removesuffix(')"'))
    assert program == "pipectl"
    return parsed(words)


@pytest.mark.parametrize("name", [*COMMANDS, *(f"local {each}" for each in LOCAL)])
def test_every_command_shows_two_examples_that_can_be_typed(offline: Run, name: str) -> None:
    shown = offline(*name.split(), "--help").stdout
    examples = [line.strip() for line in shown.partition("Examples:\n")[2].splitlines() if "pipectl" in line]
    examples = [line for line in examples if not line.startswith("Global options")]
    assert len(examples) == 2, shown
    assert len(set(examples)) == 2
    for example in examples:
        assert typed(example).startswith(name)


@pytest.mark.parametrize("name", [*COMMANDS, *(f"local {each}" for each in LOCAL)])
def test_global_options_stand_once_and_one_line_points_there(offline: Run, name: str) -> None:
    shown = offline(*name.split(), "--help").stdout
    assert _help.GLOBAL in shown
    options = shown.partition("Options:\n")[2].partition("Examples:")[0]
    assert [option for option in GLOBAL if f"{option} " in options] == (
        ["--region"] if name == "local env" else []
    )


def test_the_command_without_a_command_explains_the_global_options(offline: Run) -> None:
    shown = offline("--help").stdout
    assert [option for option in GLOBAL if f"{option} " not in shown] == []


@pytest.mark.parametrize("words", [["--region", "eu-west-1", "validate"], ["validate", "-o", "json"]])
def test_global_options_are_taken_before_and_behind_a_command(words: list[str]) -> None:
    assert parsed(words) == "validate"


def test_every_command_stands_in_one_group(offline: Run) -> None:
    listed = [name for members in _help.GROUPS.values() for name in members]
    assert sorted(set(COMMANDS) - set(listed)) == []
    assert len(listed) == len(set(listed))
    shown = offline("--help").stdout
    titles = [line.removesuffix(":") for line in shown.splitlines() if line and line[0].isupper()]
    assert titles[2:] == list(_help.GROUPS)
    assert all(len(line) <= 80 for line in shown.splitlines())
