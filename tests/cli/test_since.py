"""`--since`: moments in the past, as people write them."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pipectl.cli._since import EARLIEST, since
from pipectl.errors import WrongUsage
from pipectl.render.times import clock

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def berlin() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        (" 2W ", NOW - timedelta(weeks=2)),
        ("2026-01-23T10:00Z", datetime(2026, 1, 23, 10, tzinfo=UTC)),
        ("2026-01-23T10:00+07:00", datetime(2026, 1, 23, 3, tzinfo=UTC)),
        ("999999h", EARLIEST),
    ],
)
def test_an_age_and_a_moment_are_understood(text: str, meant: datetime) -> None:
    assert since(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "-2h", "999999w", "2026-02-30"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="is no moment"):
        since(text, NOW)


@pytest.mark.usefixtures("berlin")
def test_a_moment_before_the_change_of_the_clocks_is_read_and_told_as_it_stood_on_the_wall() -> None:
    winter = NOW.astimezone()
    assert since("2026-07-01T10:00", winter) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert clock(datetime(2026, 7, 1, 8, tzinfo=UTC), winter) == "01 Jul 10:00"
