"""`--local` and `pipectl local`: one background server for all processes, and the whole road on it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Type = Callable[..., "subprocess.CompletedProcess[str]"]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def type_(environment: dict[str, str | None], tmp_path: Path) -> Iterator[Type]:
    """Type a command as a process of its own, in an empty folder"""
    given = {name: value for name, value in environment.items() if value is not None}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del given[name]

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pipectl", *words],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **given},
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    run("local", "stop")


def test_the_main_job_is_done_on_a_fresh_machine(type_: Type, friendreminders: str) -> None:
    made = type_("--local", "create", friendreminders)
    assert made.returncode == 0, made.stderr
    assert "✓ 14 created in " in made.stdout
    again = type_("--local", "create", friendreminders)
    assert again.stdout.endswith(" calls, 0 writes\n")
    held = type_("--local", "disable-transition", "Deploy", "--reason", "Release freeze until Monday")
    assert held.stdout == 'Deploy of FriendReminders is closed: "Release freeze until Monday"\n'
    assert '"Release freeze until Monday"' in type_("status", "--local").stdout
    assert type_("create", friendreminders, "--local").stdout.endswith(" calls, 0 writes\n")
    opened = type_("--local", "enable-transition", "Deploy")
    assert opened.stdout.startswith("Deploy of FriendReminders is open\n")


def test_a_production_spec_is_rehearsed_in_its_own_account(type_: Type, friendreminders: str) -> None:
    full = str(Path(friendreminders).with_name("full.yaml"))
    told = json.loads(type_("--local", "plan", full, "-o", "json").stdout)
    assert told["account"] == "012345678901"


def test_the_local_aws_is_started_looked_at_emptied_and_stopped(type_: Type, friendreminders: str) -> None:
    assert json.loads(type_("local", "status", "-o", "json").stdout) == {"running": False}
    started = json.loads(type_("local", "start", "-o", "json").stdout)
    assert started["url"].startswith("http://127.0.0.1:")
    found = json.loads(type_("local", "status", "-o", "json").stdout)
    assert (found["running"], found["url"], found["pid"]) == (True, started["url"], started["pid"])
    assert found["started"].endswith("Z")
    type_("--local", "create", friendreminders)
    assert type_("local", "reset").stdout == "the local AWS is empty\n"
    assert "there is no pipeline" in type_("--local", "status").stderr
    assert type_("local", "stop").stdout == ("the local AWS is stopped; what was made in it is forgotten\n")
    assert type_("local", "stop").stdout == "the local AWS was not running\n"
    assert type_("local", "reset").stdout == "the local AWS does not run\n"


def test_permissions_that_are_switched_off_are_told_aloud(type_: Type) -> None:
    started = type_("local", "start", "--no-iam")
    warning = "warning: the local AWS does not evaluate permissions (--no-iam): every call is allowed\n"
    assert started.stderr == warning
    assert type_("local", "status").stdout.endswith(f"  {warning}")
    told = json.loads(type_("local", "status", "-o", "json").stdout)
    assert told["iam"] is False
    assert "permissions are not evaluated (--no-iam)" in Path(told["log"]).read_text()


def test_other_clients_are_told_how_to_reach_it(type_: Type) -> None:
    lines = type_("local", "env", "--region", "eu-west-1", "--account", "012345678901").stdout.splitlines()
    told = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    assert told["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert told["AWS_ACCESS_KEY_ID"] == "012345678901"
    assert told["AWS_REGION"] == "eu-west-1"
    assert told["AWS_SECRET_ACCESS_KEY"]


def test_a_port_that_is_not_free_is_told(type_: Type) -> None:
    type_("local", "start")
    refused = type_("local", "start", "--port", "1")
    assert refused.returncode == 1
    assert "error: the local AWS already runs on " in refused.stderr
    assert "hint: `pipectl local stop` ends it" in refused.stderr
