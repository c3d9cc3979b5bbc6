"""Who does the work of actions: a bounded crew for what is short, a watch for what takes long."""

from __future__ import annotations

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

CREW = 16
INTERVAL_S = 0.05


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
            task()


@dataclass
class Watched:
    """Something that is looked at again and again until `look` says True."""

    look: Callable[[], bool]
    every_s: float = 0
    next: datetime | None = None


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

    def add(self, look: Callable[[], bool], every_s: float = 0) -> None:
        """Look again and again (at most every `every_s` seconds of the world's clock)."""
        with self._world.lock:
            self._items.append(Watched(look, every_s))
            if not self._running and not self._closed:
                self._running = True
                thread = threading.Thread(
                    target=_keep_looking, args=(weakref.ref(self),), name="pipeline watch", daemon=True
                )
                thread.start()

    def look(self) -> bool:
        """Look once at everything; False when nothing is left to look at."""
        with self._world.lock:
            for item in tuple(self._items):
                if self._is_done(item):
                    self._items.remove(item)
            self._running = bool(self._items) and not self._closed
            return self._running

    def _is_done(self, item: Watched) -> bool:
        now = self._world.now()
        if item.next is not None and now < item.next:
            return False
        item.next = now + timedelta(seconds=item.every_s) if item.every_s else None
        return item.look()


def _keep_looking(reference: weakref.ref[Watch]) -> None:
    pause = threading.Event()
    while True:
        watch = reference()
        if watch is None or not watch.look():
            return
        del watch
        pause.wait(INTERVAL_S)
