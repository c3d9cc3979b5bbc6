"""`destroy` on a terminal: the stack's name is asked for, and nothing else will do."""

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

from pipectl.local.server import Server
from tests.terminal import type_on_terminal

CTRL_D = "\x04"


@pytest.mark.parametrize(
    ("answer", "exit_code", "left"),
    [
        ("friendreminders\r", 0, []),
        ("yes\r", 1, ["FriendReminders"]),
        ("\r", 1, ["FriendReminders"]),
        (signal.SIGINT, 130, ["FriendReminders"]),
        (CTRL_D, 130, ["FriendReminders"]),
    ],
)
def test_the_stacks_name_must_be_typed(
    created: str,
    server: Server,
    environment: dict[str, str | None],
    client: Callable[[str], Any],
    answer: str | int,
    exit_code: int,
    left: list[str],
) -> None:
    typed = type_on_terminal(
        "--endpoint-url",
        server.url,
        "destroy",
        created,
        environment=environment,
        keys={"Type `friendreminders` to remove this": answer},
    )
    assert typed.exit_code == exit_code, typed.screen
    assert [each["name"] for each in client("codepipeline").list_pipelines()["pipelines"]] == left
    assert bool(re.search(r"\n\S*error:\S* nothing was removed", typed.screen)) is bool(left)
