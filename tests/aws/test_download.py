"""What AWS hands out by a URL is fetched, but from nowhere odd and not without an end"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipectl.aws.download import MOST, download


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        sizes = {"/small": 5, "/largest": MOST, "/larger": MOST + 1}
        self.send_response(200 if self.path in sizes else 404)
        self.end_headers()
        self.wfile.write(b"x" * sizes.get(self.path, 0))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Quiet"""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_is_there_is_fetched(url: str) -> None:
    assert download(f"{url}/small") == b"xxxxx"


def test_what_is_too_large_is_not_had(url: str) -> None:
    assert len(download(f"{url}/largest") or b"") == MOST
    assert download(f"{url}/larger") is None


def test_what_is_missing_is_not_had(url: str) -> None:
    assert download(f"{url}/missing") is None


def test_plain_http_and_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    for place in (f"file://{tmp_path}/secret", "http://example.org/x", "ftp://127.0.0.1/x", "data:,x"):
        assert download(place) is None
