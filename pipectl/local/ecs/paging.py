"""Pages of the List operations: a token remembers the last entry, so deleting between two pages is safe."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 100

Key = tuple[str | int, ...]


def page(
    entries: Iterable[tuple[Key, str]],
    request: dict[str, Any],
    member: str,
    *,
    default: int = MOST,
    descending: bool = False,
) -> dict[str, Any]:
    """One page of ARNs under `member`, ordered by key; API reference, List operations: 1 to 100 per page"""
    size = request.get("maxResults", default)
    if not 1 <= size <= MOST:
        raise invalid(f"maxResults must be between 1 and {MOST}")
    ordered = sorted(entries, reverse=descending)
    if token := request.get("nextToken"):
        last = _key(token)
        ordered = [entry for entry in ordered if (entry[0] < last if descending else entry[0] > last)]
    answer: dict[str, Any] = {member: [arn for _, arn in ordered[:size]]}
    if len(ordered) > size:
        answer["nextToken"] = _token(ordered[size - 1][0])
    return answer


def _token(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _key(token: str) -> Key:
    try:
        parts = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        parts = None
    if not isinstance(parts, list):
        raise invalid("Invalid token.")
    return tuple(parts)
