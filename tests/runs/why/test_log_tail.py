"""Of a failed build's log the command that failed matters, and what it said last."""

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
