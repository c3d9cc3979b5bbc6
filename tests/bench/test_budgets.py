"""The budgets that are exact: calls, writes, imports. Times are the business of `python -m tests.bench`."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore import xform_name
from click.testing import CliRunner

from pipectl import flow
from pipectl.aws.cloud import writes
from pipectl.cli import cli
from pipectl.kinds import SERVICES
from pipectl.spec.outline import outline
from tests.bench import recording, systems
from tests.bench.budgets import COUNTED, NOT_GROWING, OFFLINE, VERBS
from tests.bench.judge import names_over
from tests.bench.names import UNPLAIN
from tests.bench.processes import Pairs, Ran
from tests.bench.stacks import Load, over
from tests.conftest import ACCOUNT, Shared

Calls = Counter[tuple[str, str]]
Typed = Callable[..., "Spent"]

ROW = re.compile(r"^(\w+) +(\w+) +(\d+)  (?:read|write)$", re.MULTILINE)
HEAVY = ("boto3", "botocore", "pydantic", "rich", "moto")


@dataclass(frozen=True)
class Spent:
    """What a command sent, by its own ledger and by the server's"""

    ledger: Calls
    server: Calls

    @property
    def writes(self) -> Calls:
        """Those calls that may have written"""
        return Counter({call: count for call, count in self.server.items() if writes(call[1])})


@pytest.fixture
def typed(shared: Shared, tmp_path: Path) -> Typed:
    """Type a command against the empty local AWS, and count; with locks of its own it never waits"""
    shared.server.reset()
    key = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local"}
    env = {**key, "XDG_STATE_HOME": str(tmp_path / "state")}

    def typed(*words: str) -> Spent:
        shared.server.requests.clear()
        line = ["--endpoint-url", shared.server.url, *words]
        result = CliRunner().invoke(cli, line, env=env, prog_name="pipectl")
        assert result.exit_code == 0, result.output
        ledger = Counter({(each[1], each[2]): int(each[3]) for each in ROW.finditer(result.stderr)})
        asked = shared.server.requests.all()
        return Spent(ledger, Counter((call.service, xform_name(call.operation)) for call in asked))

    return typed


def spent(typed: Typed, folder: Path, count: int) -> dict[str, Spent]:
    """What every verb sends for so many systems"""
    specs = systems.write(folder, count)
    changed = systems.write(folder, count, branch="main")
    words = {
        "create, empty account": ["create", *specs],
        "create, second time": ["create", *specs],
        "plan": ["plan", *specs],
        "create, branch changed": ["create", "--yes", *changed],
        "status": ["status", *changed],
        "destroy": ["destroy", "--yes", *changed],
        "destroy, second time": ["destroy", "--yes", *changed],
    }
    return {verb: typed("--calls", *words[verb]) for verb in (*VERBS, *COUNTED)}


@pytest.mark.parametrize("count", [1, 10])
def test_no_verb_sends_more_than_its_budget(typed: Typed, tmp_path: Path, count: int) -> None:
    sent = spent(typed, tmp_path, count)
    for verb, budget in {**VERBS, **COUNTED}.items():
        server = sent[verb].server
        assert sent[verb].ledger == server, f"{verb}: the ledger and the server's log differ"
        assert server.total() <= budget.calls(count), (
            f"{verb}: {server.total()} calls, {sorted(server.items())}"
        )
        written = sent[verb].writes
        assert written.total() <= budget.writes * count, f"{verb} writes {sorted(written.items())}"
        assert written.total() == budget.writes * count or not budget.writes_exactly, verb
    asked = sent["create, second time"].server
    assert {call: asked[call] for call in NOT_GROWING} == dict.fromkeys(NOT_GROWING, 1)


def test_no_call_is_sent_twice_in_one_run(shared: Shared, tmp_path: Path) -> None:
    shared.server.reset()
    specs = systems.write(tmp_path, 2)
    fewer = [systems.without(file, "codepipeline", "codebuild", "ecs") for file in specs]
    for do, files in (
        (recording.create, specs),
        (recording.create, specs),
        (recording.status, specs),
        (recording.destroy, specs),
        (recording.prune, fewer),
        (recording.destroy, fewer),
    ):
        connection = recording.Recording(shared.server.url, ACCOUNT)
        do(connection, files)
        asked = Counter(f"{call.service} {call.operation} {call.params}" for call in connection.sent)
        assert [call for call, count in asked.items() if count > 1] == []


def test_a_client_is_prepared_for_every_service_that_planning_asks(typed: Typed) -> None:
    asked = typed("--calls", "plan", str(systems.SEED)).ledger
    assert sorted({service for service, _ in asked}) == sorted(SERVICES)


@pytest.mark.parametrize("word", OFFLINE)
def test_what_needs_no_account_sends_nothing(typed: Typed, word: str) -> None:
    words = [word, str(systems.SEED)] if word == "validate" else [word]
    assert typed(*words).server == Counter()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["create", "--help"]], ids=" ".join)
def test_what_is_only_told_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from pipectl.cli import cli\n"
        f"cli({words!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_the_bench_holds_names_only_against_a_whole_load(tmp_path: Path) -> None:
    plain, whole = systems.SEED, tmp_path / "whole.yaml"
    whole.write_text(plain.read_text(encoding="utf-8") + UNPLAIN, encoding="utf-8")
    assert outline(str(plain), {}, {})
    assert outline(str(whole), {}, {}) is None
    assert flow.check([str(whole)], {})[1] == []


def ran(cpu: float) -> Ran:
    return Ran(1.0, 1.0, cpu)


def test_a_command_that_saves_too_little_is_over_its_budget() -> None:
    pairs = {
        "status": Pairs((ran(0.7), ran(0.7), ran(9.0)), (ran(1.0), ran(1.0), ran(1.0))),
        "history": Pairs((ran(0.8),) * 3, (ran(1.0),) * 3),
    }
    assert names_over(pairs) == ["history: 0.80 x the CPU of a whole load, allowed 0.72 x"]


def test_a_local_aws_that_spends_more_with_each_stack_is_over_its_budget() -> None:
    calm = [
        Load(1, 1.0, 0.005, 120, 0.5),
        Load(100, 0.1, 0.005, 150, 0.5),
        Load(300, 0.12, 0.009, 230, 1.9),
    ]
    assert list(over(calm)) == []
    assert list(over([*calm[:2], Load(300, 0.2, 0.02, 241, 2.1)])) == [
        "local AWS, 300 stacks: 1.83 x the CPU of the first hundred, allowed 1.3 x",
        "local AWS, 300 stacks: 2.0% of a core while idle, allowed 1%",
        "local AWS, 300 stacks: 241 MB, allowed 240 MB",
        "local AWS, 300 stacks: a request waited 2.1 s, allowed 2.0 s",
    ]
