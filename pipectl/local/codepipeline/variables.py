"""References to variables in an action's configuration: `#{namespace.key}` (user guide, variables)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REFERENCE = re.compile(r"#\{([A-Za-z0-9@\-_]+)\.([^{}]+)\}")


@dataclass(frozen=True)
class Reference:
    """One `#{namespace.key}`."""

    namespace: str
    key: str


class UnresolvedError(Exception):
    """A reference that names nothing that was produced."""


def references_in(text: str) -> Iterator[Reference]:
    """All references of a text."""
    for match in _REFERENCE.finditer(text):
        yield Reference(match[1], match[2].strip())


def resolve(text: str, values: Mapping[str, Mapping[str, str]]) -> str:
    """Put what was produced in the place of each reference."""

    def value(match: re.Match[str]) -> str:
        try:
            return values[match[1]][match[2].strip()]
        except KeyError as missing:
            raise UnresolvedError(match[0]) from missing

    return _REFERENCE.sub(value, text)
