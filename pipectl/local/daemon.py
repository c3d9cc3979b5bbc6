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
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipectl.local import finding, places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.finding import Endpoint

DEFAULT_PORT = 4571  # taken? then any free one, unless the user named it
READY = "ready"  # what the server writes into its pipe when it listens
_START_S = 60.0
_STOP_S = 10.0
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
class Status:
    """A running server, as it says itself."""

    url: str
    pid: int
    version: str
    started: float  # epoch seconds
    log: str
    throttle: bool = False
    iam: bool = True  # False: permissions are not evaluated


def ensure(port: int | None = None, options: Mapping[str, Any] | None = None) -> Endpoint:
    """Find the running server, or start it with these options (options.py).

    A port that is named must be the one it listens on; options cannot be given to a server that runs.
    """
    running = finding.found()
    if running is None:
        _require_moto()
        running = _start_once(port, options or {})
    elif options:
        raise LocalError(
            f"the local AWS already runs on {running.url} (process {running.pid}), with options of its own",
            "`pipectl local stop` ends it, and all that was made in it; then start it anew",
        )
    if port and running.url != finding.url_of(port):
        raise LocalError(
            f"the local AWS already runs on {running.url} (process {running.pid})",
            "`pipectl local stop` ends it, and all that was made in it",
        )
    return running


def stop() -> int | None:
    """End the server that the port file names and that says the same of itself; None: there was none"""
    running = finding.found()
    if running is None:
        return None
    os.kill(running.pid, signal.SIGTERM)
    if not _freed(_STOP_S):
        os.kill(running.pid, signal.SIGKILL)
        _freed(_STOP_S)
    finding.port_file().unlink(missing_ok=True)
    return running.pid


def status() -> Status | None:
    """Ask the running server; None: there is none"""
    running = finding.found()
    said = finding.health(running) if running else None
    if running is None or said is None:
        return None
    return Status(
        running.url,
        running.pid,
        said["version"],
        said["started"],
        str(finding.log_file()),
        bool(said.get("throttle")),
        bool(said.get("iam", True)),
    )


def throttles() -> bool:
    """Whether the running server enforces AWS's quotas, as its port file says"""
    running = finding.written()
    return running is not None and running.throttle


def reset() -> bool:
    """Have the running server forget everything; False: there is none"""
    running = finding.found()
    if running is None:
        return False
    if finding.talk(running, "POST", "/_pipectl/reset") is None:
        raise LocalError(f"the local AWS on {running.url} did not answer", f"see {finding.log_file()}")
    return True


def connect(connection: str, path: str) -> None:
    """Let a connection (by ARN) lead to a Git repository on this machine, or to a folder of OWNER/NAME"""
    order = json.dumps({"connection": connection, "path": str(Path(path).resolve())}).encode()
    if finding.talk(ensure(), "POST", "/_pipectl/connect", order) is None:
        raise LocalError(
            f"the local AWS cannot connect `{connection}` to `{path}`",
            "name the connection by its ARN, and a folder that is there",
        )


def environment(account: str | None = None, region: str | None = None) -> dict[str, str]:
    """What other clients need to talk to the server, which is started when it does not run"""
    here = region or places.configured()
    running = ensure()
    return {
        "AWS_ENDPOINT_URL": running.url,
        "AWS_ACCESS_KEY_ID": f"{account or places.DEFAULT_ACCOUNT}{running.key}",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": here,
        "AWS_DEFAULT_REGION": here,  # boto3 and version 1 of the AWS CLI know only this one
    }


def _start_once(port: int | None, options: Mapping[str, Any]) -> Endpoint:
    """Whoever gets the lock starts the server; all others wait until it answers"""
    _make_folder()
    deadline = time.monotonic() + _START_S
    with finding.lock_file().open("a") as lock:
        while time.monotonic() < deadline:
            if _take(lock.fileno()):
                return _start(port, lock.fileno(), options)
            running = finding.found()
            if running:
                return running
            time.sleep(_LOOK_AGAIN_S)
    raise LocalError(
        f"the local AWS holds {finding.lock_file()} but does not answer",
        f"end the process that holds it (see {finding.log_file()}) and try again",
    )


def _start(port: int | None, lock: int, options: Mapping[str, Any]) -> Endpoint:
    """The server tells through a pipe when it listens, so nobody has to look again and again"""
    reader, writer = os.pipe()
    try:
        _spawn(port, lock, writer, options)
    finally:
        os.close(writer)
    said = _first_line(reader)
    running = finding.written()
    if said != READY or running is None:
        raise _start_failed(said)
    return running


def _spawn(port: int | None, lock: int, writer: int, options: Mapping[str, Any]) -> None:
    """A process of its own session: it survives the terminal, and Ctrl-C there is not for it.

    It leaves its parent at once (__main__.py), so the one that we wait for has ended soon.
    """
    home = Path(__file__).resolve().parents[2]  # `-m` looks for modules in its working folder first
    numbers = (port or 0, lock, writer)
    command = [sys.executable, "-m", "pipectl.local", *map(str, numbers), json.dumps(dict(options))]
    _cut_log()
    with finding.log_file().open("ab") as log:
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
    lines = finding.log_file().read_text(errors="replace").splitlines()[-_LAST_LINES:]
    if not lines:
        return LocalError("the local AWS did not start, and its log is empty", "is the disk full?")
    told = "\n".join(("the local AWS did not start; its log ends with", *(f"  {line}" for line in lines)))
    return LocalError(told, f"the whole log is {finding.log_file()}")


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _freed(seconds: float) -> bool:
    """Wait until no server holds the lock"""
    deadline = time.monotonic() + seconds
    with finding.lock_file().open("a") as lock:
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
        raise LocalError(f"the local AWS needs {', '.join(missing)}", "pip install 'pipectl-aws[local]'")


def _make_folder() -> None:
    try:
        finding.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        finding.lock_file().touch()
    except OSError as error:
        raise LocalError(
            f"cannot write {finding.folder()}: {error.strerror}", "XDG_STATE_HOME names another place"
        ) from None


def _cut_log() -> None:
    if finding.log_file().exists() and finding.log_file().stat().st_size > _LOG_LIMIT:
        finding.log_file().replace(finding.log_file().with_suffix(".log.1"))
