"""What only a terminal shows: live lines, questions, Ctrl-C."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from pipectl.local.server import Server
from tests.terminal import Typed, type_on_terminal

Client = Callable[[str], Any]

Type = Callable[..., Typed]

COLUMNS = 80
"""Of a terminal that does not tell its size."""


@pytest.fixture
def type_(server: Server, environment: dict[str, str | None]) -> Type:
    """Type a command on a terminal"""

    def run(*words: str, keys: dict[str, str | int] | None = None) -> Typed:
        return type_on_terminal("--endpoint-url", server.url, *words, environment=environment, keys=keys)

    return run


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


def test_errors_of_a_spec_break_at_words(
    type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(
        "pipectl: 1\nname: shop\necr:\n  shop: {scan_on_push: '${env:IS_SCANNED}'}\n"
    )
    typed = type_("plan", "shop.yaml")
    assert "is not set in the environment; plan, create and export" in " ".join(typed.screen.split())
    assert max(map(len, click.unstyle(typed.screen).splitlines())) <= COLUMNS


@pytest.mark.parametrize(("answer", "exit_code"), [("y\r", 0), ("n\r", 1)])
def test_an_adoption_is_asked_about(
    answer: str, exit_code: int, type_: Type, friendreminders: str, client: Client
) -> None:
    client("ecr").create_repository(repositoryName="rails_app")
    typed = type_("create", friendreminders, keys={"Take it over? [y/N]": answer})
    assert "no stack owns ecr repository `rails_app`" in typed.screen
    assert typed.exit_code == exit_code
    assert ("\nnothing changed" in typed.screen) is (exit_code == 1)
    assert "error:" not in typed.screen
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
    assert "error:" not in typed.screen
    assert "interrupted: " in typed.screen
    assert "not tried:" in typed.screen
    assert "Traceback" not in typed.screen
    again = type_("create", friendreminders)
    assert again.exit_code == 0
    assert "as the spec says" in again.stdout


def test_a_second_ctrl_c_leaves_at_once_and_says_what_was_under_way(
    type_: Type, friendreminders: str, server: Server
) -> None:
    server.delay_ms = 1_000
    keys = {"ecs cluster": signal.SIGINT, "Ctrl-C again leaves at once": signal.SIGINT}
    try:
        typed = type_("create", friendreminders, keys=dict[str, str | int](keys))
    finally:
        server.delay_ms = 0
    assert typed.exit_code == 130
    assert "how it ended is not known" in typed.screen
    assert "✓" not in typed.screen
    assert "Traceback" not in typed.screen


def test_ctrl_c_at_a_question_writes_nothing(type_: Type, friendreminders: str, client: Client) -> None:
    client("ecr").create_repository(repositoryName="rails_app")
    typed = type_("create", friendreminders, keys={"[y/N]": signal.SIGINT})
    assert typed.exit_code == 130
    assert "Traceback" not in typed.screen
    assert client("codepipeline").list_pipelines()["pipelines"] == []
