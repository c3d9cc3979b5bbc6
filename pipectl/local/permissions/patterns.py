"""Wildcards and variables of policies (IAM User Guide, "Resource" and "Variables and tags")."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Context = "Mapping[str, tuple[str, ...]]"

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERAL = {"*": "[*]", "?": "[?]", "$": "$"}
_ARN_PARTS = 6


def listed(value: Any) -> list[str]:
    """A single value stands for a list of one"""
    if value is None:
        return []
    return [str(part) for part in value] if isinstance(value, list | tuple) else [_text(value)]


def like(pattern: str, value: str) -> bool:
    """Whether a value fits a pattern with `*` and `?`"""
    return _expression(pattern).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Whether an ARN fits, part by part: a `*` does not cross a colon before the last part (ArnLike)"""
    one, other = pattern.split(":", _ARN_PARTS - 1), value.split(":", _ARN_PARTS - 1)
    return len(one) == len(other) and all(like(part, found) for part, found in zip(one, other, strict=True))


def filled(text: str, context: Mapping[str, tuple[str, ...]]) -> str | None:
    """A value with its variables replaced; None when one has no single value, so nothing can match"""
    if "${" not in text:
        return text
    unknown = False

    def value_of(found: re.Match[str]) -> str:
        nonlocal unknown
        name, _, default = found[1].partition(",")
        if name.strip() in _LITERAL:
            return _LITERAL[name.strip()]
        values = context.get(name.strip().lower(), ())
        if len(values) == 1:
            return re.sub(r"([*?])", r"[\1]", values[0])
        unknown = unknown or not default
        return default.strip().strip("'")

    result = _VARIABLE.sub(value_of, text)
    return None if unknown else result


@functools.lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\[\*\]|\[\?\]|\*|\?)", pattern)
    special = {"*": ".*", "?": ".", "[*]": r"\*", "[?]": r"\?"}
    return re.compile("".join(special.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
