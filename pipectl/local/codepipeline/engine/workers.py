"""Who does the work of actions: a bounded crew for what is short, a watch for what takes long."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipectl.local.world import World

_log = logging.getLogger(__name__)

CREW = 16
SHORT_S = 0.05
LONG_S = 0.5  # the clock may be moved meanwhile


class Crew:
    """Threads that come with the work and go when it is done; never more than `size` of them."""

    def __init__(self, size: int = CREW) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._tasks: deque[Callable[[], None]] = deque()
        self._threads = 0

    def give(self, task: Callable[[], None]) -> None:
        """Have a task done as soon as a thread is free."""
        with self._lock:
            self._tasks.append(task)
            if self._threads >= self._size:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="pipeline action", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._tasks:
                    self._threads -= 1
                    return
                task = self._tasks.popleft()
            _guarded(task)


def _guarded(step: Callable[[], bool | None]) -> bool | None:
    """One step that fails in a way nobody foresaw must not end the thread of all the others."""
    try:
        return step()
    except Exception:  # noqa: BLE001  see above
        _log.exception("a step of the pipeline engine failed")
        return None


@dataclass
class Watched:
    """Something that is looked at again and again until `look` says True."""

    look: Callable[[], bool]
    every_s: float
    next: datetime


class Watch:
    """One thread that looks at everything unfinished, under the world's lock; it ends when nothing is left.

    It holds the world only while it looks, so that a world that was dropped takes its watch along.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._items: list[Watched] = []
        self._running = False
        self._closed = False
        world.on_close(self._close)

    def _close(self) -> None:
        self._closed = True

    def add(self, look: Callable[[], bool], every_s: float = SHORT_S) -> None:
        """Look again and again, every so many seconds of the world's clock."""
        with self._world.lock:
            self._items.append(Watched(look, every_s, self._world.now()))
            if not self._running and not self._closed:
                self._running = True
                thread = threading.Thread(
                    target=_keep_looking, args=(weakref.ref(self),), name="pipeline watch", daemon=True
                )
                thread.start()

    def look(self) -> float | None:
        """Look once at everything that is due; seconds until the next look, None when nothing is left."""
        with self._world.lock:
            now = self._world.now()
            for item in tuple(self._items):
                if now >= item.next:
                    item.next = now + timedelta(seconds=item.every_s)
                    if _guarded(item.look):
                        self._items.remove(item)
            self._running = bool(self._items) and not self._closed
            if not self._running:
                return None
            nearest = min(item.next for item in self._items)
            return min(max((nearest - now).total_seconds(), SHORT_S), LONG_S)


def _keep_looking(reference: weakref.ref[Watch]) -> None:
    pause = threading.Event()
    while True:
        watch = reference()
        wait = watch.look() if watch is not None else None
        if wait is None:
            return
        del watch
        pause.wait(wait)
