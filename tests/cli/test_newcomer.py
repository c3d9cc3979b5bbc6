"""Who types a command in the wrong folder, without a spec or without an account is told the next command."""

from pathlib import Path

import click
import pytest

from pipectl.cli import cli
from pipectl.cli._errors import ELSEWHERE_CALLED
from tests.cli.conftest import Run

SPEC = "pipectl: 1\nname: shop\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, where the commands are typed."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def test_without_a_spec_init_is_the_next_command(offline: Run, folder: Path) -> None:
    result = offline("--local", "create")
    assert (result.exit_code, result.stderr.splitlines()[1].partition(";")[0]) == (
        2, "hint: `pipectl --local init` writes a first spec",
    )  # fmt: skip


def test_a_spec_above_the_folder_is_offered_with_the_command_that_was_typed(
    offline: Run, folder: Path
) -> None:
    (folder.parent / "pipectl.yaml").write_text(SPEC, encoding="utf-8")
    assert "did you mean `pipectl --local create ../pipectl.yaml`?" in offline("--local", "create").stderr


def test_the_only_spec_below_the_folder_is_offered_and_other_yaml_is_not(offline: Run, folder: Path) -> None:
    (folder / "config").mkdir()
    (folder / "config" / "shop.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    assert "did you mean `pipectl plan config/shop.yaml`?" in offline("plan").stderr
    (folder / "other.yaml").write_text(SPEC, encoding="utf-8")
    assert "did you mean" not in offline("plan").stderr


def test_who_forgets_local_without_an_account_is_told_the_same_command_with_it(
    offline: Run, folder: Path
) -> None:
    nobody = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}
    words = ("disable-transition", "Deploy", "-p", "shop", "--reason", "not today", "--region", "eu-west-1")
    result = offline(*words, **nobody)
    assert result.exit_code == 1
    assert (
        "`pipectl --local disable-transition Deploy -p shop --reason 'not today' --region eu-west-1`"
        in result.stderr.replace("\n      ", " ")
    )


def test_what_init_leaves_for_later_is_the_next_step_and_the_local_aws_answers_it(
    offline: Run, folder: Path
) -> None:
    result = offline("init", "--name", "shop", "--subnet", "later", "--region", "eu-west-1")
    assert result.stdout.partition("Next:\n")[2].splitlines() == [
        "  replace each `<later>` in pipectl.yaml, as it is said above",
        "  pipectl validate",
        "  pipectl --local create",
        "      tries it on the local AWS",
        "  pipectl create",
        "  Without an AWS account, the local AWS answers what is left:",
        "  pipectl --local init --force",
    ]


@pytest.mark.parametrize(
    ("word", "meant"), [("list", "status --all"), ("apply", "create"), ("diff", "plan"), ("stauts", "status")]
)
def test_a_word_of_another_tool_is_answered_with_ours(offline: Run, word: str, meant: str) -> None:
    result = offline(word)
    assert (result.exit_code, result.stderr) == (
        2, f"error: no command `{word}`\nhint: did you mean `{meant}`?\n",
    )  # fmt: skip


def test_every_command_that_stands_for_another_tools_word_is_there() -> None:
    ours = {words[0] for words in ELSEWHERE_CALLED.values()}
    assert ours <= set(cli.list_commands(click.Context(cli)))
    assert not set(ELSEWHERE_CALLED) & set(cli.list_commands(click.Context(cli)))
