"""The processes of a build: ended as a group, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHELL = "/bin/sh"
_GRACE_S = 2.0
_WATCH = 'read -r word; [ "$word" = done ] || kill -KILL "-$1" 2>/dev/null'


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole group of a process to end, then make it end"""
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def end_marked(mark: str) -> None:
    """End what left the group (setsid) but carries the build's mark in its environment, which Linux tells"""
    for pid in _marked(mark.encode()):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _marked(mark: bytes) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes() and int(process.name) != os.getpid():
                yield int(process.name)


class Watch:
    """Kills a group when this process dies without having said that it is done."""

    def __init__(self, group: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603  the words are ours
            [_SHELL, "-c", _WATCH, "watch", str(group)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )

    def close(self) -> None:
        with suppress(OSError):
            self._process.communicate(b"done\n", timeout=_GRACE_S)
