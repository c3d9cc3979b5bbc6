"""Three versions of a text, aligned line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from merge3 import Merge3

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROBED = 8000  # bytes in which git itself looks for a NUL (git's documentation, gitattributes, "diff")


@dataclass(frozen=True)
class Lines:
    """Consecutive lines of one version, and the number of the first one from zero."""

    start: int
    lines: list[bytes]

    @property
    def content(self) -> bytes:
        return b"".join(self.lines)


@dataclass(frozen=True)
class Hunk:
    """The same place in the base, the source and the destination of a merge."""

    base: Lines
    source: Lines
    destination: Lines

    @property
    def is_changed(self) -> bool:
        return not self.base.lines == self.source.lines == self.destination.lines

    @property
    def is_conflict(self) -> bool:
        """Whether both sides changed the place, and not in the same way"""
        base, source, destination = self.base.lines, self.source.lines, self.destination.lines
        return source not in (base, destination) and destination != base

    def merged(self, side: str) -> bytes:
        """The content of the merge; `side` (source or destination) decides a conflict"""
        if self.is_conflict:
            chosen: Lines = getattr(self, side)
            return chosen.content
        changed_by_source = self.source.lines != self.base.lines
        return self.source.content if changed_by_source else self.destination.content


def is_binary(content: bytes) -> bool:
    """Whether git would call it binary: a NUL near the beginning"""
    return b"\0" in content[:_PROBED]


def hunks(base: bytes, source: bytes, destination: bytes) -> list[Hunk]:
    """Changed and unchanged places in their order"""
    return list(_hunks(*(content.splitlines(keepends=True) for content in (base, source, destination))))


def _hunks(base: list[bytes], source: list[bytes], destination: list[bytes]) -> Iterator[Hunk]:
    at_base = at_source = at_destination = 0
    for z, z_end, s, s_end, d, d_end in Merge3(base, source, destination).find_sync_regions():
        if (at_base, at_source, at_destination) != (z, s, d):
            yield Hunk(
                Lines(at_base, base[at_base:z]),
                Lines(at_source, source[at_source:s]),
                Lines(at_destination, destination[at_destination:d]),
            )
        if z < z_end:
            same = base[z:z_end]
            yield Hunk(Lines(z, same), Lines(s, same), Lines(d, same))
        at_base, at_source, at_destination = z_end, s_end, d_end
