"""The grammar of event patterns: what EventBridge refuses, in its words.

Sources: the README of the repository aws/event-ruler, EventBridge's matcher; the sentences are recorded
in localstack/localstack, tests/aws/services/events/test_events_patterns.snapshot.json.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

Pattern = dict[str, Any]
TEXT_MATCHES = ("prefix", "suffix", "equals-ignore-case", "wildcard")
MATCHES = (*TEXT_MATCHES, "exists", "anything-but", "numeric", "cidr")
_SIGNS = ("=", "<", "<=", ">", ">=")
_LOWER, _UPPER = (">", ">="), ("<", "<=")
_MASKS = {4: 32, 6: 128}
_WILDCARDS = 2
"""So many wildcards may stand before the same character (inferred: `*:*:*:*:*:event-bus/*` is refused)."""


class InvalidPatternError(ValueError):
    """A pattern that EventBridge refuses; the text is its reason."""


def is_alternatives(wanted: Any) -> bool:
    """Return whether `$or` is the operator: two or more objects, no match types (event-ruler)."""
    return (
        isinstance(wanted, list)
        and len(wanted) > 1
        and all(isinstance(item, dict) and item and not set(item) & set(MATCHES) for item in wanted)
    )


def check(pattern: Pattern) -> None:
    """Raise InvalidPatternError with AWS's reason when EventBridge refuses a pattern or a part of one."""
    if not pattern:
        raise InvalidPatternError("Empty objects are not allowed")
    for name, wanted in pattern.items():
        if name == "$or" and is_alternatives(wanted):
            for alternative in wanted:
                check(alternative)
        elif isinstance(wanted, dict):
            check(wanted)
        elif isinstance(wanted, list):
            _check_list(wanted)
        else:
            raise InvalidPatternError(f'"{name}" must be an object or an array')


def _check_list(tests: list[Any]) -> None:
    if not tests:
        raise InvalidPatternError("Empty arrays are not allowed")
    for test in tests:
        if isinstance(test, list):
            raise InvalidPatternError("Match value must be String, number, true, false, or null")
        if isinstance(test, dict):
            _check_match(test)


def _check_match(test: dict[str, Any]) -> None:
    if len(test) != 1:
        raise InvalidPatternError(
            "Only one key allowed in match expression" if test else "Empty match expression"
        )
    ((kind, wanted),) = test.items()
    if kind not in MATCHES:
        raise InvalidPatternError(f"Unrecognized match type {kind}")
    if kind in TEXT_MATCHES:
        _check_text(kind, wanted)
    elif kind == "exists" and not isinstance(wanted, bool):
        raise InvalidPatternError("exists match pattern must be either true or false.")
    elif kind == "anything-but":
        _check_anything_but(wanted)
    elif kind == "numeric":
        _check_numeric(wanted)
    elif kind == "cidr":
        _check_network(wanted)


def _check_text(kind: str, wanted: Any) -> None:
    is_caseless = kind in ("prefix", "suffix") and isinstance(wanted, dict)
    if is_caseless and [*wanted] == ["equals-ignore-case"]:
        wanted = wanted["equals-ignore-case"]
    if not isinstance(wanted, str):
        raise InvalidPatternError(f"{kind} match pattern must be a string")
    if kind == "wildcard":
        _check_wildcard(wanted)


def _check_wildcard(wanted: str) -> None:
    if "**" in re.sub(r"\\.", "", wanted):
        raise InvalidPatternError(f"Consecutive wildcard characters at pos {wanted.index('**') + 1}")
    if escaped := re.search(r"\\(?![*\\])", re.sub(r"\\\\", "__", wanted)):
        raise InvalidPatternError(f"Invalid escape character at pos {escaped.start() + 1}")
    followers = re.findall(r"\*([^*])", re.sub(r"\\.", "", wanted))
    if any(followers.count(follower) > _WILDCARDS for follower in followers):
        raise InvalidPatternError(
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character "
            "sequences after a wildcard character"
        )


def _check_anything_but(wanted: Any) -> None:
    if isinstance(wanted, dict) and len(wanted) == 1:
        ((kind, texts),) = wanted.items()
        _check_excluded_texts(kind, texts)
    elif isinstance(wanted, list):
        _check_excluded_values(wanted)
    elif not (isinstance(wanted, str) or is_number(wanted)):
        raise InvalidPatternError("Value of anything-but must be an array or single string/number value.")


def _check_excluded_values(values: list[Any]) -> None:
    if not values:
        raise InvalidPatternError("Empty arrays are not allowed")
    if not all(isinstance(value, str) or is_number(value) for value in values):
        raise InvalidPatternError("Inside anything but list, start|null|boolean is not supported.")
    if len({isinstance(value, str) for value in values}) > 1:
        raise InvalidPatternError(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )


def _check_excluded_texts(kind: str, texts: Any) -> None:
    if kind not in TEXT_MATCHES:
        raise InvalidPatternError(f"Unsupported anything-but pattern: {kind}")
    if isinstance(texts, dict):
        raise InvalidPatternError("Value of anything-but must be an array or single string/number value.")
    for text in listed(texts):
        if not isinstance(text, str):
            raise InvalidPatternError(_NOT_A_TEXT.get(kind, "prefix/suffix match pattern must be a string"))
        if not text and kind in ("prefix", "suffix"):
            raise InvalidPatternError("Null prefix/suffix not allowed")
        if kind == "wildcard":
            _check_wildcard(text)


_NOT_A_TEXT = {
    "equals-ignore-case": (
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
    ),
    "wildcard": "wildcard match pattern must be a string",
}


def _check_numeric(wanted: Any) -> None:
    """One comparison, or a lower bound and then an upper one (user guide, "Numeric matching")"""
    if not isinstance(wanted, list):
        raise InvalidPatternError("Value of numeric must be an array.")
    if not wanted:
        raise InvalidPatternError("Invalid member in numeric match: ]")
    for index in range(0, len(wanted), 2):
        sign = wanted[index]
        if sign not in _SIGNS:
            raise InvalidPatternError(f"Unrecognized numeric range operator: {sign}")
        if index and not (index == 2 and wanted[0] in _LOWER and sign in _UPPER):  # noqa: PLR2004  the second
            raise InvalidPatternError(f"Bad numeric range operator: {sign}")
        if not is_number(wanted[index + 1] if index + 1 < len(wanted) else None):
            raise InvalidPatternError(f"Value of {sign} must be numeric")


def _check_network(wanted: Any) -> None:
    if not isinstance(wanted, str):
        raise InvalidPatternError("prefix match pattern must be a string")
    address, slash, mask = wanted.partition("/")
    if not slash:
        raise InvalidPatternError("Malformed CIDR, one '/' required")
    if not mask.isdecimal():
        raise InvalidPatternError("Malformed CIDR, mask bits must be an integer")
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        raise InvalidPatternError(f"Nonstandard IP address: {address}") from None
    if int(mask) > _MASKS[version]:
        raise InvalidPatternError(f"IPv{version} mask bits must not exceed {_MASKS[version]}")


def is_number(value: Any) -> bool:
    """Return whether a value is a JSON number; Python takes `true` for one."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]
