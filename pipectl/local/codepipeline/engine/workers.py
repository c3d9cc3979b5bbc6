"""Who does the work of actions: a bounded crew for what is short, a watch for what takes long."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pipectl.local.agenda import Agenda

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


@dataclass(frozen=True, eq=False)
class Watched:
    """Something that is looked at again and again until `look` says True."""

    look: Callable[[], bool]
    every_s: float
    until: datetime | None = None


class Watch:
    """One thread that looks at everything unfinished, under the world's lock; it ends when nothing is left.

    It holds the world only while it looks, so that a world that was dropped takes its watch along.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._items: Agenda[Watched] = Agenda()
        self._running = False
        self._closed = False
        world.on_close(self._close)

    def _close(self) -> None:
        self._closed = True

    def add(self, look: Callable[[], bool], every_s: float = SHORT_S, until: datetime | None = None) -> None:
        """Look at once and again and again, every so many seconds of the world's clock.

        With `until` the first look is not at once, and there is one at that moment.
        """
        with self._world.lock:
            item, now = Watched(look, every_s, until), self._world.now()
            self._items.put(item, now if until is None else _next_look(item, now))
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
            for item in self._items.take_due(now):
                if not _guarded(item.look):
                    self._items.put(item, _next_look(item, now))
            nearest = self._items.next()
            self._running = nearest is not None and not self._closed
            if nearest is None or self._closed:
                return None
            return min(max((nearest - now).total_seconds(), SHORT_S), LONG_S)


def _next_look(item: Watched, now: datetime) -> datetime:
    following = now + timedelta(seconds=item.every_s)
    return following if item.until is None or item.until <= now else min(following, item.until)


def _keep_looking(reference: weakref.ref[Watch]) -> None:
    pause = threading.Event()
    while True:
        watch = reference()
        wait = watch.look() if watch is not None else None
        if wait is None:
            return
        del watch
        pause.wait(wait)
