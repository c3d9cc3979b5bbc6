"""Commands as users type them, against a local AWS in this process, each test in its own account."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import pipectl.local
from pipectl.aws.cloud import writes
from pipectl.cli import cli
from pipectl.local.server import Server
from tests import printed
from tests.plain import session
from tests.shop import REGION, Shop, clients

Run = Callable[..., Result]

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with pipectl.local.running() as server:
        yield server


@pytest.fixture
def account() -> str:
    return str(10**11 + secrets.randbelow(9 * 10**11))


@pytest.fixture
def environment(account: str, tmp_path: Path) -> dict[str, str | None]:
    """Only what the test says: no configuration of the machine, no terminal"""
    nowhere = str(tmp_path / "nothing")
    return {
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "AWS_REGION": None,
        "AWS_DEFAULT_REGION": None,
        "AWS_PROFILE": None,
        "AWS_ENDPOINT_URL": None,
        "PIPECTL_FILE": None,
        "NO_COLOR": None,
    }


@pytest.fixture
def offline(environment: dict[str, str | None]) -> Run:
    """Type a command that talks to nobody"""

    def run(*words: str, **env: str) -> Result:
        return CliRunner().invoke(cli, words, env={**environment, **env}, prog_name="pipectl")

    return run


@pytest.fixture
def run(server: Server, offline: Run) -> Run:
    """Type a command against the local AWS of this process; the environment names it, as `local env` does"""

    def run(*words: str, **env: str) -> Result:
        return offline(*words, **{"AWS_ENDPOINT_URL": server.url, **env})

    return run


@pytest.fixture
def friendreminders() -> str:
    return str(CONFIG / "friendreminders.yaml")


@pytest.fixture
def created(run: Run, friendreminders: str) -> str:
    """The tutorial's system, made"""
    result = run("create", friendreminders)
    assert result.exit_code == 0, result.output
    return friendreminders


@pytest.fixture
def client(server: Server, account: str) -> Callable[[str], Any]:
    """An independent look at what was made"""

    mine = session(account)

    def client(service: str) -> Any:
        return mine.client(service, region_name="ap-southeast-1", endpoint_url=server.url)  # type: ignore[call-overload]

    return client


@pytest.fixture
def data() -> Callable[[Result], Any]:
    """What a command printed as JSON"""

    def data(result: Result) -> Any:
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return data


@pytest.fixture
def faults(server: Server) -> Iterator[Callable[..., None]]:
    """Order what shall go wrong; without arguments nothing does"""

    def order(*faults: dict[str, Any]) -> None:
        server.faults.order(list(faults))

    yield order
    server.faults.order([])


@pytest.fixture
def typed_again(
    run: Run, server: Server, account: str, environment: dict[str, str | None], tmp_path: Path
) -> Iterator[Callable[[str, str], None]]:
    """At the end of a test, in the situation that it leaves, type the commands that its last screen printed.

    Each must do something in this account and Region, and end with a documented exit code that is no error.
    A test that changes something after its last screen must say so there (`types=False`): the situation is
    another one then.
    """
    last: list[tuple[str, str, float]] = []
    yield lambda text, region: last.append((text, region, time.time()))
    server.faults.order([])
    for text, region, moment in [shown for shown in last[-1:] if shown[0]]:
        after = [call.operation for call in server.requests.all() if call.start > moment]
        assert [operation for operation in after if changes(operation)] == [], "say `types=False`"
        for command in printed.to_type(printed.commands(text)):
            server.requests.clear()
            _type(command, run, environment, region, server, tmp_path)
            calls = server.requests.all()
            assert calls or command.startswith("git"), f"{command} did nothing"
            places = {(call.account, call.region) for call in calls}
            assert places <= {(account, region), (account, "us-east-1")}, f"{command} acted in {places}"


def changes(operation: str) -> bool:
    """Whether a call, as `PutApprovalResult`, may write"""
    return writes(re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())


def _type(
    command: str,
    run: Run,
    environment: dict[str, str | None],
    region: str,
    server: Server,
    folder: Path,
) -> None:
    """Type a command: pipectl's in this process, others in a shell"""
    program, *words = printed.words_of(command)
    if program == "pipectl":
        result = run(*words, AWS_REGION=region)
        found = (result.exit_code, result.stderr)
        passed = words[0] == "stop" and "just now" in result.stderr
        is_answer = passed or (words[0] in ("why", "doctor") and "error:" not in result.stderr)
        assert result.exit_code in (0, 4, 5) or is_answer, f"{command}: {found}\n{result.stdout}"
        return
    given = {name: value for name, value in environment.items() if value is not None}
    given |= {f"GIT_{who}_{what}": "ann" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    given |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder)}
    given |= {"AWS_ENDPOINT_URL": server.url, "AWS_REGION": region, "AWS_PAGER": ""}
    lines = [command]
    if program == "git":  # a person has a clone, and a commit on the branch that is to be pushed
        url, branch = words[-2:]
        commit = f"git checkout -q -B {branch} && git commit -q --allow-empty -m More"
        lines = [f"git clone -q {url} clone && cd clone && {commit} && {command}"]
    ended = subprocess.run(
        ["sh", "-c", *lines], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, f"{command}: {ended.stderr}"


@pytest.fixture
def shop(run: Run, server: Server, account: str, tmp_path: Path) -> Shop:
    """A small pipeline whose executions really run"""
    return Shop(run, clients(account, server.url), account, tmp_path)


@pytest.fixture
def told(shop: Shop, typed_again: Callable[[str, str], None]) -> Callable[..., None]:
    """Compare what a command tells of the shop with a reviewed file; PIPECTL_REWRITE_SCREENS=1 writes it"""

    def told(name: str, result: Result, exit_code: int = 0, *, types: bool = True) -> None:
        assert result.exit_code == exit_code, result.output
        file = Path(__file__).parent / "screens" / f"{name}.txt"
        text = shop.stable(result.stdout)
        if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
            file.write_text(text, encoding="utf-8")
        assert _cut(text) == _cut(file.read_text(encoding="utf-8"))
        typed_again(result.stdout if types else "", REGION)

    return told


def _cut(text: str) -> str:
    """How much of a line is left depends on how wide its time is (`2 s`, `12 s`): cut words end alike"""
    return re.sub(r"\w+\.\.\.", "...", text)
