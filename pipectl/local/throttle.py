"""The quotas of AWS's APIs, enforced: a call that finds its bucket empty is refused in the service's words.

The buckets and their sources are those of pipectl/facts/quotas.py.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pipectl.facts import quotas
from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.wire import Request


class Throttle:
    """The buckets of all accounts and Regions; `now` tells the seconds by which they fill."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str, str, str], tuple[float, float]] = {}

    def refusal(self, request: Request) -> Refused | None:
        """Take a token for a call; the error where there is none"""
        limit = quotas.quota(request.service, request.operation)
        if limit is None or self._take(request, limit):
            return None
        answer = quotas.refusal(request.service)
        return Refused(answer.code, answer.message, answer.status)

    def _take(self, request: Request, limit: quotas.Quota) -> bool:
        """A refused call costs no token (inferred: the ECS page speaks of requests that pass)"""
        region = request.region if limit.regional else ""
        key = (request.account, region, request.service, limit.name)
        with self._lock:
            now = self._now()
            tokens, before = self._buckets.get(key, (limit.burst, now))
            tokens = min(limit.burst, tokens + max(0.0, now - before) * limit.rate)
            taken = tokens >= 1
            self._buckets[key] = (tokens - 1 if taken else tokens, now)
        return taken
