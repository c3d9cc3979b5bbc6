"""Text in columns: how wide it is, cut in the middle, wrapped, and harmless to a terminal."""

import re
import textwrap
from collections.abc import Iterable

from pipectl.facts.secret_names import redacted

ELLIPSIS = "..."
_UNBROKEN = "\u00a0"
"""A space at which no line is broken."""


def plain(text: str) -> str:
    """One line without control characters and secrets: a commit must not steer the terminal."""
    line = " ".join(redacted(text).split())
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)


def width(text: str) -> int:
    """How many cells the text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pad(text: str, cells: int) -> str:
    """The text, filled up to so many cells."""
    return text + " " * max(0, cells - width(text))


def cut(text: str, cells: int) -> str:
    """The text in at most so many cells; what is too long loses its middle."""
    if width(text) <= cells:
        return text
    room = max(cells - len(ELLIPSIS), 2)
    tail = room // 2
    return _first(text, room - tail) + ELLIPSIS + _last(text, tail)


def _first(text: str, cells: int) -> str:
    taken = 0
    for count, character in enumerate(text):
        taken += width(character)
        if taken > cells:
            return text[:count]
    return text


def _last(text: str, cells: int) -> str:
    return "".join(reversed(_first("".join(reversed(text)), cells)))


def wrapped(text: str, cells: int, *, whole: bool = False) -> list[str]:
    """The text in lines of so many cells, broken at spaces, and inside a word only where one is too long.

    A command between backticks and a URL are never broken, so that they can be copied: they may be longer
    than a line. With `whole` no word is, as a name that somebody searches for; only scripts of wide
    characters, which have no spaces, break anywhere.
    """
    if "`" not in text and width(text) == len(text):
        long = "://" not in text and not whole
        return textwrap.wrap(text, max(cells, 10), break_on_hyphens=False, break_long_words=long) or [""]
    joined = re.sub(r"`[^`]*`", lambda command: command[0].replace(" ", _UNBROKEN), text)
    lines = [""]
    for word in re.findall(rf"[^\S{_UNBROKEN}]*((?:\S|{_UNBROKEN})+)", joined):
        if width(lines[-1]) + 1 + width(word) <= cells or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip(" ")
        else:
            lines.append(word)
    parts = [
        part for line in lines for part in ([line] if _is_whole(line, whole=whole) else folded(line, cells))
    ]
    return [part.replace(_UNBROKEN, " ") for part in parts]


def _is_whole(line: str, *, whole: bool) -> bool:
    """Whether a line stays one although it is too long."""
    return _UNBROKEN in line or "://" in line or (whole and width(line) == len(line))


def folded(line: str, cells: int) -> list[str]:
    """The line in pieces of so many cells, whole: nothing is cut away."""
    parts = []
    while width(line) > cells:
        parts.append(_first(line, cells) or line[0])
        line = line[len(parts[-1]) :]
    return [*parts, line]


def indented(lines: Iterable[str], indent: int) -> str:
    """The lines, each so far to the right."""
    return "\n".join(" " * indent + line for line in lines)


def paragraph(text: str, cells: int, indent: int) -> str:
    """The text wrapped below and beside an indent."""
    return indented(wrapped(plain(text), cells - indent), indent)


def counted(number: int, singular: str) -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{number} {singular if number == 1 else singular + 's'}"
