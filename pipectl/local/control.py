"""The doors beside AWS: health, reset, the request log, delay, and faults that tests order."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local import connections
from pipectl.local.gaps import layers
from pipectl.local.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.server import Server

PREFIX = "/_pipectl/"
MOTO_RESET = "/moto-api/reset"
"""moto documentation, "Server Mode", "Reset API": suites that were written for moto run unchanged."""
_REMEMBERED = 20_000  # calls that the log keeps; a run of 30 systems makes about 1,000


@dataclass(frozen=True)
class Logged:
    """One answered call."""

    service: str
    operation: str
    start: float
    end: float
    status: int  # 0: the connection was closed without an answer
    account: str = ""
    region: str = ""


class RequestLog:
    """The last calls, in the order in which they were answered."""

    def __init__(self) -> None:
        self._calls: deque[Logged] = deque(maxlen=_REMEMBERED)

    def add(self, request: Request, start: float, status: int) -> None:
        """Remember a call that ends now"""
        place = (request.account, request.region)
        self._calls.append(Logged(request.service, request.operation, start, time.time(), status, *place))

    def all(self) -> list[Logged]:
        """List what is remembered"""
        return list(self._calls)

    def clear(self) -> None:
        """Forget everything"""
        self._calls.clear()


@dataclass
class Fault:
    """A call that shall go wrong. Without service and operation it is any call.

    `after` lets so many matching calls through first; `times` ends it (None: never). `close` drops the
    connection without an answer; `after_effect` carries the call out before its answer is lost or replaced.
    """

    service: str | None = None
    operation: str | None = None
    times: int | None = None
    after: int = 0
    code: str = "InternalFailure"
    message: str = "a test ordered this"
    status: int = 400
    close: bool = False
    after_effect: bool = False

    def fits(self, request: Request) -> bool:
        """Whether the fault is meant for this call"""
        return self.service in (None, request.service) and self.operation in (None, request.operation)


@dataclass
class Faults:
    """The ordered faults; the first that fits and still counts is taken."""

    _ordered: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, faults: list[dict[str, Any]]) -> None:
        """Replace all faults"""
        with self._lock:
            self._ordered = [Fault(**fault) for fault in faults]

    def take(self, request: Request) -> Fault | None:
        """Find the fault for a call, and count it"""
        with self._lock:
            for fault in self._ordered:
                if fault.fits(request) and fault.times != 0:
                    if fault.after > 0:
                        fault.after -= 1
                        continue
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None


def is_control(path: str) -> bool:
    """Return whether a path leads to a control endpoint, ours or the one by which moto's clients reset it."""
    return path.startswith(PREFIX) or path == MOTO_RESET


def answer(server: Server, method: str, path: str, body: bytes) -> Answer:
    """Answer a request to a control endpoint"""
    if (method, path) == ("POST", MOTO_RESET):
        server.reset()
        return _json({"status": "ok"})
    door = (method, path.removeprefix(PREFIX))
    if door[1].startswith("sessions/"):
        return _json({"message": "The local AWS runs no containers: there is no session to open."}, 501)
    if door == ("GET", "health"):
        return _json(server.health())
    if door == ("GET", "requests"):
        return _json([asdict(call) for call in server.requests.all()])
    if door[0] == "GET" and door[1].startswith(layers.PATH):
        found = layers.content(server.world, door[1].removeprefix(layers.PATH))
        return Answer(
            404 if found is None else 200, {"Content-Type": "application/octet-stream"}, found or b""
        )
    if door == ("DELETE", "requests"):
        server.requests.clear()
        return _json({})
    if door[0] != "POST":
        return _json({"message": f"no such control endpoint: {method} {path}"}, 404)
    return _order(server, door[1], body)


def _order(server: Server, door: str, body: bytes) -> Answer:
    try:
        order = json.loads(body or b"{}")
        if door == "reset":
            server.reset()
        elif door == "delay":
            server.delay_ms = float(order["delay_ms"])
        elif door == "faults":
            server.faults.order(order)
        elif door == "clock":
            server.world.clock.advance(float(order["advance_s"]))
        elif door == "connect":
            connections.link(server.world, order["connection"], order["path"])
        else:
            return _json({"message": f"no such control endpoint: POST {PREFIX}{door}"}, 404)
    except (ValueError, TypeError, KeyError) as error:
        return _json({"message": f"bad request: {error!r}"}, 400)
    return _json({})


def health(started: float) -> dict[str, Any]:
    """Say who answers here"""
    return {"service": "pipectl local", "version": _version(), "pid": os.getpid(), "started": started}


def _json(value: Mapping[str, Any] | list[dict[str, Any]], status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(value).encode())


@functools.cache
def _version() -> str:
    try:
        return importlib.metadata.version("pipectl-aws")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
