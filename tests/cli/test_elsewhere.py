"""A spec says where it is: no command about its pipeline acts in another account or another Region."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Data = Callable[[Result], Any]

ABOUT_PIPELINE = [
    ("status",),
    ("status", "--all"),
    ("status", "--watch"),
    ("history",),
    ("history", "--all"),
    ("logs",),
    ("why",),
    ("start",),
    ("stop",),
    ("retry", "Source"),
    ("rollback", "Deploy"),
    ("approve",),
    ("reject",),
    ("override", "Deploy"),
    ("enable-transition", "Deploy"),
    ("enable-transition", "--expired"),
    ("disable-transition", "Deploy", "--reason", "freeze"),
    ("disable-transition", "Deploy", "Build", "--reason", "freeze", "--yes"),
]


@pytest.fixture
def elsewhere(created: str, tmp_path: Path) -> str:
    """The spec of the pipeline that is there, but for the account of somebody else"""
    file = tmp_path / "pipectl.yaml"
    text = Path(created).read_text(encoding="utf-8")
    file.write_text(f"account: '000000000001'\n{text}", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("words", ABOUT_PIPELINE, ids=" ".join)
def test_a_pipeline_in_another_account_than_the_specs_is_left_alone(
    words: tuple[str, ...], elsewhere: str, account: str, run: Run
) -> None:
    refused = run(*words, "-f", elsewhere, "--calls")
    assert refused.exit_code == (2 if words == ("why",) else 1), refused.output  # 2: it cannot be told
    told = f"{elsewhere} is for account 000000000001, but these credentials are of {account}"
    assert f"error: {told}\nhint: use another `--profile`; nothing was written\n" in refused.stderr
    assert [line.split()[1] for line in refused.stderr.splitlines()[:2]] == [
        "operation",
        "get_caller_identity",
    ]
    assert "\n1 read, 0 writes\n" in refused.stderr


@pytest.mark.parametrize("words", [*ABOUT_PIPELINE, ("doctor",), ("policy",)], ids=" ".join)
def test_a_pipeline_in_another_region_than_the_specs_is_left_alone(
    words: tuple[str, ...], created: str, run: Run
) -> None:
    refused = run(*words, "-f", created, "--region", "eu-west-1", "--calls")
    assert refused.exit_code == 2, refused.output
    told = f"error: {created} says region ap-southeast-1, `--region` says eu-west-1"
    assert f"{told}\nhint: leave one of them out\n" in refused.stderr
    assert "0 reads, 0 writes" in refused.stderr


def test_a_spec_that_only_lies_here_says_where_its_own_pipeline_is(
    elsewhere: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(elsewhere).parent)
    assert "is for account 000000000001" in run("start").stderr
    assert (
        "says region ap-southeast-1, `--region` says eu-west-1"
        in run("start", "--region", "eu-west-1").stderr
    )


def test_a_spec_that_only_lies_here_says_nothing_of_other_pipelines(
    elsewhere: str, run: Run, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(elsewhere).parent)
    assert [each["pipeline"] for each in data(run("status", "--all", "-o", "json"))] == ["FriendReminders"]
    assert data(run("status", "--all", "--region", "eu-west-1", "-o", "json")) == []
    other = run("status", "-p", "Other", "--region", "eu-west-1")
    assert "there is no pipeline `Other` in eu-west-1" in other.stderr
