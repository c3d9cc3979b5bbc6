"""README is run: its files are written, its commands typed, its outputs compared, and nothing is left out."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from pipectl.cli import cli
from pipectl.errors import ExitCode
from tests.readme import volatile
from tests.readme.blocks import Typed, blocks, typed, without_blocks
from tests.readme.workplace import README, ROOT, workplace, write

TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = (README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")
INFOS = frozenset({"console", "yaml", "sh", "sh install", "sh tests", "hcl", "json"})
COMMANDS, SHARED = "Commands", "Options of every command"
ASKS = "echo $?"
"""A command of README may fail when the next one shows how."""
ENVIRONMENT = re.compile(r'environ(?:\.get)?[(\[]\s*"([A-Z_]+)"')


def test_every_command_prints_what_readme_shows(tmp_path: Path) -> None:
    wrong: list[str] = []
    with workplace(tmp_path) as (here, shell):
        failed = ""
        for block in blocks(TEXT):
            if block.info == "yaml":
                write(block, here)
            for each in typed(block) if block.info == "console" else ():
                assert not failed or each.command == ASKS, f"nothing asks for the exit code of {failed}"
                printed, status = shell.type(each.command)
                failed = "\n".join([f"README.md:{each.line}: {each.command}", *printed]) if status else ""
                wrong += _difference(each, printed)
    assert not failed
    assert not wrong, "\n\n".join([*wrong, "`python -m tests.readme` writes what is printed now into README"])


def _difference(each: Typed, printed: list[str]) -> list[str]:
    if volatile.same(each.output, printed):
        return []
    shown, seen = volatile.steady(each.output), volatile.steady(printed)
    lines = difflib.unified_diff(shown, seen, "README", "printed", lineterm="", n=1)
    return ["\n".join([f"README.md:{each.line}: $ {each.command}", *lines])]


def test_every_block_is_of_a_kind_that_is_run_or_cannot_be() -> None:
    assert {block.info for block in blocks(TEXT)} <= INFOS


@pytest.mark.parametrize("name", ["install", "tests"])
def test_what_continuous_integration_types_is_one_line(name: str) -> None:
    (block,) = blocks(TEXT, f"sh {name}")
    assert block.text.count("\n") == 1


def test_lines_of_blocks_that_are_not_run_stand_in_a_command_that_exists() -> None:
    for block in blocks(TEXT, "sh"):
        for line in re.findall(r"^pipectl (.*)$", block.text, re.MULTILINE):
            words = [word for word in line.split() if not word.startswith("-")]
            assert any(word in cli.list_commands(click.Context(cli)) for word in words), line


def _commands(
    command: click.Command, name: str, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    """The command and all below it, with the words that are typed for it."""
    yield name, command
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            assert below is not None
            yield from _commands(below, f"{name} {word}", context)


ALL = dict(_commands(cli, "pipectl", click.Context(cli)))
OF_EVERY_COMMAND = frozenset(option for each in cli.params for option in each.opts) | {"-h", "--help"}


def _sections(text: str) -> Mapping[str, str]:
    """Heading -> what stands below it, up to the next heading of its level or above."""
    found: dict[str, str] = {}
    headings = list(re.finditer(r"^(#+) (.*)$", text, re.MULTILINE))
    for number, heading in enumerate(headings):
        after = (each.start() for each in headings[number + 1 :] if len(each[1]) <= len(heading[1]))
        found[heading[2].replace("`", "")] = text[heading.end() : next(after, len(text))]
    return found


def test_readme_has_a_section_for_every_command() -> None:
    sections = _sections(TEXT)
    missing = [name for name in ALL if name != "pipectl" and f"`{name}" not in sections[COMMANDS]]
    assert missing == []


@pytest.mark.parametrize("name", [name for name in ALL if name.count(" ") == 1])
def test_a_commands_section_names_every_option_and_shows_an_example(name: str) -> None:
    section = _sections(TEXT)[name]
    below = [command for words, command in ALL.items() if f"{words} ".startswith(f"{name} ")]
    options = {option for command in below for each in command.params for option in each.opts}
    own = {option for option in options - OF_EVERY_COMMAND if option.startswith("--")}
    assert [option for option in sorted(own) if f"`{option}" not in section] == []
    assert f"pipectl {name.partition(' ')[2]}" in section or f" {name.partition(' ')[2]} " in section


def test_the_options_of_every_command_are_named() -> None:
    section = _sections(TEXT)[SHARED]
    assert [option for option in sorted(OF_EVERY_COMMAND) if f"`{option}" not in section] == []


def test_readme_names_no_option_that_no_command_has() -> None:
    known = {option for command in ALL.values() for each in command.params for option in each.opts}
    named = set(re.findall(r"`(--[a-z0-9-]+)", without_blocks(TEXT)))
    assert named <= known | {"--help"}


def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| (\d+) \|", _sections(TEXT)["Exit codes"], re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(ExitCode)


def test_every_environment_variable_that_is_read_is_explained() -> None:
    sources = [*(ROOT / "pipectl" / "cli").glob("*.py"), ROOT / "pipectl" / "local" / "daemon.py"]
    read = {name for source in sources for name in ENVIRONMENT.findall(source.read_text(encoding="utf-8"))}
    assert read
    section = _sections(TEXT)["Environment variables"]
    assert [name for name in sorted(read) if f"`{name}`" not in section] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", without_blocks(text)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = document.parent / name if name else document
        assert file.exists(), f"{document.name}: {target}"
        assert not anchor or anchor in _anchors(file.read_text(encoding="utf-8")), (
            f"{document.name}: {target}"
        )


def _anchors(text: str) -> set[str]:
    """As GitHub makes them: small letters, no punctuation, hyphens for spaces"""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
