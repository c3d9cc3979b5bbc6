"""HTTP/1.1 on 127.0.0.1: keeps connections open and sends each answer in one piece.

werkzeug's own server closes the connection after every answer, which costs an SDK a new connection per call.
"""

from __future__ import annotations

import http
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.wire import Answer

    Application = Callable[[dict[str, Any], bytes], Answer | None]

_BODILESS = (204, 304)


class Handler(MotoRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise every answer waits for the client's delayed ACK, 40 ms
    wbufsize = -1  # head and body leave in one packet
    timeout = 300  # an idle connection's thread ends

    def run_wsgi(self) -> None:
        """Read one request completely, answer it, and leave the connection ready for the next"""
        environ = self.make_environ()
        application: Application = self.server.app  # type: ignore[assignment]
        answer = application(environ, self._body(environ))
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    def _body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            body: bytes = environ["wsgi.input"].read()
            return body
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _send(self, answer: Answer) -> None:
        names = {name.lower() for name in answer.headers}
        self.send_response(answer.status, _phrase(answer.status))
        for name, value in answer.headers.items():
            if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                self.send_header(name, str(value))
        head_only = self.command == "HEAD"
        if "content-length" not in names and answer.status not in _BODILESS:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not head_only and answer.status not in _BODILESS:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The request log knows more (control.py)"""


class Listener(ThreadedWSGIServer):
    """One thread per connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256


def listen(port: int, application: Application) -> Listener:
    """Bind 127.0.0.1; port 0 takes a free one; OSError when a named port is taken"""
    return Listener("127.0.0.1", port, application, Handler)  # type: ignore[arg-type]


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""
