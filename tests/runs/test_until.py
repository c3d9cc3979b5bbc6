"""The end of a hold: what people write, and what AWS keeps of it."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipectl.errors import WrongUsage
from pipectl.runs import until

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)  # a Monday
KEPT = re.compile(r"[a-zA-Z0-9!@ ().*?-]{1,300}")  # API reference, DisabledReason


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mon 09:00", "2026-11-30 09:00"),
        ("monday 9.00", "2026-11-30 09:00"),
        ("Mon 23:45", "2026-11-23 23:45"),
        ("tue", "2026-11-24 00:00"),
        ("09:00", "2026-11-24 09:00"),
        ("23:45", "2026-11-23 23:45"),
        ("today 23:45", "2026-11-23 23:45"),
        ("tomorrow 9:00", "2026-11-24 09:00"),
        ("2h", "2026-11-24 01:30"),
        ("3d", "2026-11-26 23:30"),
        ("2026-11-30", "2026-11-30 00:00"),
        ("2026-11-30 09:00", "2026-11-30 09:00"),
        ("2026-11-30T02:00Z", "2026-11-30 09:00"),
    ],
)
def test_a_moment_is_the_next_one_that_is_so_called(text: str, meant: str) -> None:
    found = until.moment(text, NOW, ZONE)
    assert found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == meant


@pytest.mark.parametrize("text", ["", "soon", "Mo 09:00", "99:99", "2026-02-31", "0:0:0", "d", "3 years"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="is no moment"):
        until.moment(text, NOW, ZONE)


@pytest.mark.parametrize("text", ["today 10:00", "2026-11-23", "0h"])
def test_what_is_over_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="is over"):
        until.moment(text, NOW, ZONE)


def test_a_change_of_the_clocks_moves_no_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    friday = datetime(2026, 3, 27, 12, 0, tzinfo=berlin)
    assert until.moment("Mon 09:00", friday, berlin).astimezone(UTC).hour == 7


def test_a_hold_does_not_end_before_its_second() -> None:
    now = NOW.replace(second=1)
    end = until.moment("2h", now, ZONE)
    assert (end - now).total_seconds() == 2 * 3600 + 59


@pytest.mark.parametrize("reason", ["Release freeze", "x" * 300, "a (until monday) b"])
def test_the_end_survives_the_way_through_the_reason(reason: str) -> None:
    end = until.moment("Mon 09:00", NOW, ZONE)
    kept = until.recorded(reason, end, 300)
    assert KEPT.fullmatch(kept)
    assert until.end(kept) == end
    assert reason.startswith(until.bare(kept) or "nothing")


@pytest.mark.parametrize(
    "reason", [None, "", "until Monday", "(until 2026-02-31 09.00 UTC)", "until 2026-11-30 09:00"]
)
def test_a_reason_without_an_end_has_none(reason: str | None) -> None:
    assert until.end(reason) is None
