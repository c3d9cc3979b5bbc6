"""How many builds run side by side; the others wait in QUEUED."""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.world import World

_LOOK_S = 0.2


class Workers:
    """The places of one local AWS."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def slot(self, stop: threading.Event) -> Iterator[None]:
        """Wait for a place; a build that is stopped meanwhile needs none"""
        taken = False
        while not taken and not stop.is_set():
            taken = self._places.acquire(timeout=_LOOK_S)
        try:
            yield
        finally:
            if taken:
                self._places.release()


_known: weakref.WeakKeyDictionary[World, Workers] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def workers(world: World) -> Workers:
    with _making:
        if world not in _known:
            _known[world] = Workers(world.options.build_workers)
        return _known[world]
