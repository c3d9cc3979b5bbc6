"""What YAML 1.1 makes of a plain word: `no` is false, `0123` is 83, `22:22` is 1342."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from pipectl.spec.problems import shown

STANDARD = "tag:yaml.org,2002:"
# A longer word is text: Python refuses integers of more than 4300 digits, and long sexagesimal ones
# (`1:1:1:1...`) take minutes.
_LONGEST_NUMBER = 100
_RESOLVER = Resolver()
_CONSTRUCTOR = SafeConstructor()
_READERS: dict[str, Callable[[yaml.ScalarNode], Any]] = {
    f"{STANDARD}null": _CONSTRUCTOR.construct_yaml_null,
    f"{STANDARD}bool": _CONSTRUCTOR.construct_yaml_bool,
    f"{STANDARD}int": _CONSTRUCTOR.construct_yaml_int,
    f"{STANDARD}float": _CONSTRUCTOR.construct_yaml_float,
    f"{STANDARD}timestamp": _CONSTRUCTOR.construct_yaml_timestamp,
}
# What a spec may be tagged with; a timestamp cannot be asked for, but YAML sees one in a plain date.
SCALAR_TAGS = frozenset({f"{STANDARD}str", *_READERS} - {f"{STANDARD}timestamp"})
_BASES = {"x": "hexadecimal", "b": "binary"}


def plain(word: str) -> Any:
    """The value of a word without quotes."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, word, (True, False))  # type: ignore[no-untyped-call]
    try:
        return tagged(word, str(tag))
    except ValueError:
        return word  # it only looks like a number or a date, as 2024-99-99


def tagged(word: str, tag: str) -> Any:
    """The value of a word whose type is known. Raises ValueError when the word is none of its type."""
    reader = _READERS.get(tag)
    if reader is None:
        return word
    if len(word) > _LONGEST_NUMBER:
        raise ValueError(word)
    try:
        return reader(yaml.ScalarNode(tag, word))
    except (KeyError, IndexError) as error:
        raise ValueError(word) from error


def misread(value: Any, source: str) -> str | None:
    """In words, what YAML made of the plain word `source`; None when it stayed text."""
    match value:
        case str():
            return None
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dt.date():
            return "a date"
        case int() if ":" in source:
            return f"the number {value}, since `:` counts in sixties"
        case int() if value and source.lstrip("+-").startswith("0"):
            return f"the {_BASES.get(source.lstrip('+-')[1], 'octal')} number {value}"
    return f"the number {value}"


def in_quotes(source: str) -> str:
    """The way out of a misreading, as a hint."""
    return "write it in quotes: " + shown(f'"{source}"')
