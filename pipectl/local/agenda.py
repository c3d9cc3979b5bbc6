"""Moments of many things: which comes next is told without a look at the others."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

Key = TypeVar("Key", bound="Hashable")


class Agenda(Generic[Key]):
    """One moment for each key. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._entries: dict[Key, tuple[datetime, int]] = {}
        self._heap: list[
            tuple[datetime, int, Key]
        ] = []  # entries that no longer count stay until they are due
        self._count = itertools.count()

    def put(self, key: Key, moment: datetime) -> None:
        """Set the moment of a key, whatever it was before"""
        entry = (moment, next(self._count))
        self._entries[key] = entry
        heapq.heappush(self._heap, (*entry, key))

    def remove(self, key: Key) -> None:
        """Forget a key; one that is not there is no error"""
        self._entries.pop(key, None)

    def next(self) -> datetime | None:
        """The earliest moment of all; None: there is none"""
        while self._heap and not self._counts():
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime) -> list[Key]:
        """Remove the keys whose moments have come; the earliest first"""
        due = []
        while (moment := self.next()) is not None and moment <= now:
            key = heapq.heappop(self._heap)[2]
            del self._entries[key]
            due.append(key)
        return due

    def _counts(self) -> bool:
        moment, number, key = self._heap[0]
        return self._entries.get(key) == (moment, number)
