"""CodeBuild: what the one who starts the local AWS decides, and that nothing outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

import pipectl
import pipectl.local
from pipectl.local.options import Options
from tests import roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(pipectl.__file__).parents[1]
PATIENCE_S = 60
SPEC = "version: 0.2\nphases:\n  install:\n    runtime-versions: {docker: 18}\n    commands: [echo ran]\n"


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError("it never came")


class Place:
    """A local AWS of its own with one project"""

    def __init__(self, url: str, account: str, buildspec: str, **project: Any) -> None:
        session = boto3.Session(
            aws_access_key_id=account, aws_secret_access_key="local", region_name="eu-west-1"
        )
        role = roles.make(session.client("iam", endpoint_url=url), "builder", "codebuild")
        self.api: Any = session.client("codebuild", endpoint_url=url)
        self.api.create_project(
            name="shop",
            source={"type": "NO_SOURCE", "buildspec": buildspec},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                "computeType": "BUILD_GENERAL1_SMALL",
            },
            serviceRole=role,
            **project,
        )

    def start(self) -> str:
        return str(self.api.start_build(projectName="shop")["build"]["id"])

    def shown(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.batch_get_builds(ids=[identity])["builds"][0]
        return found

    def ended(self, identity: str) -> dict[str, Any]:
        until(lambda: self.shown(identity)["buildComplete"])
        return self.shown(identity)


@contextmanager
def place(options: Options, account: str, buildspec: str, **project: Any) -> Iterator[Place]:
    with pipectl.local.running(options=options) as server:
        yield Place(server.url, account, buildspec, **project)


def test_retired_runtimes_are_taken_when_asked_for(account: str) -> None:
    with place(Options(lenient_runtimes=True), account, SPEC) as there:
        assert there.ended(there.start())["buildStatus"] == "SUCCEEDED"


def test_without_builds_every_build_fails_and_says_why(account: str) -> None:
    with place(Options(builds=False), account, SPEC) as there:
        build = there.ended(there.start())
    assert build["buildStatus"] == "FAILED"
    told = next(phase for phase in build["phases"] if phase["phaseType"] == "PROVISIONING")
    assert "--no-builds" in told["contexts"][0]["message"]


def test_a_build_that_prints_without_end_is_ended(account: str) -> None:
    spec = 'version: 0.2\nphases:\n  build: {commands: ["yes"]}\n'
    with place(Options(largest_log=1024 * 1024), account, spec) as there:
        build = there.ended(there.start())
    assert build["buildStatus"] == "FAILED"
    assert "printed more" in str(build["phases"])


def test_of_a_long_log_beginning_and_end_are_kept(account: str) -> None:
    spec = "version: 0.2\nphases:\n  build: {commands: [seq 200000, echo the end]}\n"
    with place(Options(), account, spec) as there:
        build = there.ended(there.start())
        logs = boto3.client(
            "logs",
            endpoint_url=there.api.meta.endpoint_url,
            region_name="eu-west-1",
            aws_access_key_id=account,
            aws_secret_access_key="local",
        )
        place_of_log = {
            "logGroupName": build["logs"]["groupName"],
            "logStreamName": build["logs"]["streamName"],
        }
        first = logs.get_log_events(**place_of_log, startFromHead=True)["events"]
        last = logs.get_log_events(**place_of_log, startFromHead=False)["events"]
    assert "1\n" in [event["message"] for event in first]
    said = [event["message"] for event in last]
    assert {"the end\n", "200000\n"} <= set(said)


def test_builds_wait_for_a_place(account: str, tmp_path: Path) -> None:
    go = tmp_path / "go"
    spec = f"version: 0.2\nphases:\n  build:\n    commands:\n      - until [ -e {go} ]; do sleep 0.1; done\n"
    with place(Options(build_workers=1), account, spec) as there:
        first, second = there.start(), there.start()
        until(lambda: there.shown(first)["currentPhase"] == "BUILD")
        assert there.shown(second)["currentPhase"] == "QUEUED"
        go.touch()
        assert there.ended(first)["buildStatus"] == "SUCCEEDED"
        assert there.ended(second)["buildStatus"] == "SUCCEEDED"


def test_a_waiting_build_can_be_stopped(account: str) -> None:
    spec = "version: 0.2\nphases:\n  build: {commands: [sleep 300]}\n"
    with place(Options(build_workers=1), account, spec) as there:
        first, second = there.start(), there.start()
        there.api.stop_build(id=second)
        assert there.ended(second)["buildStatus"] == "STOPPED"
        there.api.stop_build(id=first)
        there.ended(first)


def test_a_build_that_lasts_too_long_times_out(account: str) -> None:
    spec = "version: 0.2\nphases:\n  build: {commands: [sleep 300]}\n"
    with pipectl.local.running() as server:
        there = Place(server.url, account, spec, timeoutInMinutes=5)
        identity = there.start()
        until(lambda: there.shown(identity)["currentPhase"] == "BUILD")
        server.world.clock.advance(6 * 60)
        build = there.ended(identity)
    assert build["buildStatus"] == "TIMED_OUT"
    told = next(phase for phase in build["phases"] if phase["phaseType"] == "BUILD")
    assert told["phaseStatus"] == "TIMED_OUT"
    assert "Timeout is 5 minutes" in told["contexts"][0]["message"]


def test_closing_the_local_aws_ends_its_builds(account: str, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    spec = f'version: 0.2\nphases:\n  build:\n    commands: ["echo $$ > {mark}; sleep 300"]\n'
    with place(Options(), account, spec) as there:
        there.start()
        pid = until(lambda: mark.exists() and mark.read_text().strip())
    assert until(lambda: not _runs(pid))


SERVER = """
import sys, threading
import pipectl.local
from tests import roles
with pipectl.local.running() as server:
    print(server.url, flush=True)
    threading.Event().wait()
"""


def test_a_killed_local_aws_leaves_no_build_behind(account: str, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        spec = f'version: 0.2\nphases:\n  build:\n    commands: ["echo $$ > {mark}; sleep 300"]\n'
        Place(url, account, spec).start()
        pid = until(lambda: mark.exists() and mark.read_text().strip())
        assert _runs(pid)
        server.send_signal(signal.SIGKILL)
    assert until(lambda: not _runs(pid))


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
