"""Acts on a terminal: `--wait`, Ctrl-C, and the question which approval is meant."""

import re
import signal
from collections.abc import Callable

import pytest

from tests.cli.acts.conftest import REGION, Shop, deploy
from tests.local.codepipeline.conftest import approval, stage
from tests.terminal import Typed, type_on_terminal

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
"""What a terminal is told about its cursor."""


@pytest.fixture
def type_(shop: Shop, environment: dict[str, str | None]) -> Callable[..., Typed]:
    def run(*words: str, keys: dict[str, str | int] | None = None) -> Typed:
        command = ("--endpoint-url", shop.server.url, "--region", REGION, *words)
        return type_on_terminal(*command, environment=environment, keys=keys)

    return run


def waiting(shop: Shop) -> None:
    shop.create(stage("Gate", approval()))
    shop.answer()
    shop.ends(shop.ids()[0], "Succeeded")


def test_ctrl_c_ends_the_waiting_with_130_and_leaves_the_execution_alone(
    shop: Shop, type_: Callable[..., Typed]
) -> None:
    waiting(shop)
    typed = type_("start", "--wait", "-p", "shop", keys={"waits for an approval": signal.SIGINT})
    assert typed.exit_code == 130
    assert shop.masked(typed.screen).count("interrupted; execution E2 goes on") == 1, typed.screen
    told = re.sub(r"\s+", " ", re.sub(r" --endpoint-url \S+", "", shop.masked(typed.screen)))
    assert "`pipectl --region eu-west-1 stop --execution E2 -p shop` ends it" in told
    assert "Traceback" not in typed.screen
    assert shop.status(shop.ids()[0]) == "InProgress"
    assert typed.screen.count(HIDE) == typed.screen.count(SHOW)


def test_the_cursor_comes_back_when_the_waiting_is_over(shop: Shop, type_: Callable[..., Typed]) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    typed = type_("start", "--wait")
    assert typed.exit_code == 0
    assert HIDE in typed.screen
    assert typed.screen.rindex(SHOW) > typed.screen.rindex(HIDE)
    assert "✓ execution" in typed.stdout
    assert "\x1b[" not in typed.stdout


def test_of_several_approvals_it_asks_which(
    shop: Shop, type_: Callable[..., Typed], screen: Callable[[str, str], None]
) -> None:
    execution = shop.create(stage("Gate", approval("Product"), approval("Security")))
    shop.asked("Gate", "Product")
    shop.asked("Gate", "Security")
    typed = type_("approve", "--no-color", keys={"Which one?": "2\r"})
    assert typed.exit_code == 0, typed.screen
    screen("approve_asked_which", typed.screen.replace("\r\n", "\n"))
    assert "Gate/Security of shop is approved" in typed.stdout
    assert ("Product", "InProgress") in shop.actions(execution)


def test_ctrl_c_at_the_question_answers_none(shop: Shop, type_: Callable[..., Typed]) -> None:
    execution = shop.create(stage("Gate", approval("Product"), approval("Security")))
    shop.asked("Gate", "Product")
    shop.asked("Gate", "Security")
    typed = type_("reject", keys={"Which one?": signal.SIGINT})
    assert typed.exit_code == 130
    assert "Traceback" not in typed.screen
    assert {each for each in shop.actions(execution) if each[0] in ("Product", "Security")} == {
        ("Product", "InProgress"),
        ("Security", "InProgress"),
    }
