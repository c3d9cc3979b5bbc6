"""The clock's hand: a thread that lets due things happen while nobody asks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World

LONGEST_WAIT_S = 1.0  # the world's clock may be moved meanwhile


class Ticker:
    """Calls `settle`, which answers the seconds until the next thing is due, until nothing is"""

    def __init__(self, world: World, settle: Callable[[], float | None]) -> None:
        self._world = world
        self._settle = settle
        self._stirred = threading.Event()
        self._closed = False
        self._runs = False
        world.on_close(self._close)

    def wake(self) -> None:
        """Something is due; called under the world's lock, as is the end of a thread, so none is lost"""
        self._stirred.set()
        if not self._runs and not self._closed:
            self._runs = True
            threading.Thread(target=self._run, name="local clock", daemon=True).start()

    def _close(self) -> None:
        self._closed = True
        self._stirred.set()

    def _run(self) -> None:
        wait: float | None = 0
        while wait is not None:
            self._stirred.wait(min(wait, LONGEST_WAIT_S))
            with self._world.lock:
                self._stirred.clear()
                wait = None if self._closed else self._settle()
                self._runs = wait is not None
