"""Where the background server is: its files, and what it says of itself when it is asked.

Only the standard library is imported here: every `--local` command passes through.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HOST = "127.0.0.1"
_ANSWER_S = 5.0


@dataclass(frozen=True)
class Endpoint:
    """A server that answers."""

    url: str
    pid: int
    key: str = ""  # of a private server
    throttle: bool = False  # whether it enforces AWS's quotas


def folder() -> Path:
    """Where port file, lock and log lie (XDG Base Directory Specification: state)"""
    home = os.environ.get("XDG_STATE_HOME", "")
    state = Path(home) if os.path.isabs(home) else Path.home() / ".local" / "state"  # noqa: PTH117  a Path is never empty
    return state / "pipectl" / "local"


def write_port_file(port: int, key: str = "", *, throttle: bool = False) -> None:
    """Tell everyone where this process listens; readers see the old file or the new one, never a half"""
    fresh = port_file().with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"pid": os.getpid(), "port": port, "key": key, "throttle": throttle}))
    fresh.replace(port_file())


def forget_port_file() -> None:
    """Remove the port file if it is about this process"""
    told = written()
    if told and told.pid == os.getpid():
        port_file().unlink(missing_ok=True)


def found() -> Endpoint | None:
    """Find the server of the port file, if it lives and says itself that it is that process"""
    told = written()
    said = health(told) if told else None
    return told if told and said and said.get("pid") == told.pid else None


def written() -> Endpoint | None:
    """Read the port file; None: there is none that can be read"""
    try:
        said = json.loads(port_file().read_text())
        url, pid = url_of(int(said["port"])), int(said["pid"])
        return Endpoint(url, pid, str(said.get("key", "")), bool(said.get("throttle")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def health(endpoint: Endpoint) -> dict[str, Any] | None:
    """Ask a server who it is; None: it is none of ours"""
    body = talk(endpoint, "GET", "/_pipectl/health")
    try:
        said = json.loads(body) if body else None
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.get("service") == "pipectl local" else None


def talk(endpoint: Endpoint, method: str, path: str, body: bytes = b"") -> bytes | None:
    """Send one request by hand: http.client takes longer to import than the server to answer"""
    port = int(endpoint.url.rpartition(":")[2])
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {_HOST}:{port}",
        f"Content-Length: {len(body)}",
        f"X-Pipectl-Key: {endpoint.key}",
        "Connection: close",
    ]
    request = "\r\n".join([*lines, "", ""])
    try:
        with socket.create_connection((_HOST, port), timeout=_ANSWER_S) as connection:
            connection.sendall(request.encode() + body)
            with connection.makefile("rb") as stream:
                answer = stream.read()
    except OSError:
        return None
    head, _, said = answer.partition(b"\r\n\r\n")
    return said if head.startswith(b"HTTP/1.1 200") else None


def url_of(port: int) -> str:
    """Name the address of a port"""
    return f"http://{_HOST}:{port}"


def port_file() -> Path:
    """Who listens where"""
    return folder() / "server.json"


def lock_file() -> Path:
    """Held by the server for as long as it lives"""
    return folder() / "lock"


def log_file() -> Path:
    """What the server has to tell"""
    return folder() / "server.log"
