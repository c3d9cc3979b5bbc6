"""The local AWS: moto plus what it lacks, over HTTP on 127.0.0.1. It knows nothing of the rest of pipectl."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.options import Options
    from pipectl.local.server import Server


@contextmanager
def running(
    port: int = 0,
    *,
    delay_ms: float = 0,
    role_delay_s: float = 0,
    checks_answers: bool = True,
    options: Options | None = None,
) -> Iterator[Server]:
    """Serve in this process while the context is open.

    moto keeps one state per process: two servers in one process share what moto answers, so give them
    accounts apart.
    An answer of an own service that its service model does not allow is raised when the context closes.
    """
    from pipectl.local.server import Server

    server = Server(
        delay_ms=delay_ms, role_delay_s=role_delay_s, checks_answers=checks_answers, options=options
    )
    server.listen(port)
    thread = threading.Thread(target=server.serve, name="local AWS", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
    if server.failures:
        raise server.failures[0]
