"""A Cloud that remembers every call: what was sent, how often, and whether it may have written."""

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, writes


@dataclass(frozen=True)
class Call:
    """One kind of call, and how often it was sent. Parameters are not kept: they may hold secrets."""

    service: str
    operation: str
    count: int
    writes: bool


class Book:
    """The counts of one command; shared by every Ledger of that command."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def enter(self, service: str, operation: str) -> None:
        """Count one call."""
        with self._lock:
            self._counts[service, operation] += 1

    def calls(self) -> list[Call]:
        """What was sent, by service and operation."""
        with self._lock:
            entries = sorted(self._counts.items())
        return [Call(service, name, count, writes(name)) for (service, name), count in entries]

    def count(self, *, writing: bool) -> int:
        """How many calls wrote, or only read."""
        return sum(call.count for call in self.calls() if call.writes is writing)


class Ledger:
    """Enters every call into the book before it is sent: a call that fails was sent too."""

    def __init__(self, cloud: Cloud, book: Book) -> None:
        self._cloud = cloud
        self._book = book

    @property
    def account(self) -> Account:
        """The account behind the door."""
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Count one call and send it."""
        self._book.enter(service, operation)
        return self._cloud.call(service, operation, **params)
