"""How a screen may look: its width, its colours, and the marks that carry the meaning without colour."""

import enum
import sys
from dataclasses import dataclass

NARROWEST = 40
WIDEST = 100
"""Longer lines are hard to read; a wider terminal is left empty on the right."""


class Mark(enum.Enum):
    """One cell before a line. The second value is for terminals without UTF-8."""

    CREATE = ("+", "+", "green")
    CHANGE = ("~", "~", "yellow")
    DELETE = ("-", "-", "red")
    ASKS = ("!", "!", "magenta")
    DONE = ("✓", "v", "green")
    FAILED = ("✗", "x", "red")
    KEPT = ("·", ".", "bright_black")
    RUNNING = ("…", ">", "cyan")
    OPEN = ("│", "|", "bright_black")
    CLOSED = ("╳", "X", "red")


@dataclass(frozen=True)
class Look:
    """How to draw for one stream."""

    width: int = 80
    colour: bool = False
    unicode: bool = True
    verbose: bool = False
    whole: bool = False
    """Whether nothing is cut: in a pipe and in a log of CI, where names are searched for."""

    def limit(self, cells: int) -> int:
        """How many cells a text may take that would be cut on a terminal."""
        return sys.maxsize if self.whole else cells

    def mark(self, mark: Mark) -> str:
        """The mark as this stream can show it."""
        drawn, plain, colour = mark.value
        return self.paint(drawn if self.unicode else plain, colour)

    def paint(self, text: str, colour: str | None = None, *, bold: bool = False) -> str:
        """The text, underlined by colour where there is colour."""
        if not self.colour:
            return text
        from click import style

        return style(text, fg=colour, bold=bold or None)

    def bold(self, text: str) -> str:
        """A text that the eye should find first."""
        return self.paint(text, bold=True)

    def faint(self, text: str) -> str:
        """A text that only some look for."""
        return self.paint(text, "bright_black")

    @property
    def dot(self) -> str:
        """What stands between the parts of a headline."""
        return "  ·  " if self.unicode else "  -  "
