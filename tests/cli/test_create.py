"""`create` and `plan`, as users type them, against the local AWS."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Client = Callable[[str], Any]
Data = Callable[[Result], Any]
Faults = Callable[..., None]


def varied(spec: str, folder: Path, before: str, after: str) -> str:
    """The spec with one thing changed"""
    text = Path(spec).read_text(encoding="utf-8")
    assert before in text
    file = folder / "varied.yaml"
    file.write_text(text.replace(before, after), encoding="utf-8")
    return str(file)


def test_create_shows_the_plan_the_sum_and_the_way_to_the_first_run(run: Run, friendreminders: str) -> None:
    result = run("create", friendreminders)
    assert result.exit_code == 0
    assert "  + ecr repository         rails_app\n" in result.stdout
    assert "\n14 to create\n" in result.stdout
    assert "✓ 14 created in " in result.stdout
    assert "waiting for the first push: `git push http://127.0.0.1:" in result.stdout
    assert result.stdout.endswith("/FriendReminders master`\n")


def test_who_may_not_ask_for_one_repository_is_told_where_to_push(
    run: Run, friendreminders: str, faults: Callable[..., None]
) -> None:
    faults({"service": "codecommit", "operation": "GetRepository", "code": "AccessDeniedException"})
    result = run("create", friendreminders)
    assert result.exit_code == 0, result.output
    assert "waiting for the first push: `git push http://127.0.0.1:" in result.stdout


def test_progress_goes_to_stderr_in_plain_lines(run: Run, friendreminders: str) -> None:
    result = run("create", friendreminders)
    assert "  … ecr repository         rails_app\n" in result.stderr
    assert "  ✓ ecr repository         rails_app " in result.stderr
    assert "✓ ecr repository" not in result.stdout
    assert "\x1b" not in result.output


def test_a_second_create_is_one_line_and_writes_nothing(run: Run, created: str) -> None:
    result = run("create", created)
    assert result.exit_code == 0
    assert result.stdout.startswith("friendreminders is as the spec says: 14 resources, ")
    assert result.stdout.endswith(" calls, 0 writes\n")
    assert result.stdout.count("\n") == 1


def test_create_tells_its_outcomes_as_data(run: Run, friendreminders: str, data: Data) -> None:
    told = data(run("create", friendreminders, "-o", "json"))
    assert (told["stack"], told["region"]) == ("friendreminders", "ap-southeast-1")
    assert told["summary"] == {"create": 14, "update": 0, "adopt": 0, "keep": 0}
    assert {step["outcome"] for step in told["steps"]} == {"done"}
    assert {step["error"] for step in told["steps"]} == {None}
    assert told["calls"]["write"] > 14
    again = data(run("create", friendreminders, "-o", "json"))
    assert again["calls"]["write"] == 0
    assert {step["outcome"] for step in again["steps"]} == {None}


def test_several_specs_are_told_as_a_list(run: Run, friendreminders: str, tmp_path: Path, data: Data) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("pipectl: 1\nname: other\nregion: eu-west-1\necr: {app: {}}\n", encoding="utf-8")
    told = data(run("plan", friendreminders, str(other), "-o", "json"))
    assert [plan["stack"] for plan in told] == ["friendreminders", "other"]


def test_plan_writes_nothing_and_its_exit_code_tells_what_is_pending(
    run: Run, friendreminders: str, client: Client
) -> None:
    assert run("plan", friendreminders).exit_code == 0
    assert run("plan", friendreminders, "--detailed-exitcode").exit_code == 3
    assert client("codepipeline").list_pipelines()["pipelines"] == []
    run("create", friendreminders)
    assert run("plan", friendreminders, "--detailed-exitcode").exit_code == 0


def test_a_plan_is_printed_as_markdown_by_plan_alone(run: Run, friendreminders: str) -> None:
    printed = run("-o", "markdown", "plan", friendreminders)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.count("<details>") == 14
    refused = run("create", friendreminders, "-o", "markdown")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "`create` does not print Markdown" in refused.stderr


def test_a_change_is_shown_and_carried_out(run: Run, created: str, tmp_path: Path) -> None:
    spec = varied(created, tmp_path, "keep_images: 30", "keep_images: 20")
    told = run("plan", spec).stdout
    assert "  ~ ecr repository         rails_app\n      keep_images          30 -> 20\n" in told
    assert "1 to change, 13 as the spec says" in told
    assert "✓ 1 changed in " in run("create", spec).stdout


def test_calls_lists_what_was_sent_on_stderr(run: Run, created: str) -> None:
    result = run("plan", created, "--calls")
    rows = [line.split() for line in result.stderr.splitlines()]
    assert ["sts", "get_caller_identity", "1", "read"] in rows
    assert result.stderr.endswith(" reads, 0 writes\n")
    assert "get_caller_identity" not in result.stdout


def test_what_no_stack_owns_is_adopted_only_with_a_word(
    run: Run, friendreminders: str, client: Client
) -> None:
    client("ecr").create_repository(repositoryName="rails_app")
    refused = run("create", friendreminders)
    assert refused.exit_code == 1
    assert "  ! ecr repository         rails_app" in refused.stdout
    assert "error: nothing was written: no stack owns ecr repository `rails_app`\n" in refused.stderr
    assert "hint: `--adopt` answers yes" in refused.stderr
    assert client("codepipeline").list_pipelines()["pipelines"] == []
    adopted = run("create", friendreminders, "--adopt")
    assert adopted.exit_code == 0
    assert "✓ 13 created, 1 adopted in " in adopted.stdout
    assert "as the spec says" in run("create", friendreminders).stdout


def test_what_another_stack_owns_is_refused_and_nothing_is_written(
    run: Run, friendreminders: str, client: Client
) -> None:
    tags = [{"Key": "pipectl:stack", "Value": "billing"}]
    client("ecr").create_repository(repositoryName="rails_app", tags=tags)
    for words in (["create", friendreminders], ["create", friendreminders, "--adopt", "--yes"]):
        result = run(*words)
        assert result.exit_code == 1
        assert "belongs to the stack `billing`" in result.stderr
    assert client("codepipeline").list_pipelines()["pipelines"] == []


def test_everything_that_is_in_the_way_is_told_at_once(
    run: Run, friendreminders: str, client: Client
) -> None:
    client("ecr").create_repository(
        repositoryName="rails_app", tags=[{"Key": "pipectl:stack", "Value": "billing"}]
    )
    client("ecs").create_cluster(
        clusterName="friendreminders", tags=[{"key": "pipectl:stack", "value": "billing"}]
    )
    result = run("create", friendreminders, "-o", "json")
    assert result.exit_code == 1
    assert "2 things are in the way" in result.stderr
    assert "`rails_app` belongs" in result.stderr
    assert "`friendreminders` belongs" in result.stderr


def test_a_failure_lists_what_failed_and_what_was_not_tried(
    run: Run, friendreminders: str, faults: Faults
) -> None:
    denied = "User ci is not authorized to perform ecs:CreateService on resource shop"
    faults(
        {"service": "ecs", "operation": "CreateService", "code": "AccessDeniedException", "message": denied}
    )
    result = run("create", friendreminders)
    assert result.exit_code == 1
    assert "✗ ecs service friendreminders/remindersmgt\n\n  AWS said AccessDeniedException" in result.stderr
    assert "not tried:\n  · pipeline               FriendReminders\n" in result.stderr
    once_more = f"run `pipectl create {friendreminders}` again when it is mended\n"
    again = f"12 created, 1 failed, 1 not tried; {once_more}"
    assert result.stderr.endswith(again)
    assert "first push" not in result.stdout
    faults()
    assert "✓ 2 created" in run("create", friendreminders).stdout


def test_a_failure_is_told_as_data_for_its_step(run: Run, friendreminders: str, faults: Faults) -> None:
    faults({"service": "codebuild", "operation": "CreateProject", "code": "AccountLimitExceededException"})
    result = run("create", friendreminders, "-o", "json")
    assert result.exit_code == 1
    told = {(step["kind"], step["outcome"]): step["error"] for step in json.loads(result.stdout)["steps"]}
    assert "AccountLimitExceededException" in told["codebuild project", "failed"]
    assert told["pipeline", "not tried"] is None


def test_another_account_than_the_specs_is_refused_before_any_write(
    run: Run, friendreminders: str, tmp_path: Path, client: Client, account: str
) -> None:
    spec = varied(friendreminders, tmp_path, "region:", 'account: "000000000001"\nregion:')
    result = run("create", spec)
    assert result.exit_code == 1
    assert f"is for account 000000000001, but these credentials are of {account}" in result.stderr
    assert client("codecommit").list_repositories()["repositories"] == []


def test_mistakes_of_the_spec_are_told_on_stderr_with_exit_code_2(run: Run, tmp_path: Path) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text(
        "pipectl: 1\nname: shop\necr:\n  app: {keep_image: 3}\n  api: {scan: 1}\n", encoding="utf-8"
    )
    result = run("create", str(spec))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{spec}:4:" in result.stderr
    assert f"{spec}:5:" in result.stderr
    assert result.stderr.endswith("2 errors\n")


def test_variables_fill_in_the_spec_and_the_command_line_wins(run: Run, tmp_path: Path, data: Data) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text(
        "pipectl: 1\nname: shop\nregion: eu-west-1\ncodecommit:\n  app: {description: '${var:a} ${var:b}'}\n",
        encoding="utf-8",
    )
    values = tmp_path / "values.yaml"
    values.write_text("a: no\nb: 012\n", encoding="utf-8")
    told = data(run("plan", str(spec), "--vars-file", str(values), "--var", "b=x=y", "-o", "json"))
    described = {each["path"]: each["after"] for each in told["steps"][0]["differences"]}
    assert described["description"] == "no x=y"


@pytest.mark.parametrize("pair", ["novalue", "=x"])
def test_a_variable_without_name_or_value_is_refused(pair: str, run: Run, friendreminders: str) -> None:
    result = run("plan", friendreminders, "--var", pair)
    assert result.exit_code == 2
    assert "is no NAME=VALUE" in result.stderr


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: {b: c}\n", "a: [\n"])
def test_a_variables_file_must_be_a_plain_mapping(
    text: str, run: Run, friendreminders: str, tmp_path: Path
) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(text, encoding="utf-8")
    result = run("plan", friendreminders, "--vars-file", str(values))
    assert result.exit_code == 2
    assert str(values) in result.stderr


def test_without_credentials_the_ways_to_log_in_are_told(offline: Run, friendreminders: str) -> None:
    result = offline("plan", friendreminders, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert result.exit_code == 1
    assert "error: no usable AWS credentials" in result.stderr
    assert "--local" in result.stderr


def test_an_unknown_profile_is_told(offline: Run, friendreminders: str) -> None:
    result = offline("plan", friendreminders, "--profile", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.stderr
    assert "`aws configure list-profiles` lists those there are" in result.stderr


def test_an_endpoint_that_does_not_answer_is_told(
    offline: Run, friendreminders: str, environment: dict[str, str | None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = offline("plan", friendreminders, "--endpoint-url", f"http://127.0.0.1:{port}")
    assert result.exit_code == 1
    assert "got no answer" in result.stderr
