"""Pages of a list, for every own service: an opaque token remembers where the next page begins."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")

_PREFIX = "offset:"


class BadToken(ValueError):
    """A token that none of our answers carried."""


def page(items: Sequence[Item], token: str | None, size: int) -> tuple[list[Item], str | None]:
    """One page and the token of the next one, which is None on the last page."""
    start = _read(token) if token else 0
    end = start + size
    return list(items[start:end]), _write(end) if end < len(items) else None


def _write(offset: int) -> str:
    return base64.urlsafe_b64encode(f"{_PREFIX}{offset}".encode()).decode()


def _read(token: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError) as error:
        raise BadToken(token) from error
    number = text.removeprefix(_PREFIX)
    if not text.startswith(_PREFIX) or not number.isdecimal():
        raise BadToken(token)
    return int(number)
