"""A reason, in the characters that AWS keeps."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipectl.cli._reason import accepted

KEPT = re.compile(r"[a-zA-Z0-9!@ ().*?\-]{1,300}")  # API reference, DisableStageTransition


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("Release freeze until Monday", "Release freeze until Monday"),
        ("Chờ kiểm thử, xin đừng mở", "Cho kiem thu xin dung mo"),
        ("don't open: audit", "dont open audit"),
        ("see #42 / shop_api", "see 42 - shop-api"),
        ("Straße – später…", "Strasse - spater..."),
        ("a\n\tb  c", "a b c"),
        ("audit & review [ann]", "audit and review (ann)"),
        ("見本", ""),
        ("!?...", ""),
        ("", ""),
    ],
)
def test_a_reason_keeps_its_meaning(reason: str, sent: str) -> None:
    assert accepted(reason) == sent


@given(st.text(max_size=700))
def test_whatever_is_sent_is_taken_by_aws(reason: str) -> None:
    sent = accepted(reason)
    assert not sent or KEPT.fullmatch(sent)


@given(st.from_regex(KEPT, fullmatch=True))
def test_a_reason_that_aws_takes_loses_only_spaces_at_most(reason: str) -> None:
    sent = accepted(reason)
    assert not sent or sent == " ".join(reason.split())
