"""Where AWS does not answer: it is said, and Ctrl-C ends the command at once instead of after minutes."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_S = 30
"""Far less than the first try of a call takes, which botocore gives up after 60 seconds."""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Where connections are taken and nothing is said"""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(LONGEST_S)
        yield listening


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    try:
        _, stderr = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
    return process.returncode, stderr


def started(environment: dict[str, str | None], url: str, *words: str) -> "subprocess.Popen[str]":
    given = {name: value for name, value in environment.items() if value is not None}
    return subprocess.Popen(
        [sys.executable, "-m", "pipectl", "--endpoint-url", url, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "", "PYTHONPATH": str(ROOT), **given},
    )


@pytest.mark.parametrize("command", ["create", "plan", "status", "destroy", "doctor"])
def test_ctrl_c_does_not_wait_for_an_answer(
    command: str, silent: socket.socket, environment: dict[str, str | None], friendreminders: str
) -> None:
    port = silent.getsockname()[1]
    process = started(environment, f"http://127.0.0.1:{port}", command, friendreminders)
    asked, _ = silent.accept()
    with asked:
        asked.recv(1)  # a call is under way
        process.send_signal(signal.SIGINT)
        code, stderr = ended(process)
    assert (code, stderr.strip()) == (130, "interrupted")
