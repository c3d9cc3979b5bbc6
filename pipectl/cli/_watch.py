"""`status --watch`: the picture drawn again in its place; one line for each change where that cannot be."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli import _printing, _session, _where
from pipectl.cli._keys import Keys, keys
from pipectl.cli._look import look_of
from pipectl.cli._options import Chosen, Settings
from pipectl.command import pipectl
from pipectl.errors import Interrupted, PipelineFailed, TimedOut

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from pipectl.runs.watch import View

NO_CURSOR = ("dumb", "unknown")
"""Terminals on which nothing can be drawn over what stands there."""
TICK = 0.25
"""Seconds after which the clocks on the screen and the terminal's size are looked at. AWS is not asked."""


def watch(
    settings: Settings, chosen: Chosen, pipeline: str | None, *, forever: bool, timeout: float | None = None
) -> None:
    """Look until nothing runs, or so many seconds. Raises PipelineFailed when the last look shows a failure.

    Raises TimedOut when something still runs then. Ctrl-C raises Interrupted, and `q` ends well; the terminal
    is as it was.
    """
    from pipectl.runs.watch import views

    words = _Words()
    try:
        with _where.pipeline(settings, chosen, pipeline, words.say) as where, _printing.while_read():
            found = _Last(bounded(views(where.cloud, where.region, where.pipeline, forever=forever), timeout))
            pause = where.connection.stop.wait
            if not settings.is_text:
                _printing.stream(_documents(noticed(found), pause), settings.output)
            elif sys.stdout.isatty() and os.environ.get("TERM") not in NO_CURSOR:
                _draw(found, pause, words)
            else:
                _tell(noticed(found), pause)
            _refuse(found.view, timeout)
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


def bounded(found: "Iterator[View]", timeout: float | None) -> "Iterator[View]":
    """The looks of so many seconds; one is always taken, and the last one when the time is over."""
    deadline = None if timeout is None else time.monotonic() + timeout
    for view in found:
        if deadline is None:
            yield view
            continue
        left = max(0.0, deadline - time.monotonic())
        yield replace(view, pause=min(view.pause, left))
        if not left:
            return


class _Last:
    """The looks, and which was the last one; None when somebody left before the end."""

    def __init__(self, found: "Iterator[View]") -> None:
        self._found = found
        self.view: View | None = None

    def __iter__(self) -> "Iterator[View]":
        return self

    def __next__(self) -> "View":
        self.view = next(self._found)
        return self.view


def _refuse(last: "View | None", timeout: float | None) -> None:
    from pipectl.render.watch import failure_text, unfinished_text

    if last is None:
        return
    if last.is_running or last.hindered:
        raise TimedOut(unfinished_text(last, timeout or 0.0), hint=f"{pipectl('status')} shows it")
    if last.failed:
        raise PipelineFailed(failure_text(last.failed))


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
        pause(view.pause)


def _tell(found: "Iterator[View]", pause: Pause) -> None:
    from pipectl.render.watch import changes

    before, last = None, None
    for last in found:
        now = datetime.now().astimezone()
        for line in changes(before, last.state, look_of(sys.stdout), now):
            _printing.line(line)
        sys.stdout.flush()
        before = last.state
        pause(last.pause)
    _say_end(last)


def _say_end(last: "View | None") -> None:
    from pipectl.render.watch import ending_text

    if last is not None and not (last.is_running or last.hindered):
        click.echo(ending_text(last), err=True)


def _draw(found: _Last, pause: Pause, words: _Words) -> None:
    try:
        with keys() as pressed, _drawing() as draw:
            is_left = any(_is_left(view, draw, pressed, pause, words) for view in found)
    finally:
        click.echo(err=True)
    if is_left:
        found.view = None
        click.echo("the pipeline goes on", err=True)
    _say_end(found.view)


def _is_left(
    view: "View", draw: Callable[[str, bool], None], pressed: Keys, pause: Pause, words: _Words
) -> bool:
    """Draw one look until the next one is due; whether somebody left it before."""
    from pipectl.render.watch import picture

    until, words.are_heard = time.monotonic() + view.pause, False
    ends = "q or Ctrl-C ends" if pressed.heard else "Ctrl-C ends"
    while True:
        size = shutil.get_terminal_size()
        draw(picture(view, look_of(sys.stdout), datetime.now().astimezone(), size, ends), bool(view.pause))
        if (left := until - time.monotonic()) <= 0:
            return False
        if pressed.leave():
            return True
        pause(min(left, TICK))


@contextmanager
def _drawing() -> Iterator[Callable[[str, bool], None]]:
    """What draws a text over the one before it, when it differs. The cursor is hidden so long.

    The last text is then printed as it is: what is wider than the terminal, as a link, can be copied whole.
    """
    from rich.console import Console
    from rich.live import Live

    console = Console(file=sys.stdout, no_color=not look_of(sys.stdout).colour, highlight=False)
    live = Live(
        console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
    )
    picture = _Picture(live, console)
    try:
        with live:
            yield picture.draw
    finally:
        _printing.line(picture.kept)


class _Picture:
    """What stands on the terminal, and how wide it was then."""

    def __init__(self, live: "Live", console: "Console") -> None:
        self._live = live
        self._console = console
        self._text = ""
        self._has_foot = False
        self._columns = console.width

    @property
    def kept(self) -> str:
        """What stays when nothing is drawn any more."""
        from pipectl.render.watch import FOOT

        return "\n".join(self._text.split("\n")[:-FOOT]) if self._has_foot else self._text

    def draw(self, text: str, has_foot: bool) -> None:
        """Draw it, unless it stands there already. The foot tells of looks that are to come."""
        from rich.text import Text

        columns = self._console.width
        if columns < self._columns:
            self._take_back(columns)
        elif text == self._text:
            return
        self._text, self._has_foot, self._columns = text, has_foot, columns
        lines = [
            part
            for line in Text.from_ansi(text).split("\n", allow_blank=True)
            for part in _folded(line, columns)
        ]
        drawn = Text("\n", no_wrap=True, overflow="crop").join(lines)
        self._live.update(drawn, refresh=True)

    def _take_back(self, columns: int) -> None:
        """A terminal that became narrower has wrapped the lines: so many more are to be drawn over."""
        from rich.cells import cell_len
        from rich.control import Control
        from rich.segment import ControlType
        from rich.text import Text

        wide = [cell_len(line) for line in Text.from_ansi(self._text).plain.split("\n")]
        for _ in range(sum(max(0, cells - 1) // columns for cells in wide)):
            self._console.control(Control((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)))


def _folded(line: "Text", columns: int) -> "Sequence[Text]":
    """A line in pieces of so many characters: nothing of it is cut away."""
    return list(line.divide(range(columns, len(line), columns))) if len(line) > columns else [line]
