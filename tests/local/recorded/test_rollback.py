"""Rollback of one stage: what runs, what it takes, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Story, approval, deploy, stage

if TYPE_CHECKING:
    from collections.abc import Callable

RELEASE = [{"name": "Release", "defaultValue": "v1"}]


@pytest.fixture
def two(story: Story, live: str) -> tuple[str, str]:
    """Two executions that went through: v1, and then v2."""
    return _two(story, live)


def _two(story: Story, live: str, mode: str = "SUPERSEDED") -> tuple[str, str]:
    stages = (
        stage("Deploy", deploy(live, ObjectKey="#{variables.Release}")),
        stage("Downstream", deploy(live, ObjectKey="final")),
    )
    first = story.create(*stages, variables=RELEASE, executionMode=mode)
    story.ends(first, "Succeeded")
    story.push(readme="second")
    second = story.start(variables=[{"name": "Release", "value": "v2"}])
    story.ends(second, "Succeeded")
    return first, second


def _read(client: Callable[..., Any], bucket: str, key: str) -> bytes:
    return bytes(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_only_the_stage_runs_with_what_the_target_had(
    story: Story, two: tuple[str, str], live: str, client: Callable[..., Any]
) -> None:
    """Recordings: rollback_native, rollback_boundaries_native (rollback-v1)."""
    first, second = two
    execution = story.roll_back("Deploy", first)
    story.ends(execution, "Succeeded")
    caller = client("sts").get_caller_identity()["Arn"]
    for shown in (story.shown(execution), story.summary(execution)):
        assert shown["executionType"] == "ROLLBACK"
        assert shown["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
        assert shown["trigger"] == {
            "triggerType": "ManualRollback",
            "triggerDetail": f'{{"AwsUserArn":"{caller}"}}',
        }
    assert story.shown(execution)["variables"] == [{"name": "Release", "resolvedValue": "v1"}]
    assert story.shown(execution)["artifactRevisions"] == story.shown(first)["artifactRevisions"]
    (row,) = story.rows(execution)
    assert row["input"]["resolvedConfiguration"]["ObjectKey"] == "v1"
    assert row["input"]["inputArtifacts"] == story.row(first, "Deploy")["input"]["inputArtifacts"]
    owners = {name: story.stage(name)["latestExecution"] for name in ("Source", "Deploy", "Downstream")}
    assert owners == {
        "Source": {"pipelineExecutionId": second, "status": "Succeeded"},
        "Deploy": {"pipelineExecutionId": execution, "status": "Succeeded", "type": "ROLLBACK"},
        "Downstream": {"pipelineExecutionId": second, "status": "Succeeded"},
    }
    assert _read(client, live, "v1/readme") == b"hello"
    assert _read(client, live, "final/readme") == b"second"


def test_a_source_stage_is_rolled_back_to_what_is_current(story: Story, two: tuple[str, str]) -> None:
    """Recording: rollback_boundaries_native (source-rollback); the guide says that it is refused."""
    first, second = two
    execution = story.roll_back("Source", first)
    story.ends(execution, "Succeeded")
    current = story.shown(second)["artifactRevisions"][0]["revisionId"]
    target = story.shown(first)["artifactRevisions"][0]["revisionId"]
    (row,) = story.rows(execution)
    assert row["output"]["outputVariables"]["VersionId"] == current
    assert story.state("Source")["currentRevision"] == {"revisionId": current}
    assert story.shown(execution)["artifactRevisions"][0]["revisionId"] == target
    assert story.summary(execution)["sourceRevisions"][0]["revisionId"] == target


@pytest.mark.parametrize("mode", ["QUEUED", "PARALLEL"])
def test_every_mode_rolls_back(story: Story, live: str, mode: str) -> None:
    """Recording: rollback_boundaries_native (modes); the guide says that PARALLEL does not."""
    first, _ = _two(story, live, mode)
    execution = story.roll_back("Deploy", first)
    story.ends(execution, "Succeeded")
    assert story.shown(execution)["executionMode"] == mode


def test_what_cannot_be_a_target_is_refused_in_these_words(story: Story, two: tuple[str, str]) -> None:
    """Recording: rollback_boundaries_native (rollback-target-rollback and what follows)."""
    first, _ = two
    rollback = story.roll_back("Deploy", first)
    story.ends(rollback, "Succeeded")
    asked = {"stageName": "Deploy", "targetPipelineExecutionId": rollback}
    assert story.refused("rollback_stage", **asked) == (
        "UnableToRollbackStageException",
        f"Target Pipeline Execution with id '{rollback}' has not completed in stage with name 'Deploy'",
    )
    again = {"stageName": "Deploy", "pipelineExecutionId": rollback, "retryMode": "ALL_ACTIONS"}
    code, message = story.refused("retry_stage_execution", **again)
    assert code == "StageNotRetryableException"
    assert message == (
        "The stage named Deploy in the shop pipeline can't be retried now. Either it contains no failed "
        f"actions, the execution '{rollback}' is already superseded, or the pipeline definition has changed "
        "since the action(s) failed."
    )
    story.update()
    asked["targetPipelineExecutionId"] = first
    assert story.refused("rollback_stage", **asked) == (
        "PipelineExecutionOutdatedException",
        "Pipeline 'shop' has been updated since the rollback request was made.",
    )


def test_what_does_not_exist_is_no_target(story: Story, two: tuple[str, str]) -> None:
    """Recording: rollback_boundaries_native (unknown-stage, unknown-execution, malformed-execution)."""
    first, _ = two
    missing = "4241401b-b4e8-4ad8-8a58-66060f5f90db"
    asked = {"stageName": "Missing", "targetPipelineExecutionId": first}
    assert story.refused("rollback_stage", **asked) == (
        "StageNotFoundException",
        "Pipeline 'shop' does not have a stage with name 'Missing'",
    )
    asked = {"stageName": "Deploy", "targetPipelineExecutionId": missing}
    assert story.refused("rollback_stage", **asked) == (
        "PipelineExecutionNotFoundException",
        f"Target Pipeline Execution with id '{missing}' does not exist in pipeline with name 'shop'",
    )
    hexadecimal = "-".join(f"[0-9a-f]{{{length}}}" for length in (8, 4, 4, 4, 12))
    asked = {"stageName": "Deploy", "targetPipelineExecutionId": "bad"}
    assert story.refused("rollback_stage", **asked) == (
        "ValidationException",
        (
            "1 validation error detected: Value at 'targetPipelineExecutionId' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {hexadecimal}"
        ),
    )


def test_a_busy_stage_is_not_rolled_back_and_a_stopped_one_is(story: Story, live: str) -> None:
    """Recording: rollback_boundaries_native (running-target ... stopped rollback retry)."""
    first = story.create(stage("Gate", deploy(live), approval(runOrder=2)))
    token = story.asked()
    asked = {"stageName": "Gate", "targetPipelineExecutionId": first}
    assert story.refused("rollback_stage", **asked) == (
        "UnableToRollbackStageException",
        f"Target Pipeline Execution with id '{first}' has not completed in stage with name 'Gate'",
    )
    story.put(token)
    story.ends(first, "Succeeded")
    second = story.start()
    story.enters(second, "Gate")
    assert story.refused("rollback_stage", **asked) == (
        "UnableToRollbackStageException",
        "Pipeline 'shop' cannot start rollback since stage Gate is in progress.",
    )
    story.stop(second, abandon=True)
    story.ends(second, "Stopped")
    rollback = story.roll_back("Gate", first)
    story.asked()
    story.stop(rollback, abandon=True)
    story.ends(rollback, "Stopped")
    story.retry(rollback, "ALL_ACTIONS")
    story.put(story.asked())
    story.ends(rollback, "Succeeded")
