"""A finding in a buildspec, and what is wrong in the shape of a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipectl.buildspec.text import Path


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or may be."""

    path: Path
    message: str
    hint: str | None = None
    refusal: str | None = None
    """What the build agent says (YAML_FILE_ERROR); None where CodeBuild takes it."""
    at_key: bool = True
    word: str = ""
    choices: Sequence[str] = ()
    """A word that is none of the choices: whoever shows it may name the nearest one."""
    is_of_command: bool = False
    """Whether the agent adds the line of the command to its sentence."""


def mapping(block: dict[str, Any], path: Path, key: str) -> Iterator[Finding]:
    """The value of a key that has to be a mapping."""
    value = block.get(key)
    if value not in (None, "") and not isinstance(value, dict):
        message = f"`{key}` has keys and values below it, not a {kind(value)}"
        hint = "write `key: value`, one to a line"
        yield Finding((*path, key), message, hint, f"Expected {key} to be a map")


def texts(block: dict[str, Any], path: Path, key: str) -> Iterator[Finding]:
    """The value of a key that has to be a mapping of texts."""
    yield from mapping(block, path, key)
    values = block.get(key)
    for name, value in values.items() if isinstance(values, dict) else ():
        if isinstance(value, dict | list):
            message = f"`{name}` under `{key}` is a text, not a {kind(value)}"
            refusal = f"Expected {key}.{name} to be of string type"
            yield Finding((*path, key, name), message, "write one value, in quotes if need be", refusal)


def text(block: dict[str, Any], path: Path, key: str) -> Iterator[Finding]:
    """The value of a key that has to be a text."""
    if isinstance(block.get(key), dict | list):
        message = f"`{key}` is a text, not a {kind(block[key])}"
        yield Finding((*path, key), message, "write one value", f"Expected {key} to be of string type")


def strings(block: dict[str, Any], path: Path, key: str) -> Iterator[Finding]:
    """The value of a key that has to be a list of texts, or one."""
    for where, item in items(block.get(key), (*path, key)):
        if isinstance(item, dict | list):
            message = f"`{key}` is a list of texts, this is a {kind(item)}"
            hint = "write one text to a line, each after `- `; with `: ` or ` #` in it put quotes around it"
            yield Finding(where, message, hint, f"Expected {key} to be a list of strings", at_key=False)


def items(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The items of a list; a single value stands for a list of one."""
    if isinstance(value, list):
        yield from (((*path, number), item) for number, item in enumerate(value))
    elif value is not None:
        yield path, value


def kind(value: Any) -> str:
    """What a value is in YAML."""
    return "mapping" if isinstance(value, dict) else "list" if isinstance(value, list) else "text"


def shown(word: Any) -> str:
    """The beginning of a word of the buildspec, in backticks."""
    longest = 60
    return f"`{str(word)[:longest]}`"
