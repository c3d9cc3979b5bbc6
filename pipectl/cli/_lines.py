"""Lines on stderr that stay, and below them, on a terminal, what is under way: drawn again in its place."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipectl.cli._look import look_of

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

REDRAWN = 8
"""Times a second."""


class Lines:
    """What a command tells; `under_way` says what is to be drawn below, a line for each thing."""

    def __init__(self, under_way: Callable[[], list[str]]) -> None:
        self._under_way = under_way
        self._live: Live | None = None

    @property
    def drawn(self) -> bool:
        """Whether what is under way is drawn, so that it needs no line that stays."""
        return self._live is not None

    def add(self, line: str) -> None:
        """Print a line that stays, above what is drawn."""
        if live := self._live:  # it may end meanwhile: whoever prints is another thread
            live.console.print(_text(line), soft_wrap=True)  # a long word is wrapped by the terminal
        else:
            click.echo(line, err=True)

    @contextmanager
    def shown(self, *, wanted: bool = True) -> Iterator[None]:
        """Draw as long as this lasts, where stderr is a terminal."""
        if not wanted or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.live import Live

        console = Console(file=sys.stderr, no_color=not look_of(sys.stderr).colour, highlight=False)
        with Live(
            get_renderable=lambda: _text("\n".join(self._under_way())),
            console=console,
            refresh_per_second=REDRAWN,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None


def _text(line: str) -> "Text":
    from rich.text import Text

    return Text.from_ansi(line)
