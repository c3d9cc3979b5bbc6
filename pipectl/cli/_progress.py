"""Live progress on stderr: lines that settle on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from pipectl.cli._look import look_of
from pipectl.cli._options import Settings
from pipectl.engine.run import Started, current_step
from pipectl.engine.values import Outcome, Result, Step
from pipectl.render.outcome import progress_text, running_line, settled_line

if TYPE_CHECKING:
    from rich.live import Live

REDRAWN = 8
"""Times a second."""


@dataclass
class _Running:
    step: Step
    since: float = field(default_factory=time.monotonic)
    note: str = ""


class Progress:
    """What the steps of one command are doing. Steps tell it from their threads."""

    def __init__(self, settings: Settings) -> None:
        self.outcomes: list[Outcome] = []
        self.hear: Callable[[Outcome], None] | None = None
        """Who wants to know at once how a step ended."""
        self._look = look_of(sys.stderr)
        self._live_wanted = settings.is_text and sys.stderr.isatty()
        self._lock = threading.RLock()
        self._running: dict[int, _Running] = {}
        self._pending = 0
        self._live: Live | None = None

    def say(self, text: str) -> None:
        """A word about waiting: on the line of the step that waits, else on a line of its own."""
        step = current_step.get()
        with self._lock:
            waiting = self._running.get(id(step))
            if waiting is None:
                self._print(text)
            elif self._live:
                waiting.note = text
            else:
                self._print(running_line(waiting.step, self._look, text))

    def watch(self, event: Started | Outcome) -> None:
        """Show that a step began or ended."""
        with self._lock:
            if isinstance(event, Started):
                self._running[id(event.step)] = _Running(event.step)
                if not self._live:
                    self._print(running_line(event.step, self._look))
                return
            self._running.pop(id(event.step), None)
            self.outcomes.append(event)
            if self.hear:
                self.hear(event)
            if event.result is not Result.NOT_TRIED:
                self._print(settled_line(event, self._look))

    @contextmanager
    def shown(self, pending: int) -> Iterator[None]:
        """Draw while the steps run."""
        self._pending = pending
        if not self._live_wanted:
            yield
            return
        from rich.console import Console
        from rich.live import Live

        console = Console(file=sys.stderr, no_color=not self._look.colour, highlight=False)
        with Live(
            get_renderable=self._drawing,
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

    def _drawing(self) -> Any:
        """The steps under way, below those that have settled."""
        from rich.text import Text

        with self._lock:
            now = time.monotonic()
            lines = [
                running_line(each.step, self._look, each.note or f"{now - each.since:.0f} s")
                for each in self._running.values()
            ]
            ended = len(self.outcomes)
        return Text.from_ansi("\n".join([*lines, f"  {progress_text(ended, self._pending)}"]))

    def _print(self, line: str) -> None:
        if self._live:
            from rich.text import Text

            self._live.console.print(Text.from_ansi(line))
        else:
            click.echo(line, err=True)
