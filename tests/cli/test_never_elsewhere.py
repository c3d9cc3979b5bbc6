"""A command that changes something acts on nothing when the spec that is named or found here is invalid."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from pipectl.local.server import Server
from tests.cli.conftest import Run

ELSEWHERE = "--region", "ap-southeast-1"
OPERATIONS: tuple[tuple[str, ...], ...] = (
    ("start",),
    ("stop",),
    ("retry", "Source"),
    ("rollback", "Deploy"),
    ("approve",),
    ("reject",),
    ("override", "Deploy"),
    ("enable-transition", "Deploy"),
    ("enable-transition", "Deploy", "--wait"),
    ("enable-transition", "Deploy", "Build", "--yes"),
    ("enable-transition", "--expired"),
    ("disable-transition", "Deploy", "--reason", "freeze"),
    ("disable-transition", "Deploy", "--outbound", "--reason", "freeze"),
    ("disable-transition", "Deploy", "Build", "--reason", "freeze", "--yes"),
    ("disable-transition", "Deploy", "-p", "*", "--reason", "freeze", "--yes"),
)
"""What changes something and works without a spec."""
CHANGING: tuple[tuple[str, ...], ...] = (*OPERATIONS, ("create", "--yes"), ("destroy", "--yes"))


def test_every_command_that_takes_a_spec_is_tried_here_or_only_looks() -> None:
    from pipectl.cli import cli

    looking = {
        "doctor",
        "export",
        "history",
        "import",
        "init",
        "logs",
        "open",
        "plan",
        "policy",
        "status",
        "validate",
        "wait",
        "why",
    }
    others = {"completion", "local", "schema"}
    commands = set(cli.list_commands(click.Context(cli)))
    assert {words[0] for words in CHANGING} | looking | others == commands


HEAD = "pipectl: 1\nname: shop\nregion: ap-southeast-1\n"
PIPELINE = (
    "codepipeline:\n  Other:\n    stages:\n"
    "      - {name: Source, actions: [{provider: CodeCommit, repository: shop, branch: main}]}\n"
    "      - {name: Deploy, actions: [{provider: ECS, cluster: shop, service: web}]}\n"
)
INVALID: dict[str, bytes] = {
    "unset Region": (HEAD.replace("ap-southeast-1", "${env:WHERE}") + PIPELINE).encode(),
    "unset account": (HEAD + "account: ${env:WHOSE}\n" + PIPELINE).encode(),
    "unset variable": (HEAD + "account: ${var:whose}\n" + PIPELINE).encode(),
    "misspelt account": (HEAD + "acount: '111111111111'\n" + PIPELINE).encode(),
    "misspelt deep inside": (HEAD + PIPELINE.replace("branch", "brnach")).encode(),
    "account as a number": (HEAD + "account: 111111111111\n" + PIPELINE).encode(),
    "account too short": (HEAD + "account: '11111111111'\n" + PIPELINE).encode(),
    "twice the same key": (HEAD + PIPELINE + "region: eu-west-1\n").encode(),
    "no YAML": b"pipectl: 1\nname: [shop\n",
    "not UTF-8": (HEAD + PIPELINE).encode().replace(b"Other", b"\xff"),
    "empty": b"",
    "several documents": (HEAD + PIPELINE + "---\n" + HEAD).encode(),
    "a list": b"- pipectl: 1\n",
    "a value of another type": (HEAD + PIPELINE + "ecr: {app: {keep_images: many}}\n").encode(),
    "a variable of no form": (HEAD + PIPELINE + "tags: {owner: '${ENV:OWNER}'}\n").encode(),
    "no pipeline": HEAD.encode(),
}


@pytest.fixture
def here(created: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where commands are typed, in an account with one pipeline, which no spec here describes"""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def acts(server: Server, run: Run, account: str) -> Callable[..., list[str]]:
    """What went wrong with commands that must not act: another exit code, or calls that were sent"""

    def acts(commands: tuple[tuple[str, ...], ...], *more: str, code: int = 2, **env: str) -> list[str]:
        wrong = []
        for words in commands:
            server.requests.clear()
            result = run(*words, *more, **env)
            calls = [
                call.operation for call in server.requests.all() if call.operation != "GetCallerIdentity"
            ]
            if result.exit_code != code or (code == 2 and calls) or "Traceback" in result.output:
                wrong.append(f"{' '.join(words)}: {result.exit_code} {calls} {result.output[-300:]}")
            wrong += [
                f"{' '.join(words)}: {call}"
                for call in calls
                if not call.startswith(("Get", "List", "Describe", "BatchGet", "Head"))
            ]
        return wrong

    return acts


@pytest.mark.parametrize("fault", INVALID)
def test_nothing_is_done_past_an_invalid_spec(fault: str, here: Path, acts: Callable[..., list[str]]) -> None:
    (here / "pipectl.yaml").write_bytes(INVALID[fault])
    commands = OPERATIONS if fault == "no pipeline" else CHANGING
    commands = tuple(
        words for words in commands if fault != "no pipeline" or not {"-p", "--expired"} & {*words}
    )
    assert acts(commands) == []


def test_nothing_is_done_past_an_invalid_spec_wherever_it_is_named(
    here: Path, acts: Callable[..., list[str]]
) -> None:
    commands = CHANGING
    (here / "pipectl.yml").write_bytes(INVALID["misspelt account"])
    assert acts(commands) == []
    (here / "pipectl.yml").rename(here / "other.yaml")
    assert acts(commands, PIPECTL_FILE="other.yaml") == []
    assert acts(commands, "-f", "other.yaml") == []


@pytest.mark.parametrize("option", ["--region", "--profile", "--endpoint-url", "-f"])
def test_an_empty_option_is_not_the_same_as_none(
    option: str, here: Path, acts: Callable[..., list[str]]
) -> None:
    assert acts(CHANGING, option, "") == []
    assert acts(CHANGING, option, " ") == []


def test_an_empty_name_never_means_the_only_pipeline_or_the_newest_execution(
    here: Path, acts: Callable[..., list[str]], run: Run
) -> None:
    assert acts(OPERATIONS, "-p", "") == []
    assert acts((("wait", ""), ("why", ""), ("stop", "--execution", ""), ("retry", ""), ("create", ""))) == []
    refused = run("wait", "")
    assert refused.stderr == ("error: COMMIT is empty\nhint: a variable in the command line may not be set\n")
    assert run("status", "-p", "").stderr.startswith("error: `--pipeline` is empty\n")


def test_nothing_is_done_when_the_spec_cannot_be_read(here: Path, acts: Callable[..., list[str]]) -> None:
    (here / "pipectl.yaml").mkdir()
    assert acts(CHANGING) == []
    (here / "pipectl.yaml").rmdir()
    (here / "pipectl.yaml").symlink_to("nowhere.yaml")
    assert acts(CHANGING) == []
    (here / "pipectl.yaml").unlink()
    assert acts(CHANGING, PIPECTL_FILE="nowhere.yaml") == []
    assert acts(CHANGING, "-f", "nowhere.yaml") == []
    for name in ("pipectl.yaml", "pipectl.yml"):
        (here / name).write_text(HEAD + PIPELINE, encoding="utf-8")
    assert acts(CHANGING) == []


def test_nothing_is_done_in_another_account_or_region(here: Path, acts: Callable[..., list[str]]) -> None:
    (here / "pipectl.yaml").write_text(HEAD + "account: '111111111111'\n" + PIPELINE, encoding="utf-8")
    assert acts(CHANGING, code=1) == []
    named = tuple(words for words in OPERATIONS if "-p" not in words)
    assert acts(named, "-p", "FriendReminders", *ELSEWHERE, code=1) == []
    (here / "pipectl.yaml").write_text(HEAD + PIPELINE, encoding="utf-8")
    whole = tuple(words for words in CHANGING if not {"-p", "--expired", "Build"} & {*words})
    assert acts(whole, "--region", "eu-west-1") == []


def test_without_the_spec_it_goes_on_for_a_pipeline_that_is_named(here: Path, run: Run) -> None:
    (here / "pipectl.yaml").write_bytes(INVALID["misspelt account"])
    words = ("disable-transition", "Deploy", "--reason", "freeze", *ELSEWHERE)
    refused = run(*words)
    assert (refused.exit_code, "`-p NAME --no-spec`" in refused.stderr) == (2, True)
    assert run(*words, "--no-spec").exit_code == 2
    assert run(*words, "-p", "FriendReminders").exit_code == 2
    done = run(*words, "-p", "FriendReminders", "--no-spec")
    assert (done.exit_code, done.stderr) == (0, "")
    assert run("status", "--no-spec", "-f", "pipectl.yaml").exit_code == 2


def test_what_only_looks_goes_on_and_says_so(here: Path, run: Run) -> None:
    (here / "pipectl.yaml").write_bytes(INVALID["misspelt account"])
    for words in (
        ("status",),
        ("status", "--all"),
        ("history",),
        ("logs",),
        ("rollback", "Deploy", "--list"),
    ):
        result = run(*words, *ELSEWHERE)
        assert "ignoring pipectl.yaml: " in result.stderr
        assert result.exit_code == 0, result.output
    assert run("status", *ELSEWHERE, PIPECTL_FILE="pipectl.yaml").exit_code == 2


def test_values_that_an_operation_does_not_need_do_not_stop_it(
    here: Path, run: Run, friendreminders: str
) -> None:
    text = Path(friendreminders).read_text(encoding="utf-8")
    (here / "pipectl.yaml").write_text(f"{text}tags: {{owner: '${{env:OWNER}}'}}\n", encoding="utf-8")
    for words in (
        ("disable-transition", "Deploy", "--reason", "freeze"),
        ("status",),
        ("history",),
        ("logs",),
        ("policy",),
        ("destroy", "--yes"),
    ):
        result = run(*words)
        assert (result.exit_code, "OWNER" in result.output) == (0, False), result.output
    for words in (("plan",), ("create",), ("export",)):
        result = run(*words)
        assert (result.exit_code, "`OWNER` is not set in the environment" in result.stderr) == (2, True)
    checked = run("validate")
    assert checked.exit_code == 0
    assert "note: `OWNER` is not set in the environment; plan, create and export need it" in checked.stdout


def test_the_hint_of_an_error_repeats_the_endpoint(
    here: Path, offline: Run, server: Server, tmp_path: Path
) -> None:
    place = f"--region ap-southeast-1 --endpoint-url {server.url}"
    typed = place.split()
    spec = tmp_path / "my spec.yaml"
    spec.write_text(HEAD + PIPELINE, encoding="utf-8")
    for words, hint in (
        (("status", "-p", "none"), f"`pipectl {place} create SPEC` makes a new one"),
        (("retry", "Build", "-p", "none"), f"`pipectl {place} create SPEC` makes a new one"),
        (("status", str(spec)), f"`pipectl {place} create '{spec}'` makes a new one"),
        (
            ("disable-transition", "A", "B", "-p", "*", "--reason", "x"),
            f"`pipectl {place} status --all`",
        ),
        (("plan",), f"`pipectl {place} init` writes a first spec"),
    ):
        for line in ((*typed, *words), (*words, *typed)):
            refused = offline(*line)
            assert refused.exit_code in (1, 2)
            assert hint in refused.stderr, (line, refused.stderr)
