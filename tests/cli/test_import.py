"""`pipectl import` as it is typed: where the spec goes, what stands beside it, what it refuses."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pipectl.cli import cli

Run = Callable[..., Result]
REGION = ("--region", "ap-southeast-1")
SCREENS = Path(__file__).parent / "screens"


def shown(name: str, text: str) -> None:
    """Compare with a reviewed file; PIPECTL_REWRITE_SCREENS=1 writes it"""
    file = SCREENS / f"{name}.txt"
    if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


REPOSITORY, SERVICE = ("ecr", "repository/rails_app"), ("ecs", "service/friendreminders/remindersmgt")


def untagged(client: Callable[[str], Any], service: str, resource: str) -> None:
    """Take the stack's tag off, as if no stack owned it"""
    account = client("sts").get_caller_identity()["Account"]
    arn = f"arn:aws:{service}:ap-southeast-1:{account}:{resource}"
    client(service).untag_resource(resourceArn=arn, tagKeys=["pipectl:stack"])


def test_a_folder_that_is_not_there_is_named_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    result = run("import", "FriendReminders", *REGION, "-f", str(tmp_path / "no" / "x.yaml"))
    assert result.exit_code == 2
    assert f"error: there is no folder `{tmp_path / 'no'}`" in result.stderr


def test_the_spec_goes_to_stdout_and_all_else_to_stderr(run: Run, created: str) -> None:
    result = run("import", "FriendReminders", *REGION)
    assert result.exit_code == 0, result.output
    shown("import", result.stdout)
    shown("import_said", result.stderr)


def test_the_printed_spec_is_one_that_create_has_nothing_to_do_for(
    run: Run, created: str, tmp_path: Path
) -> None:
    file = tmp_path / "again.yaml"
    written = run("import", "FriendReminders", *REGION, "-f", str(file))
    assert (written.exit_code, written.stdout) == (0, "")
    assert written.stderr.endswith(f"written to {file}\n")
    assert ", 0 writes" in run("create", str(file)).stdout


def test_a_file_is_not_overwritten_unasked(run: Run, created: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", encoding="utf-8")
    refused = run("import", "FriendReminders", *REGION, "-f", str(file))
    assert refused.exit_code == 1
    assert f"error: {file} is there already\nhint: `--force` overwrites it\n" in refused.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert run("import", "FriendReminders", *REGION, "-f", str(file), "--force").exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("pipectl: 1\n")


def test_as_data_it_is_one_document(run: Run, created: str, data: Callable[[Result], Any]) -> None:
    found = data(run("import", "FriendReminders", *REGION, "-o", "json"))
    assert yaml.safe_load(found["text"]) == found["spec"]
    assert found["lost"] == []
    assert found["create"] == [
        "`pipectl --region ap-southeast-1 create SPEC` changes nothing: 14 resources as the spec says"
    ]
    assert {"kind": "pipeline", "name": "FriendReminders"} in found["read"]


def test_what_a_stack_has_never_owned_is_only_used(
    run: Run, created: str, client: Callable[[str], Any]
) -> None:
    untagged(client, *REPOSITORY)
    result = run("import", "FriendReminders", *REGION)
    values = yaml.safe_load(result.stdout)
    assert values["ecr"] == {"rails_app": {"managed": False}}
    said = "  ecr repository rails_app does not belong to stack friendreminders: the spec\n  only uses it\n"
    assert said in result.stderr
    assert "`pipectl --region ap-southeast-1 create SPEC` changes nothing: " in result.stderr


def test_what_is_asked_for_and_no_stack_owns_is_planned_as_an_adoption_of_tags(
    run: Run, created: str, client: Callable[[str], Any], tmp_path: Path
) -> None:
    untagged(client, *SERVICE)
    file = tmp_path / "again.yaml"
    service = ("--cluster", "friendreminders", "--service", "remindersmgt")
    result = run("import", "FriendReminders", *service, *REGION, "-f", str(file))
    adopting = f"`pipectl --region ap-southeast-1 create --adopt {file}` adds the tags"
    assert f"{adopting} pipectl:stack and pipectl:adopted to 1" in " ".join(result.stderr.split())
    plan = run("plan", str(file)).stdout
    assert "      `--adopt` adds the tags pipectl:stack and pipectl:adopted, nothing else\n" in plan
    assert run("create", str(file)).exit_code == 1
    assert run("create", str(file), "--adopt").exit_code == 0
    assert ", 0 writes" in run("create", str(file)).stdout


def test_what_the_pipeline_names_and_nobody_has_is_in_the_way(
    run: Run, created: str, client: Callable[[str], Any]
) -> None:
    client("codecommit").delete_repository(repositoryName="FriendReminders")
    result = run("import", "FriendReminders", *REGION)
    assert result.exit_code == 0
    shown("import_in_the_way", result.stderr)


def test_services_and_projects_are_imported_alone(run: Run, created: str) -> None:
    words = ("--cluster", "friendreminders", "--service", "remindersmgt", "--project", "FriendRemindersBuild")
    found = yaml.safe_load(run("import", *words, *REGION).stdout)
    assert list(found) == ["pipectl", "name", "region", "ecr", "ecs", "codebuild"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing is named that shall be imported"),
        (("--service", "web"), "1 `--service` and 0 `--cluster` do not fit together"),
        (("--cluster", "a"), "nothing is named that shall be imported"),
        (("p", "--cluster", "a"), "0 `--service` and 1 `--cluster` do not fit together"),
        (
            ("--cluster", "a", "--cluster", "b", "--service", "x"),
            "1 `--service` and 2 `--cluster` do not fit together",
        ),
    ],
)
def test_words_that_do_not_fit_are_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run("import", *words, *REGION)
    assert result.exit_code == 2
    assert f"error: {said}" in result.stderr


def test_an_unknown_pipeline_gives_the_nearest(run: Run, created: str) -> None:
    result = run("import", "FriendReminder", *REGION)
    assert result.exit_code == 1
    assert "error: there is no pipeline `FriendReminder` in ap-southeast-1" in result.stderr
    assert "hint: did you mean `FriendReminders`?" in result.stderr


def test_a_denied_read_is_told_with_its_permission_and_the_rest_is_printed(
    run: Run, created: str, faults: Callable[..., None]
) -> None:
    faults({"service": "ecr", "operation": "GetLifecyclePolicy", "code": "AccessDeniedException"})
    result = run("import", "FriendReminders", *REGION)
    assert result.exit_code == 0
    assert "keep_images" not in result.stdout
    assert "since ecr:GetLifecyclePolicy is not allowed" in " ".join(result.stderr.split())


def test_help_needs_no_aws() -> None:
    result = CliRunner().invoke(cli, ["import", "--help"], prog_name="pipectl")
    assert result.exit_code == 0
    assert "Generate a spec from existing PIPELINEs" in result.stdout
