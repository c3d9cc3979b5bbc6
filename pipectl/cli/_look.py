"""How to draw on a stream: what the terminal can do, and what the user asked for."""

import os
import shutil
from typing import IO

import click

from pipectl.cli._options import said
from pipectl.render.marks import NARROWEST, WIDEST, Look


def look_of(stream: IO[str], *, plain: bool = False) -> Look:
    """Colour only on a terminal that wants it (no-color.org), marks only where they can be shown."""
    context = click.get_current_context(silent=True)
    options = said(context) if context else {}
    dumb = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    terminal = stream.isatty()
    columns = shutil.get_terminal_size().columns if terminal else 80
    encoding = (getattr(stream, "encoding", None) or "ascii").lower()
    return Look(
        width=min(max(columns, NARROWEST), WIDEST),
        colour=terminal and not (plain or dumb or options.get("no_color")),
        unicode=encoding.startswith("utf"),
        verbose=bool(options.get("verbose")),
        whole=not terminal,
    )
