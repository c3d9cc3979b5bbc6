"""What is told of an execution that is followed: one line for each thing where nothing is cut."""

from datetime import UTC, datetime

import pytest

from pipectl.render.marks import Look
from pipectl.render.text import width
from pipectl.render.wait import sign_text
from pipectl.runs.values import Gate
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
