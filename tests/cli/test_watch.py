"""`status --watch`: drawn in place on a terminal, line by line elsewhere, until nothing runs."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pipectl.aws.session import Connection, Endpoint
from pipectl.cli._watch import noticed
from pipectl.errors import NoAnswer
from pipectl.local.server import Server
from pipectl.runs.values import PipelineState
from pipectl.runs.watch import WAITING, View, views
from tests.shop import BUILD, DEPLOY, GATE, IMAGES, REGION, RELEASE, Shop, builds, serves, until

ROOT = Path(__file__).parents[2]
LONGEST_S = 40
_CODE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|[\r\n]|[^\x1b\r\n]+")


@dataclass
class Terminal:
    """A terminal as wide as it is told, and the command that draws on it"""

    process: "subprocess.Popen[bytes]"
    end: int
    settings: list[Any]
    written: str = ""

    def shows(self, text: str, since: int = 0) -> None:
        """Read until the text has been drawn"""
        deadline = time.monotonic() + LONGEST_S
        while text not in self.written[since:]:
            assert time.monotonic() < deadline, f"never drawn: {text}\n{self.written}"
            assert self._read(), f"ended before {text} was drawn\n{self.written}"

    def finish(self) -> int:
        """Read to the end; the exit code"""
        while self._read():
            pass
        try:
            return self.process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it goes on\n{self.written!r}") from None

    def resize(self, columns: int, rows: int = 40) -> None:
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> bool:
        if not select.select([self.end], [], [], LONGEST_S)[0]:
            return False
        try:
            read = os.read(self.end, 65536)
        except OSError:  # the process has closed its side
            return False
        self.written += read.decode()
        return bool(read)

    @property
    def screen(self) -> list[str]:
        """What stands on the terminal after all that was written"""
        lines, row = [""], 0
        for found in _CODE.finditer(self.written):
            text, code, letter = found[0], found[1], found[2]
            if text == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif letter == "A":
                row -= int(code or 1)
            elif letter == "K":
                lines[row] = ""
            elif text == "\r" or letter:
                continue
            else:
                lines[row] += text
        return "\n".join(line.rstrip() for line in lines).rstrip().split("\n")


@dataclass
class Terminals:
    """How terminals are opened"""

    url: str
    env: dict[str, str]
    ends: list[int] = field(default_factory=list)

    def __call__(self, *words: str, columns: int = 80, rows: int = 40) -> Terminal:
        mine, theirs = pty.openpty()
        self.ends += [mine, theirs]
        settings = termios.tcgetattr(theirs)
        command = [sys.executable, "-m", "pipectl", *words]
        env = {**self.env, "AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION}
        fcntl.ioctl(mine, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(self.ends.pop())
        return Terminal(process, mine, settings)


Opened = Terminals


@pytest.fixture
def opened(server: Server, environment: dict[str, str | None]) -> Any:
    given = {name: value for name, value in environment.items() if value is not None}
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **given}
    terminals = Terminals(server.url, env)
    yield terminals
    for end in terminals.ends:
        os.close(end)


def lines_of(text: str) -> Sequence[str]:
    return [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in text.splitlines()]


def test_the_picture_is_drawn_in_its_place_and_ends_when_nothing_runs(shop: Shop, opened: Opened) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.reaches(execution, "Gate", "InProgress")
    terminal = opened("status", "--watch")
    terminal.shows("waits for approval")
    terminal.shows("looks every 15 s; q or Ctrl-C ends")
    shop.answer("Approved")
    assert terminal.finish() == 0
    screen = terminal.screen
    assert sum(line.startswith("shop  ·  execution") for line in screen) == 1
    assert any(re.match(r"  Release   ✓  (just now|\d+ s ago), took ", line) for line in screen)
    assert screen[-2:] == ["", "nothing runs any more"]
    assert "looks every" not in "\n".join(screen)
    assert "\x1b[?1049h" not in terminal.written
    assert terminal.written.count("\x1b[?25l") == terminal.written.count("\x1b[?25h") == 1


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_leave_the_terminal_as_it_was(
    sent: signal.Signals, shop: Shop, opened: Opened
) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    terminal = opened("status", "--watch", "-p", "shop")
    terminal.shows("Ctrl-C ends")
    terminal.process.send_signal(sent)
    assert terminal.finish() == 130
    assert terminal.written.rindex("\x1b[?25h") > terminal.written.rindex("\x1b[?25l")
    assert terminal.screen[-3:] == [
        "", "interrupted; the pipeline goes on", "hint: `pipectl status -p shop` shows it",
    ]  # fmt: skip
    assert "error:" not in terminal.written
    assert "Ctrl-C ends" not in "\n".join(terminal.screen)
    assert "Traceback" not in terminal.written


def test_q_leaves_the_picture_and_the_keyboard_is_as_it_was(shop: Shop, opened: Opened) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    terminal = opened("status", "--watch", "-p", "shop")
    terminal.shows("q or Ctrl-C ends")
    os.write(terminal.end, b"q")
    assert terminal.finish() == 0
    assert terminal.screen[-2:] == ["", "the pipeline goes on"]
    assert termios.tcgetattr(terminal.end) == terminal.settings


def test_a_link_that_is_wider_than_the_terminal_stays_whole(shop: Shop, opened: Opened) -> None:
    shop.ends(shop.create(RELEASE, first=None), "Failed")
    told = json.loads(shop.ask("status", "-o", "json").stdout)
    terminal = opened("status", "--watch", columns=60)
    assert terminal.finish() == 0
    assert any(told["first_push"]["url"] in line for line in terminal.screen)
    assert len(told["first_push"]["url"]) > 50


def _actions(shop: Shop) -> list[dict[str, Any]]:
    stages = json.loads(shop.ask("status", "-o", "json").stdout)["stages"]
    return [action for stage in stages for action in stage["actions"]]


def test_a_watch_whose_last_picture_shows_a_failure_ends_with_4(shop: Shop) -> None:
    execution = shop.create(BUILD, blocks=builds("false"))
    shop.ends(execution, "Failed")
    for form in ((), ("-o", "json")):
        result = shop.ask("status", "--watch", *form)
        assert result.exit_code == 4
        assert result.stderr.endswith(f"error: execution {execution[:8]} failed in Build\n")


def test_a_watch_whose_time_is_over_ends_with_5(shop: Shop) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    result = shop.ask("status", "--watch", "--timeout", "1s")
    assert result.exit_code == 5
    assert "error: shop still runs after 1.0 s, in Gate\n" in result.stderr


def test_a_watch_of_a_pipeline_that_waits_for_its_first_push_has_seen_no_failure(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE, first=None), "Failed")
    assert shop.ask("status", "--watch").exit_code == 0


def test_the_picture_follows_the_size_of_the_terminal(shop: Shop, opened: Opened) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    terminal = opened("status", "--watch", columns=100)
    terminal.shows('"First reminder"')
    terminal.shows("Ctrl-C ends")
    terminal.resize(46)
    terminal.shows(f"shop main {shop.commits[0][:7]}\r\n")
    narrow = terminal.written.rindex("execution ")
    terminal.shows("Ctrl-C ends", narrow)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.finish() == 130
    frame = terminal.written[narrow:].partition("Ctrl-C ends")[0]
    told = [re.sub(r"\x1b\[[?\d;]*[A-Za-z]|\r", "", line) for line in frame.splitlines()]
    assert max(map(len, told)) <= 46


def test_a_look_that_is_throttled_tears_no_picture_apart(
    shop: Shop, opened: Opened, faults: Callable[..., None]
) -> None:
    hold = shop.folder / "hold"
    os.mkfifo(hold)
    shop.reaches(shop.create(BUILD, blocks=builds(f"cat {hold}")), "Build", "InProgress")
    terminal = opened("status", "--watch")
    terminal.shows("looks every 5 s")
    faults({"operation": "GetPipelineState", "code": "ThrottlingException", "times": 4})
    hold.write_text("go on")
    assert terminal.finish() == 0
    assert "attempt" not in terminal.written
    assert sum("execution" in line for line in terminal.screen) == 1


def test_a_terminal_without_a_cursor_is_told_line_by_line(shop: Shop, opened: Opened) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    opened.env["TERM"] = "dumb"
    terminal = opened("status", "--watch")
    assert terminal.finish() == 0
    assert "✓ Release             succeeded" in terminal.written
    assert "\x1b" not in terminal.written


def test_where_stdout_is_no_terminal_each_change_is_a_line(shop: Shop) -> None:
    first = shop.create(RELEASE)
    shop.ends(first, "Succeeded")
    result = shop.ask("status", "--watch")
    assert result.exit_code == 0
    assert lines_of(shop.stable(result.stdout)) == [
        '│ execution e0000001  "First reminder"',
        "✓ Source              succeeded",
        "✓ Release             succeeded",
    ]
    assert result.stderr == "nothing runs any more\n"


def test_a_build_and_a_rollout_are_seen_as_they_go(shop: Shop, server: Server) -> None:
    hold = shop.folder / "hold"
    os.mkfifo(hold)
    blocks = {**builds("echo Step 4 of 9", f"cat {hold}"), **serves()}
    execution = shop.create(BUILD, DEPLOY, blocks=blocks, files=IMAGES)
    shop.reaches(execution, "Build", "InProgress")
    endpoint = Endpoint(server.url, {"aws_access_key_id": shop.account, "aws_secret_access_key": "local"})
    watched = views(Connection(endpoint=endpoint, say=print).cloud(REGION), REGION, "shop")
    building = next(view for view in watched if view.state.stages[1].actions[0].phase == "BUILD")
    assert building.is_running
    assert building.state.stages[1].actions[0].log_line
    hold.write_text("go on")
    seen = [view.state for view in watched]
    assert [each.status for each in seen[-1].stages] == ["Succeeded"] * 3
    assert all(action.started for stage in seen[-1].stages for action in stage.actions)
    assert seen[-1].services[0].images == ("public.ecr.aws/shop/rails:2",)
    assert any(each.stages[2].status == "InProgress" for each in seen)


def test_an_execution_before_a_closed_gate_does_not_run(shop: Shop) -> None:
    first = shop.create(GATE, first=None)
    shop.ends(first, "Failed")
    shop.hold("Gate")
    shop.push("Remind friends twice")
    second = shop.execution(shop.commits[-1])
    shop.waits(second, "Gate")
    result = shop.ask("status", "--watch")
    assert result.exit_code == 0
    assert "`pipectl enable-transition Gate` lets it in" in result.stdout
    assert result.stderr == "nothing runs; what waits before Gate goes on when the gate is opened\n"


def test_where_nothing_is_drawn_it_is_said_once_that_looks_see_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = View(PipelineState("shop", REGION, ()), True, 5.0)
    away = replace(seen, hindered=NoAnswer("away"), pause=10.0)
    looks = [seen, away, away, seen, away]
    assert list(noticed(iter(looks))) == looks
    said = "AWS does not answer: looks every 10 s\n"
    assert capsys.readouterr().err == f"{said}AWS answers again\n{said}"


def test_as_data_each_change_is_one_object_a_line(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    result = shop.ask("status", "--watch", "-o", "json")
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["stages"][1]["status"] for each in documents] == ["Succeeded"]


def asks(shop: Shop, execution: str) -> str:
    """Wait until an execution of a PARALLEL pipeline asks for its approval; the token of the answer"""

    def token() -> str:
        gates = [row for row in shop.rows(execution) if row["stageName"] == "Gate"]
        result = gates[0]["output"].get("executionResult", {}) if gates else {}
        return str(result.get("externalExecutionId", ""))

    return str(until(token))


def approves(shop: Shop, execution: str) -> None:
    shop.api.put_approval_result(
        pipelineName="shop",
        stageName="Gate",
        actionName="Gate",
        token=asks(shop, execution),
        result={"status": "Approved", "summary": ""},
    )
    shop.ends(execution, "Succeeded")


def two_side_by_side(shop: Shop) -> tuple[str, str]:
    """Two executions of a PARALLEL pipeline that wait for their approvals"""
    first = shop.create(GATE, RELEASE, execution_mode="PARALLEL")
    asks(shop, first)
    second = shop.execution(shop.push("Remind friends twice"))
    asks(shop, second)
    return first, second


def test_of_a_queued_pipeline_all_that_wait_are_told_the_next_one_first(shop: Shop) -> None:
    shop.reaches(shop.create(GATE, execution_mode="QUEUED"), "Gate", "InProgress")
    line = []
    for message in ("Remind friends twice", "Remind friends thrice", "Remind nobody"):
        line.append(shop.execution(shop.push(message)))
        shop.waits(line[-1], "Gate")
    gate = json.loads(shop.ask("status", "-o", "json").stdout)["stages"][1]
    assert [each["execution"] for each in (gate["waiting"], *gate["behind"])] == line
    assert gate["behind"][0]["message"] == "Remind friends thrice"
    lines = [each.strip("│ ") for each in shop.stable(shop.ask("status").stdout).splitlines()]
    first = lines.index('e0000002 "Remind friends twice" (c000002) waits here until Gate is free')
    assert lines[first + 1] == 'behind it: e0000003 "Remind friends thrice" (c000003), e0000004'


def test_a_parallel_pipeline_is_drawn_as_its_newest_execution_with_the_others_beside_it(shop: Shop) -> None:
    first, second = two_side_by_side(shop)
    told = json.loads(shop.ask("status", "-o", "json").stdout)
    assert [(each["name"], each["status"], each["execution"]) for each in told["stages"]] == [
        ("Source", "Succeeded", second), ("Gate", "InProgress", second), ("Release", None, None),
    ]  # fmt: skip
    assert [(each["id"], each["stage"]) for each in told["beside"]] == [(first, "Gate")]
    lines = shop.stable(shop.ask("status").stdout).splitlines()
    assert lines[-2:] == [
        "  running beside it:",
        '    e0000001 in Gate, started 2 s ago  ·  "First reminder" (c000001)',
    ]
    many = json.loads(shop.ask("status", "--all", "-o", "json").stdout)
    assert [(each["standing"], each["stage"]) for each in many] == [("waiting for approval", "Gate")]


def test_a_parallel_pipeline_is_watched_until_none_of_its_executions_runs(shop: Shop, server: Server) -> None:
    first, second = two_side_by_side(shop)
    endpoint = Endpoint(server.url, {"aws_access_key_id": shop.account, "aws_secret_access_key": "local"})
    watched = views(Connection(endpoint=endpoint, say=print).cloud(REGION), REGION, "shop")
    next(watched)
    assert next(watched).pause == WAITING
    approves(shop, second)
    seen = next(watched)
    assert seen.is_running
    assert [each.status for each in seen.state.stages] == ["Succeeded"] * 3
    approves(shop, first)
    assert not list(watched)[-1].is_running
