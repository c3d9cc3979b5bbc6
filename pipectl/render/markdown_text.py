"""Text and values that are safe in Markdown: they cannot become markup, mention a person or end a fence.

Source: GitHub Flavored Markdown Spec, "Backslash escapes", "Code spans", "Fenced code blocks", "HTML blocks".
"""

import re
from collections.abc import Iterable
from html import escape as html_escape

from pipectl.render.text import plain

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:=$&])")
"""What can begin markup in one line; a backslash makes it a letter."""
_REFERENCE = re.compile(r"([@#!~%])(?=\w)")
"""`@name` notifies a person, and `#12`, `!12`, `~label` link on GitHub or GitLab; backslashes do not help."""
_APART = "&#8203;"
"""A space without width, which keeps a sign from the word behind it."""
SHORTEST_FENCE = 3


def prose(text: str) -> str:
    """One line of text; what stands between backticks is code, all else means only itself."""
    parts = plain(text).split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner is a letter
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(code(part) if number % 2 and part else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    pieces = _REFERENCE.split(text)
    return "".join(
        rf"\{piece}{_APART}" if number % 2 else _MARKUP.sub(r"\\\1", piece)
        for number, piece in enumerate(pieces)
    )


def code(text: str) -> str:
    """One line as code; more backticks stand around it than within."""
    line = plain(text)
    marks = "`" * (_longest_run([line]) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{marks}{space}{line}{space}{marks}" if line else ""


def html_code(text: str) -> str:
    """One line as code within an HTML block, where Markdown is not read."""
    return f"<code>{html_escape(plain(text))}</code>"


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Lines as a block of code, which no line of them can end."""
    shown = list(lines)
    marks = "`" * max(SHORTEST_FENCE, _longest_run(shown) + 1)
    return "\n".join([f"{marks}{language}", *shown, marks])


def _longest_run(lines: Iterable[str]) -> int:
    runs = (run for line in lines for run in re.findall(r"`+", line))
    return max(map(len, runs), default=0)
