"""The status of a pipeline as a screen that one likes to read."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipectl.command import Typed, about, typed
from pipectl.render.document import status_data
from pipectl.render.marks import Look
from pipectl.render.status import status_text
from pipectl.render.text import width
from pipectl.runs.values import (
    ActionState,
    Condition,
    Execution,
    Gate,
    PipelineState,
    ServiceState,
    StageState,
)

Screen = Callable[[str, str], None]

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
NEWEST = Execution(
    "7b1d03fe-1111-4222-8333-444455556666",
    "InProgress",
    "4c1e9d0a" + "0" * 32,
    "Remind friends twice",
    NOW - timedelta(minutes=3),
)
OLDER = "3f9c2a1e-1111-4222-8333-444455556666"


@pytest.fixture
def held() -> PipelineState:
    source = ActionState(
        "Source",
        "CodeCommit",
        "FriendReminders master",
        "Succeeded",
        "Remind friends twice",
        revision=NEWEST.revision,
        changed_at=NOW - timedelta(minutes=2),
    )
    build = ActionState(
        "Build",
        "CodeBuild",
        "FriendRemindersBuild",
        "Succeeded",
        changed_at=NOW - timedelta(minutes=1),
        external_id="FriendRemindersBuild:5e0f1234-aaaa",
    )
    deploy = ActionState(
        "Deploy",
        "ECS",
        "friendreminders/remindersmgt",
        "Succeeded",
        changed_at=NOW - timedelta(days=4),
        service=("friendreminders", "remindersmgt"),
    )
    closed = Gate(
        False,
        "Release freeze until Monday",
        "arn:aws:sts::123456789012:assumed-role/Ops/ann",
        datetime(2026, 1, 19, 9, 12, tzinfo=UTC),
    )
    registry = "123456789012.dkr.ecr.ap-southeast-1.amazonaws.com"
    return PipelineState(
        "FriendReminders",
        "ap-southeast-1",
        (
            StageState("Source", "Succeeded", NEWEST.id, actions=(source,)),
            StageState("Build", "Succeeded", NEWEST.id, actions=(build,)),
            StageState("Deploy", "Succeeded", OLDER, closed, (NEWEST,), (deploy,)),
        ),
        (
            ServiceState(
                "friendreminders",
                "remindersmgt",
                2,
                2,
                "COMPLETED",
                images=(f"{registry}/rails_app:v1768806512",),
            ),
        ),
        NEWEST,
    )


@pytest.fixture
def broken() -> PipelineState:
    url = "https://console.aws.amazon.com/codesuite/codebuild/projects/shop-api-build/build/" + "0" * 30
    image = ActionState(
        "Image",
        "CodeBuild",
        "shop-api-build",
        "Failed",
        error="JobFailed: Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR",
        url=url,
        changed_at=NOW - timedelta(minutes=5),
        external_id="shop-api-build:5e0f1234-aaaa",
    )
    test = ActionState("Test", "CodeBuild", "shop-api-test", "Succeeded", changed_at=NOW - timedelta(hours=2))
    approve = ActionState("Approve", "Manual", "", "InProgress", changed_at=NOW - timedelta(hours=3))
    deploy = ActionState("Deploy", "ECS", "shop-production/api", service=("shop-production", "api"))
    return PipelineState(
        "shop-api",
        "eu-west-1",
        (
            StageState("Source", actions=(ActionState("Api", "CodeCommit", "shop-api main"),)),
            StageState("Build", "Failed", NEWEST.id, actions=(image, test)),
            StageState("Production", "InProgress", OLDER, waiting=(NEWEST,), actions=(approve, deploy)),
        ),
        (ServiceState("shop-production", "api"),),
        NEWEST,
    )


def test_a_held_pipeline_tells_who_holds_it_why_and_what_opens_it(
    held: PipelineState, screen: Screen
) -> None:
    screen("status_held", status_text(held, Look(), NOW))


def test_a_held_pipeline_reads_the_same_without_unicode(held: PipelineState, screen: Screen) -> None:
    text = status_text(held, Look(unicode=False), NOW)
    assert text.isascii()
    screen("status_held_ascii", text)


def test_a_failed_action_tells_its_error_and_where_to_look(broken: PipelineState, screen: Screen) -> None:
    screen("status_failed", status_text(broken, Look(), NOW))


def test_the_local_aws_has_no_page_of_the_console_to_show(broken: PipelineState) -> None:
    with typed(Typed(endpoint_url="http://127.0.0.1:4571")):
        assert "console.aws" not in status_text(broken, Look(), NOW)


def test_a_long_provider_stands_apart_from_what_it_works_on() -> None:
    source = ActionState("Source", "CodeStarSourceConnection", "example/web main")
    text = status_text(
        PipelineState("shop", "eu-west-1", (StageState("Source", actions=(source,)),)), Look(), NOW
    )
    assert "CodeStarSourceConnection  example/web main" in text


def test_a_pipeline_that_never_ran_says_so(screen: Screen) -> None:
    stages = tuple(
        StageState(name, actions=(ActionState(name, provider, "x"),))
        for name, provider in (("Source", "S3"), ("Deploy", "Lambda"))
    )
    screen("status_never", status_text(PipelineState("shop", "eu-west-1", stages), Look(), NOW))


def test_colour_only_underlines_what_the_words_say(held: PipelineState) -> None:
    coloured = status_text(held, Look(colour=True), NOW)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == status_text(held, Look(), NOW)


def test_of_several_pipelines_each_is_named_in_what_to_type(held: PipelineState) -> None:
    with about("shop"):
        text = " ".join(status_text(held, Look(), NOW).replace("│", "").split())
    assert "`pipectl enable-transition Deploy -p shop`" in text


def test_after_thirty_days_it_is_said_that_opening_does_not_help(held: PipelineState) -> None:
    deploy = held.stages[2]
    old = replace(deploy, gate=replace(deploy.gate, changed_at=NOW - timedelta(days=31)))
    text = status_text(replace(held, stages=(*held.stages[:2], old)), Look(), NOW)
    assert "does not go on when the gate opens" in " ".join(text.replace("│", "").split())
    assert "lets it in" not in text


@pytest.mark.parametrize("cells", [70, 80, 100])
def test_only_links_may_be_wider_than_the_screen(
    held: PipelineState, broken: PipelineState, cells: int
) -> None:
    for state in (held, broken):
        lines = status_text(state, Look(width=cells), NOW).splitlines()
        assert max(width(line) for line in lines if "https://" not in line and "`" not in line) <= cells


def test_a_service_that_the_pipeline_never_deployed_waits_for_its_first_image() -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:latest"
    service = ServiceState("shop", "web", 1, 0, "FAILED", "tasks failed to start.", (image,))
    deploy = ActionState("Deploy", "ECS", "shop/web", service=("shop", "web"))
    state = PipelineState("shop", "eu-west-1", (StageState("Deploy", actions=(deploy,)),), (service,))
    calm = "no image yet: waits for the pipeline's first deployment"
    assert calm in " ".join(status_text(state, Look(), NOW).split())
    assert "failed" not in status_text(state, Look(), NOW)
    assert status_data(state)["services"][0]["awaits_first_deployment"] is True
    for other in (
        replace(state, services=(replace(service, running=1),)),
        replace(state, services=(replace(service, images=("nginx:1",)),)),
        replace(state, stages=(StageState("Deploy", "Failed", actions=(replace(deploy, status="Failed"),)),)),
    ):
        assert "rollout failed" in " ".join(status_text(other, Look(), NOW).split())


def test_a_stage_that_a_condition_failed_is_overridden_and_not_retried() -> None:
    unmet = Condition("BEFORE_ENTRY", "Failed", "the alarm rings")
    done = ActionState("Deploy", "ECS", "shop/web", "Succeeded")
    stage = StageState("Deploy", "Failed", "e1", conditions=(unmet,), actions=(done,))
    told = status_text(PipelineState("shop", "eu-west-1", (stage,)), Look(), NOW)
    assert "`pipectl override Deploy` goes on in spite of its condition" in told
    assert "retry" not in told
    after = replace(stage, conditions=(replace(unmet, type="ON_FAILURE"),))
    told = status_text(PipelineState("shop", "eu-west-1", (after,)), Look(), NOW)
    assert "`pipectl start` runs the pipeline anew" in told


def _is_one_word(line: str) -> bool:
    """A word of a log that is longer than the line, which stays whole"""
    return "| " in line and " " not in line.partition("| ")[2]


def test_names_of_a_hundred_characters_keep_to_the_screen(broken: PipelineState, screen: Screen) -> None:
    stages = tuple(
        replace(
            stage,
            name=(stage.name * 100)[:100],
            actions=tuple(replace(each, name=(each.name * 100)[:100]) for each in stage.actions),
        )
        for stage in broken.stages
    )
    long = replace(broken, pipeline=(broken.pipeline * 100)[:100], stages=stages)
    screen("status_long_names", status_text(long, Look(), NOW))
    for cells in (40, 60, 80):
        lines = status_text(long, Look(width=cells), NOW).splitlines()
        whole = [line for line in lines if "https://" in line or "`" in line or _is_one_word(line)]
        assert max(width(line) for line in lines if line not in whole) <= cells


def test_of_many_that_wait_in_a_queue_the_next_ones_are_named(held: PipelineState) -> None:
    deploy = held.stages[2]
    line = tuple(Execution(f"{number:08d}-1111-4222-8333-444455556666") for number in range(9))
    for waiting, told in (
        (line[:3], "behind it: 00000001, 00000002"),
        (line, "behind it: 00000001, 00000002, 00000003, 00000004, 00000005 and 3 more"),
    ):
        stages = (*held.stages[:2], replace(deploy, gate=Gate(), waiting=waiting))
        lines = [
            line.strip("│ ") for line in status_text(replace(held, stages=stages), Look(), NOW).split("\n")
        ]
        first = lines.index("00000000 waits here until Deploy is free")
        assert lines[first + 1] == told


def test_a_service_that_is_being_deleted_is_told_as_such(held: PipelineState) -> None:
    going = replace(held, services=(replace(held.services[0], desired=0, is_draining=True),))
    text = status_text(going, Look(), NOW)
    assert "friendreminders/remindersmgt  is being deleted," in text
    assert "rollout" not in text


def test_what_a_commit_says_cannot_steer_the_terminal(held: PipelineState) -> None:
    evil = replace(NEWEST, message="fix\x1b[2J")
    assert "\x1b" not in status_text(replace(held, execution=evil), Look(), NOW)


def test_an_execution_that_waits_is_named_with_its_commit_though_a_newer_one_is_the_headline() -> None:
    old = Execution(
        "11111111-aaaa-4444-8888-000000000000", "InProgress", "4c1e9d0f5b6a", "Remind friends twice"
    )
    held = Execution("22222222-aaaa-4444-8888-000000000000", "InProgress", "aa1e9d0f5b6a", "Drop the index")
    new = Execution("33333333-aaaa-4444-8888-000000000000", "InProgress", "bb1e9d0f5b6a", "Newest")
    asked = ActionState("Approve", "Manual", status="InProgress", token="t")
    stages = (
        StageState("Approve", "InProgress", old.id, actions=(asked,), entered=old),
        StageState("Deploy", gate=Gate(enabled=False, reason="freeze"), waiting=(held,)),
    )
    state = PipelineState("shop", "eu-west-1", stages, execution=new)
    text = status_text(state, Look(width=120), datetime(2026, 1, 1, tzinfo=UTC))
    assert 'execution 11111111 "Remind friends twice" (4c1e9d0)' in text
    assert '22222222 "Drop the index" (aa1e9d0) waits here' in text
    approve, deploy = status_data(state)["stages"]
    assert (approve["revision"], approve["message"]) == (old.revision, old.message)
    assert deploy["waiting"] == {"execution": held.id, "revision": held.revision, "message": held.message}
