"""Moments as people say them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipectl.render.times import ago, clock, duration, iso, since

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("past", "told"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=4), "4 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(past: timedelta, told: str) -> None:
    assert ago(NOW - past, NOW) == told


@pytest.mark.parametrize(
    ("past", "told"),
    [
        (timedelta(days=3), "Mon 09:30"),
        (timedelta(days=7), "15 Jan 09:30"),
        (timedelta(days=30), "23 Dec 2025 09:30"),
    ],
)
def test_a_moment_is_told_as_precisely_as_its_distance_needs(past: timedelta, told: str) -> None:
    assert clock(NOW - past, NOW) == told


def test_a_moment_is_told_in_the_time_zone_of_the_reader() -> None:
    hanoi = NOW.astimezone(timezone(timedelta(hours=7)))
    assert since(NOW - timedelta(days=3), hanoi) == "since Mon 16:30 (3 days)"


def test_data_carries_utc() -> None:
    assert iso(NOW.astimezone(timezone(timedelta(hours=7)))) == "2026-01-22T09:30:00Z"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.04, "0.0 s"), (1.94, "1.9 s"), (48.2, "48 s"), (125, "2 min 5 s")]
)
def test_a_duration_is_told_shortly(seconds: float, told: str) -> None:
    assert duration(seconds) == told
