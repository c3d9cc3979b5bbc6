"""The picture of a pipeline that is watched, and the lines that tell what changed."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipectl.command import about
from pipectl.errors import AwsError, NoAnswer
from pipectl.render.marks import Look
from pipectl.render.text import width
from pipectl.render.watch import changes, ending_text, picture
from pipectl.runs.values import (
    ActionState,
    Deployment,
    Execution,
    Gate,
    PipelineState,
    ServiceState,
    StageState,
)
from pipectl.runs.watch import View

Screen = Callable[[str, str], None]

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
ID = "7b1d03fe-1111-4222-8333-444455556666"
EXECUTION = Execution(ID, "InProgress", "4c1e9d0a" + "0" * 32, "Remind friends twice")


def terminal(rows: int) -> os.terminal_size:
    """A terminal of 80 columns"""
    return os.terminal_size((80, rows))


def action(name: str, provider: str, status: str, began: int, ended: int = 0, **more: object) -> ActionState:
    """An action that began and changed so many seconds ago"""
    moments = {
        "started": NOW - timedelta(seconds=began),
        "changed_at": NOW - timedelta(seconds=ended or began),
    }
    return replace(ActionState(name, provider, status=status), **moments, **more)  # type: ignore[arg-type]  # its own fields


@pytest.fixture
def building() -> PipelineState:
    source = action(
        "Source", "CodeCommit", "Succeeded", 80, 78, target="shop main", revision=EXECUTION.revision
    )
    build = action(
        "Build",
        "CodeBuild",
        "InProgress",
        75,
        external_id="shop:5e0f1234-aaaa",
        phase="BUILD",
        log_line="Step 4/9 : RUN bundle install --deployment --without development test " + "x" * 40,
    )
    hold = Gate(
        False,
        "Release freeze (until 2026-01-26 09.00 UTC)",
        "arn:aws:iam::123456789012:user/ann",
        NOW - timedelta(days=26),
    )
    older = Execution("3f9c2a1e-1111-4222-8333-444455556666", "InProgress")
    deploy = action("Deploy", "ECS", "Succeeded", 400000, 399990, target="shop/web", service=("shop", "web"))
    return PipelineState(
        "shop",
        "eu-west-1",
        (
            StageState("Source", "Succeeded", ID, actions=(source,)),
            StageState("Build", "InProgress", ID, actions=(build,)),
            StageState("Deploy", "Succeeded", "e1", hold, (older,), (deploy,), (older.id,)),
        ),
        (ServiceState("shop", "web", 2, 2, "COMPLETED", images=("shop/web:1",)),),
        EXECUTION,
    )


@pytest.fixture
def rolling(building: PipelineState) -> PipelineState:
    source, build, deploy = building.stages
    (built,) = build.actions
    (deployed,) = deploy.actions
    done = replace(
        built, status="Succeeded", changed_at=NOW - timedelta(seconds=25), phase=None, log_line=None
    )
    began = NOW - timedelta(seconds=20)
    at_work = replace(deployed, status="InProgress", started=began, changed_at=began, run="2")
    service = ServiceState(
        "shop",
        "web",
        2,
        3,
        "IN_PROGRESS",
        images=("shop/web:2",),
        deployments=(
            Deployment("PRIMARY", "shop-web:5", 2, 1, 1),
            Deployment("ACTIVE", "shop-web:4", 2, 2, failed=1),
        ),
    )
    stages = (
        source,
        replace(build, status="Succeeded", actions=(done,)),
        StageState("Deploy", "InProgress", ID, actions=(at_work,)),
    )
    return replace(building, stages=stages, services=(service,))


def test_a_running_build_shows_its_phase_its_last_line_and_its_time(
    building: PipelineState, screen: Screen
) -> None:
    drawn = picture(View(building, True, 5.0), Look(), NOW, terminal(60))
    screen("watch_build", drawn)
    coloured = replace(building.stages[1].actions[0], log_line="\x1b[32mdone\x1b[0m\x07")
    stage = replace(building.stages[1], actions=(coloured,))
    drawn = picture(View(replace(building, stages=(stage,)), True, 5.0), Look(), NOW, terminal(60))
    assert "| done\\x07" in drawn
    assert max(map(width, drawn.splitlines())) <= 80


def test_a_rollout_shows_its_old_and_new_tasks(rolling: PipelineState, screen: Screen) -> None:
    screen("watch_rollout", picture(View(rolling, True, 60.0), Look(), NOW, terminal(60)))


def test_it_is_said_why_a_look_saw_nothing(building: PipelineState) -> None:
    throttled = AwsError("codepipeline", "get_pipeline_state", "ThrottlingException", "Rate exceeded")
    for error, why in ((throttled, "AWS asks for patience"), (NoAnswer("away"), "AWS does not answer")):
        drawn = picture(View(building, True, 60.0, error), Look(), NOW, terminal(60))
        assert drawn.endswith(f"\n\n  {why}: looks every 1 min; Ctrl-C ends")


def test_on_a_low_terminal_what_is_done_is_folded(building: PipelineState, screen: Screen) -> None:
    drawn = picture(View(building, True, 5.0), Look(), NOW, terminal(18))
    assert drawn.count("\n") + 1 < 18
    screen("watch_low", drawn)
    last = picture(View(building, False, 0.0), Look(), NOW, terminal(5))
    assert "CodeCommit" in last


def test_on_a_terminal_lower_than_that_what_is_at_work_stays_in_sight(
    building: PipelineState, screen: Screen
) -> None:
    source, build, deploy = building.stages
    tests = [replace(source, name=f"Test{number}") for number in range(8)]
    late = replace(building, stages=(source, *tests, build, deploy))
    drawn = picture(View(late, True, 5.0), Look(), NOW, terminal(16))
    screen("watch_lower", drawn)
    lowest = picture(View(late, True, 5.0), Look(), NOW, terminal(9))
    assert "Build     …  running" in lowest
    assert "on a higher terminal" in lowest
    for text, rows in ((drawn, 16), (lowest, 9)):
        assert text.count("\n") + 1 < rows
        assert text.endswith("looks every 5 s; Ctrl-C ends")


def test_each_change_is_one_line(building: PipelineState, rolling: PipelineState, screen: Screen) -> None:
    look = Look()
    told = [*changes(None, building, look, NOW), "--", *changes(building, rolling, look, NOW)]
    screen("watch_changes", "\n".join(told))
    assert list(changes(rolling, rolling, look, NOW)) == []


def test_the_commands_in_the_lines_name_the_pipeline_that_was_named(building: PipelineState) -> None:
    with about("shop"):
        told = "\n".join(changes(None, building, Look(), NOW))
    assert "`pipectl enable-transition Deploy -p shop`" in told


def test_at_the_end_it_is_said_what_would_go_on(building: PipelineState) -> None:
    assert "waits before Deploy" in ending_text(View(building, False, 0.0))
