"""`export`, as users type it: offline, and against the local AWS where ids must be asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
PIPELINES = str(Path(__file__).parents[1] / "kinds" / "specs" / "pipelines.yaml")


def test_a_template_is_printed_without_any_credentials(offline: Run, friendreminders: str) -> None:
    result = offline("export", friendreminders, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("AWSTemplateFormatVersion: '2010-09-09'\n")
    assert result.stdout.endswith("Value: friendreminders\n")
    assert result.stderr == ""


def test_as_json_it_is_the_same_template(
    offline: Run, friendreminders: str, data: Callable[[Result], Any]
) -> None:
    template = data(offline("export", friendreminders, "-o", "json"))
    assert template["Resources"]["RailsAppImages"]["Properties"]["RepositoryName"] == "rails_app"


def test_what_the_other_tool_cannot_say_is_told_beside_it(offline: Run) -> None:
    result = offline("export", PIPELINES)
    assert result.exit_code == 0, result.output
    path = "pipeline everything: stages.beforeEntry.conditions.rules.timeoutInMinutes"
    assert result.stderr.splitlines()[-1] == f"CloudFormation cannot say this, so it is left out: {path}"
    told = offline("export", PIPELINES, "--format", "terraform").stderr
    said = "Terraform's provider cannot say this, so it is left out"
    assert f"{said}: pipeline everything: the closed transition of Deploy\n" in told


def test_what_a_stack_cannot_import_is_left_out_and_told(offline: Run, friendreminders: str) -> None:
    result = offline("export", friendreminders, "--only-importable")
    assert "AWS::CodeBuild::Project" not in result.stdout
    told = "left out, since CloudFormation cannot import it: codebuild project FriendRemindersBuild\n"
    assert result.stderr == told


def test_a_stack_set_asks_for_what_each_place_has_of_its_own(
    offline: Run, friendreminders: str, data: Callable[[Result], Any]
) -> None:
    template = data(offline("export", friendreminders, "--stack-set", "-o", "json"))
    needed = [name for name, each in template["Parameters"].items() if "Default" not in each]
    assert needed == ["Subnet1", "Subnet2", "SecurityGroup1"]


def test_an_import_is_told_what_it_must_name(
    run: Run, created: str, account: str, data: Callable[[Result], Any]
) -> None:
    result = run("export", created, "--resources-to-import")
    listed = {each["LogicalResourceId"]: each for each in data(result)}
    assert listed["ArtifactsBucket"] == {
        "ResourceType": "AWS::S3::Bucket",
        "LogicalResourceId": "ArtifactsBucket",
        "ResourceIdentifier": {"BucketName": f"friendreminders-artifacts-{account}-ap-southeast-1"},
    }
    image = f"{account}.dkr.ecr.ap-southeast-1.amazonaws.com/rails_app:latest"
    assert (
        f"  ParameterKey=FriendremindersRemindersmgtServiceRailsImage,ParameterValue={image}\n"
        in result.stderr
    )


def test_an_import_only_reads(run: Run, created: str) -> None:
    told = run("export", created, "--resources-to-import", "--calls").stderr
    assert "codecommit  get_repository" in told
    assert ", 0 writes\n" in told


def test_what_is_not_there_cannot_be_imported(run: Run, friendreminders: str) -> None:
    result = run("export", friendreminders, "--resources-to-import")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "error: there is no " in result.stderr
    assert f"hint: `pipectl create {friendreminders}` makes what is not there yet\n" in result.stderr


def test_terraform_configuration_is_printed(offline: Run, friendreminders: str) -> None:
    result = offline("export", friendreminders, "--format", "terraform")
    assert result.exit_code == 0, result.output
    assert (
        'import {\n  to = aws_codepipeline.friend_reminders\n  id = "FriendReminders"\n}\n' in result.stdout
    )
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "terraform", "--stack-set"], "in one way only"),
        (["--format", "terraform", "-o", "json"], "in one way only"),
        (["--stack-set", "--only-importable"], "imports none"),
        (["--stack-set", "--resources-to-import"], "imports none"),
        (["--account", "12"], "`--account 12` is no account"),
        (["--region", "eu-west-1"], "says region ap-southeast-1, `--region` says eu-west-1"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    offline: Run, friendreminders: str, words: list[str], said: str
) -> None:
    result = offline("export", friendreminders, *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in " ".join(result.stderr.split())
    assert "hint: " in result.stderr


@pytest.fixture
def nowhere(friendreminders: str, tmp_path: Path) -> str:
    """The tutorial's spec without a Region"""
    file = tmp_path / "nowhere.yaml"
    text = Path(friendreminders).read_text(encoding="utf-8").replace("region: ap-southeast-1\n", "")
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_spec_without_a_region_takes_the_configured_one(offline: Run, nowhere: str) -> None:
    assert (
        "artifacts-${AWS::AccountId}-eu-west-1"
        in offline("export", nowhere, AWS_DEFAULT_REGION="eu-west-1").stdout
    )
    assert (
        "artifacts-${AWS::AccountId}-us-east-1" in offline("export", nowhere, "--region", "us-east-1").stdout
    )
    refused = offline("export", nowhere)
    assert refused.exit_code == 1
    assert "error: no AWS Region is set" in refused.stderr


def test_the_account_of_the_spec_and_of_the_option_must_agree(
    offline: Run, friendreminders: str, tmp_path: Path
) -> None:
    file = tmp_path / "guarded.yaml"
    text = Path(friendreminders).read_text(encoding="utf-8")
    file.write_text(text.replace("pipectl: 1\n", 'pipectl: 1\naccount: "210987654321"\n'), encoding="utf-8")
    assert offline("export", str(file), "--account", "210987654321").exit_code == 0
    refused = offline("export", str(file), "--account", "012345678901")
    assert refused.exit_code == 2
    assert "says account 210987654321, `--account` says 012345678901" in " ".join(refused.stderr.split())


def test_credentials_of_another_account_are_refused(run: Run, friendreminders: str, tmp_path: Path) -> None:
    file = tmp_path / "guarded.yaml"
    text = Path(friendreminders).read_text(encoding="utf-8")
    file.write_text(text.replace("pipectl: 1\n", 'pipectl: 1\naccount: "210987654321"\n'), encoding="utf-8")
    refused = run("export", str(file), "--resources-to-import")
    assert refused.exit_code == 1
    assert "is for account 210987654321, but these credentials are of" in " ".join(refused.stderr.split())


def test_one_export_is_of_one_spec(offline: Run, friendreminders: str) -> None:
    refused = offline("export", friendreminders, PIPELINES)
    assert refused.exit_code == 2
    assert "error: one export is of one spec" in refused.stderr


def test_mistakes_of_the_spec_are_shown_first(offline: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("pipectl: 1\nname: shop\necr:\n  web: {keep_image: 1}\n", encoding="utf-8")
    refused = offline("export", str(file))
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "unknown key `keep_image`" in refused.stderr
