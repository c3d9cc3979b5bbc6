"""`status --watch`: the picture drawn again in its place; one line for each change where that cannot be."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _printing, _session, _where
from pipectl.cli._look import look_of
from pipectl.cli._options import Chosen, Settings
from pipectl.command import pipectl
from pipectl.errors import Interrupted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from pipectl.runs.watch import View

NO_CURSOR = ("dumb", "unknown")
"""Terminals on which nothing can be drawn over what stands there."""
TICK = 0.25
"""Seconds after which the clocks on the screen and the terminal's size are looked at. AWS is not asked."""


def watch(settings: Settings, chosen: Chosen, pipeline: str | None, *, forever: bool) -> None:
    """Look until nothing runs. Ctrl-C raises Interrupted; the terminal is as it was then."""
    from pipectl.runs.watch import views

    words = _Words()
    try:
        with _where.pipeline(settings, chosen, pipeline, words.say) as where, _printing.while_read():
            found = views(where.cloud, where.region, where.pipeline, forever=forever)
            pause = where.connection.stop.wait
            if not settings.is_text:
                _printing.items(_documents(noticed(found), pause), settings.output)
            elif sys.stdout.isatty() and os.environ.get("TERM") not in NO_CURSOR:
                _draw(found, pause, words)
            else:
                _tell(noticed(found), pause)
    except KeyboardInterrupt:
        hint = f"{pipectl('status')} shows it"
        raise Interrupted("interrupted; the pipeline goes on", hint=hint) from None


Pause = Callable[[float], object]


@dataclass
class _Words:
    """What is said about waiting; nothing once a picture stands, which it would tear apart."""

    are_heard: bool = True

    def say(self, text: str) -> None:
        if self.are_heard:
            _session.tell(text)


def noticed(found: "Iterator[View]") -> "Iterator[View]":
    """The looks, with a word when they begin to see nothing, and when that is over.

    A picture says it in its last line.
    """
    from pipectl.render.watch import hindrance

    hindered = None
    for view in found:
        if bool(view.hindered) != bool(hindered):
            _session.tell(hindrance(view) or "AWS answers again")
        hindered = view.hindered
        yield view


def _documents(found: "Iterator[View]", pause: Pause) -> Iterator[Any]:
    """The `status` of each look that saw something new."""
    from pipectl.render.document import status_data

    before = None
    for view in found:
        if view.state != before:
            before = view.state
            yield status_data(view.state)
            sys.stdout.flush()
        pause(view.pause)


def _tell(found: "Iterator[View]", pause: Pause) -> None:
    from pipectl.render.watch import changes, ending_text

    before, last = None, None
    for last in found:
        now = datetime.now().astimezone()
        for line in changes(before, last.state, look_of(sys.stdout), now):
            _printing.line(line)
        sys.stdout.flush()
        before = last.state
        pause(last.pause)
    if last is not None:
        click.echo(ending_text(last), err=True)


def _draw(found: "Iterator[View]", pause: Pause, words: _Words) -> None:
    from pipectl.render.watch import ending_text, picture

    with _drawing() as draw:
        view = None
        for view in found:
            until, words.are_heard = time.monotonic() + view.pause, False
            while True:
                rows = shutil.get_terminal_size().lines
                draw(picture(view, look_of(sys.stdout), datetime.now().astimezone(), rows))
                if (left := until - time.monotonic()) <= 0:
                    break
                pause(min(left, TICK))
    if view is not None:
        click.echo(f"\n{ending_text(view)}", err=True)


@contextmanager
def _drawing() -> Iterator[Callable[[str], None]]:
    """What draws a text over the one before it, when it differs. The cursor is hidden so long."""
    from rich.console import Console
    from rich.live import Live

    console = Console(file=sys.stdout, no_color=not look_of(sys.stdout).colour, highlight=False)
    live = Live(
        console=console, auto_refresh=False, transient=False, redirect_stdout=False, redirect_stderr=False
    )
    with live:
        yield _Picture(live, console).draw


class _Picture:
    """What stands on the terminal, and how wide it was then."""

    def __init__(self, live: "Live", console: "Console") -> None:
        self._live = live
        self._console = console
        self._text = ""
        self._columns = console.width

    def draw(self, text: str) -> None:
        """Draw it, unless it stands there already."""
        from rich.text import Text

        columns = self._console.width
        if columns < self._columns:
            self._take_back(columns)
        elif text == self._text:
            return
        self._text, self._columns = text, columns
        self._live.update(Text.from_ansi(text, no_wrap=True, overflow="crop"), refresh=True)

    def _take_back(self, columns: int) -> None:
        """A terminal that became narrower has wrapped the lines: so many more are to be drawn over."""
        from rich.cells import cell_len
        from rich.control import Control
        from rich.segment import ControlType
        from rich.text import Text

        wide = [cell_len(line) for line in Text.from_ansi(self._text).plain.split("\n")]
        for _ in range(sum(max(0, cells - 1) // columns for cells in wide)):
            self._console.control(Control((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)))
