"""`destroy` on a terminal: the stack's name is asked for, and nothing else will do."""

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

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
    assert bool(re.search(r"\nnothing changed", typed.screen)) is bool(left)
    assert "error:" not in typed.screen


def test_where_nothing_is_deleted_the_name_is_asked_for_taking_the_tags_off(
    run: Callable[..., Result],
    server: Server,
    environment: dict[str, str | None],
    client: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    client("ecr").create_repository(repositoryName="legacy")
    spec = tmp_path / "legacy.yaml"
    spec.write_text("pipectl: 1\nname: legacy\nregion: ap-southeast-1\necr: {legacy: {}}\n", encoding="utf-8")
    assert run("create", str(spec), "--adopt").exit_code == 0
    words = ("--endpoint-url", server.url, "destroy", str(spec))
    keys: dict[str, str | int] = {"Type `legacy` to take the tags off": "legacy\r"}
    typed = type_on_terminal(*words, environment=environment, keys=keys)
    assert typed.exit_code == 0, typed.screen
    assert "`--delete-adopted ecr-repository/legacy` deletes it" in " ".join(typed.stdout.split())
    (repository,) = client("ecr").describe_repositories()["repositories"]
    assert client("ecr").list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"] == []
