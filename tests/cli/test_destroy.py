"""`destroy` and `create --prune`, as users type them, against the local AWS."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.shop import GATE, RELEASE, Shop

Run = Callable[..., Result]
Client = Callable[[str], Any]
Faults = Callable[..., None]


@pytest.fixture
def renamed(created: str, tmp_path: Path) -> str:
    """The tutorial's spec with another name for its build, which stands in AWS with the old one"""
    text = Path(created).read_text(encoding="utf-8").replace("FriendRemindersBuild", "Build")
    file = tmp_path / "renamed.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def pipelines(client: Client) -> list[str]:
    return [each["name"] for each in client("codepipeline").list_pipelines()["pipelines"]]


def test_without_a_terminal_and_without_yes_nothing_is_removed(
    run: Run, created: str, client: Client
) -> None:
    result = run("destroy", created)
    assert result.exit_code == 1
    assert "  - pipeline               FriendReminders\n" in result.stdout
    assert "\n14 to delete\n" in result.stdout
    assert "error: nothing was removed: friendreminders would lose what is listed\n" in result.stderr
    assert "hint: `--yes` says that it may" in result.stderr
    told = json.loads(run("destroy", created, "-o", "json").stdout)
    assert (told["summary"]["delete"], {step["outcome"] for step in told["steps"]}) == (14, {None})
    assert pipelines(client) == ["FriendReminders"]


def test_what_runs_is_told_before_it_goes(shop: Shop, told: Callable[..., None], run: Run) -> None:
    shop.reaches(shop.create(GATE, RELEASE), "Gate", "InProgress")
    told("destroy_while_it_runs", run("destroy", str(shop.folder / "shop.yaml")), 1)


def test_yes_removes_everything_and_a_second_time_nothing(run: Run, created: str, client: Client) -> None:
    result = run("destroy", created, "--yes")
    assert result.exit_code == 0, result.output
    assert "✓ 14 deleted in " in result.stdout
    assert pipelines(client) == []
    again = run("destroy", created, "--yes")
    assert again.exit_code == 0
    assert again.stdout.startswith("nothing of friendreminders is to be removed: ")
    assert again.stdout.endswith(" calls, 0 writes\n")


def test_what_stays_is_listed_with_the_reason(run: Run, created: str, client: Client) -> None:
    client("events").disable_rule(Name="FriendReminders-Source")  # a run would bring artifacts
    client("codecommit").put_file(
        repositoryName="FriendReminders", branchName="master", filePath="a", fileContent=b"a"
    )
    told = run("destroy", created, "--yes", "--keep", "log-group//ecs/rails-compose").stdout
    reason = "stays: it holds 1 branch of code; `--code` deletes that too"
    assert f"  · codecommit repository  FriendReminders\n      {reason}\n" in told
    assert "  · log group              /ecs/rails-compose\n      stays: `--keep` names it\n" in told
    assert "\n12 to delete, 2 stay\n" in told
    assert (
        "✓ 1 deleted in "
        in run("destroy", created, "--yes", "--code", "--keep=log-group//ecs/rails-compose").stdout
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("ecr-repository/rails", "nothing of the stack is ecr repository `rails`"),
        ("ecr/rails_app", "`--keep ecr/rails_app` is no KIND/NAME"),
        ("rails_app", "`--keep rails_app` is no KIND/NAME"),
    ],
)
def test_a_slip_in_what_shall_stay_removes_nothing(
    run: Run, created: str, client: Client, word: str, said: str
) -> None:
    result = run("destroy", created, "--yes", "--keep", word)
    assert result.exit_code == 2
    assert said in result.stderr
    assert pipelines(client) == ["FriendReminders"]


def test_a_failure_says_how_to_go_on(run: Run, created: str, faults: Faults) -> None:
    faults({"service": "codebuild", "operation": "DeleteProject", "code": "AccessDeniedException"})
    result = run("destroy", created, "--yes")
    assert result.exit_code == 1
    assert "✗ codebuild project FriendRemindersBuild" in result.stderr
    assert f"run `pipectl destroy {created}` again when it is mended" in result.stderr
    faults()
    assert run("destroy", created, "--yes").exit_code == 0


def test_destroy_tells_its_outcomes_as_data(run: Run, created: str) -> None:
    told = json.loads(run("destroy", created, "--yes", "-o", "json").stdout)
    assert told["summary"] == {"delete": 14, "release": 0, "keep": 0}
    assert {step["outcome"] for step in told["steps"]} == {"done"}


def test_a_plan_names_what_the_spec_no_longer_names(run: Run, renamed: str) -> None:
    result = run("plan", renamed)
    told = " ".join(result.stdout.split())
    assert (
        f"FriendRemindersBuild is no longer in the spec; `pipectl create --prune {renamed}` removes it"
        in told
    )
    assert ", 3 no longer in the spec\n" in result.stdout
    orphans = json.loads(run("plan", renamed, "-o", "json").stdout)["orphans"]
    assert {"kind": "codebuild project", "name": "FriendRemindersBuild"} in orphans


def test_orphans_alone_are_no_pending_change(run: Run, renamed: str) -> None:
    assert run("create", renamed).exit_code == 0
    result = run("plan", renamed, "--detailed-exitcode")
    assert result.exit_code == 0
    assert "3 no longer in the spec" in result.stdout


def test_prune_removes_orphans_after_everything_else(run: Run, renamed: str, client: Client) -> None:
    refused = run("create", renamed, "--prune")
    assert refused.exit_code == 1
    assert client("codebuild").list_projects()["projects"] == ["FriendRemindersBuild"]
    result = run("create", renamed, "--prune", "--yes", "-o", "json")
    assert result.exit_code == 0, result.output
    assert {step["outcome"] for step in json.loads(result.stdout)["removed"]} == {"done"}
    assert client("codebuild").list_projects()["projects"] == ["Build"]
    assert "no longer" not in run("plan", renamed).stdout


def test_nothing_is_removed_when_the_creation_fails(
    run: Run, renamed: str, client: Client, faults: Faults
) -> None:
    faults({"service": "codebuild", "operation": "CreateProject", "code": "AccountLimitExceededException"})
    assert run("create", renamed, "--prune", "--yes").exit_code == 1
    assert client("codebuild").list_projects()["projects"] == ["FriendRemindersBuild"]


def test_without_prune_the_words_about_removing_are_refused(run: Run, created: str) -> None:
    result = run("create", created, "--images")
    assert result.exit_code == 2
    assert "nothing is removed without `--prune`" in result.stderr
