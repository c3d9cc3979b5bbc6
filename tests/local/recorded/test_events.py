"""What EventBridge is told about a run, its stages and its actions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Story, approval, stage, until, without

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = dict[str, Any]
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
ALWAYS = {"pipeline", "execution-id", "version", "state", "start-time", "pipeline-execution-attempt"}


class Heard:
    """A queue that gets every event of the pipeline."""

    def __init__(self, client: Callable[..., Any]) -> None:
        self._sqs, events = client("sqs"), client("events")
        self._url = self._sqs.create_queue(QueueName="heard")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        pattern = json.dumps({"source": ["aws.codepipeline"]})
        events.put_rule(Name="heard", EventPattern=pattern)
        arn = attributes["Attributes"]["QueueArn"]
        events.put_targets(Rule="heard", Targets=[{"Id": "queue", "Arn": arn}])
        self._events: list[tuple[str, Shape, str]] = []

    def next(self, level: str, state: str, **detail: str) -> Shape:
        """The details of the next event of this level and state."""
        return dict(until(lambda: self._find(level, state, detail)))

    def text(self, level: str, state: str) -> str:
        """The body of an event that came, as it was sent."""
        return next(body for kind, found, body in self._events if (kind, found["state"]) == (level, state))

    def _find(self, level: str, state: str, detail: dict[str, str]) -> Shape | None:
        got = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])
        for message in got:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            event = json.loads(message["Body"])
            kind = event["detail-type"].split()[1]
            self._events.append((kind, event["detail"], message["Body"]))
        for kind, found, _ in self._events:
            if (kind, found["state"]) == (level, state) and detail.items() <= found.items():
                return found
        return None


@pytest.fixture
def heard(client: Callable[..., Any]) -> Heard:
    return Heard(client)


def test_each_level_tells_the_recorded_members(
    story: Story, heard: Heard, client: Callable[..., Any]
) -> None:
    """Recordings: eventbridge_native, retry_counters_native."""
    execution = story.create(stage("Gate", approval()))
    token = story.asked()
    started = heard.next("Pipeline", "STARTED")
    assert set(started) == {*ALWAYS, "execution-trigger"}
    caller = client("sts").get_caller_identity()["Arn"]
    assert started["execution-trigger"] == {"trigger-type": "CreatePipeline", "trigger-detail": caller}
    assert re.fullmatch(MOMENT, started["start-time"])
    assert set(heard.next("Stage", "STARTED", stage="Gate")) == {*ALWAYS, "stage"}
    asked = heard.next("Action", "STARTED", action="Approve")
    members = {"stage", "action", "action-execution-id", "region", "type"}
    assert set(asked) == ALWAYS | members
    assert (asked["action-execution-id"], asked["execution-id"]) == (token, execution)
    fetched = heard.next("Action", "SUCCEEDED", action="Source")
    assert set(fetched) == ALWAYS | members | {"execution-result", "output-artifacts"}
    version = story.row(execution, "Source")["output"]["outputVariables"]["VersionId"]
    assert fetched["execution-result"] == {
        "external-execution-id": version,
        "external-execution-summary": f"Amazon S3 version id: {version}",
    }
    assert fetched["output-artifacts"] == story.row(execution, "Source")["output"]["outputArtifacts"]


def test_numbers_are_sent_with_a_fraction(story: Story, heard: Heard) -> None:
    """Recording: eventbridge_native."""
    story.create(stage("Gate", approval()))
    heard.next("Pipeline", "STARTED")
    body = heard.text("Pipeline", "STARTED").replace(" ", "")
    assert '"version":1.0' in body
    assert '"pipeline-execution-attempt":1.0' in body


def test_a_rejection_is_told_as_a_failed_job(story: Story, heard: Heard) -> None:
    """Recording: eventbridge_native (RejectEventApprovalForRealStageRetry)."""
    story.create(stage("Gate", approval()))
    token = story.asked()
    story.put(token, "Rejected", "not today")
    failed = heard.next("Action", "FAILED")
    assert failed["execution-result"] == {
        "external-execution-summary": "not today",
        "external-execution-id": token,
        "error-code": "JobFailed",
    }
    assert without(failed, *ALWAYS).keys() == {
        "stage",
        "action",
        "action-execution-id",
        "region",
        "type",
        "execution-result",
    }


def test_attempts_are_counted_by_execution_and_of_stages_only_after_a_retry(
    story: Story, heard: Heard
) -> None:
    """Recording: retry_counters_native (two approval stages, each rejected once and retried)."""
    execution = story.create(stage("Gate", approval()), stage("Final", approval("Last")))
    last = {"stageName": "Final", "actionName": "Last"}
    story.put(story.asked(), "Rejected")
    story.ends(execution, "Failed")
    story.retry(execution)
    story.put(story.asked())
    story.put(story.asked("Final", "Last"), "Rejected", **last)
    story.ends(execution, "Failed")
    story.retry(execution, stage_name="Final")
    story.put(story.asked("Final", "Last"), **last)
    story.ends(execution, "Succeeded")
    attempts = {
        (level, state, name): heard.next(level, state, **where)["pipeline-execution-attempt"]
        for level, state, name, where in (
            ("Pipeline", "STARTED", "", {}),
            ("Stage", "STARTED", "Gate", {"stage": "Gate"}),
            ("Stage", "FAILED", "Gate", {"stage": "Gate"}),
            ("Action", "FAILED", "Approve", {"action": "Approve"}),
            ("Stage", "RESUMED", "Gate", {"stage": "Gate"}),
            ("Action", "SUCCEEDED", "Approve", {"action": "Approve"}),
            ("Stage", "STARTED", "Final", {"stage": "Final"}),
            ("Stage", "RESUMED", "Final", {"stage": "Final"}),
            ("Pipeline", "SUCCEEDED", "", {}),
        )
    }
    assert list(attempts.values()) == [1, 0, 0, 1, 2, 2, 2, 3, 3]
    assert "last-retry-attempt-time" in heard.next("Pipeline", "RESUMED")
    assert "last-retry-attempt-time" in heard.next("Stage", "RESUMED", stage="Gate")
    assert "last-retry-attempt-time" not in heard.next("Stage", "STARTED", stage="Final")
