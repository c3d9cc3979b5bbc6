"""JSON paths of targets: `$`, members, indexes and `[*]`; nothing else of JSONPath is taken.

Recorded in radkawar/stackd, testdata/aws/eventbridge/inputs.json (the cases that begin with `path-`).
"""

from __future__ import annotations

import re
from typing import Any

MISSING = object()
"""What a path finds where the event has nothing: it is not the same as null."""

_PATH = re.compile(r"""\$(?:\.[^.\[\]*'"\s]+|\[(?:\d+|\*)\])*""")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\*)\]")


def is_valid(path: str) -> bool:
    """Return whether EventBridge takes a path; which characters a name may have is inferred."""
    return _PATH.fullmatch(path) is not None


def value_at(event: Any, path: str) -> Any:
    """Return the part of an event that a path names, or MISSING."""
    return _walk(event, _STEP.findall(path))


def _walk(value: Any, steps: list[tuple[str, str]]) -> Any:
    for number, (name, index) in enumerate(steps):
        if index == "*":
            return _all(value, steps[number + 1 :])
        if name:
            value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
        else:
            position = int(index)
            value = value[position] if isinstance(value, list) and position < len(value) else MISSING
    return value


def _all(value: Any, steps: list[tuple[str, str]]) -> Any:
    """`[*]` collects what the rest of the path finds in each element; elements without it are left out"""
    if not isinstance(value, list):
        return MISSING
    return [part for part in (_walk(element, steps) for element in value) if part is not MISSING]
