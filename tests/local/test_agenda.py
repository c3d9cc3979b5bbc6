from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipectl.local.agenda import Agenda

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_what_is_due_comes_in_the_order_of_its_moments_and_once() -> None:
    agenda: Agenda[str] = Agenda()
    for key, after in (("late", 9), ("second", 2), ("first", 1)):
        agenda.put(key, NOW + after * SECOND)
    assert agenda.next() == NOW + SECOND
    assert agenda.take_due(NOW) == []
    assert agenda.take_due(NOW + 2 * SECOND) == ["first", "second"]
    assert agenda.take_due(NOW + 2 * SECOND) == []
    assert agenda.next() == NOW + 9 * SECOND


def test_a_key_has_one_moment_and_none_when_it_was_removed() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.put("moved", NOW)
    agenda.put("moved", NOW + 3 * SECOND)
    agenda.put("removed", NOW)
    agenda.remove("removed")
    agenda.remove("never there")
    assert agenda.next() == NOW + 3 * SECOND
    assert agenda.take_due(NOW + SECOND) == []
    assert agenda.take_due(NOW + 3 * SECOND) == ["moved"]
    assert agenda.next() is None
