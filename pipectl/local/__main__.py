"""`python -m pipectl.local PORT LOCK READY OPTIONS`: the background process that daemon.py starts.

PORT 0 is the usual port, or a free one when that is taken. LOCK is an open, locked file: holding it says that
we live (builds do not get it: subprocess hands no open file on). READY is an open pipe: it gets one line,
that we listen or what went wrong, and is closed. OPTIONS are those of options.py, as JSON.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from pipectl.local import daemon, finding, motos, privacy
from pipectl.local.options import Options
from pipectl.local.server import Server

if TYPE_CHECKING:
    from types import FrameType

_log = logging.getLogger("pipectl.local")


def main() -> None:
    """Leave the parent, listen, tell it, answer until SIGTERM"""
    if os.fork():
        os._exit(0)
    port, _, ready = (int(argument) for argument in sys.argv[1:4])
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    _log.setLevel(logging.INFO)
    options = _options(json.loads(sys.argv[4]))
    server = Server(options=options)
    try:
        _listen(server, port)
    except OSError as error:
        _tell(ready, f"port {port} is taken" if error.errno == errno.EADDRINUSE else str(error))
        sys.exit(1)
    os.chdir("/")
    finding.write_port_file(server.port, options.key, throttle=options.throttle)
    _log.info("process %s listens on %s", os.getpid(), server.url)
    if not options.iam:
        _log.warning("permissions are not evaluated (--no-iam): every call is allowed")
    signal.signal(signal.SIGTERM, lambda number, frame: _stop(server, number, frame))
    threading.Thread(target=motos.warm, args=(server.world.lock,), name="warm", daemon=True).start()
    _tell(ready, daemon.READY)
    server.serve()
    finding.forget_port_file()


def _options(named: dict[str, Any]) -> Options:
    private = named.pop("private", False)
    return Options(**named, key=privacy.new_key() if private else "")


def _listen(server: Server, port: int) -> None:
    if port:
        server.listen(port)
        return
    try:
        server.listen(daemon.DEFAULT_PORT)
    except OSError:
        server.listen(0)


def _tell(ready: int, line: str) -> None:
    with os.fdopen(ready, "w") as stream:
        stream.write(line + "\n")


def _stop(server: Server, _number: int, _frame: FrameType | None) -> None:
    """From another thread: `close` waits for `serve`, which this signal interrupted"""
    threading.Thread(target=server.close, name="stop").start()


if __name__ == "__main__":
    main()
