"""`plan --as aws-cli`: the commands do what `create` does, and show no secret."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from pipectl.cli import cli
from tests.kinds.conftest import SECRETS_OF_SPECS
from tests.review.test_policy import changed

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Look = Callable[[str], dict[str, Any]]
Values = Callable[[str], dict[str, Any]]
Write = Callable[[dict[str, Any]], Path]
Script = Callable[..., str]

REGION = "ap-southeast-1"
PRETEND = """\
aws() {
  if [ "$1" = sts ]; then echo "$PRETENDED_ACCOUNT"; else printf '%s\\0' "$@" >> "$PRETENDED_CALLS"; fi
}
"""
"""A function of the shell in place of the AWS CLI: it takes a second, and there are many specs."""
WORDS = 6
"""Service, operation, --region and its value, --cli-input-json and its value."""


@pytest.fixture
def typed(world: "World") -> Callable[..., Result]:
    """Type a command"""
    environment = {"AWS_ACCESS_KEY_ID": world.account, "AWS_SECRET_ACCESS_KEY": "local", "NO_COLOR": "1"}

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["--endpoint-url", world.server.url, *words], env=environment)

    return run


@pytest.fixture
def script(typed: Callable[..., Result]) -> Script:
    """What is printed for a spec"""

    def script(file: Path) -> str:
        result = typed("plan", "--as", "aws-cli", str(file))
        assert result.exit_code == 0, result.output
        return result.stdout

    return script


def bash(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    file = folder / "script.sh"
    file.write_text(text, encoding="utf-8")
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", str(file)],
        env={**os.environ, "PATH": search, "SETTLE_SECONDS": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture
def carry_out(world: "World", tmp_path: Path) -> Callable[..., None]:
    """Run a script with the pretended AWS CLI, and send what it was told to send"""

    def carry_out(text: str, **secrets: str) -> None:
        calls = tmp_path / "calls"
        calls.unlink(missing_ok=True)
        said = {"PRETENDED_ACCOUNT": world.account, "PRETENDED_CALLS": str(calls), **secrets}
        ended = bash(PRETEND + text, tmp_path, **said)
        assert (ended.returncode, ended.stderr) == (0, "")
        for service, operation, region, params in _calls(calls):
            client = world.client(service.replace("s3api", "s3"), region)
            getattr(client, operation.replace("-", "_"))(**json.loads(params))

    return carry_out


def _calls(file: Path) -> Iterator[tuple[str, str, str, str]]:
    words = file.read_text(encoding="utf-8").split("\0")[:-1]
    for start in range(0, len(words), WORDS):
        service, operation, region, at, with_, params = words[start : start + WORDS]
        assert (region, with_) == ("--region", "--cli-input-json")
        yield service, operation, at, params


def as_created(world: "World", spec: "Spec", look: Look) -> dict[str, Any]:
    """The account as `create` makes it; then it is empty again"""
    world.made(spec)
    made = look(str(spec.region))
    world.server.reset()
    return made


def test_the_aws_cli_makes_of_it_what_create_makes(
    world: "World", look: Look, values: Values, spec_file: Write, script: Script, tmp_path: Path
) -> None:
    file = spec_file(with_secrets(values("friendreminders")))
    spec = world.load(file)
    whole = as_created(world, spec, look)
    environment = {
        "AWS_ACCESS_KEY_ID": world.account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": world.server.url,
        **SECRETS,
    }
    ended = bash(script(file), tmp_path, **environment)
    assert ended.returncode == 0, ended.stderr
    assert not [name for name, value in SECRETS.items() if json.dumps(value)[1:-1] in ended.stdout]
    assert look(REGION) == whole
    assert world.create(spec).writes == []


def test_whatever_a_spec_says_the_commands_make_what_create_makes(
    world: "World", look: Look, prepare: Callable[..., None], script: Script, carry_out: Any, file: Path
) -> None:
    prepare(file)
    spec = world.load(file)
    whole = as_created(world, spec, look)
    prepare(file)
    carry_out(script(file), **SECRETS_OF_SPECS)
    assert look(str(spec.region)) == whole
    assert world.create(spec).writes == []


def test_changes_and_adoptions_are_commands_too(
    world: "World", look: Look, values: Values, spec_file: Write, script: Script, carry_out: Any
) -> None:
    world.client("ecr", REGION).create_repository(repositoryName="rails_app")
    world.made(world.load(values("friendreminders")))
    world.client("logs", REGION).untag_log_group(logGroupName="/ecs/rails-compose", tags=["pipectl:stack"])
    file = spec_file(changed(values("friendreminders")))
    text = script(file)
    assert "\n# ! log group              /ecs/rails-compose\n" in text
    assert re.search(r"^#     compute +BUILD_GENERAL1_SMALL -> BUILD_GENERAL1_LARGE$", text, re.MULTILINE)
    carry_out(text)
    spec = world.load(file)
    assert world.create(spec).lines == []
    assert "# Nothing to do\n" in script(file)


SECRETS = {
    "SECRET_DB_PASSWORD": "a\"b\\c'd $HOME & `id`\t\r\x01\n",
    "SECRET_DB_PASSWORD_2": "correct horse",
    "SECRET_DATABASE_URL": "postgres://app:0pensesame@db.internal/app",
    "SECRET_API_TOKEN": "t0p\"s3cr3t\\'",
    "SECRET_NPM_TOKEN": "n0tf0ry0u",
}


def with_secrets(spec: dict[str, Any]) -> dict[str, Any]:
    """Secrets in all places where specs may have them, though `validate` warns"""
    task = spec["ecs"]["friendreminders"]["services"]["remindersmgt"]["task_definition"]
    task["containers"]["rails"]["environment"] = {
        "DB_PASSWORD": SECRETS["SECRET_DB_PASSWORD"],
        "DATABASE_URL": SECRETS["SECRET_DATABASE_URL"],
        "STAGE": 'it\'s <a> "test"',
    }
    project = spec["codebuild"]["FriendRemindersBuild"]
    project["environment"] = {
        "DB_PASSWORD": SECRETS["SECRET_DB_PASSWORD_2"],
        "KEY_TOKEN": {"secrets_manager": "shop/key:token"},
    }
    project["buildspec"] = {
        "version": 0.2,
        "env": {
            "variables": {"NPM_TOKEN": SECRETS["SECRET_NPM_TOKEN"]},
            "secrets-manager": {"SIGN_TOKEN": "shop/sign:token"},
        },
        "phases": {"build": {"commands": ["docker build ."]}},
    }
    stages = spec["codepipeline"]["FriendReminders"]["stages"]
    stages[1]["actions"][0]["environment"] = {"API_TOKEN": SECRETS["SECRET_API_TOKEN"]}
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    return spec


def test_secrets_are_asked_for_and_never_printed(
    world: "World", look: Look, values: Values, spec_file: Write, script: Script, carry_out: Any
) -> None:
    file = spec_file(with_secrets(values("friendreminders")))
    spec = world.load(file)
    whole = as_created(world, spec, look)
    text = script(file)
    for name, value in SECRETS.items():
        assert f"{{{name}:?" in text
        assert value not in text
        assert json.dumps(value)[1:-1] not in text
    assert "shop/key:token" in text
    assert "shop/sign:token" in text
    carry_out(text, **SECRETS)
    assert look(REGION) == whole


def test_a_secret_that_cannot_be_cut_out_of_its_text_hides_the_text(
    values: Values, spec_file: Write, script: Script
) -> None:
    spec = with_secrets(values("friendreminders"))
    spec["codebuild"]["FriendRemindersBuild"]["buildspec"] = (
        "version: 0.2\nenv: {variables: {NPM_TOKEN: 'it''s n0tf0ry0u'}}\nphases: {build: {commands: [ls]}}\n"
    )
    text = script(spec_file(spec))
    assert "n0tf0ry0u" not in text
    assert '"buildspec": "\'"$(json_text "$SECRET_TEXT_WITH_NPM_TOKEN")"\'"' in text


def test_without_its_secrets_a_script_sends_nothing(
    values: Values, spec_file: Write, script: Script, tmp_path: Path
) -> None:
    text = script(spec_file(with_secrets(values("friendreminders"))))
    calls = tmp_path / "calls"
    ended = bash(PRETEND + text, tmp_path, PRETENDED_CALLS=str(calls), PRETENDED_ACCOUNT="012345678901")
    assert ended.returncode != 0
    assert "is a secret of the spec" in ended.stderr
    assert not calls.exists()


def test_a_script_refuses_another_account(
    values: Values, spec_file: Write, script: Script, tmp_path: Path
) -> None:
    text = script(spec_file(values("friendreminders")))
    calls = tmp_path / "calls"
    ended = bash(PRETEND + text, tmp_path, PRETENDED_CALLS=str(calls), PRETENDED_ACCOUNT="999999999999")
    assert (ended.returncode, ended.stderr) == (1, "this script is for account 012345678901\n")
    assert not calls.exists()


def test_what_is_said_in_comments_cannot_leave_them(
    world: "World", values: Values, spec_file: Write, script: Script, tmp_path: Path
) -> None:
    world.made(world.load(values("friendreminders")))
    spec = values("friendreminders")
    spec["codecommit"]["FriendReminders"]["description"] = "two\nlines\u2028; touch owned"
    text = script(spec_file(spec))
    commands = text[text.index("# ~") :]
    assert [line for line in commands.splitlines() if "owned" in line and line[:1] not in ("#", " ")] == []
    ended = bash(
        PRETEND + text, tmp_path, PRETENDED_ACCOUNT=world.account, PRETENDED_CALLS=str(tmp_path / "c")
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_commands_stand_in_an_order_in_which_they_can_be_sent(
    values: Values, spec_file: Write, script: Script
) -> None:
    lines = script(spec_file(values("friendreminders"))).splitlines()
    commands = [" ".join(line.split()[1:3]) for line in lines if line.startswith("aws ")]
    waits = [number for number, line in enumerate(lines) if line.startswith("sleep ")]
    service = next(number for number, line in enumerate(lines) if line.startswith("aws ecs create-service"))
    roles = [number for number, line in enumerate(lines) if line.startswith("aws iam create-role")]
    assert len(waits) == 1
    assert max(roles) < waits[0] < service
    assert commands[-1] == "codepipeline create-pipeline"
    assert script(spec_file(values("friendreminders"))).splitlines() == lines


def test_a_gate_that_the_pipelines_creation_closes_is_closed_once(
    values: Values, spec_file: Write, script: Script
) -> None:
    held = values("friendreminders")
    held["codepipeline"]["FriendReminders"]["stages"][2]["transition"] = "disabled"
    lines = script(spec_file(held)).splitlines()
    assert len([line for line in lines if line.startswith("aws codepipeline disable-stage-transition")]) == 1
    assert "# ~ transition             FriendReminders/Deploy" in lines
    assert lines[-1] == "#     a command above does this too"


def test_a_script_is_no_document_and_not_printed_where_something_is_in_the_way(
    world: "World", values: Values, spec_file: Write, typed: Callable[..., Result]
) -> None:
    file = str(spec_file(values("friendreminders")))
    refused = typed("plan", "--as", "aws-cli", "-o", "json", file)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "`--as aws-cli` prints a script, not a document" in refused.stderr
    tags = [{"Key": "pipectl:stack", "Value": "billing"}]
    world.client("ecr", REGION).create_repository(repositoryName="rails_app", tags=tags)
    refused = typed("plan", "--as", "aws-cli", file)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "ecr repository `rails_app` belongs to the stack `billing`" in refused.stderr


def test_only_pending_changes_decide_the_exit_code(
    world: "World", values: Values, spec_file: Write, typed: Callable[..., Result]
) -> None:
    file = spec_file(values("friendreminders"))
    asked = ("plan", "--as", "aws-cli", "--detailed-exitcode", str(file))
    assert typed(*asked).exit_code == 3
    world.made(world.load(file))
    assert typed(*asked).exit_code == 0
