"""Commands typed on a terminal of their own, with keys that are pressed when a text appears."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_S = 60
AGAIN_S = 3
"""A signal that comes just before Python blocks in a read is not heard; a person presses the key again."""


@dataclass
class Typed:
    """What a command did: its exit code, the terminal's text, and what went into the pipe behind stdout"""

    exit_code: int
    screen: str
    stdout: str


def type_on_terminal(
    *words: str, environment: Mapping[str, str | None], keys: Mapping[str, str | int] | None = None
) -> Typed:
    """Type a command; `keys` are typed, or signals sent, once their text has appeared"""
    mine, theirs = pty.openpty()
    given = {name: value for name, value in environment.items() if value is not None}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipectl", *words],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", **given},
        start_new_session=True,
    )
    os.close(theirs)
    screen = _watched(mine, process, dict(keys or {}))
    try:
        stdout, _ = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
    os.close(mine)
    return Typed(process.returncode, screen, stdout.decode())


def _watched(terminal: int, process: "subprocess.Popen[bytes]", keys: dict[str, str | int]) -> str:
    screen, deadline = b"", time.monotonic() + LONGEST_S
    sent: int | None = None
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], AGAIN_S)[0]:
            if sent is not None:
                process.send_signal(sent)
            continue
        try:
            read = os.read(terminal, 65536)
        except OSError:  # the process has closed its side
            break
        if not read:
            break
        screen += read
        for text in [each for each in keys if each.encode() in screen]:
            key = keys.pop(text)
            if isinstance(key, int):
                sent = key
                process.send_signal(key)
            else:
                os.write(terminal, key.encode())
    return screen.decode()
