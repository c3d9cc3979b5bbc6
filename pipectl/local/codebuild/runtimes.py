"""What the agent does with `runtime-versions`; commands run with what this machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.facts.runtimes import SKIPPED, offered, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnknownRuntimeError(Exception):
    """A runtime or version that the image does not have; the message is the agent's."""


def select(image: str, wanted: Mapping[str, str], *, lenient: bool) -> list[str]:
    """Check `runtime-versions`, with variables filled in; what the log says about them"""
    if offered(image) is None:
        return [f"[WARN] {SKIPPED}"]
    lines = []
    for name, version in wanted.items():
        message = None if lenient else refusal(image, name, version)
        if message is not None:
            raise UnknownRuntimeError(message)
        lines.append(f"Selecting '{name}' runtime version '{version}' based on manual selections...")
    return lines
