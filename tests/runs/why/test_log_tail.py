"""Of a failed build's log the command that failed matters, and what it said last."""

from pipectl.runs.builds import COMMAND, Build, Failure
from pipectl.runs.why.log_tail import MOST, of_build

AGENT = "[Container] 2026/01/22 09:30:00.123456 "


def test_the_command_and_its_output_are_told_until_the_phase_failed() -> None:
    lines = [
        f"{AGENT}Running command echo fine",
        "fine",
        f"{AGENT}Running command docker build .",
        "ERROR: failed to solve: ruby:3.9 not found",
        "",
        f"{AGENT}Command did not exit successfully docker build . exit status 1",
        f"{AGENT}Phase complete: BUILD State: FAILED",
        f"{AGENT}Entering phase POST_BUILD",
        f"{AGENT}Running command echo afterwards",
        "afterwards",
    ]
    assert of_build(lines) == ["docker build .", "ERROR: failed to solve: ruby:3.9 not found"]


def test_only_the_end_of_a_long_output_is_told() -> None:
    lines = [f"{AGENT}Running command make", *(f"line {number}" for number in range(100))]
    assert of_build(lines) == ["make", *(f"line {number}" for number in range(100 - MOST, 100))]


def test_a_build_that_failed_before_any_command_tells_none() -> None:
    assert of_build([f"{AGENT}Phase complete: DOWNLOAD_SOURCE State: FAILED"]) == []


def test_artifacts_that_are_missing_after_a_failed_command_are_no_cause() -> None:
    command = Failure("BUILD", COMMAND, "Error while executing command: make. Reason: exit status 2")
    artifacts = Failure("UPLOAD_ARTIFACTS", "CLIENT_ERROR", "no matching artifact paths found")
    assert _build(command, artifacts).problems == ()
    assert _build(artifacts).problems == ("UPLOAD_ARTIFACTS: CLIENT_ERROR: no matching artifact paths found",)


def _build(*failures: Failure) -> Build:
    return Build("shop:1", "FAILED", "COMPLETED", is_complete=True, failures=failures)
