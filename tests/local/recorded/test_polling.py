"""S3 sources that are polled: who starts the pipeline, when, and what a source that cannot be read shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Story, approval, stage, until, without

if TYPE_CHECKING:
    from pipectl.local.server import Server

Shape = dict[str, Any]
A_WHILE_S = 60


def _source(story: Story, name: str = "Source", key: str = "source.zip", **switch: str) -> Shape:
    settings = {"S3Bucket": story.bucket, "S3ObjectKey": key, **switch}
    return story.source(name, f"{name}Output", configuration=settings)


def _declare(story: Story, *sources: Shape) -> Shape:
    return story.declare(stage("Source", *sources), stage("Gate", approval()), executionMode="QUEUED")


def _triggers(story: Story) -> list[tuple[str, str]]:
    """Newest first."""
    return [
        (trigger["triggerType"], trigger["triggerDetail"])
        for trigger in (story.summary(each)["trigger"] for each in story.ids())
    ]


def _pass(server: Server, seconds: float = A_WHILE_S) -> None:
    server.world.clock.advance(seconds)
    pause = server.world.now()
    until(lambda: (server.world.now() - pause).total_seconds() > 1)  # the watch looks twice a second


@pytest.mark.parametrize("switch", [{}, {"PollForSourceChanges": "true"}, {"PollForSourceChanges": "True"}])
def test_a_polled_source_starts_the_first_execution_itself(story: Story, switch: dict[str, str]) -> None:
    """Recordings: polling_native, polling_native_action_identity, polling_native_controls."""
    story.push()
    story.api.create_pipeline(pipeline=_declare(story, _source(story, "S3Input", **switch)))
    story.asked()
    assert _triggers(story) == [("PollForSourceChanges", "S3Input")]


@pytest.mark.parametrize("value", ["false", "False", "yes", "1"])
def test_every_other_value_leaves_the_first_execution_to_create_pipeline(story: Story, value: str) -> None:
    """Recording: polling_native_controls."""
    story.push()
    story.api.create_pipeline(pipeline=_declare(story, _source(story, PollForSourceChanges=value)))
    story.asked()
    assert [kind for kind, _ in _triggers(story)] == ["CreatePipeline"]


def test_an_execution_whose_approval_was_taken_back_keeps_its_stage_from_the_next_one(
    story: Story, server: Server
) -> None:
    """Recording: polling_native_controls (main-state-during-..., post-denial-recovery-poll-state).

    The next execution waited for three minutes at least, five minutes after the update.
    """
    first = story.create(stage("Gate", approval()))
    token = story.asked()
    story.update()
    story.push(readme="changed")
    second = story.start()
    waiting = {"pipelineExecutionId": second, "status": "InProgress"}
    until(lambda: story.stage("Gate").get("inboundExecution") == waiting)
    server.world.clock.advance(5 * A_WHILE_S)
    assert without(story.stage("Gate"), "inboundTransitionState") == {
        "stageName": "Gate",
        "inboundExecution": waiting,
        "inboundExecutions": [],
        "actionStates": [
            {
                "actionName": "Approve",
                "latestExecution": {
                    "actionExecutionId": token,
                    "status": "Failed",
                    "summary": "The approval action has been canceled.",
                },
            }
        ],
        "latestExecution": {"pipelineExecutionId": first, "status": "InProgress"},
    }
    story.stop(first, abandon=True)
    story.enters(second, "Gate")


def test_two_polled_sources_start_two_executions_with_both_revisions(story: Story) -> None:
    """Recording: polling_native_controls (two-source create)."""
    story.push()
    sources = _source(story, "One"), _source(story, "Two")
    story.api.create_pipeline(pipeline=_declare(story, *sources))
    assert sorted(_triggers(story)) == [("PollForSourceChanges", "One"), ("PollForSourceChanges", "Two")]
    until(lambda: all(len(story.summary(each)["sourceRevisions"]) == 2 for each in story.ids()))


def test_a_new_version_of_the_same_bytes_starts_an_execution(story: Story, server: Server) -> None:
    """Recording: polling_native (equal ETag, new VersionId)."""
    story.push()
    story.api.create_pipeline(pipeline=_declare(story, _source(story)))
    story.asked()
    version = story.push()
    server.world.clock.advance(A_WHILE_S)
    until(lambda: len(story.ids()) == 2)
    execution = story.ids()[0]
    until(lambda: story.summary(execution)["sourceRevisions"])
    assert story.summary(execution)["sourceRevisions"][0]["revisionId"] == version


def test_polling_switched_off_and_on_again_starts_nothing_and_a_new_source_does(
    story: Story, server: Server
) -> None:
    """Recordings: polling_native (toggle, changed source key), polling_native_enable_unchanged."""
    story.push()
    off, on = {"PollForSourceChanges": "false"}, {"PollForSourceChanges": "true"}
    story.api.create_pipeline(pipeline=_declare(story, _source(story, **off)))
    until(lambda: len(story.ids()) == 1)
    for switch, executions in ((on, 2), (off, 2), (on, 2)):
        story.api.update_pipeline(pipeline=_declare(story, _source(story, **switch)))
        _pass(server)
        assert len(story.ids()) == executions
    story.s3.put_object(Bucket=story.bucket, Key="alternate.zip", Body=b"other")
    story.api.update_pipeline(pipeline=_declare(story, _source(story, key="alternate.zip")))
    assert len(story.ids()) == 3


def test_a_source_that_is_not_there_starts_nothing_and_says_why(story: Story, server: Server) -> None:
    """Recording: polling_native_missing_create; polling_native for what comes after."""
    story.api.create_pipeline(pipeline=_declare(story, _source(story, "S3Input", "absent.zip")))
    assert story.ids() == []
    source = story.stage("Source")
    assert "latestExecution" not in source
    state = source["actionStates"][0]
    assert state["latestExecution"].pop("lastStatusChange")
    assert without(state, "entityUrl") == {
        "actionName": "S3Input",
        "latestExecution": {
            "status": "Failed",
            "errorDetails": {
                "code": "ConfigurationError",
                "message": f'Could not access the Amazon S3 object: "{story.bucket}/absent.zip". Make sure '
                "that the names of the bucket and object are both correct.",
            },
        },
    }
    story.s3.put_object(Bucket=story.bucket, Key="absent.zip", Body=b"here")
    server.world.clock.advance(A_WHILE_S)
    until(lambda: len(story.ids()) == 1)
    story.asked()
    assert story.state("Source")["latestExecution"]["status"] == "Succeeded"
