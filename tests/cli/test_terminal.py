"""What only a terminal shows: live lines, questions, Ctrl-C."""

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipectl.local.server import Server

Client = Callable[[str], Any]

ROOT = Path(__file__).parents[2]
LONGEST_S = 60


@dataclass
class Typed:
    """What a command did: its exit code, the terminal's text, and what went into the pipe behind stdout"""

    exit_code: int
    screen: str
    stdout: str


Type = Callable[..., Typed]


@pytest.fixture
def type_(server: Server, environment: dict[str, str | None]) -> Type:
    """Type a command on a terminal; `keys` are typed each time that its text appears"""

    def run(*words: str, keys: dict[str, str | int] | None = None) -> Typed:
        mine, theirs = pty.openpty()
        command = [sys.executable, "-m", "pipectl", "--endpoint-url", server.url, *words]
        given = {name: value for name, value in environment.items() if value is not None}
        process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", **given},
            start_new_session=True,
        )
        os.close(theirs)
        screen = _watched(mine, process, dict(keys or {}))
        stdout, _ = process.communicate(timeout=LONGEST_S)
        os.close(mine)
        return Typed(process.returncode, screen, stdout.decode())

    return run


def _watched(terminal: int, process: "subprocess.Popen[bytes]", keys: dict[str, str | int]) -> str:
    screen = b""
    while select.select([terminal], [], [], LONGEST_S)[0]:
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
                process.send_signal(key)
            else:
                os.write(terminal, key.encode())
    return screen.decode()


def test_on_a_terminal_every_step_settles_in_its_line(type_: Type, friendreminders: str) -> None:
    typed = type_("create", friendreminders)
    assert typed.exit_code == 0
    settled = [line for line in typed.screen.splitlines() if "✓" in line and "ecr repository" in line]
    assert len(settled) == 1
    assert "\x1b[" in typed.screen
    assert "\x1b[" not in typed.stdout
    assert "✓ 14 created in " in typed.stdout


def test_no_color_leaves_the_words(type_: Type, friendreminders: str) -> None:
    typed = type_("create", friendreminders, "--no-color")
    assert "\x1b[32m" not in typed.screen
    assert "✓" in typed.screen


def test_data_on_stdout_is_never_mixed_with_progress(type_: Type, friendreminders: str) -> None:
    typed = type_("create", friendreminders, "-o", "json")
    assert typed.stdout.startswith("{\n")
    assert "✓ ecr repository" in typed.screen.replace("\x1b[32m", "").replace("\x1b[0m", "")


@pytest.mark.parametrize(("answer", "exit_code"), [("y\r", 0), ("n\r", 1)])
def test_an_adoption_is_asked_about(
    answer: str, exit_code: int, type_: Type, friendreminders: str, client: Client
) -> None:
    client("ecr").create_repository(repositoryName="rails_app")
    typed = type_("create", friendreminders, keys={"Take it over? [y/N]": answer})
    assert "no stack owns ecr repository `rails_app`" in typed.screen
    assert typed.exit_code == exit_code
    made = bool(client("codepipeline").list_pipelines()["pipelines"])
    assert made is (exit_code == 0)


def test_ctrl_c_lists_what_was_done_and_a_second_create_goes_on(
    type_: Type, friendreminders: str, server: Server
) -> None:
    server.delay_ms = 150
    try:
        typed = type_("create", friendreminders, keys={"ecs cluster": signal.SIGINT})
    finally:
        server.delay_ms = 0
    assert typed.exit_code == 130
    assert "error:" in typed.screen
    assert "interrupted: " in typed.screen
    assert "not tried:" in typed.screen
    assert "Traceback" not in typed.screen
    again = type_("create", friendreminders)
    assert again.exit_code == 0
    assert "as the spec says" in again.stdout


def test_ctrl_c_at_a_question_writes_nothing(type_: Type, friendreminders: str, client: Client) -> None:
    client("ecr").create_repository(repositoryName="rails_app")
    typed = type_("create", friendreminders, keys={"[y/N]": signal.SIGINT})
    assert typed.exit_code == 130
    assert "Traceback" not in typed.screen
    assert client("codepipeline").list_pipelines()["pipelines"] == []
