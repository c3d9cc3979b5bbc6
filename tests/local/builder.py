"""A CodeBuild project and its builds, for tests that look at what a build did."""

from __future__ import annotations

import textwrap
import threading
import time
from typing import TYPE_CHECKING, Any

from tests import roles

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
PATIENCE_S = 60


def until(condition: Callable[[], Any]) -> Any:
    """Ask again and again until the answer is true"""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        pause.wait(0.05)
    raise AssertionError("it never came")


class Builder:
    """A project of its own, and its builds"""

    def __init__(self, client: Callable[..., Any]) -> None:
        self.role = roles.make(client("iam"), "builder", "codebuild")
        self.api = client("codebuild")
        self._logs = client("logs")

    def project(self, buildspec: str, **changes: Any) -> None:
        environment = {
            "type": "LINUX_CONTAINER",
            "image": IMAGE,
            "computeType": "BUILD_GENERAL1_SMALL",
            **changes.pop("environment", {}),
        }
        stated = {
            "name": "shop",
            "source": {"type": "NO_SOURCE", "buildspec": textwrap.dedent(buildspec)},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": environment,
            "serviceRole": self.role,
        }
        self.api.create_project(**(stated | changes))

    def start(self, **overrides: Any) -> str:
        return str(self.api.start_build(projectName="shop", **overrides)["build"]["id"])

    def shown(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.batch_get_builds(ids=[identity])["builds"][0]
        return found

    def ended(self, identity: str) -> dict[str, Any]:
        def complete() -> dict[str, Any] | None:
            shown = self.shown(identity)
            return shown if shown["buildComplete"] else None

        found: dict[str, Any] = until(complete)
        return found

    def run(self, buildspec: str, **changes: Any) -> dict[str, Any]:
        self.project(buildspec, **changes)
        return self.ended(self.start())

    def log(self, build: dict[str, Any]) -> str:
        """All lines, without those of the agent"""
        return "".join(line for line in self.lines(build) if not line.startswith("[Container]"))

    def lines(self, build: dict[str, Any]) -> list[str]:
        place = build["logs"]
        events = self._logs.get_log_events(
            logGroupName=place["groupName"],
            logStreamName=place["streamName"],
            startFromHead=True,
            limit=10000,
        )["events"]
        return [event["message"] for event in events]


def phases(build: dict[str, Any]) -> dict[str, str | None]:
    return {phase["phaseType"]: phase.get("phaseStatus") for phase in build["phases"]}


def contexts(build: dict[str, Any], phase: str) -> list[dict[str, str]]:
    return next(found["contexts"] for found in build["phases"] if found["phaseType"] == phase)
