"""Mistakes of a spec, as values: where, what, and the way out."""

import difflib
import enum
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering

from pipectl.spec.places import Place

# Enough for every block of a real spec, and few enough that a hostile one cannot make the search slow.
_MOST_CANDIDATES = 1_000
_LONGEST_WORD = 128
_FEW = 8
"""Names of a list that stand in one message."""


class Severity(enum.StrEnum):
    """An error makes a spec invalid; a warning may be wrong, and only `--strict` counts it.

    A note is no fault of the spec: a value that some commands need is not set here.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@total_ordering
@dataclass(frozen=True)
class Problem:
    """One mistake of a spec, with its place. Problems sort by file, line and column."""

    file: str  # as the user named it
    line: int  # from 1
    column: int  # from 1
    severity: Severity
    rule: str  # a stable name in kebab case, as `unknown-key`
    message: str
    hint: str | None = None

    def __lt__(self, other: "Problem") -> bool:
        return self._order < other._order

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.file, self.line, self.column)

    @property
    def _order(self) -> tuple[str, int, int, str, str, str, str]:
        return (
            self.file,
            self.line,
            self.column,
            self.severity,
            self.rule,
            self.message,
            self.hint or "",
        )

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}"
        return f"{text}; {self.hint}" if self.hint else text


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was probably meant, or None when nothing is near enough."""
    candidates = list(itertools.islice((each for each in words if each != word), _MOST_CANDIDATES))
    if not word or len(word) > _LONGEST_WORD:
        return None
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(_folded(candidate), candidate)
    found = difflib.get_close_matches(_folded(word), by_folded, n=1, cutoff=0.7)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str | None:
    """`nearest` as a hint."""
    found = nearest(word, words)
    return f"did you mean {shown(found)}?" if found else None


def few(names: Iterable[str], limit: int = _FEW) -> str:
    """Names with commas, at most so many of them, and how many more there are."""
    listed = list(dict.fromkeys(names))
    more = len(listed) - limit
    return ", ".join([*listed[:limit], f"{more} more"] if more > 1 else listed)


def choices(word: str, names: Iterable[str], lead: str) -> str:
    """A hint for a word that is none of the names: the nearest one, and behind `lead` a few of all."""
    listed = list(dict.fromkeys(names))
    near, told = did_you_mean(word, listed), f"{lead} {few(listed)}"
    return f"{near} {told[0].upper()}{told[1:]}" if near else told


def shown(text: str, limit: int = 60) -> str:
    """A word of the user in backticks, printable, on one line and not longer than `limit`."""
    start = text[: limit + 1]
    printable = "".join(each if each.isprintable() else _escaped(each) for each in start)
    return f"`{printable if len(printable) <= limit else printable[: limit - 1] + '…'}`"


def _folded(word: str) -> str:
    """Case and the choice between `-` and `_` are the most common slips, so they weigh nothing."""
    return word.casefold().replace("-", "_")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
