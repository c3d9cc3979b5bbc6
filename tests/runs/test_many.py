"""What matters most in a pipeline at a glance."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipectl.render.many import many_text
from pipectl.render.marks import Look
from pipectl.runs.many import Glance, Standing, glance, in_order
from pipectl.runs.values import ActionState, Execution, Gate, StageState

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)


def source(status: str = "Succeeded", error: str | None = None) -> StageState:
    action = ActionState("Source", status=status, error=error, changed_at=NOW - timedelta(minutes=5))
    return StageState("Source", status, "e1", actions=(action,))


def held(days: int, reason: str = "freeze", waiting: tuple[str, ...] = ("7b1d03fe-1111",)) -> StageState:
    gate = Gate(False, reason, "arn:aws:iam::1:user/ann", NOW - timedelta(days=days))
    return StageState("Deploy", "Succeeded", "e1", gate, tuple(map(Execution, waiting)))


def told(*stages: StageState) -> Glance:
    return glance("shop", "eu-west-1", stages, NOW)


@pytest.mark.parametrize(
    ("stages", "standing"),
    [
        ([source("Failed", "JobFailed: no")], Standing.FAILED),
        ([source("Failed", "ConfigurationError: Connection is not available")], Standing.BROKEN),
        ([source(), held(1)], Standing.HELD),
        ([source(), held(8)], Standing.HELD_LONG),
        ([source(), held(8, waiting=())], Standing.HELD),
        ([source(), held(1, "freeze (until 2026-01-22 09.00 UTC)")], Standing.HELD_LONG),
        ([source(), held(8, "freeze (until 2026-01-23 09.00 UTC)")], Standing.HELD),
        ([source(), held(26, "freeze (until 2026-01-25 09.00 UTC)")], Standing.HELD_LONG),
        ([source("InProgress"), held(1)], Standing.RUNNING),
        ([source("Stopped")], Standing.STOPPED),
        ([source()], Standing.DONE),
        ([StageState("Source")], Standing.NEVER),
    ],
)
def test_a_pipeline_stands_as_what_matters_most_in_it(stages: list[StageState], standing: Standing) -> None:
    assert told(*stages).standing is standing


def test_an_approval_comes_before_what_runs() -> None:
    asked = ActionState("Gate", status="InProgress", token="t")
    assert (
        told(source("InProgress"), StageState("Gate", "InProgress", actions=(asked,))).standing
        is Standing.ASKED
    )


def test_a_hold_that_approaches_thirty_days_says_how_many_are_left() -> None:
    look = Look()
    ending = held(26, "freeze (until 2026-02-25 09.00 UTC)")
    found = [told(source(), each) for each in (held(26), held(31), ending)]
    lines = many_text(found, look, NOW).splitlines()
    assert "26 days ago, 7b1d03fe waits; 4 days are left" in lines[0]
    assert "for more than 30 days" in lines[1]
    assert "4 days are left" in lines[2]
    assert max(map(len, lines)) <= look.width


def test_a_long_name_and_a_long_error_keep_to_the_screen() -> None:
    failed = glance("p" * 90, "eu-west-1", [source("Failed", "JobFailed: " + "x" * 300)], NOW)
    never = Glance("short", "ap-southeast-1", Standing.NEVER)
    stage = replace(held(2), name="Deploy" * 16)
    wide = replace(failed, standing=Standing.HELD, stage=stage)
    lines = many_text(in_order([never, failed, wide]), Look(), NOW).splitlines()
    assert lines[0].lstrip().startswith("✗")
    assert "held by ann" in lines[1]
    assert max(map(len, lines)) <= 80


def test_of_two_stages_that_changed_at_one_moment_the_later_one_is_told() -> None:
    changed = ActionState("Deploy", status="Succeeded", changed_at=NOW - timedelta(minutes=5))
    found = told(source(), StageState("Deploy", "Succeeded", "e1", actions=(changed,)))
    assert found.stage is not None
    assert found.stage.name == "Deploy"
