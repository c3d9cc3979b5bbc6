"""`import -f` on a terminal: before a file is overwritten, it asks."""

from pathlib import Path

import pytest

from pipectl.local.server import Server
from tests.terminal import type_on_terminal


@pytest.mark.parametrize(("answer", "exit_code", "kept"), [("y\r", 0, False), ("n\r", 1, True)])
def test_it_asks_before_it_overwrites_a_file(
    created: str,
    server: Server,
    environment: dict[str, str | None],
    tmp_path: Path,
    answer: str,
    exit_code: int,
    kept: bool,
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", encoding="utf-8")
    typed = type_on_terminal(
        "--endpoint-url",
        server.url,
        "--region",
        "ap-southeast-1",
        "import",
        "FriendReminders",
        "-f",
        str(file),
        environment=environment,
        keys={"Overwrite it?": answer},
    )
    assert typed.exit_code == exit_code, typed.screen
    assert (file.read_text(encoding="utf-8") == "mine") is kept
