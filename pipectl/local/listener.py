"""HTTP/1.1 on 127.0.0.1: keeps connections open and sends each answer in one piece.

werkzeug's own server closes the connection after every answer, which costs an SDK a new connection per call.
"""

from __future__ import annotations

import http
import os
import shutil
import socket
from collections.abc import Callable
from typing import Any, BinaryIO

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import get_input_stream

from pipectl.local import webhook_door
from pipectl.local.wire import Answer

Application = Callable[[dict[str, Any], bytes], Answer | None]

_HOST = "127.0.0.1"
_WAITING = 256  # connections that the system holds while all threads are busy
_BODILESS = (204, 304)
_OURS = ("connection", "transfer-encoding", "date", "server")  # headers that the connection decides
_METADATA = "x-amz-meta-"
STREAMED = "/git/"  # what comes there may be larger than memory: the application reads it itself


class Handler(WSGIRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise every answer waits for the client's delayed ACK, 40 ms
    wbufsize = -1  # head and body leave in one packet
    timeout = 300  # an idle connection's thread ends

    def run_wsgi(self) -> None:
        """Read one request completely, answer it, and leave the connection ready for the next"""
        environ = self.make_environ()
        if self._is_too_large(environ):
            self.close_connection = True
            self._send(Answer(http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {}, b""))
            return
        application: Application = self.server.app  # type: ignore[assignment]
        answer = application(environ, self._body(environ))
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    def handle_expect_100(self) -> bool:
        """Send "100 Continue" at once: SDKs wait a second for it before they upload to S3"""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def make_environ(self) -> dict[str, Any]:
        """Keep the spelling of S3 metadata: WSGI takes `a_b` for `a-b`, moto looks for it elsewhere"""
        environ = super().make_environ()
        names = {}
        for name, value in self.headers.items():
            key = f"HTTP_{name.upper().replace('-', '_')}"
            if "_" in name and name.lower().startswith(_METADATA) and key not in environ:
                environ[key] = value
                names[key] = name
        environ["moto.preserved_header_names"] = names
        return environ

    def _body(self, environ: dict[str, Any]) -> bytes:
        if environ["PATH_INFO"].startswith(STREAMED):
            environ["wsgi.input"] = get_input_stream(environ)
            return b""
        if environ.get("wsgi.input_terminated"):
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            body: bytes = environ["wsgi.input"].read()
            return body
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _is_too_large(self, environ: dict[str, Any]) -> bool:
        """Only of webhooks, which anybody may call: whether the body is longer than a Git host's"""
        if not environ["PATH_INFO"].startswith(webhook_door.PREFIX):
            return False
        length = environ.get("CONTENT_LENGTH") or "0"
        is_told = length.isdecimal() and not environ.get("wsgi.input_terminated")
        return not is_told or int(length) > webhook_door.LARGEST_BYTES

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status, _phrase(answer.status))
        for name, value in answer.headers.items():
            if name.lower() not in _OURS and (self.command == "HEAD" or name.lower() != "content-length"):
                self.send_header(name, str(value))
        if answer.file:
            self._send_file(answer.file)
            return
        if self.path.startswith(STREAMED):
            self.send_header("Connection", "close")  # perhaps not all of the request was read
        has_body = answer.status not in _BODILESS and self.command != "HEAD"
        if has_body:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if has_body:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _send_file(self, file: BinaryIO) -> None:
        with file:
            self.send_header("Content-Length", str(file.seek(0, os.SEEK_END)))
            self.end_headers()
            file.seek(0)
            shutil.copyfileobj(file, self.wfile)
        self.wfile.flush()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The request log knows more (control.py)"""


class Listener(ThreadedWSGIServer):
    """One thread per connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False


def listen(port: int, application: Application) -> Listener:
    """Bind 127.0.0.1; port 0 takes a free one; OSError when a named port is taken"""
    with socket.create_server((_HOST, port), backlog=_WAITING) as bound:
        # werkzeug ends the process when it cannot bind, so it gets a bound socket (it makes a copy)
        return Listener(_HOST, port, application, Handler, fd=bound.fileno())  # type: ignore[arg-type]


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""
