"""The command line itself: what is found, what is refused, what it costs to ask for help."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from pipectl import __version__
from pipectl.cli import Commands, cli
from pipectl.cli._options import all_options

Run = Callable[..., Result]

HEAVY = ("boto3", "botocore", "pydantic", "rich", "moto", "yaml")


def commands() -> list[tuple[str, ...]]:
    context = click.Context(cli, info_name="pipectl")
    found: list[tuple[str, ...]] = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, each) for each in command.list_commands(context)]
    return found


def test_the_commands_are_found_in_their_folder() -> None:
    names = [name for name, *rest in commands() if not rest]
    assert {"create", "plan", "status", "validate", "enable-transition", "disable-transition"} <= set(names)


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...], offline: Run) -> None:
    result = offline(*words, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: pipectl {' '.join(words)}")
    first = result.stdout.splitlines()[2].strip()
    assert first
    assert not first.endswith(".")


def test_what_a_command_does_fits_into_its_line_of_the_list(offline: Run) -> None:
    told = offline("--help").stdout + offline("local", "--help").stdout
    assert [line for line in told.splitlines() if line.endswith("...") and "Usage:" not in line] == []


def test_help_is_told_without_loading_what_is_heavy() -> None:
    code = (
        "import sys\n"
        "import pipectl.__main__\n"
        "from pipectl.cli import cli\n"
        "try:\n"
        "    cli(['--help'])\n"
        "finally:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "Operate:" in done.stdout


def test_what_could_not_be_written_is_no_success() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pipectl", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, "No space left" in done.stderr) == (1, True)


def test_the_version_is_told(offline: Run) -> None:
    assert offline("--version").stdout == f"pipectl {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["craete"], "error: no command `craete`\nhint: did you mean `create`?\n"),
        (["local", "strat"], "error: no command `strat`\nhint: did you mean `start`?\n"),
        (["local_"], "error: no command `local_`\nhint: did you mean `local`?\n"),
        (["xyzzy"], "error: no command `xyzzy`\nhint: `pipectl --help` lists them\n"),
        (["create", "--lcoal"], "error: no option `--lcoal`\nhint: did you mean `--local`?\n"),
        (
            ["plan", "--var"],
            "error: option `--var` requires an argument\n",
        ),
        (
            ["retry"],
            "error: missing argument `STAGE`\nhint: `pipectl retry --help` shows what it takes\n",
        ),
        (
            ["approve", "shop.yaml"],
            "error: got unexpected extra argument (shop.yaml)\nhint: `-f shop.yaml` names the spec\n",
        ),
        (
            ["enable-transition"],
            "error: no STAGE is named\nhint: as `enable-transition Deploy`, or `--expired`\n",
        ),
    ],
)  # fmt: skip
def test_a_wrong_word_is_answered_with_the_nearest_right_one(
    words: list[str], said: str, offline: Run
) -> None:
    result = offline(*words)
    assert (result.exit_code, result.stderr) == (2, said)


def test_without_a_spec_the_ways_to_name_one_are_told(
    offline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = offline("plan")
    assert result.exit_code == 2
    assert "no spec is named and there is no pipectl.yaml or pipectl.yml here" in result.stderr
    assert "PIPECTL_FILE" in result.stderr


def test_the_spec_is_named_by_argument_option_variable_or_lies_here(
    offline: Run, friendreminders: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = f"{friendreminders}: no mistakes\n"
    assert offline("validate", friendreminders).stdout == told
    assert offline("validate", "-f", friendreminders).stdout == told
    assert offline("validate", PIPECTL_FILE=friendreminders).stdout == told
    Path("pipectl.yaml").write_text(Path(friendreminders).read_text(encoding="utf-8"), encoding="utf-8")
    assert offline("validate").stdout == "pipectl.yaml: no mistakes\n"


def test_options_stand_before_or_after_the_command(offline: Run, friendreminders: str) -> None:
    before = offline("-o", "json", "validate", friendreminders)
    after = offline("validate", friendreminders, "-o", "json")
    assert json.loads(before.stdout) == json.loads(after.stdout) == []


def test_what_stands_after_the_command_wins(offline: Run, friendreminders: str) -> None:
    result = offline("-o", "json", "validate", friendreminders, "-o", "yaml")
    assert result.stdout == "[]\n"
    other = offline("-o", "yaml", "local", "status", "-o", "json")
    assert json.loads(other.stdout) == {"running": False}


def test_yaml_says_the_same_as_json(offline: Run, tmp_path: Path) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text("pipectl: 1\nname: shop\necr:\n  app: {keep_image: 3}\n", encoding="utf-8")
    told = json.loads(offline("validate", str(spec), "-o", "json").stdout)
    assert yaml.safe_load(offline("validate", str(spec), "-o", "yaml").stdout) == told
    assert [problem["rule"] for problem in told] == ["unknown-key"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(shell: str, offline: Run) -> None:
    result = offline("completion", shell)
    assert result.exit_code == 0
    assert "_PIPECTL_COMPLETE" in result.stdout


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m pipectl schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("{", "")


@pytest.mark.parametrize("words", [(), ("local",)])
def test_without_a_command_help_is_shown(words: tuple[str, ...], offline: Run) -> None:
    result = offline(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: pipectl")
    assert "error:" not in result.stderr


def test_local_and_another_endpoint_contradict_each_other(offline: Run) -> None:
    result = offline("--local", "status", "--endpoint-url", "http://127.0.0.1:1")
    assert result.exit_code == 2
    assert "contradict each other" in result.stderr


class Stumbling(Commands):
    """Every command of it has a mistake in it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        def stumble() -> None:
            raise KeyError(cmd_name)

        return click.Command(cmd_name, callback=stumble)


def test_a_mistake_of_pipectl_is_told_without_a_traceback() -> None:
    result = CliRunner().invoke(Stumbling("pipectl"), ["create"])
    assert result.exit_code == 1
    assert result.stderr == (
        "error: pipectl stumbled over KeyError: 'create'\n"
        "hint: this is a mistake of pipectl; `--debug` shows where it happened\n"
    )


def test_debug_shows_where_it_happened() -> None:
    result = CliRunner().invoke(all_options(Stumbling("pipectl")), ["--debug", "create"])
    assert "Traceback (most recent call last)" in result.stderr
    assert "in stumble" in result.stderr


def test_the_schema_describes_every_block(offline: Run) -> None:
    told = json.loads(offline("schema").stdout)
    assert told["$schema"].startswith("https://json-schema.org/")
    assert {"codecommit", "ecr", "ecs", "codebuild", "codepipeline"} <= set(told["properties"])
    assert yaml.safe_load(offline("schema", "-o", "yaml").stdout) == told
