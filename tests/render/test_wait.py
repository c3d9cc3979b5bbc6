"""What is told of an execution that is followed: one line for each thing where nothing is cut."""

from datetime import UTC, datetime, timedelta

import pytest

from pipectl.render.marks import Look
from pipectl.render.text import width
from pipectl.render.wait import ending_text, sign_text
from pipectl.runs.ending import Ending
from pipectl.runs.values import Execution, Gate
from pipectl.runs.wait import ASKED, HELD, Sign

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
LONG = "bundle exec rake test ended with 1 in /codebuild/output/src1234567890 after 132 examples, 3 failures"
SIGNS = (
    Sign("Build", "Rubocop", "InProgress"),
    Sign("Deploy", "BEFORE_ENTRY", "Failed", detail=LONG),
    Sign("Source", "Source", "Succeeded", detail=LONG),
    Sign("Gate", "Approve", ASKED, detail=LONG),
    Sign("Deploy", None, HELD, gate=Gate(enabled=False, reason=LONG, changed_at=NOW, changed_by="root")),
)


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.status)
def test_in_a_pipe_each_thing_is_one_whole_line(sign: Sign) -> None:
    text = sign_text(sign, Look(whole=True), NOW)
    assert "\n" not in text
    assert (sign.gate.reason or "" if sign.gate else sign.detail or "") in text


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.status)
def test_on_a_terminal_no_line_is_wider_than_it(sign: Sign) -> None:
    assert all(width(line) <= 80 for line in sign_text(sign, Look(), NOW).splitlines())


def test_a_success_says_how_long_the_execution_took_and_not_how_long_it_was_waited_for() -> None:
    execution = Execution("7b1d03fe-0", started=NOW - timedelta(minutes=5), updated=NOW)
    told = ending_text(Ending(execution, "Succeeded"), Look(), 4.7)
    assert told == "✓ execution 7b1d03fe succeeded after 5 min 0 s"


def test_where_the_start_is_not_known_the_time_is_said_to_be_that_of_the_waiting() -> None:
    told = ending_text(Ending(Execution("7b1d03fe-0"), "Succeeded"), Look(), 4.7)
    assert told == "✓ execution 7b1d03fe succeeded, waited for 4.7 s"
