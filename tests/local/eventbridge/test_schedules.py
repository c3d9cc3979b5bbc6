"""Schedule expressions are taken and refused as PutRule does (recorded in localstack/localstack)."""

import pytest

from pipectl.local.eventbridge import schedules


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
    ],
)
def test_a_schedule_that_says_nothing_is_refused(expression: str) -> None:
    assert not schedules.is_valid(expression)
