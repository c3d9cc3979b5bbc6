"""Live progress on stderr: lines that settle on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipectl.cli._lines import Lines
from pipectl.cli._look import look_of
from pipectl.cli._options import Settings
from pipectl.engine.run import Started, current_step
from pipectl.engine.values import Outcome, Result, Step
from pipectl.render.outcome import progress_text, running_line, settled_line
from pipectl.stop import Stop

FRESH = 12.0
"""Seconds for which a word about waiting stands: whoever still waits says it again before (10 at most)."""


@dataclass
class _Running:
    step: Step
    since: float = field(default_factory=time.monotonic)
    note: str = ""
    noted: float = 0.0

    def text(self, now: float) -> str:
        """What it waits for, as long as that is fresh, or how long it takes."""
        return self.note if self.note and now - self.noted < FRESH else f"{now - self.since:.0f} s"


class Progress:
    """What the steps of one command are doing. Steps tell it from their threads."""

    def __init__(self, settings: Settings) -> None:
        self.outcomes: list[Outcome] = []
        self.hear: Callable[[Outcome], None] | None = None
        """Who wants to know at once how a step ended."""
        self._look = look_of(sys.stderr)
        self._is_text = settings.is_text
        self._lines = Lines(self.under_way)
        self._lock = threading.RLock()
        self._running: dict[int, _Running] = {}
        self._pending = 0
        self._stop: Stop | None = None

    def say(self, text: str) -> None:
        """A word about waiting: on the line of the step that waits, else on a line of its own."""
        step = current_step.get()
        with self._lock:
            waiting = self._running.get(id(step))
            if waiting is None:
                self._lines.add(text)
            elif self._lines.drawn:
                waiting.note, waiting.noted = text, time.monotonic()
            else:
                self._lines.add(running_line(waiting.step, self._look, text))

    def watch(self, event: Started | Outcome) -> None:
        """Show that a step began or ended."""
        with self._lock:
            if isinstance(event, Started):
                self._running[id(event.step)] = _Running(event.step)
                if not self._lines.drawn:
                    self._lines.add(running_line(event.step, self._look))
                return
            self._running.pop(id(event.step), None)
            self.outcomes.append(event)
            if self.hear:
                self.hear(event)
            if event.result is not Result.NOT_TRIED:
                self._lines.add(settled_line(event, self._look))

    def leave(self) -> None:
        """Name what is under way still and is not waited for."""
        with self._lock:
            for each in self._running.values():
                self._lines.add(running_line(each.step, self._look, "how it ended is not known"))

    @contextmanager
    def shown(self, pending: int, stop: Stop) -> Iterator[None]:
        """Draw while the steps run."""
        self._pending, self._stop = pending, stop
        with self._lines.shown(wanted=self._is_text):
            yield

    def under_way(self) -> list[str]:
        """The steps under way, below those that have settled.

        Takes no lock: whoever draws holds rich's, which whoever prints a line, and holds ours, waits for.
        """
        now = time.monotonic()
        lines = [running_line(each.step, self._look, each.text(now)) for each in list(self._running.values())]
        stopping = self._stop is not None and self._stop.is_set()
        return [*lines, f"  {progress_text(len(self.outcomes), self._pending, stopping=stopping)}"]
