"""The local AWS of a bench: one background process, away from the user's own, with a delay to turn."""

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READING = ("Get", "List", "Describe", "BatchGet", "Head")
"""How the names of operations begin that write nothing."""


@dataclass(frozen=True)
class Asked:
    """What the server was asked since somebody last looked"""

    calls: Counter[str]
    at_once: int
    seconds: float
    """From the first question to the last answer."""

    @property
    def writes(self) -> int:
        """How many of the calls may have written"""
        return sum(count for name, count in self.calls.items() if not name.startswith(READING))


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS and the doors beside it (pipectl/local/control.py)"""

    url: str

    def reset(self, delay_ms: float = 0) -> None:
        """Forget everything, and wait so long before each answer from now on"""
        self._talk("POST", "reset", {})
        self._talk("POST", "delay", {"delay_ms": delay_ms})
        self._talk("DELETE", "requests")

    def taken(self) -> Asked:
        """Take what stands in the request log, which is empty then"""
        calls: list[dict[str, Any]] = json.loads(self._talk("GET", "requests"))
        self._talk("DELETE", "requests")
        edges = [(call["start"], 1) for call in calls] + [(call["end"], -1) for call in calls]
        now = most = 0
        for _, step in sorted(edges):
            now += step
            most = max(most, now)
        seconds = max(edges)[0] - min(edges)[0] if edges else 0.0
        return Asked(Counter(call["operation"] for call in calls), most, seconds)

    def _talk(self, method: str, door: str, order: Mapping[str, Any] | None = None) -> bytes:
        body = None if order is None else json.dumps(order).encode()
        request = urllib.request.Request(f"{self.url}/_pipectl/{door}", body, method=method)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310  our own server's address
            read: bytes = answer.read()
            return read


@contextmanager
def local_aws(folder: Path, *options: str) -> Iterator[LocalAws]:
    """Start a server whose state lies in the folder, with options of `local start`, and end it"""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder)}

    def ask(*words: str) -> Any:
        line = [sys.executable, "-m", "pipectl", "local", *words, "-o", "json"]
        return json.loads(subprocess.run(line, env=environment, capture_output=True, check=True).stdout)

    url = ask("start", *options)["url"]
    try:
        yield LocalAws(url)
    finally:
        ask("stop")
