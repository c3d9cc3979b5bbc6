"""Outcomes as lines, and what is said when something failed."""

from collections.abc import Callable
from typing import Any

import pytest

from pipectl.engine.values import Action, Outcome, Resource, Result, Step
from pipectl.errors import AccessDenied, AwsError
from pipectl.render.marks import Look
from pipectl.render.outcome import (
    counts_text,
    done_text,
    failure_text,
    left_undone,
    running_line,
    settled_line,
)
from pipectl.render.text import width

Screen = Callable[[str, str], None]

CALLER = "arn:aws:iam::123456789012:user/ci"
DENIED = (
    f"User {CALLER} is not authorized to perform ecs:CreateService on "
    "arn:aws:ecs:ap-southeast-1:123456789012:service/friendreminders/remindersmgt"
)


def outcome(kind: str, name: str, result: Result = Result.DONE, **more: Any) -> Outcome:
    return Outcome(Step(Resource(kind, name), Action.CREATE), result, **more)


def test_steps_settle_line_by_line(screen: Screen) -> None:
    look = Look()
    name = "friendreminders-ap-southeast-1-FriendRemindersBuild-build"
    screen(
        "create",
        "\n".join(
            [
                settled_line(outcome("ecr repository", "rails_app", seconds=0.11), look),
                settled_line(outcome("iam role", name, seconds=0.2), look),
                running_line(
                    Step(Resource("codebuild project", "FriendRemindersBuild"), Action.CREATE),
                    look,
                    "waiting for the new role, 4 s",
                ),
                settled_line(outcome("ecs service", "shop/api", Result.FAILED, seconds=72), look),
                "",
                done_text([outcome("a", "b")] * 13, 1.94, look),
            ]
        ),
    )


@pytest.mark.parametrize("cells", [60, 80, 100])
def test_times_end_at_the_edge_whatever_the_name(cells: int) -> None:
    names = ("a", "x" * 90, "見本" * 30)
    lines = [settled_line(outcome("iam role", name, seconds=1), Look(width=cells)) for name in names]
    assert {width(line) for line in lines} == {cells}


def test_a_failure_tells_what_happened_what_stands_and_the_way_on(screen: Screen) -> None:
    error = AccessDenied("ecs", "create_service", "AccessDeniedException", DENIED)
    failed = outcome("ecs service", "friendreminders/remindersmgt", Result.FAILED, error=error)
    rest = [outcome("pipeline", "FriendReminders", Result.NOT_TRIED)]
    outcomes = [*[outcome("log group", "x")] * 9, failed, *rest]
    text = [failure_text(failed, CALLER, Look()), left_undone(outcomes, Look()), counts_text(outcomes)]
    screen("failure", "\n\n".join(text))


def test_a_refusal_without_names_is_completed_with_action_and_caller() -> None:
    error = AccessDenied("s3", "put_public_access_block", "AccessDenied", "Access Denied")
    text = failure_text(outcome("s3 bucket", "artifacts", Result.FAILED, error=error), CALLER, Look())
    assert "s3:PutBucketPublicAccessBlock" in text
    assert "s3 bucket artifacts" in text
    assert CALLER in text


def test_a_hint_stands_below_what_happened() -> None:
    error = AwsError("ecs", "create_service", "LimitExceeded", "too many", hint="ask for more")
    text = failure_text(outcome("ecs service", "x", Result.FAILED, error=error), CALLER, Look())
    assert text.endswith("\n\n  AWS said LimitExceeded: too many\n\n  ask for more")
