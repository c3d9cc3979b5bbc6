"""`stop` and `retry`, typed at pipelines in which executions really ran."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.acts.conftest import Shop, deploy
from tests.cli.acts.test_wait import meanwhile, seen
from tests.local.codepipeline.conftest import approval, stage, until

Screen = Callable[..., None]


def held(shop: Shop) -> str:
    """An execution that waits for an approval"""
    execution = shop.create(stage("Gate", approval()), stage("Deploy", deploy(shop)))
    shop.asked()
    return execution


def broken(shop: Shop, **members: Any) -> str:
    """An execution whose deployment failed: its bucket is not there"""
    execution = shop.create(stage("Deploy", deploy(shop, bucket=f"live-{shop.account}")), **members)
    shop.ends(execution, "Failed")
    return execution


def mend(shop: Shop) -> None:
    shop.s3.create_bucket(
        Bucket=f"live-{shop.account}", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )


def test_the_newest_execution_that_runs_is_stopped(shop: Shop, screen: Screen) -> None:
    execution = held(shop)
    result, writes = shop.writes("stop", "--abandon", "--reason", "bad build")
    assert (result.exit_code, writes) == (0, ["StopPipelineExecution"])
    screen("stop_abandon", result.stdout)
    shop.ends(execution, "Stopped")
    assert shop.summary(execution)["stopTrigger"] == {"reason": "bad build"}


def test_without_abandoning_its_running_actions_end_first(shop: Shop, screen: Screen) -> None:
    execution = held(shop)
    screen("stop", shop.type("stop").stdout, types=False)
    assert shop.status(execution) == "Stopping"
    shop.answer()
    shop.ends(execution, "Stopped")


def test_the_same_stop_twice_stops_once_and_abandoning_after_it_is_allowed(shop: Shop) -> None:
    execution = held(shop)
    shop.type("stop")
    again, writes = shop.writes("stop")
    assert (again.exit_code, writes) == (0, [])
    assert shop.masked(again.stdout).startswith(
        "execution E1 (V1) of shop is being stopped already; nothing was sent"
    )
    assert shop.writes("stop", "--abandon")[1] == ["StopPipelineExecution"]
    shop.ends(execution, "Stopped")
    assert shop.data("stop", "--execution", execution[:8])["changed"] is False


def test_a_second_stop_does_not_reach_an_older_execution(shop: Shop, screen: Screen) -> None:
    first = held(shop)
    second = shop.again()
    shop.waits_at(second, "Gate")
    assert shop.type("stop").exit_code == 0
    shop.ends(second, "Stopped")
    screen("stop_refused_second", shop.refuses("stop"), types=False)
    assert shop.status(first) == "InProgress"
    version = shop.summary(first)["sourceRevisions"][0]["revisionId"]
    third = shop.data("start", "--s3-version", version)["execution"]
    shop.waits_at(third, "Gate")
    assert shop.data("stop", "--execution", version[:8])["execution"] == third
    shop.ends(third, "Stopped")
    assert "execution E3 of shop was stopped" in shop.refuses("stop", "--execution", version[:8])
    assert shop.type("stop", "--execution", first[:8]).exit_code == 0
    assert shop.status(first) == "Stopping"


def test_stop_waits_for_the_running_actions_when_it_is_to(shop: Shop, screen: Screen) -> None:
    execution = held(shop)
    timed_out = shop.type("stop", "--wait", "--timeout", "1s")
    assert timed_out.exit_code == 5, timed_out.output
    assert f"`pipectl stop --execution {execution[:8]} --abandon` does not wait" in timed_out.stderr
    assert shop.status(execution) == "Stopping"
    with meanwhile(lambda: seen(shop), lambda: shop.answer("Rejected")):
        result = shop.type("stop", "--wait")
    assert result.exit_code == 0, result.output
    assert shop.status(execution) == "Stopped"
    screen("stop_waited", result.stdout, types=False)
    assert shop.data("stop", "--execution", execution[:8], "--wait")["wait"]["status"] == "Stopped"


def test_where_nothing_runs_it_is_said_how_the_newest_ended(shop: Shop, screen: Screen) -> None:
    execution = shop.working(stage("Deploy", deploy(shop)))
    screen("stop_refused_ended", shop.refuses("stop"))
    assert "cannot be stopped: it succeeded" in shop.refuses("stop", "--execution", execution[:6])


@pytest.mark.parametrize(
    ("state", "words", "operation", "code"),
    [
        (held, ("stop",), "StopPipelineExecution", "PipelineExecutionNotStoppableException"),
        (broken, ("retry", "Deploy"), "RetryStageExecution", "NotLatestPipelineExecutionException"),
    ],
)
def test_who_comes_too_late_is_told_where_to_look(
    shop: Shop,
    faults: Callable[..., None],
    state: Callable[[Shop], str],
    words: tuple[str, ...],
    operation: str,
    code: str,
) -> None:
    state(shop)
    faults({"operation": operation, "code": code, "message": "too late"})
    result = shop.type(*words, "-p", "shop")
    assert result.exit_code == 1
    assert f"AWS said {code}: too late" in result.stderr
    assert "since it was looked at; `pipectl status -p shop` shows it" in result.stderr


def test_a_stop_takes_three_calls(shop: Shop) -> None:
    held(shop)
    shop.server.requests.clear()
    shop.type("stop", "-p", "shop")
    asked = sorted(call.operation for call in shop.server.requests.all())
    assert asked == ["GetPipelineState", "ListPipelineExecutions", "StopPipelineExecution"]


def test_the_failed_actions_of_a_stage_run_again(shop: Shop, screen: Screen) -> None:
    execution = broken(shop)
    mend(shop)
    result, writes = shop.writes("retry", "Deploy")
    assert (result.exit_code, writes) == (0, ["RetryStageExecution"])
    screen("retry", result.stdout)
    shop.ends(execution, "Succeeded")
    assert [name for name, _ in shop.actions(execution)] == ["Source", "Deploy", "Deploy"]


def test_all_actions_of_a_stage_run_again_when_that_is_said(shop: Shop) -> None:
    good = deploy(shop, "Good")
    bad = deploy(shop, "Bad", f"live-{shop.account}", runOrder=2)
    execution = shop.create(stage("Deploy", good, bad))
    shop.ends(execution, "Failed")
    mend(shop)
    told = shop.data("retry", "Deploy", "--all-actions")
    assert (told["mode"], told["execution"], told["changed"]) == ("ALL_ACTIONS", execution, True)
    shop.ends(execution, "Succeeded")
    assert [name for name, _ in shop.actions(execution)] == ["Source", "Good", "Bad", "Good", "Bad"]


def test_a_stage_that_was_stopped_can_be_tried_again(shop: Shop) -> None:
    execution = held(shop)
    shop.type("stop", "--abandon")
    shop.ends(execution, "Stopped")
    assert shop.type("retry", "Gate").exit_code == 0
    shop.answer()
    shop.ends(execution, "Succeeded")


def test_a_stage_that_is_not_failed_is_not_tried_again(shop: Shop, screen: Screen) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    screen("retry_refused_succeeded", shop.refuses("retry", "Deploy"))
    assert "did you mean `Deploy`?" in shop.refuses("retry", "Deplyo")


def test_a_stage_in_which_an_execution_runs_is_not_tried_again(shop: Shop, screen: Screen) -> None:
    held(shop)
    screen("retry_refused_running", shop.refuses("retry", "Gate"))
    assert "Deploy has never run" in shop.refuses("retry", "Deploy")
    shop.type("stop")
    assert "is being stopped" in shop.refuses("retry", "Gate")


def test_what_else_failed_is_said(shop: Shop) -> None:
    broken(shop)
    assert "Deploy is: `pipectl retry Deploy`" in shop.refuses("retry", "Source")
    assert "`pipectl retry Deploy -p shop`" in shop.refuses("retry", "Source", "-p", "shop")


def test_only_the_execution_that_was_last_in_the_stage_is_tried_again(shop: Shop, screen: Screen) -> None:
    first = broken(shop)
    second = shop.again()
    shop.ends(second, "Failed")
    screen("retry_refused_older", shop.refuses("retry", "Deploy", "--execution", first[:8]), types=False)
    mend(shop)
    version = shop.summary(second)["sourceRevisions"][0]["revisionId"]
    assert shop.type("retry", "Deploy", "--execution", version[:7]).exit_code == 0
    shop.ends(second, "Succeeded")


def test_an_execution_of_an_older_version_of_the_pipeline_is_not_tried_again(
    shop: Shop, screen: Screen
) -> None:
    broken(shop)
    declared = shop.api.get_pipeline(name="shop")["pipeline"]
    shop.api.update_pipeline(pipeline=declared)
    screen("retry_refused_changed", shop.refuses("retry", "Deploy"))


def test_a_retry_takes_four_calls(shop: Shop) -> None:
    broken(shop)
    shop.server.requests.clear()
    shop.type("retry", "Deploy", "-p", "shop")
    asked = sorted(call.operation for call in shop.server.requests.all() if call.service == "codepipeline")
    assert asked == [
        "GetPipelineExecution",
        "GetPipelineState",
        "ListPipelineExecutions",
        "RetryStageExecution",
    ]


@pytest.mark.parametrize("words", [("stop",), ("retry", "Deploy"), ("start",), ("approve",)])
def test_an_unknown_pipeline_is_answered_with_those_there_are(shop: Shop, words: tuple[str, ...]) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    said = shop.refuses(*words, "-p", "shpo")
    assert "there is no pipeline `shpo`" in said
    assert "Those there are: shop" in said


def test_an_execution_among_others_side_by_side_is_stopped(shop: Shop) -> None:
    first = shop.create(stage("Gate", approval()), executionMode="PARALLEL")
    second = shop.again()
    for each in (first, second):
        until(lambda each=each: ("Approve", "InProgress") in shop.actions(each))  # type: ignore[misc]
    told = shop.type("stop", "--execution", first[:8]).stdout
    assert "of shop is being stopped: its running actions end" in told
    assert shop.type("stop", "--execution", first[:8], "--abandon").exit_code == 0
    shop.ends(first, "Stopped")
    assert shop.status(second) == "InProgress"


def test_executions_side_by_side_are_tried_again_each_on_its_own(shop: Shop) -> None:
    first = shop.create(
        stage("Deploy", deploy(shop, bucket=f"live-{shop.account}")), executionMode="PARALLEL"
    )
    shop.ends(first, "Failed")
    second = shop.again()
    shop.ends(second, "Failed")
    mend(shop)
    shop.s3.delete_object(Bucket=shop.bucket, Key="source.zip")
    third = shop.start()
    shop.ends(third, "Failed")
    assert "execution E3 has not been in Deploy" in shop.refuses("retry", "Deploy", "--execution", third)
    assert shop.data("retry", "Deploy", "--execution", first[:8])["execution"] == first
    shop.ends(first, "Succeeded")
    assert shop.data("retry", "Deploy")["execution"] == second
    shop.ends(second, "Succeeded")
    assert "is not failed" in shop.refuses("retry", "Deploy")
