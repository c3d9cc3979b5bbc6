"""Completion: what is offered in each place, and what real shells make of it"""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from pipectl.local.server import Server
from tests.shop import GATE, REGION, Shop

Run = Callable[..., Result]

ROOT = Path(__file__).parents[2]
LONGEST_S = 60
INTERACTIVE = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],  # without compinit
    "fish": ["fish", "--no-config", "-i"],
}
INSTALL = {
    "bash": 'eval "$(pipectl completion bash)"',
    "zsh": 'eval "$(pipectl completion zsh)"',
    "fish": "pipectl completion fish | source",
}
ARN = "arn:aws:codeconnections:eu-west-1:123456789012:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"
SPEC = f"""
pipectl: 1
name: shop
codepipeline:
  web:
    stages:
      - name: Source
        actions:
          - {{provider: CodeStarSourceConnection, connection: "{ARN}", repository: a/b, branch: main}}
      - name: Build
        actions: [{{provider: CodeBuild, project: b}}]
"""

NO_PIPELINES = "pipectl: 1\nname: shop\nregion: eu-west-1\naccount: '{}'\necr: {{web: {{}}}}\n"
PROFILE = """
[profile base]
aws_access_key_id = 111111111111
aws_secret_access_key = x
[profile ops]
role_arn = arn:aws:iam::111111111111:role/ops
source_profile = base
mfa_serial = arn:aws:iam::111111111111:mfa/ann
region = eu-west-1
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec, a text and a folder"""
    folder = tmp_path / "shop"
    (folder / "below").mkdir(parents=True)
    (folder / "pipectl.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "notes.txt").write_text("", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def offered(run: Run, line: str) -> list[str]:
    """What bash is told for a line up to the cursor"""
    result = run(COMP_LINE=line, _PIPECTL_COMPLETE="bash_complete")
    assert result.stderr == ""
    return [text for text in result.stdout.splitlines() if text]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("pipectl ret", ["plain,retry"]),
        ("pipectl validate ", ["yaml,"]),
        ("pipectl plan -f sh", ["yaml,sh"]),
        ("pipectl status --vars-file ", ["yaml,"]),
        ("pipectl retry ", ["plain,Source", "plain,Build"]),
        ("pipectl disable-transition B", ["plain,Build"]),
        ("pipectl enable-transition Build --pipeline ", ["plain,web"]),
        ("pipectl history --stage So", ["plain,Source"]),
        ("pipectl local connect ", [f"plain,{ARN}"]),
        ("pipectl local connect x ", ["dir,"]),
        ("pipectl --local why ", []),  # no local AWS runs, and none is started
        ("pipectl retry 'unfinished ", []),
    ],
)  # fmt: skip
def test_a_place_is_completed_offline(offline: Run, folder: Path, line: str, lines: list[str]) -> None:
    assert offered(offline, line) == lines


def test_executions_commits_and_what_no_spec_names_come_from_aws(run: Run, shop: Shop) -> None:
    first = shop.create(GATE)
    commit = shop.commits[0]
    shop.execution(commit)

    def there(*words: str, **variables: str) -> Result:
        return run(*words, AWS_REGION=REGION, **variables)

    assert offered(there, "pipectl stop --execution ") == [f"plain,{first[:8]}"]
    assert offered(there, "pipectl why ") == [f"plain,{commit[:7]}"]
    assert offered(there, "pipectl retry ") == ["plain,Source", "plain,Gate"]
    assert offered(there, "pipectl status -p sh") == ["plain,shop"]
    connection = shop.aws("codeconnections").create_connection(ConnectionName="a", ProviderType="GitHub")
    assert offered(there, "pipectl init --connection arn") == [f"plain,{connection['ConnectionArn']}"]


def test_another_account_than_the_spec_states_offers_nothing(
    run: Run, server: Server, folder: Path, account: str
) -> None:
    for stated, services in ((account, {"sts", "codepipeline"}), ("999999999999", {"sts"})):
        (folder / "pipectl.yaml").write_text(NO_PIPELINES.format(stated), encoding="utf-8")
        server.requests.clear()
        assert offered(run, "pipectl status -p ") == []
        assert {call.service for call in server.requests.all()} == services


def test_what_aws_refuses_offers_nothing(run: Run, faults: Callable[..., None]) -> None:
    faults({"service": "codepipeline", "operation": "ListPipelines", "code": "AccessDeniedException"})
    assert offered(run, "pipectl --region eu-west-1 status -p ") == []


def test_what_is_typed_while_a_line_is_completed_is_left_to_the_shell(
    environment: dict[str, str | None], folder: Path, server: Server
) -> None:
    """No spec is read from stdin, and no code of an MFA device is asked for"""
    (folder / "pipectl.yaml").unlink()
    (folder / "config").write_text(PROFILE, encoding="utf-8")
    given = {name: value for name, value in environment.items() if value and "KEY" not in name}
    given |= {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_ENDPOINT_URL": server.url}
    given |= {"AWS_CONFIG_FILE": str(folder / "config"), "_PIPECTL_COMPLETE": "bash_complete"}
    for line in ("pipectl retry -f - ", "pipectl --profile ops status -p "):
        read, write = os.pipe()
        os.write(write, b"typed ahead\n")
        os.close(write)
        with os.fdopen(read, "rb") as stdin:
            done = subprocess.run(
                [sys.executable, "-m", "pipectl"], stdin=stdin, capture_output=True, text=True, check=False,
                env={**given, "PYTHONPATH": str(ROOT), "COMP_LINE": line}, cwd=folder, start_new_session=True,
            )  # fmt: skip
            assert (done.stdout.strip(), done.stderr, stdin.read()) == ("", "", b"typed ahead\n")


@pytest.mark.parametrize("shell", INSTALL)
def test_the_script_of_a_shell_names_no_file_completion_off(offline: Run, shell: str) -> None:
    script = offline("completion", shell).stdout
    expected = {
        "bash": ["-o default", "COMP_WORDBREAKS"],
        "zsh": ["compinit", "|| _files"],
        "fish": ["__fish_complete_path"],
    }
    assert [text for text in expected[shell] if text not in script] == []


class Shell:
    """An interactive shell on a terminal of its own, into which keys are typed"""

    def __init__(self, shell: str, environment: dict[str, str], folder: Path) -> None:
        code = "import pty, sys; pty.spawn(sys.argv[1:])"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *INTERACTIVE[shell]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=folder, bufsize=0,
        )  # fmt: skip

    def types(self, keys: str, until: str) -> str:
        """Type keys, and read until a text appears; what was read, without control sequences"""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(keys.encode())
        read, deadline = "", time.monotonic() + LONGEST_S
        while until not in read:
            left = deadline - time.monotonic()
            assert left > 0, f"{until!r} did not appear in {read!r}"
            if select.select([self.process.stdout], [], [], left)[0]:
                some = os.read(self.process.stdout.fileno(), 65536)
                assert some, f"the shell ended: {read!r}"
                read = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]0;[^\x07]*\x07|\r", "", read + some.decode())
        return read


@pytest.fixture(params=[shell for shell in INTERACTIVE if shell == "bash" or shutil.which(shell)])
def shell(
    request: pytest.FixtureRequest, folder: Path, environment: dict[str, str | None], tmp_path: Path
) -> Iterator[Shell]:
    """Bash, and the others that this machine has, with completion installed as README says"""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = f'#!/bin/sh\nexec "{sys.executable}" -m pipectl "$@"\n'
    (programs / "pipectl").write_text(script, encoding="utf-8")
    (programs / "pipectl").chmod(0o755)
    given = {name: value for name, value in environment.items() if value is not None}
    given |= {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    given |= {"HOME": str(tmp_path), "PS1": "> "}
    typed = Shell(request.param, given, folder)
    typed.types(f"{INSTALL[request.param]}; echo in''stalled\n", "installed")
    yield typed
    typed.process.kill()
    typed.process.communicate()


def test_a_real_shell_completes_what_pipectl_offers(shell: Shell) -> None:
    for line, until in (
        ("pipectl vali\t", "validate "),
        ("pipectl validate pip\t", "pipectl.yaml"),
        ("pipectl validate bel\t", "below/"),
        ("pipectl retry Bui\t", "Build"),
        ("pipectl local connect arn:aws:\t", ARN),
        ("pipectl init --name not\t", "notes.txt"),  # files are completed where pipectl offers nothing
    ):
        seen = shell.types(line, until)
        assert "arn:aws:arn" not in seen
        assert "command not found" not in seen
        shell.types("\x15", "")
