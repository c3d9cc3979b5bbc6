"""The one background server of this user: started when needed, found by its port file, guarded by a lock.

The server holds the lock for as long as it lives, and the system frees it with the process, so no lock is
ever stale. Only the standard library is imported here: every `--local` command passes through.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_PORT = 4571  # taken? then any free one, unless the user named it
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
READY = "ready"  # what the server writes into its pipe when it listens
_HOST = "127.0.0.1"
_START_S = 60.0
_STOP_S = 10.0
_ANSWER_S = 5.0
_LOOK_AGAIN_S = 0.02
_LOG_LIMIT = 1_000_000
_LAST_LINES = 8


class LocalError(Exception):
    """What keeps the local AWS from running, and the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Endpoint:
    """A server that answers."""

    url: str
    pid: int


@dataclass(frozen=True)
class Status:
    """A running server, as it says itself."""

    url: str
    pid: int
    version: str
    started: float  # epoch seconds
    log: str


def folder() -> Path:
    """Where port file, lock and log lie (XDG Base Directory Specification: state)"""
    home = os.environ.get("XDG_STATE_HOME", "")
    state = Path(home) if os.path.isabs(home) else Path.home() / ".local" / "state"  # noqa: PTH117
    return state / "pipectl" / "local"


def ensure(port: int | None = None) -> Endpoint:
    """Find the running server, or start it; a port that is named must be the one it listens on"""
    running = _found()
    if running is None:
        _require_moto()
        running = _start_once(port)
    if port and running.url != _url(port):
        raise LocalError(
            f"the local AWS already runs on {running.url} (process {running.pid})",
            "`pipectl local stop` ends it, and all that was made in it",
        )
    return running


def stop() -> int | None:
    """End the server that the port file names and that says the same of itself; None: there was none"""
    running = _found()
    if running is None:
        return None
    os.kill(running.pid, signal.SIGTERM)
    if not _freed(_STOP_S):
        os.kill(running.pid, signal.SIGKILL)
        _freed(_STOP_S)
    _port_file().unlink(missing_ok=True)
    return running.pid


def status() -> Status | None:
    """Ask the running server; None: there is none"""
    running = _found()
    said = _health(running) if running else None
    if running is None or said is None:
        return None
    return Status(running.url, running.pid, said["version"], said["started"], str(_log_file()))


def place(region: str | None = None) -> tuple[str, str] | None:
    """The one account and Region that hold a pipeline; the default account's when others do too"""
    running = _found()
    said = _health(running) if running else None
    held = [(account, where) for account, where in (said or {}).get("pipelines_in", ())]
    fitting = [each for each in held if region in (None, each[1])]
    ours = [each for each in fitting if each[0] == DEFAULT_ACCOUNT] or fitting
    return ours[0] if len(ours) == 1 else None


def reset() -> bool:
    """Have the running server forget everything; False: there is none"""
    running = _found()
    if running is None:
        return False
    if _talk(running, "POST", "/_pipectl/reset") is None:
        raise LocalError(f"the local AWS on {running.url} did not answer", f"see {_log_file()}")
    return True


def environment(account: str | None = None, region: str | None = None) -> dict[str, str]:
    """What other clients need to talk to the server, which is started when it does not run"""
    here = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    return {
        "AWS_ENDPOINT_URL": ensure().url,
        "AWS_ACCESS_KEY_ID": account or DEFAULT_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": here,
        "AWS_DEFAULT_REGION": here,  # boto3 and version 1 of the AWS CLI know only this one
    }


def write_port_file(port: int) -> None:
    """Tell everyone where this process listens; readers see the old file or the new one, never a half"""
    fresh = _port_file().with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"pid": os.getpid(), "port": port}))
    fresh.replace(_port_file())


def forget_port_file() -> None:
    """Remove the port file if it is about this process"""
    written = _written()
    if written and written.pid == os.getpid():
        _port_file().unlink(missing_ok=True)


def _found() -> Endpoint | None:
    """The server of the port file, if it lives and says itself that it is that process"""
    written = _written()
    said = _health(written) if written else None
    return written if written and said and said.get("pid") == written.pid else None


def _written() -> Endpoint | None:
    try:
        said = json.loads(_port_file().read_text())
        return Endpoint(_url(int(said["port"])), int(said["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _health(endpoint: Endpoint) -> dict[str, Any] | None:
    body = _talk(endpoint, "GET", "/_pipectl/health")
    try:
        said = json.loads(body) if body else None
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.get("service") == "pipectl local" else None


def _talk(endpoint: Endpoint, method: str, path: str) -> bytes | None:
    """Send one request by hand: http.client takes longer to import than the server to answer"""
    port = int(endpoint.url.rpartition(":")[2])
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: {_HOST}:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    try:
        with socket.create_connection((_HOST, port), timeout=_ANSWER_S) as connection:
            connection.sendall(request.encode())
            with connection.makefile("rb") as stream:
                answer = stream.read()
    except OSError:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    return body if head.startswith(b"HTTP/1.1 200") else None


def _start_once(port: int | None) -> Endpoint:
    """Whoever gets the lock starts the server; all others wait until it answers"""
    _make_folder()
    deadline = time.monotonic() + _START_S
    with _lock_file().open("a") as lock:
        while time.monotonic() < deadline:
            if _take(lock.fileno()):
                return _start(port, lock.fileno())
            running = _found()
            if running:
                return running
            time.sleep(_LOOK_AGAIN_S)
    raise LocalError(
        f"the local AWS holds {_lock_file()} but does not answer",
        f"end the process that holds it (see {_log_file()}) and try again",
    )


def _start(port: int | None, lock: int) -> Endpoint:
    """The server tells through a pipe when it listens, so nobody has to look again and again"""
    reader, writer = os.pipe()
    try:
        _spawn(port, lock, writer)
    finally:
        os.close(writer)
    said = _first_line(reader)
    running = _written()
    if said != READY or running is None:
        raise _start_failed(said)
    return running


def _spawn(port: int | None, lock: int, writer: int) -> None:
    """A process of its own session: it survives the terminal, and Ctrl-C there is not for it.

    It leaves its parent at once (__main__.py), so the one that we wait for has ended soon.
    """
    home = Path(__file__).resolve().parents[2]  # `-m` looks for modules in its working folder first
    command = [sys.executable, "-m", "pipectl.local", str(port or 0), str(lock), str(writer)]
    _cut_log()
    with _log_file().open("ab") as log:
        subprocess.run(  # noqa: S603  our own module
            command,
            cwd=home,
            env=_clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock, writer),
            start_new_session=True,
            check=False,  # what went wrong comes through the pipe or stands in the log
        )


def _clean_environment() -> dict[str, str]:
    """The user's AWS profile and moto's switches are not for the server"""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}


def _first_line(reader: int) -> str:
    """What the server says when it listens; "" when it died or took too long"""
    with os.fdopen(reader, "rb") as stream:
        ready, _, _ = select.select([stream], [], [], _START_S)
        return stream.readline().decode().strip() if ready else ""


def _start_failed(said: str) -> LocalError:
    if said:
        return LocalError(said, "name another port, or none: then a free one is taken")
    lines = _log_file().read_text(errors="replace").splitlines()[-_LAST_LINES:]
    told = "\n".join(("the local AWS did not start; its log ends with", *(f"  {line}" for line in lines)))
    return LocalError(told, f"the whole log is {_log_file()}")


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _freed(seconds: float) -> bool:
    """Wait until no server holds the lock"""
    deadline = time.monotonic() + seconds
    with _lock_file().open("a") as lock:
        while not _take(lock.fileno()):
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_AGAIN_S)
    return True


def _require_moto() -> None:
    missing = [
        name for name in ("moto", "werkzeug", "flask", "flask_cors") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise LocalError(f"the local AWS needs {', '.join(missing)}", "pip install 'pipectl[local]'")


def _make_folder() -> None:
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _lock_file().touch()
    except OSError as error:
        raise LocalError(
            f"cannot write {folder()}: {error.strerror}", "XDG_STATE_HOME names another place"
        ) from None


def _cut_log() -> None:
    if _log_file().exists() and _log_file().stat().st_size > _LOG_LIMIT:
        _log_file().replace(_log_file().with_suffix(".log.1"))


def _url(port: int) -> str:
    return f"http://{_HOST}:{port}"


def _port_file() -> Path:
    return folder() / "server.json"


def _lock_file() -> Path:
    return folder() / "lock"


def _log_file() -> Path:
    return folder() / "server.log"
