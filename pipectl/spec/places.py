"""Where each value of a spec is written, so that every mistake can be shown with its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""The way from the top of a document to a value: ("codepipeline", "shop", "stages", 0, "name")."""

Position = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Written:
    """One value as it is written. An alias is the very value of its anchor, so branches are shared."""

    line: int
    column: int
    value: Any
    source: str | None  # the raw text of a plain scalar
    keys: Mapping[str, "Written"]  # of a mapping: its keys, for their places
    children: Mapping[str | int, "Written"]  # of a mapping or a list
    size: int = 1  # how many values it has when every alias is written out
    height: int = 0  # how many levels of mappings and lists it has
    mistaken: bool = False  # stands for a value that could not be understood

    @property
    def position(self) -> Position:
        """Where it begins."""
        return self.line, self.column


class Places:
    """Where each value and each key of a document stands."""

    def __init__(self, file: str, root: Written) -> None:
        self.file = file
        self._root = root

    def of(self, path: Path) -> Place:
        """The place of the value, else of its nearest parent that is written."""
        return self._place(self._walk(path)[-1])

    def of_key(self, path: Path) -> Place:
        """The place of the key that names the value.

        A key that is missing has the place of the key that names its mapping: that is where it belongs.
        An item of a list has no key and has the place of its value.
        """
        written = self._walk(path)
        if len(written) == 1:
            return self._place(self._root)
        key = written[-2].keys.get(str(path[len(written) - 2]))
        return self._place(key or written[-1])

    def has(self, path: Path) -> bool:
        """Whether a value is written at exactly this path."""
        return len(self._walk(path)) == len(path) + 1

    def source(self, path: Path) -> str | None:
        """The raw text of a plain scalar (`no`, `0123`), None for everything else."""
        return self._walk(path)[-1].source if self.has(path) else None

    def written(self, path: Path) -> Any:
        """The value as the file has it, before variables and files were filled in; None when not there."""
        return self._walk(path)[-1].value if self.has(path) else None

    def lines(self, path: Path) -> range:
        """The lines of a value with its key, to the beginning of the last value in it."""
        return range(self.of_key(path).line, _last_line(self._walk(path)[-1]) + 1)

    def mistaken(self) -> Iterator[Path]:
        """The values that have a problem already."""
        return _mistaken(self._root, ())

    def _walk(self, path: Path) -> list[Written]:
        """The values on the way, as far as they are written."""
        found = [self._root]
        for part in path:
            child = found[-1].children.get(part)
            if child is None:
                break
            found.append(child)
        return found

    def _place(self, written: Written) -> Place:
        return Place(self.file, written.line, written.column)


def _mistaken(written: Written, path: Path) -> Iterator[Path]:
    if written.mistaken:
        yield path
    for part, child in written.children.items():
        yield from _mistaken(child, (*path, part))


def _last_line(written: Written) -> int:
    return max([written.line, *(_last_line(child) for child in written.children.values())])


def nothing(file: str) -> Places:
    """The places of a document that could not be read."""
    return Places(file, Written(1, 1, {}, None, {}, {}))
