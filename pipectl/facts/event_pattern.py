"""Whether an event pattern of EventBridge matches an event.

Sources: EventBridge user guide, "Comparison operators for use in event patterns"; the README of the public
repository aws/event-ruler, which is the matcher of EventBridge.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import operator
import re
from typing import TYPE_CHECKING, Any

from pipectl.facts.event_pattern_grammar import (
    InvalidPatternError,
    Pattern,
    check,
    is_alternatives,
    is_number,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def parse(text: str) -> Pattern:
    """Return the pattern of a JSON text.

    Raises InvalidPatternError with AWS's reason, which stands after "Event pattern is not valid. Reason: ".
    """
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise InvalidPatternError(f"Unexpected content: {error}") from None
    if not isinstance(pattern, dict):
        raise InvalidPatternError("Filter is not an object")
    check(pattern)
    parsed: Pattern = nested(pattern)
    return parsed


def matches(pattern: Pattern, event: Any) -> bool:
    """Return whether an event has what a parsed pattern asks for in each of its fields.

    Fields of objects in a list must be met by one element of that list (event-ruler, "JSON Array Matching").
    """
    return matches_nested(pattern, nested(event))


def matches_nested(pattern: Pattern, event: Any) -> bool:
    """Return what `matches` does for an event that `nested` was applied to, once for many patterns."""
    return _fields_match(pattern, event)


def values_at(event: Any, path: tuple[str, ...]) -> set[Any]:
    """Return the scalars in a field of a nested event, those in any element of lists on the way included."""
    found = [event]
    for name in path:
        found = [inner[name] for value in found for inner in _objects(value) if name in inner]
    return {leaf for value in found for leaf in _leaves(value)}


def nested(value: Any) -> Any:
    """Return the value with `{"a.b": 1}` written as `{"a": {"b": 1}}`: EventBridge does not tell them apart.

    Recorded in localstack/localstack, event_pattern_templates/dot_joining_event.json5 and its pattern's twin.
    """
    if isinstance(value, list):
        return [nested(element) for element in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, content in value.items():
        first, *rest = name.split(".")
        _merge(
            made,
            first,
            functools.reduce(lambda inner, part: {part: inner}, reversed(rest), nested(content)),
        )
    return made


def _merge(into: dict[str, Any], name: str, content: Any) -> None:
    if isinstance(into.get(name), dict) and isinstance(content, dict):
        for inner, value in content.items():
            _merge(into[name], inner, value)
    else:
        into[name] = content


def _fields_match(pattern: Pattern, event: Any) -> bool:
    return all(_field_matches(name, wanted, event) for name, wanted in pattern.items())


def _field_matches(name: str, wanted: Any, event: Any) -> bool:
    if name == "$or" and is_alternatives(wanted):
        return any(_fields_match(alternative, event) for alternative in wanted)
    value = event.get(name, _MISSING) if isinstance(event, dict) else _MISSING
    if isinstance(wanted, dict):
        return any(_fields_match(wanted, element) for element in _elements(value))
    leaves = list(_leaves(value))
    return any(_leaf_matches(test, leaves) for test in wanted)


_MISSING = object()


def _elements(value: Any) -> Iterator[Any]:
    """The objects in which the fields of a nested pattern are looked up; one without fields for none"""
    objects = list(_objects(value))
    yield from objects or [{}]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _objects(element)


def _leaves(value: Any) -> Iterator[Any]:
    """The scalars of a field: `exists` and the others look at leaves only (user guide, "Exists matching")"""
    if isinstance(value, list):
        for element in value:
            yield from _leaves(element)
    elif value is not _MISSING and not isinstance(value, dict):
        yield value


def _leaf_matches(test: Any, leaves: list[Any]) -> bool:
    if not isinstance(test, dict):
        return any(_equal(test, leaf) for leaf in leaves)
    ((kind, wanted),) = test.items()
    if kind == "exists":
        return bool(leaves) is wanted
    return any(_passes(kind, wanted, leaf) for leaf in leaves)


def _equal(one: Any, other: Any) -> bool:
    """Whether two scalars are the same JSON value: `1` is no `true`, and no `"1"`"""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _passes(kind: str, wanted: Any, leaf: Any) -> bool:
    if kind == "anything-but":
        return not _is_excluded(wanted, leaf)
    if kind == "numeric":
        pairs = zip(wanted[::2], wanted[1::2], strict=True)
        return is_number(leaf) and all(_COMPARE[sign](leaf, number) for sign, number in pairs)
    if kind == "cidr":
        return _is_in_network(leaf, wanted)
    return isinstance(leaf, str) and _text_passes(kind, wanted, leaf)


def _is_excluded(wanted: Any, leaf: Any) -> bool:
    if isinstance(wanted, dict):
        ((kind, texts),) = wanted.items()
        return isinstance(leaf, str) and any(_text_passes(kind, text, leaf) for text in listed(texts))
    return any(_equal(value, leaf) for value in listed(wanted))


def _text_passes(kind: str, wanted: Any, leaf: str) -> bool:
    if isinstance(wanted, dict):  # {"prefix": {"equals-ignore-case": "file"}}
        wanted, leaf = wanted["equals-ignore-case"].lower(), leaf.lower()
    if kind == "prefix":
        return leaf.startswith(str(wanted))
    if kind == "suffix":
        return leaf.endswith(str(wanted))
    if kind == "equals-ignore-case":
        return leaf.lower() == str(wanted).lower()
    return re.fullmatch(_wildcard_expression(wanted), leaf, re.DOTALL) is not None


def _wildcard_expression(wanted: str) -> str:
    """A star is any text; a backslash takes its meaning away (user guide, "Wildcard matching")"""
    pieces = re.findall(r"\\.|.", wanted, re.DOTALL)
    return "".join(".*" if piece == "*" else re.escape(piece[-1]) for piece in pieces)


def _is_in_network(leaf: Any, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(leaf) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False
