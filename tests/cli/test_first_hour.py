"""The first hour: from an application to its deployment on the local AWS by what the screens print"""

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Typed, type_on_terminal

MOST_COMMANDS, MOST_SECONDS = 6, 180


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of a repository on GitHub, with a Dockerfile and a first commit"""
    folder = tmp_path / "shop"
    folder.mkdir()
    dockerfile = "FROM public.ecr.aws/docker/library/ruby:3.3-slim\nEXPOSE 3000\nCOPY . /app\n"
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    monkeypatch.chdir(folder)
    author = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    for words in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "git@github.com:example/shop.git"],
        ["add", "."],
        [*author, "commit", "-q", "-m", "First"],
    ):
        subprocess.run(["git", *words], check=True, timeout=60)
    return folder


@pytest.fixture
def newcomer(environment: dict[str, str | None]) -> Iterator[dict[str, str | None]]:
    """No configuration of AWS at all; the local AWS that is started ends with the test"""
    nothing = {name: value for name, value in environment.items() if "KEY" not in name}
    yield nothing
    type_on_terminal("local", "stop", environment=nothing)


def test_a_clone_of_github_is_deployed_by_what_init_prints(
    clone: Path, newcomer: dict[str, str | None]
) -> None:
    began = time.monotonic()
    keys: dict[str, str | int] = {"Region [us-east-1]": "\r" * 12}
    first = type_on_terminal("--local", "init", environment=newcomer, keys=keys)
    assert first.exit_code == 0, first.screen
    steps = first.stdout.partition("Next:\n")[2].splitlines()
    commands = [line.strip() for line in steps if line.startswith("  pipectl ")]
    done = [_typed(command, newcomer) for command in commands]
    assert 1 + len(done) <= MOST_COMMANDS
    assert time.monotonic() - began < MOST_SECONDS
    status = type_on_terminal("--local", "status", environment=newcomer)
    assert re.search(r"Deploy +✓", status.stdout), status.stdout


def test_create_says_how_the_connection_is_completed(clone: Path, newcomer: dict[str, str | None]) -> None:
    keys: dict[str, str | int] = {"Region [us-east-1]": "\r" * 12}
    assert type_on_terminal("--local", "init", environment=newcomer, keys=keys).exit_code == 0
    made = _typed("pipectl --local create", newcomer)
    told = re.findall(r"`([^`]+)`", made.stdout.rpartition("waiting for its connection: ")[2])
    assert [line.split()[:3] for line in told] == [
        ["pipectl", "local", "connect"], ["pipectl", "--local", "start"],
    ]  # fmt: skip
    for line in told:
        _typed(line, newcomer)
    again = _typed("pipectl --local create", newcomer)
    assert "waiting for" not in again.stdout


def _typed(line: str, environment: dict[str, str | None]) -> Typed:
    program, *words = shlex.split(line)
    assert program == "pipectl"
    done = type_on_terminal(*words, environment=environment)
    assert done.exit_code == 0, f"{line}\n{done.screen}{done.stdout}"
    return done
