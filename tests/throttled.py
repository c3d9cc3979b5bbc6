"""A local AWS that throttles by AWS's quotas, and a connection to it, both on a clock that tests move."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipectl.aws.pace import Clock
from pipectl.aws.session import Connection, Endpoint
from pipectl.stop import Stop

if TYPE_CHECKING:
    from pipectl.local.server import Server


class ServerTime(Clock):
    """The time of a local AWS: whoever waits moves it on, so that no waiting takes time"""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._lock = threading.Lock()
        self.waited = 0.0

    def now(self) -> float:
        return float(self._server.world.now().timestamp())

    def wait_until(self, moment: float, stop: Stop) -> bool:
        with self._lock:
            ahead = max(0.0, moment - self.now())
            self._server.world.clock.advance(ahead)
            self.waited += ahead
        return stop.is_set()


def connect(
    server: "Server",
    account: str,
    say: Callable[[str], None],
    *,
    has_quotas: bool = False,
    **options: Any,
) -> Connection:
    """A connection on the server's time; with `has_quotas` it keeps the documented pace from the start"""
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "local"}
    endpoint = Endpoint(server.url, keys, has_quotas=has_quotas)
    given = {"patience": 0, "clock": ServerTime(server), **options}
    return Connection(endpoint=endpoint, region="eu-west-1", say=say, **given)
