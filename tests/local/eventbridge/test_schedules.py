"""Schedule expressions are taken and refused as PutRule does, and rules fire by the clock.

Recorded in localstack/localstack, test_events_schedule.snapshot.json, and in radkawar/stackd,
testdata/aws/eventbridge/{scheduled_rules,scheduled_delivery}.json (September 2026).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from pipectl.local.eventbridge import schedules
from pipectl.local.server import Server
from tests.local.codepipeline.conftest import until
from tests.local.refusals import refusal


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(12 hours)",
        "cron(0 12 * * ? *)",
        "cron(0/10 * ? * MON-FRI *)",
        "cron(15 10 ? * 6L 2022-2025)",
        "cron(0 2 ? * SAT#3 *)",
        "cron(0 8 L * ? *)",
        "cron(0 8 15W * ? *)",
        "cron(0 8 1,15 JAN,JUL ? *)",
        "rate(01 minute)",
        "cron(0/30 20-2 ? * MON-FRI *)",
        "cron(50-10/5 * * * ? *)",
        "cron(0 0 1 NOV-FEB ? *)",
        "cron(0 0 ? * FRI-MON *)",
        "cron(0 0 28-3 * ? *)",
        "cron(0 0 L-3 * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 1-5W * ? *)",
        "cron(0 0 ? * FRIL *)",
        "cron(0 0 ? * MON#5 *)",
        "cron(0 0 ? jan mon *)",
        "cron(33x 22 * * ? *)",
        "cron(33/0 22 * * ? *)",
        "cron(33/61 22 * * ? *)",
        "cron(33 22 ? * TUESDAY *)",
        "cron(0 0 1 1 ? 1969)",
        "cron(0 0 1 1 ? 2200)",
        "cron(0 0 1 1 ? 2027,2028-2032/2)",
        "cron(0 0 31 FEB ? *)",
    ],
)
def test_a_schedule_of_the_user_guide_is_valid(expression: str) -> None:
    assert schedules.is_valid(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(2 minute)",
        "rate(0 minutes)",
        "rate(5 seconds)",
        "rate( 5 minutes )",
        "rate(5 MINUTES)",
        "cron(0 1 * * * *)",
        "cron(0 1 * * *)",
        "cron(60 1 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 1 ? * DAY *)",
        "cron(0 1 32 * ? *)",
        "0 12 * * ? *",
        "cron(0 0 ? * MON#6 *)",
        "cron(0 0 ? * MON#0 *)",
        "cron(0 0 ? * 3#1,6#3 *)",
        "cron(0 0 1 1 ? 2030-2027)",
        "cron(0 0 12 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0 0 1 0 ? *)",
        "cron(0 0 ? * 0 *)",
        "cron(0 0 ? * 8 *)",
        "cron(? 0 * * ? *)",
        "CRON(0 0 * * ? *)",
        "cron(0  0 * * ? *)",
        "cron(0\t0 * * ? *)",
        "cron( 0 0 * * ? * )",
        " cron(0 0 * * ? *) ",
        "rate(-1 minute)",
        "rate(+1 minute)",
        "rate(1.5 minutes)",
        "rate(1 week)",
        "rate(1  minute)",
        "at(2028-01-01T00:00:00)",
    ],
)
def test_a_schedule_that_says_nothing_is_refused(expression: str) -> None:
    assert not schedules.is_valid(expression)


@pytest.mark.parametrize(
    ("expression", "moment"),
    [
        ("cron(33 22 * * ? *)", "2026-09-15T22:33"),
        ("cron(33/61 22 * * ? *)", "2026-09-15T22:33"),
        ("cron(33 22 15W * ? *)", "2026-09-15T22:33"),
        ("cron(33 22 1-31W * ? *)", "2026-09-15T22:33"),
        ("cron(33 22 ? * TUE#3 *)", "2026-09-15T22:33"),
        ("cron(33 22 L-15 * ? *)", "2026-09-15T22:33"),
        ("cron(33 22 ? * TUESDAY *)", "2026-09-15T22:33"),
        ("cron(33 22 16 * ? *)", "2026-09-16T22:33"),
        ("cron(0 8 1W * ? *)", "2026-10-01T08:00"),
        ("cron(0 8 LW * ? *)", "2026-09-30T08:00"),
        ("cron(0 8 ? * 6L *)", "2026-09-25T08:00"),
        ("cron(0 8 ? * FRI-MON *)", "2026-09-18T08:00"),
        ("cron(0/30 20-2 ? * MON-FRI *)", "2026-09-15T23:00"),
        ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00"),
        ("cron(0 0 1 1 ? 2027-2031/2)", "2027-01-01T00:00"),
        ("cron(0 0 1 1 ? 2030,2028)", "2028-01-01T00:00"),
    ],
)
def test_a_cron_expression_fires_on_the_day_that_it_names(expression: str, moment: str) -> None:
    """The nine of 22:33 were delivered by AWS at that minute (scheduled_delivery.json, calendar)."""
    tuesday = datetime(2026, 9, 15, 22, 32, 59, tzinfo=UTC)
    assert schedules.parse(expression).next_after(tuesday) == datetime.fromisoformat(f"{moment}:00+00:00")


@pytest.mark.parametrize("expression", ["cron(0 0 31 FEB ? *)", "cron(0 0 1 1 ? 2025)"])
def test_a_day_that_never_comes_is_never(expression: str) -> None:
    assert schedules.parse(expression).next_after(datetime(2026, 9, 15, tzinfo=UTC)) is None


def test_a_rule_fires_at_its_rate_and_tells_its_other_listeners(
    server: Server,
    events: Any,
    queue: str,
    account: str,
    received: Callable[[str], list[Any]],
) -> None:
    """Recorded in radkawar/stackd, scheduled_delivery.json: the event, and that all rules may match it."""
    events.put_rule(Name="each", ScheduleExpression="rate(5 minutes)")
    events.put_targets(Rule="each", Targets=[{"Id": "q", "Arn": queue}])
    heard = json.dumps({"source": ["aws.events"]})
    events.put_rule(Name="heard", EventPattern=heard)
    target = {"Id": "q", "Arn": f"{queue}-two"}
    received("queue-two")
    events.put_targets(Rule="heard", Targets=[target])
    server.world.clock.advance(301)
    (event,) = until(lambda: received("queue"))
    arn = f"arn:aws:events:eu-west-1:{account}:rule/each"
    assert (event["detail-type"], event["source"], event["resources"]) == (
        "Scheduled Event",
        "aws.events",
        [arn],
    )
    assert event["detail"] == {}
    assert until(lambda: received("queue-two"))[0]["id"] == event["id"]
    events.disable_rule(Name="each")


def test_a_disabled_rule_does_not_fire(
    server: Server, events: Any, queue: str, received: Callable[[str], list[Any]]
) -> None:
    for name, state in (("off", "DISABLED"), ("on", "ENABLED")):
        events.put_rule(Name=name, ScheduleExpression="rate(1 hour)", State=state)
        events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": queue, "Input": f'"{name}"'}])
    server.world.clock.advance(3601)
    assert until(lambda: received("queue")) == ["on"]
    events.disable_rule(Name="on")


def test_what_was_missed_while_the_clock_was_moved_is_made_up(
    server: Server, events: Any, queue: str, received: Callable[[str], list[Any]]
) -> None:
    events.put_rule(Name="each", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="each", Targets=[{"Id": "q", "Arn": queue, "InputPath": "$.time"}])
    server.world.clock.advance(3 * 3600 + 1)
    times = [datetime.fromisoformat(text) for text in until(lambda: received("queue"))]
    assert [(later - first).seconds for first, later in pairwise(times)] == [3600, 3600]
    events.disable_rule(Name="each")


def test_an_empty_pattern_is_none_where_there_is_a_schedule(events: Any) -> None:
    """Recorded in radkawar/stackd, docs/eventbridge.md."""
    events.put_rule(Name="each", ScheduleExpression="rate(1 day)", EventPattern="", State="DISABLED")
    words = "Parameter(s) EventPattern or ScheduleExpression must be specified."
    assert refusal(events.put_rule, Name="none", EventPattern="") == ("ValidationException", words)
    assert refusal(events.put_rule, Name="none", ScheduleExpression="") == ("ValidationException", words)
