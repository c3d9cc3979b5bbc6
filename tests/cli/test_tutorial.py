"""The tutorial as a whole: config/friendreminders typed from start to end, with git and the docker shim"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

APPLICATION = Path(__file__).parents[2] / "config" / "friendreminders"
Type = Callable[..., str]


@pytest.fixture
def typed(tmp_path: Path) -> Iterator[Type]:
    """Type a line in the application's folder, as a user without any AWS configuration"""
    folder = tmp_path / "friendreminders"
    shutil.copytree(APPLICATION, folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIPECTL_"))}
    author = {"GIT_AUTHOR_NAME": "tung", "GIT_AUTHOR_EMAIL": "tung@example.com"}
    environment = {
        **kept,
        **author,
        **{name.replace("AUTHOR", "COMMITTER"): value for name, value in author.items()},
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
        "PYTHONPATH": str(APPLICATION.parents[1]),
    }

    def type_(line: str) -> str:
        line = (
            line.replace("pipectl ", f"{sys.executable} -m pipectl ") if line.startswith("pipectl") else line
        )
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    try:
        yield type_
    finally:
        type_("pipectl local stop")


def eventually(typed: Type, promise: Callable[[str], bool]) -> str:
    """Look at the status until it is as promised"""
    deadline = time.monotonic() + 60
    while not promise(told := typed("pipectl --local status")):
        assert time.monotonic() < deadline, told
        threading.Event().wait(0.3)
    return told


def test_the_tutorial_pushes_builds_holds_opens_and_deploys(typed: Type) -> None:
    typed("pipectl local start --lenient-runtimes")
    created = typed("pipectl --local create")
    push = next(line.split("`")[1] for line in created.splitlines() if "`git push" in line)
    typed("git init -q -b master && git add . && git commit -q -m 'First reminder'")
    typed(push)
    first = eventually(typed, lambda told: "rollout completed" in told)
    assert "2/2 running" in first
    assert "rails_app:v" in first

    typed("pipectl --local disable-transition Deploy --reason 'Waiting for the audit'")
    typed("git commit -q --allow-empty -m 'Remind friends twice'")
    typed(push)
    held = eventually(typed, lambda told: "waits here" in told)
    assert "closed by root" in held
    assert '"Waiting for the audit"' in held
    assert _image(held) == _image(first)

    typed("pipectl --local enable-transition Deploy")
    deployed = eventually(typed, lambda told: _image(told) != _image(first) and "rollout completed" in told)
    assert "waits here" not in deployed
    assert "0 writes" in typed("pipectl --local create")


def _image(status: str) -> str:
    return next(word for word in status.split() if word.startswith("rails_app:")).rstrip(",")
