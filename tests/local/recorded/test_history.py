"""Retries, what they count, and the filters of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.refusals import refusal

from .conftest import Story, approval, stage

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = dict[str, Any]
UNKNOWN = "c5230a9d-1820-45e9-9b59-ea116e718f13"


def _latest(execution: str, range_: str) -> Shape:
    return {"latestInPipelineExecution": {"pipelineExecutionId": execution, "startTimeRange": range_}}


def _names(answer: Shape) -> list[tuple[str, str]]:
    return [(row["actionName"], row["status"]) for row in answer["actionExecutionDetails"]]


@pytest.fixture
def retried(story: Story) -> str:
    """An execution whose stage was retried once, and that waits in the next stage."""
    gate = stage("Gate", approval("Accept"), approval("Retry"))
    execution = story.create(gate, stage("Final", approval("Finish")))
    story.put(story.asked(name="Accept"), actionName="Accept")
    story.put(story.asked(name="Retry"), "Rejected", actionName="Retry")
    story.ends(execution, "Failed")
    story.retry(execution)
    story.put(story.asked(name="Retry"), actionName="Retry")
    story.asked("Final", "Finish")
    return execution


def test_all_tells_every_attempt_and_latest_the_newest_of_each_action(story: Story, retried: str) -> None:
    """Recording: history_filter_native."""
    listed = story.api.list_action_executions
    every = _names(listed(pipelineName="shop", filter=_latest(retried, "All")))
    assert every[:2] == [("Finish", "InProgress"), ("Retry", "Succeeded")]
    assert sorted(every[2:]) == [("Accept", "Succeeded"), ("Retry", "Failed"), ("Source", "Succeeded")]
    newest = _names(listed(pipelineName="shop", filter=_latest(retried, "Latest")))
    assert [name for name, _ in newest] == ["Finish", "Retry", "Accept", "Source"]
    assert ("Retry", "Succeeded") in newest


def test_the_state_counts_retries_by_stage(story: Story, retried: str) -> None:
    """Recordings: history_filter_native, retry_counters_native."""
    counted = {"manualStageRetryAttempt": 1, "latestRetryTrigger": "ManualStageRetry"}
    assert story.stage("Gate")["retryStageMetadata"] == counted
    assert "retryStageMetadata" not in story.stage("Final")
    story.put(story.asked("Final", "Finish"), "Rejected", stageName="Final", actionName="Finish")
    story.ends(retried, "Failed")
    story.retry(retried, "ALL_ACTIONS", "Final")
    assert story.stage("Final")["retryStageMetadata"] == counted
    assert story.stage("Gate")["retryStageMetadata"] == counted


def test_two_filters_that_name_two_executions_find_nothing(story: Story, retried: str) -> None:
    """Recording: history_filter_native (selector intersection)."""
    other = story.start()
    both = {"pipelineExecutionId": other, **_latest(retried, "All")}
    assert story.api.list_action_executions(pipelineName="shop", filter=both)["actionExecutionDetails"] == []


def test_a_next_token_goes_on_with_its_own_question_only(story: Story, retried: str) -> None:
    """Recording: history_filter_native (page/Latest, page-cross-id)."""
    other = story.start()
    listed = story.api.list_action_executions
    first = listed(pipelineName="shop", maxResults=1, filter=_latest(retried, "Latest"))
    token = first["nextToken"]
    again = listed(pipelineName="shop", maxResults=3, nextToken=token, filter=_latest(retried, "Latest"))
    assert [name for name, _ in _names(again)] == ["Retry", "Accept", "Source"]
    asked = {"pipelineName": "shop", "nextToken": token, "filter": _latest(other, "Latest")}
    assert refusal(listed, **asked) == (
        "InvalidNextTokenException",
        f"The nextToken value '{token}' is not valid. Specify a valid nextToken value, and then try again.",
    )


def test_a_filter_is_checked_before_the_pipeline_is_looked_for(
    client: Callable[..., Any], account: str
) -> None:
    """Recording: history_filter_validation_native."""
    listed = client("codepipeline").list_action_executions
    asked = {"pipelineName": "nowhere", "filter": _latest(UNKNOWN, "All")}
    assert refusal(listed, **asked) == (
        "PipelineNotFoundException",
        f"The account with AWS account ID '{account}' does not include a pipeline named 'nowhere'",
    )
    asked["filter"] = _latest(UNKNOWN, "Unknown")
    code, message = refusal(listed, **asked)
    assert (code, "startTimeRange" in message) == ("ValidationException", True)


def test_an_execution_that_has_read_no_source_tells_empty_lists(story: Story) -> None:
    """Recordings: variables_native_paced (empty-declarations/binding), rollback_boundaries_native (wait)."""
    first = story.create(stage("Gate", approval()))
    gate = {"stageName": "Source", "transitionType": "Inbound"}
    story.api.disable_stage_transition(pipelineName="shop", reason="wait", **gate)
    execution = story.start()
    shown = story.shown(execution)
    assert shown == {
        "pipelineName": "shop",
        "pipelineVersion": 1,
        "pipelineExecutionId": execution,
        "status": "InProgress",
        "artifactRevisions": [],
        "executionMode": "SUPERSEDED",
        "trigger": {**story.shown(first)["trigger"], "triggerType": "StartPipelineExecution"},
    }
    assert story.summary(execution)["sourceRevisions"] == []


def test_an_execution_stopped_without_a_reason_tells_none(story: Story) -> None:
    """Recording: variables_native_paced (retried-bindings/history)."""
    execution = story.create(stage("Gate", approval()))
    story.asked()
    story.stop(execution, abandon=True)
    story.ends(execution, "Stopped")
    assert sorted(story.summary(execution)) == [
        "executionMode",
        "lastUpdateTime",
        "pipelineExecutionId",
        "sourceRevisions",
        "startTime",
        "status",
        "trigger",
    ]


def test_every_attempt_of_a_retried_approval_stays_with_its_own_token_and_words(story: Story) -> None:
    """Recordings: variables_native_paced (retried-bindings/actions), history_filter_native (page/All)."""
    execution = story.create(stage("Gate", approval()))
    rejected = story.asked()
    story.put(rejected, "Rejected", "not yet")
    story.ends(execution, "Failed")
    story.retry(execution)
    approved = story.asked()
    assert approved != rejected
    story.put(approved, summary="now")
    story.ends(execution, "Succeeded")
    newest, earlier, _ = story.rows(execution)
    assert [(row["actionExecutionId"], row["status"]) for row in (newest, earlier)] == [
        (approved, "Succeeded"),
        (rejected, "Failed"),
    ]
    assert newest["output"]["executionResult"] == {
        "externalExecutionId": approved,
        "externalExecutionSummary": "now",
    }
    assert earlier["output"]["executionResult"] == {
        "externalExecutionId": rejected,
        "externalExecutionSummary": "not yet",
    }
    assert story.stage("Gate")["retryStageMetadata"] == {
        "manualStageRetryAttempt": 1,
        "latestRetryTrigger": "ManualStageRetry",
    }
