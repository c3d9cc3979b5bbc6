"""An execution that waits for an approval, is stopped, abandoned, or overtaken by an update."""

from __future__ import annotations

from tests.local.refusals import refusal

from .conftest import Story, approval, stage, without

CANCELED = "The approval action has been canceled."


def test_the_state_of_a_run_has_the_recorded_members_and_no_others(story: Story) -> None:
    """Recording: lifecycle_native (stop_wait:pending)."""
    execution = story.create(stage("Gate", approval()))
    token = story.asked()
    version = story.s3.head_object(Bucket=story.bucket, Key="source.zip")["VersionId"]
    source, gate = story.api.get_pipeline_state(name="shop")["stageStates"]
    assert without(source, "actionStates") == {
        "stageName": "Source",
        "inboundExecutions": [],
        "inboundTransitionState": {"enabled": True},
        "latestExecution": {"pipelineExecutionId": execution, "status": "Succeeded"},
    }
    state = source["actionStates"][0]
    summary = f"Amazon S3 version id: {version}"
    assert state.pop("latestExecution").items() >= {"status": "Succeeded", "summary": summary}.items()
    assert state == {
        "actionName": "Source",
        "currentRevision": {"revisionId": version},
        "entityUrl": "https://console.aws.amazon.com/s3/home?region=eu-west-1#",
    }
    waiting = {"actionExecutionId": token, "status": "InProgress", "token": token}
    assert gate["actionStates"] == [{"actionName": "Approve", "latestExecution": waiting}]


def test_the_history_of_a_run_has_the_recorded_members_and_no_others(story: Story) -> None:
    """Recording: lifecycle_native (stop_wait:pending)."""
    execution = story.create(stage("Gate", approval()))
    story.asked()
    version = story.s3.head_object(Bucket=story.bucket, Key="source.zip")["VersionId"]
    gate, source = story.rows(execution)
    assert gate["output"] == {"outputArtifacts": [], "outputVariables": {}}
    assert "updatedBy" not in gate
    assert source["output"]["executionResult"] == {
        "externalExecutionId": version,
        "externalExecutionSummary": f"Amazon S3 version id: {version}",
    }
    key = source["output"]["outputArtifacts"][0]["s3location"]["key"]
    assert (key[:16], key[-4:], len(key)) == ("shop/SourceOutp/", ".zip", len("shop/SourceOutp/1234567.zip"))
    assert sorted(source["output"]["outputVariables"]) == ["BucketName", "ETag", "ObjectKey", "VersionId"]
    shown = story.shown(execution)
    revision = {"name": "SourceOutput", "revisionId": version}
    assert shown["artifactRevisions"] == [{**revision, "revisionSummary": f"Amazon S3 version id: {version}"}]
    assert shown["executionMode"] == "SUPERSEDED"
    assert "executionType" not in shown
    assert "executionType" not in story.summary(execution)


def test_an_unknown_execution_is_refused_in_these_words(story: Story) -> None:
    """Recording: lifecycle_native (stop_abandon:start:visibility:0)."""
    story.create(stage("Gate", approval()))
    missing = "e977c02a-d790-4db3-b9c1-8c241cd48dde"
    assert story.refused("get_pipeline_execution", pipelineExecutionId=missing) == (
        "PipelineExecutionNotFoundException",
        f"Pipeline Execution with id '{missing}' does not exist in pipeline with name 'shop'",
    )


def test_an_approval_is_still_answered_while_the_execution_stops(story: Story) -> None:
    """Recording: lifecycle_native (stop_wait)."""
    execution = story.create(stage("Gate", approval()))
    token = story.asked()
    story.stop(execution, reason="enough")
    assert story.stage_status("Gate") == (execution, "Stopping")
    code, message = story.refused("stop_pipeline_execution", pipelineExecutionId=execution)
    assert code == "DuplicatedStopRequestException"
    assert message.startswith(f"The execution with ID {execution} in shop is already in a stopping state. If")
    assert story.put(token, summary="after the stop")["approvedAt"]
    assert story.latest("Gate")["summary"] == "after the stop"
    story.ends(execution, "Stopped")
    assert story.summary(execution)["statusSummary"] == "enough"
    assert story.shown(execution)["statusSummary"] == "enough"
    assert story.summary(execution)["stopTrigger"] == {"reason": "enough"}


def test_an_abandoned_approval_is_over_and_says_so(story: Story) -> None:
    """Recording: lifecycle_native (stop_abandon)."""
    execution = story.create(stage("Gate", approval()))
    token = story.asked()
    story.stop(execution, abandon=True)
    story.ends(execution, "Stopped")
    assert story.state("Gate")["latestExecution"] == {
        "actionExecutionId": token,
        "status": "Abandoned",
        "summary": CANCELED,
    }
    row = story.row(execution, "Approve")
    assert (row["status"], row["output"]) == ("Abandoned", {"outputArtifacts": [], "outputVariables": {}})
    code, message = story.refused(
        "put_approval_result",
        stageName="Gate",
        actionName="Approve",
        token=token,
        result={"status": "Approved", "summary": ""},
    )
    assert code == "InvalidApprovalTokenException"
    assert message == (
        "The pipeline shop has been updated, and the approval request you responded to is now out of date."
    )
    code, message = story.refused("stop_pipeline_execution", pipelineExecutionId=execution, abandon=True)
    assert code == "PipelineExecutionNotStoppableException"
    assert message == (
        f"The pipeline execution with ID '{execution}' in 'shop' can't be stopped now. Either it does not "
        "exist in the pipeline, or the pipeline execution has no action executions in progress."
    )


def test_an_update_takes_a_waiting_approval_back_and_leaves_the_execution_in_progress(story: Story) -> None:
    """Recording: lifecycle_update_start_visibility_failure_native (updated_old_execution_terminal)."""
    execution = story.create(stage("Gate", approval()))
    token = story.asked()
    story.update()
    taken_back = {"actionExecutionId": token, "status": "Failed", "summary": CANCELED}
    assert story.state("Gate")["latestExecution"] == taken_back
    assert story.stage_status("Gate") == (execution, "InProgress")
    assert story.status(execution) == "InProgress"
    assert story.row(execution, "Approve")["status"] == "InProgress"
    answer = {"stageName": "Gate", "actionName": "Approve", "token": token}
    result = {"status": "Approved", "summary": ""}
    assert story.refused("put_approval_result", **answer, result=result)[0] == "InvalidApprovalTokenException"
    story.stop(execution, abandon=True)
    story.ends(execution, "Stopped")


def test_appconfig_needs_its_deployment_strategy_although_the_guide_calls_it_optional(story: Story) -> None:
    """Recording: lifecycle_native (appconfig_omitted_deployment_strategy)."""
    names = ("Application", "Environment", "ConfigurationProfile", "InputArtifactConfigurationPath")
    config = {
        "name": "AppConfig",
        "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "AppConfig", "version": "1"},
        "configuration": dict.fromkeys(names, "nothing"),
        "inputArtifacts": [{"name": "SourceOutput"}],
    }
    wanted = story.declare(stage("Source", story.source()), stage("Deploy", config))
    refused = refusal(story.api.create_pipeline, pipeline=wanted)
    assert refused == (
        "InvalidActionDeclarationException",
        "Action configuration for action 'AppConfig' is missing required configuration 'DeploymentStrategy'",
    )
