"""When to say again that something is still waited for: a silent job looks as if it hung."""

import time
from collections.abc import Callable

FIRST, GROWTH, LONGEST = 60.0, 2, 600.0
"""Seconds of silence before the first word, then longer and longer."""


class Reminder:
    """Asked at every look, it is due after a minute of silence, after two more, then four, up to ten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Something was said just now."""
        self._since, self._pause = self._clock(), FIRST

    def is_due(self) -> bool:
        """Whether it was silent for long enough; the next word comes later."""
        if self._clock() - self._since < self._pause:
            return False
        self._since, self._pause = self._clock(), min(self._pause * GROWTH, LONGEST)
        return True
