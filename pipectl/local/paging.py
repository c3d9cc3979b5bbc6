"""Pages of a list, for every own service: an opaque token remembers where the next page begins."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")

_PREFIX = "offset:"


class BadToken(ValueError):
    """A token that none of our answers carried."""


def page(
    items: Sequence[Item], token: str | None, size: int, question: str = ""
) -> tuple[list[Item], str | None]:
    """One page and the token of the next one, which is None on the last page.

    Raises BadToken for a token that belongs to another question.
    """
    start = _read(token, question) if token else 0
    end = start + size
    return list(items[start:end]), _write(end, question) if end < len(items) else None


def _write(offset: int, question: str) -> str:
    return base64.urlsafe_b64encode(f"{_prefix(question)}{offset}".encode()).decode()


def _prefix(question: str) -> str:
    return f"{hashlib.sha256(question.encode()).hexdigest()[:12]}:{_PREFIX}" if question else _PREFIX


def _read(token: str, question: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError) as error:
        raise BadToken(token) from error
    prefix = _prefix(question)
    number = text.removeprefix(prefix)
    if not text.startswith(prefix) or not number.isdecimal():
        raise BadToken(token)
    return int(number)
