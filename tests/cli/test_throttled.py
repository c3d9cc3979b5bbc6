"""Whoever waits for AWS's quotas sees it: in a pipe as lines, on a terminal in the line of the step."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result

from pipectl.local.server import Server
from tests.terminal import type_on_terminal

Run = Callable[..., Result]
REGISTERING = {"operation": "RegisterTaskDefinition", "times": 2}
READING = {"operation": "BatchGetRepositories", "times": 2}


@pytest.fixture
def throttles(server: Server) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Let the server throttle an operation a few times"""

    def order(fault: dict[str, Any]) -> None:
        server.faults.order([{"code": "ThrottlingException", "message": "Rate exceeded", **fault}])

    yield order
    server.faults.order([])


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (READING, "AWS throttles CodeCommit: waiting"),
        (REGISTERING, "AWS throttles ECS: waiting"),
    ],
)
def test_a_throttled_create_ends_well_and_says_what_it_waits_for(
    run: Run, throttles: Callable[..., None], friendreminders: str, fault: dict[str, Any], line: str
) -> None:
    throttles(fault)
    result = run("create", friendreminders)
    assert result.exit_code == 0, result.output
    assert line in " ".join(result.stderr.split())
    assert "throttles" not in result.stdout


def test_on_a_terminal_it_stands_in_the_line_of_the_step(
    server: Server,
    environment: dict[str, str | None],
    throttles: Callable[..., None],
    friendreminders: str,
) -> None:
    throttles(REGISTERING)
    typed = type_on_terminal("--endpoint-url", server.url, "create", friendreminders, environment=environment)
    assert typed.exit_code == 0
    assert "AWS throttles ECS: waiting" in typed.screen
    assert "AWS throttles" not in typed.stdout


def test_json_on_stdout_stays_one_document(
    run: Run, throttles: Callable[..., None], friendreminders: str
) -> None:
    throttles(READING)
    result = run("plan", friendreminders, "-o", "json")
    assert result.stdout.startswith("{\n")
    assert "AWS throttles CodeCommit: waiting" in result.stderr
