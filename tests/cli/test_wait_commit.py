"""`pipectl wait`: the execution of a commit, from before it appears to its end."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pipectl.aws.session import Connection, Endpoint
from pipectl.cli import _clone
from pipectl.cli._reminder import Reminder
from pipectl.local.server import Server
from pipectl.render.appear import found_text, missing_data, missing_lines
from pipectl.render.marks import Look
from pipectl.runs.appear import Appeared, Missing, Search, appear
from tests.shop import BUILD, GATE, REGION, RELEASE, Shop, builds, until

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)


@contextmanager
def meanwhile(do: Callable[[], object]) -> Iterator[None]:
    """Do something while a command waits"""
    thread = threading.Thread(target=do)
    thread.start()
    yield
    thread.join()


def looked(server: Server, operation: str, times: int = 1) -> Callable[[], bool]:
    """Whether a command has asked so often, from now on"""
    server.requests.clear()
    return lambda: [call.operation for call in server.requests.all()].count(operation) >= times


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def quiet(shop: Shop) -> None:
    """From now on no push starts an execution"""
    events = shop.aws("events")
    for rule in events.list_rules()["Rules"]:
        events.disable_rule(Name=rule["Name"])


def test_a_commit_is_waited_for_before_its_execution_appears_and_to_its_end(
    shop: Shop, server: Server
) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    quiet(shop)
    commit = shop.push("Remind friends twice")
    asked = looked(server, "ListPipelineExecutions")

    def start() -> None:
        until(asked)
        shop.api.start_pipeline_execution(name="shop")

    with meanwhile(start):
        result = shop.ask("wait", commit[:10], "--timeout", "60s")
    assert result.exit_code == 0, result.output
    assert "✓ execution" in result.stdout
    assert f"waiting for an execution of {commit[:7]} in shop\n" in result.stderr
    assert f"following execution {shop.execution(commit)[:8]}" in result.stderr


def searched(shop: Shop, server: Server, commit: str) -> tuple[Appeared | None, list[Missing]]:
    """What a search that asks at once for the reason finds and tells"""
    endpoint = Endpoint(server.url, {"aws_access_key_id": shop.account, "aws_secret_access_key": "local"})
    connection = Connection(endpoint=endpoint, say=print)
    told: list[Missing] = []
    search = Search(commit, told.append, lambda _: None, timeout=0, patience=0)
    return appear(connection.cloud(REGION), connection.cloud, "shop", search), told


def test_a_commit_that_came_with_a_newer_one_is_followed_there(shop: Shop, server: Server) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    quiet(shop)
    older, newer = shop.push("Remind friends twice"), shop.push("Remind friends thrice")
    shop.api.start_pipeline_execution(name="shop")
    shop.ends(shop.execution(newer), "Succeeded")
    found, _ = searched(shop, server, older)
    assert found
    assert found.execution.id == shop.execution(newer)
    assert found_text(found, older).startswith(
        f"{older[:7]} came with {newer[:7]}, which is newer and contains it: following execution "
    )


def test_a_commit_that_was_never_pushed_is_told_so_with_the_command(shop: Shop, server: Server) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    found, told = searched(shop, server, "feedbeefcafe")
    assert found is None
    data = missing_data("feedbeefcafe", told[-1], NOW)
    assert data["reasons"][-1] == "branch main of shop does not have it: it was not pushed there"
    assert data["next"][0].startswith("git push ")


def test_a_rule_that_is_disabled_is_told_with_the_command(shop: Shop, server: Server) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    quiet(shop)
    commit = shop.push("Remind friends twice")
    _, told = searched(shop, server, commit)
    text = "\n".join(missing_lines("shop", commit, told[-1], Look(), NOW))
    assert "is disabled, so changes do not start the pipeline" in text
    assert "`aws events enable-rule" in text


def test_a_failed_build_ends_with_4_and_shows_the_last_lines_of_its_log(shop: Shop) -> None:
    execution = shop.create(BUILD, blocks=builds("echo Step 1", "ls /nowhere"))
    result = shop.ask("wait", shop.commits[0])
    assert result.exit_code == 4
    told = result.stderr[result.stderr.index("error:") :].splitlines()
    assert told[0].startswith(f"error: execution {execution[:8]} failed in Build: ")
    assert told[1] == "  | ls /nowhere"
    assert "nowhere" in told[2]
    assert told[2].startswith("  | ls:")
    assert told[-1].startswith("hint: ")


def test_start_with_wait_shows_the_same_lines(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("ls /nowhere")), "Failed")
    for words in (("start", "--wait"), ("retry", "Build", "--wait")):
        result = shop.ask(*words)
        assert result.exit_code == 4
        assert "\n  | ls /nowhere\n  | ls:" in result.stderr


def test_a_superseded_commit_ends_with_4_and_names_the_one_that_took_its_place(shop: Shop) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    older = shop.execution(shop.push("Remind friends twice"))
    shop.waits(older, "Gate")
    newer = shop.execution(shop.push("Remind friends thrice"))
    shop.ends(older, "Superseded")
    result = shop.ask("wait", shop.commits[1][:8])
    assert result.exit_code == 4
    assert f"execution {older[:8]} was superseded by execution {newer[:8]}" in result.stderr
    assert f"hint: `pipectl wait {newer[:8]}` waits for the one that took its place" in result.stderr


def test_when_the_time_is_over_it_ends_with_5_and_says_what_it_waits_for_and_who_must_act(
    shop: Shop,
) -> None:
    question = {
        "name": "Gate",
        "actions": [{"provider": "Manual", "configuration": {"CustomData": "Ready?"}}],
    }
    shop.create(question)
    result = shop.ask("wait", "--timeout", "2s", "-p", "shop")
    assert result.exit_code == 5, result.output
    assert "waits for an approval: Ready?" in result.stderr
    assert "`pipectl approve -p shop` gives it" in result.stderr


def test_a_closed_gate_is_told_with_who_closed_it_and_the_command(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    shop.push("Remind friends twice")
    result = shop.ask("wait", shop.commits[-1], "--timeout", "5s")
    assert result.exit_code == 5
    assert '"Release freeze until Monday"' in re.sub(r"\s+", " ", result.stderr)
    assert "`pipectl enable-transition Release` lets it in" in result.stderr


def test_a_commit_that_does_not_appear_in_time_ends_with_5(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    result = shop.ask("wait", "feedbeefcafe", "--timeout", "1s", "-o", "json")
    assert result.exit_code == 5
    told = lines(result)
    assert [each["event"] for each in told] == ["waiting", "end"]
    assert (told[-1]["execution"], told[-1]["wait"]) == (None, None)
    assert "error: an execution of feedbee has not appeared in shop after 1.0 s" in result.stderr


def test_as_data_each_thing_that_happens_is_one_object_a_line(shop: Shop) -> None:
    execution = shop.create(RELEASE)
    result = shop.ask("wait", execution[:8], "-o", "json")
    assert result.exit_code == 0
    told = lines(result)
    assert [told[0]["event"], told[-1]["event"]] == ["execution", "end"]
    assert {each["event"] for each in told[1:-1]} == {"change"}
    assert {each["execution"] for each in told} == {execution}
    assert told[-1]["wait"]["good"] is True


def test_without_a_commit_the_newest_execution_is_followed_and_the_first_push_is_waited_for(
    shop: Shop, server: Server
) -> None:
    shop.ends(shop.create(RELEASE, first=None), "Failed")
    asked = looked(server, "ListActionExecutions")

    def push() -> None:
        until(asked)
        shop.push("First reminder")

    with meanwhile(push):
        result = shop.ask("wait", "--timeout", "60s")
    assert result.exit_code == 0, result.output
    assert "waiting for the first push: `git push http" in result.stderr


def test_a_reader_that_goes_away_ends_it_without_a_word(
    shop: Shop, server: Server, environment: dict[str, str | None]
) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    given = {name: value for name, value in environment.items() if value is not None}
    for words in (("start", "--wait"), ("wait",), ("status", "--watch")):
        command = [*words, "-o", "json", "--endpoint-url", server.url, "--region", REGION]
        ended = subprocess.run(
            ["/bin/sh", "-c", f'("{sys.executable}" -m pipectl {" ".join(command)}; echo $? >&2) | true'],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **given},
            capture_output=True,
            text=True,
            check=False,
        )
        said = [line for line in ended.stderr.splitlines() if "✓" not in line and "…" not in line]
        assert "Errno" not in ended.stderr
        assert "error:" not in ended.stderr
        assert said[-1] in ("0", "1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("abc",), "`abc` is too short to name a commit"),
        (("feedbeef", "--execution", "feedbeef"), "both name an execution"),
        (("--timeout", "soon"), "`soon` is no duration"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop: Shop, words: tuple[str, ...], said: str) -> None:
    shop.create(RELEASE)
    result = shop.ask("wait", *words)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("word", ["HEAD", "HEAD~1", "feature/login", "main^"])
def test_a_name_that_only_git_can_mean_is_refused_where_there_is_no_clone(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, word: str
) -> None:
    """It would be waited for as long as `--timeout` lets it: no execution has such a revision"""
    monkeypatch.chdir(tmp_path)
    server.requests.clear()
    result = run("wait", word, "-p", "shop")
    assert (result.exit_code, server.requests.all()) == (2, [])
    assert f"`{word}` is no branch, tag or commit of a clone in this folder" in result.stderr


def test_in_a_clone_a_tag_or_head_means_its_commit(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"]
        return subprocess.run(
            ["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "First reminder")
    git("tag", "-a", "v1", "-m", "First release")
    commit, before = git("rev-parse", "HEAD"), Path.cwd()
    os.chdir(tmp_path)
    try:
        assert [_clone.revision(word) for word in ("HEAD", "v1", "nothing", "--help")] == [
            commit, commit, "nothing", "--help",
        ]  # fmt: skip
        assert _clone.revision(commit[:7]) == commit[:7]
    finally:
        os.chdir(before)


def test_a_silent_wait_is_told_again_after_a_minute_and_then_less_and_less_often() -> None:
    clock = [0.0]
    reminder = Reminder(lambda: clock[0])
    told: list[float] = []
    for tick in range(0, 2000, 10):
        clock[0] = float(tick)
        told += [clock[0]] * reminder.is_due()
    assert told == [60.0, 180.0, 420.0, 900.0, 1500.0]
