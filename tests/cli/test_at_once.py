"""Two commands at once on one stack: the second waits for the first, and never mixes with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest
import yaml
from click.testing import Result
from filelock import FileLock

from pipectl.local.server import Server
from tests.cli.conftest import changes
from tests.shop import until

ROOT = Path(__file__).parents[2]
WAITS = "another pipectl is at work on the stack friendreminders; waiting for it to end"

Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]
Beside = Callable[..., "tuple[subprocess.Popen[str], subprocess.Popen[str]]"]


@pytest.fixture
def start(server: Server, environment: dict[str, str | None], tmp_path: Path) -> Iterator[Start]:
    """Start a command and let it run; what still runs ends with the test"""
    given = {name: value for name, value in environment.items() if value is not None}
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **given}

    with ExitStack() as stack:

        def start(*words: str) -> "subprocess.Popen[str]":
            command = [sys.executable, "-m", "pipectl", "--endpoint-url", server.url, *words]
            pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
            process = stack.enter_context(
                subprocess.Popen(
                    command, env=env, stdin=nothing, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path
                )
            )
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def beside(server: Server, start: Start) -> Iterator[Beside]:
    """Start a command while another one writes, which stands still after a first write until `ended`"""

    def beside(
        first: str, *words: str, text: str = WAITS
    ) -> "tuple[subprocess.Popen[str], subprocess.Popen[str]]":
        server.requests.clear()
        server.delay_ms = 100
        writer = start("create", first)
        until(lambda: any(call.operation.startswith("Create") for call in server.requests.all()))
        writer.send_signal(signal.SIGSTOP)
        server.delay_ms = 0
        other = start(*words)
        until_said(other.stderr, text)
        return writer, other

    yield beside
    server.delay_ms = 0


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    process.send_signal(signal.SIGCONT)
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


def until_said(stream: "IO[str] | None", text: str) -> None:
    assert stream is not None
    for line in stream:
        if text in line:
            return
    raise AssertionError(f"{text!r} was never said")


def test_two_creates_at_once_both_end_well(beside: Beside, friendreminders: str) -> None:
    first, second = beside(friendreminders, "create", friendreminders)
    assert ended(first)[0] == 0
    code, stdout, _ = ended(second)
    assert (code, stdout.startswith("friendreminders is as the spec says: 14 resources, ")) == (0, True)


def test_two_versions_of_a_spec_at_once_never_mix(
    beside: Beside, friendreminders: str, tmp_path: Path, run: Run
) -> None:
    other = tmp_path / "other.yaml"
    text = Path(friendreminders).read_text(encoding="utf-8")
    other.write_text(text.replace("branch: master", "branch: main"), encoding="utf-8")
    first, second = beside(friendreminders, "create", "--yes", str(other))
    assert (ended(first)[0], ended(second)[0]) == (0, 0)
    assert "is as the spec says" in run("plan", str(other)).stdout


def test_what_the_first_leaves_behind_is_an_orphan_to_the_second(
    beside: Beside, friendreminders: str, tmp_path: Path
) -> None:
    """What was looked for before the waiting is looked for again"""
    first = tmp_path / "first.yaml"
    values = yaml.safe_load(Path(friendreminders).read_text(encoding="utf-8"))
    values["codepipeline"]["Passing"] = values["codepipeline"]["FriendReminders"]
    first.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    writer, second = beside(str(first), "create", friendreminders)
    assert ended(writer)[0] == 0
    code, stdout, _ = ended(second)
    assert code == 0
    assert "  ! pipeline               Passing\n" in stdout


def test_destroy_waits_for_create(beside: Beside, friendreminders: str, client: Callable[[str], Any]) -> None:
    first, second = beside(friendreminders, "destroy", "--yes", friendreminders)
    assert (ended(first)[0], ended(second)[0]) == (0, 0)
    assert client("codepipeline").list_pipelines()["pipelines"] == []


def test_a_command_that_is_killed_leaves_no_lock(start: Start, beside: Beside, friendreminders: str) -> None:
    first, second = beside(friendreminders, "create", friendreminders)
    first.kill()
    second.kill()
    ended(first)
    ended(second)

    def created() -> bool:
        """Calls that were under way when the first was killed may land after the next one's reads"""
        code, _, stderr = ended(start("create", friendreminders))
        assert "waiting" not in stderr
        return code == 0

    until(created)


def test_the_waiting_for_another_writer_ends_with_the_timeout(
    run: Run, environment: dict[str, str | None], account: str, friendreminders: str, server: Server
) -> None:
    folder = Path(str(environment["XDG_STATE_HOME"])) / "pipectl" / "at-work"
    folder.mkdir(parents=True)
    server.requests.clear()
    with FileLock(folder / f"{account}_ap-southeast-1_friendreminders.lock"):
        result = run("create", friendreminders, "--wait", "--timeout", "1s")
    assert result.exit_code == 5, result.output
    assert "error: another pipectl is still at work on the stack friendreminders" in result.stderr
    assert [call.operation for call in server.requests.all() if changes(call.operation)] == []


def test_ctrl_c_ends_the_waiting_and_nothing_was_written(beside: Beside, friendreminders: str) -> None:
    first, second = beside(friendreminders, "destroy", "--yes", friendreminders)
    second.send_signal(signal.SIGINT)
    code, _, stderr = ended(second)
    assert (code, stderr) == (130, "interrupted while waiting; nothing was written\n")
    assert ended(first)[0] == 0


def test_another_stack_is_not_waited_for(beside: Beside, friendreminders: str, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("pipectl: 1\nname: other\nregion: ap-southeast-1\necr: {other: {}}\n", encoding="utf-8")
    first, second = beside(friendreminders, "create", str(other), text="ecr repository")
    assert (ended(first)[0], ended(second)[0]) == (0, 0)


def test_where_no_state_can_be_kept_it_works_without_a_lock(
    run: Run, friendreminders: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    result = run("create", friendreminders, XDG_STATE_HOME=str(file))
    assert result.exit_code == 0, result.output
