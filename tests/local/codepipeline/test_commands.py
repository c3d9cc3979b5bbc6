"""Stop, retry, roll back, approve, override: what people order (docs/aws/codepipeline.md, 3.5 to 3.9)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Runs, action, approval, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

Shape = dict[str, Any]
UNKNOWN = "00000000-0000-0000-0000-000000000000"
DAY_S = 24 * 3600


def _refused(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(pipelineName="shop", **request)
    return str(refused.value.response["Error"]["Code"])


def _deploy(runs: Runs, to: str, name: str = "Deploy", **members: Any) -> Shape:
    return action(
        name,
        "Deploy",
        "S3",
        configuration={"BucketName": to, "Extract": "true", "ObjectKey": "live"},
        inputArtifacts=[{"name": "SourceOutput"}],
        **members,
    )


def _later_bucket(account: str) -> str:
    return f"later-{account}"


def _mend(runs: Runs, account: str) -> None:
    """Make the bucket whose absence failed the deploy."""
    runs.s3.create_bucket(
        Bucket=_later_bucket(account), CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )


# stop


def test_stop_and_wait_lets_the_running_action_end_and_starts_no_more(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval(), approval("Later", runOrder=2)))
    until(runs.token)
    runs.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=first, reason="bad build")
    assert runs.status(first) == "Stopping"
    assert runs.stage_status("Gate") == (first, "Stopping")
    runs.answer()
    runs.ends(first, "Stopped")
    assert runs.actions(first) == [("Source", "Succeeded"), ("Approve", "Succeeded")]
    assert runs.stage_status("Gate") == (first, "Stopped")
    assert runs.summary(first)["stopTrigger"] == {"reason": "bad build"}


def test_abandoning_ends_the_running_action_at_once(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    runs.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=first, abandon=True)
    runs.ends(first, "Stopped")
    assert runs.actions(first)[-1] == ("Approve", "Abandoned")
    assert runs.stage_status("Gate") == (first, "Stopped")


def test_a_stop_is_not_repeated_but_may_become_an_abandon(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    stop = runs.api.stop_pipeline_execution
    stop(pipelineName="shop", pipelineExecutionId=first)
    assert _refused(stop, pipelineExecutionId=first) == "DuplicatedStopRequestException"
    stop(pipelineName="shop", pipelineExecutionId=first, abandon=True)
    runs.ends(first, "Stopped")
    assert _refused(stop, pipelineExecutionId=first) == "PipelineExecutionNotStoppableException"


def test_a_stopped_waiter_does_not_enter(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    second = runs.start()
    runs.waits_at(second, "Gate")
    runs.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=second)
    runs.ends(second, "Stopped")
    runs.answer()
    runs.ends(first, "Succeeded")
    assert runs.stage_status("Gate") == (first, "Succeeded")


def test_a_stopped_stage_can_be_retried(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    runs.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=first, abandon=True)
    runs.ends(first, "Stopped")
    _retry(runs, first)
    runs.answer()
    runs.ends(first, "Succeeded")


# retry


def _retry(runs: Runs, execution: str, mode: str = "FAILED_ACTIONS", name: str = "Gate") -> None:
    said = runs.api.retry_stage_execution(
        pipelineName="shop", stageName=name, pipelineExecutionId=execution, retryMode=mode
    )
    assert said["pipelineExecutionId"] == execution


def test_failed_actions_are_retried_in_the_same_execution(runs: Runs, account: str) -> None:
    gate = stage("Gate", approval(), _deploy(runs, _later_bucket(account)))
    first = runs.create(gate, stage("End", approval("Last")))
    runs.answer()
    runs.ends(first, "Failed")
    _mend(runs, account)
    _retry(runs, first)
    runs.answer(stage_name="End", name="Last")
    runs.ends(first, "Succeeded")
    assert sorted(runs.actions(first)) == [
        ("Approve", "Succeeded"),
        ("Deploy", "Failed"),
        ("Deploy", "Succeeded"),
        ("Last", "Succeeded"),
        ("Source", "Succeeded"),
    ]
    assert runs.stage("Gate")["retryStageMetadata"] == {
        "manualStageRetryAttempt": 1,
        "latestRetryTrigger": "ManualStageRetry",
    }


def test_all_actions_are_retried_from_the_first(runs: Runs, account: str) -> None:
    first = runs.create(stage("Gate", approval(), _deploy(runs, _later_bucket(account), runOrder=2)))
    runs.answer()
    runs.ends(first, "Failed")
    _mend(runs, account)
    _retry(runs, first, "ALL_ACTIONS")
    runs.answer()
    runs.ends(first, "Succeeded")
    assert runs.actions(first).count(("Approve", "Succeeded")) == 2
    latest = runs.api.list_action_executions(
        pipelineName="shop",
        filter={"latestInPipelineExecution": {"pipelineExecutionId": first, "startTimeRange": "Latest"}},
    )
    assert len(latest["actionExecutionDetails"]) == 3


def test_a_failed_action_is_retried_while_its_sibling_still_runs(runs: Runs, account: str) -> None:
    first = runs.create(stage("Gate", approval(), _deploy(runs, _later_bucket(account))))
    until(lambda: ("Deploy", "Failed") in runs.actions(first))
    until(runs.token)
    _mend(runs, account)
    _retry(runs, first)
    until(lambda: ("Deploy", "Succeeded") in runs.actions(first))
    assert runs.stage_status("Gate") == (first, "InProgress")
    runs.answer()
    runs.ends(first, "Succeeded")


def test_what_did_not_fail_is_not_retried(runs: Runs) -> None:
    retry = runs.api.retry_stage_execution
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    asked = {"stageName": "Gate", "pipelineExecutionId": first, "retryMode": "FAILED_ACTIONS"}
    assert _refused(retry, **asked) == "StageNotRetryableException"
    runs.answer("Rejected")
    runs.ends(first, "Failed")
    unknown = {**asked, "pipelineExecutionId": UNKNOWN}
    assert _refused(retry, **unknown) == "NotLatestPipelineExecutionException"
    assert _refused(retry, **{**asked, "stageName": "Nowhere"}) == "StageNotFoundException"
    second = runs.start()
    runs.enters(second, "Gate")
    assert _refused(retry, **asked) == "NotLatestPipelineExecutionException"


def test_a_failure_of_an_older_structure_is_not_retried(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    runs.answer("Rejected")
    runs.ends(first, "Failed")
    runs.api.update_pipeline(pipeline=runs.api.get_pipeline(name="shop")["pipeline"])
    asked = {"stageName": "Gate", "pipelineExecutionId": first, "retryMode": "FAILED_ACTIONS"}
    assert _refused(runs.api.retry_stage_execution, **asked) == "StageNotRetryableException"


def test_a_stage_may_retry_itself_once(runs: Runs) -> None:
    failing = _deploy(runs, "nobody-has-this")
    gate = stage(
        "Gate", failing, onFailure={"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}
    )
    first = runs.create(gate)
    runs.ends(first, "Failed")
    assert runs.actions(first).count(("Deploy", "Failed")) == 2
    assert runs.stage("Gate")["retryStageMetadata"] == {
        "autoStageRetryAttempt": 1,
        "latestRetryTrigger": "AutomatedStageRetry",
    }


# rollback


def _live(runs: Runs) -> bytes:
    return bytes(runs.s3.get_object(Bucket=runs.bucket, Key="live/readme")["Body"].read())


def test_a_stage_is_rolled_back_to_what_an_earlier_run_brought(runs: Runs) -> None:
    first = runs.create(stage("Deploy", _deploy(runs, runs.bucket)))
    runs.ends(first, "Succeeded")
    runs.push(readme="worse")
    second = runs.start()
    runs.ends(second, "Succeeded")
    assert _live(runs) == b"worse"
    rollback = runs.api.rollback_stage(
        pipelineName="shop", stageName="Deploy", targetPipelineExecutionId=first
    )["pipelineExecutionId"]
    runs.ends(rollback, "Succeeded")
    assert _live(runs) == b"hello"
    summary = runs.summary(rollback)
    assert summary["executionType"] == "ROLLBACK"
    assert summary["trigger"]["triggerType"] == "ManualRollback"
    assert summary["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
    assert summary["sourceRevisions"] == runs.summary(first)["sourceRevisions"]
    assert runs.stage("Deploy")["latestExecution"]["type"] == "ROLLBACK"
    candidates = runs.api.list_pipeline_executions(
        pipelineName="shop", filter={"succeededInStage": {"stageName": "Deploy"}}
    )["pipelineExecutionSummaries"]
    assert [each["pipelineExecutionId"] for each in candidates] == [second, first]


def test_a_failed_stage_rolls_itself_back(runs: Runs) -> None:
    gate = stage("Gate", approval(), _deploy(runs, runs.bucket, runOrder=2), onFailure={"result": "ROLLBACK"})
    first = runs.create(gate)
    runs.answer()
    runs.ends(first, "Succeeded")
    second = runs.start()
    runs.enters(second, "Gate")
    runs.answer("Rejected")
    runs.ends(second, "Failed")
    third = until(lambda: next((each for each in runs.ids() if each not in (first, second)), None))
    assert runs.summary(third)["trigger"]["triggerType"] == "AutomatedRollback"
    runs.enters(third, "Gate")
    runs.answer()
    runs.ends(third, "Succeeded")


def test_what_cannot_be_rolled_back_to_is_refused(runs: Runs) -> None:
    first = runs.create(stage("Deploy", _deploy(runs, runs.bucket)), stage("Gate", approval()))
    runs.answer()
    runs.ends(first, "Succeeded")
    second = runs.start()
    runs.enters(second, "Gate")
    rollback = runs.api.rollback_stage
    cases = {
        ("Gate", second): "UnableToRollbackStageException",
        ("Gate", first): "UnableToRollbackStageException",
        ("Deploy", UNKNOWN): "PipelineExecutionNotFoundException",
        ("Nowhere", first): "StageNotFoundException",
    }
    for (name, target), code in cases.items():
        assert _refused(rollback, stageName=name, targetPipelineExecutionId=target) == code
    runs.api.update_pipeline(pipeline=runs.api.get_pipeline(name="shop")["pipeline"])
    outdated = _refused(rollback, stageName="Deploy", targetPipelineExecutionId=first)
    assert outdated == "PipelineExecutionOutdatedException"


# approval


def test_an_approval_is_answered_once_with_its_token(runs: Runs, client: Callable[..., Any]) -> None:
    first = runs.create(stage("Gate", approval()), stage("End", approval("Last")))
    token = until(runs.token)
    answer = {"stageName": "Gate", "actionName": "Approve", "token": token}
    answer["result"] = {"status": "Approved", "summary": "looks good"}
    put = runs.api.put_approval_result
    assert _refused(put, **{**answer, "token": UNKNOWN}) == "InvalidApprovalTokenException"
    assert _refused(put, **{**answer, "token": "no uuid"}) == "ValidationException"
    assert _refused(put, **{**answer, "actionName": "Nobody"}) == "ActionNotFoundException"
    assert put(pipelineName="shop", **answer)["approvedAt"]
    assert _refused(put, **answer) == "ApprovalAlreadyCompletedException"
    latest = runs.stage("Gate")["actionStates"][0]["latestExecution"]
    assert latest["summary"] == "looks good"
    assert latest["lastUpdatedBy"] == client("sts").get_caller_identity()["Arn"]
    assert "token" not in latest
    runs.enters(first, "End")


def test_a_rejection_fails_the_run(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    runs.answer("Rejected")
    runs.ends(first, "Failed")
    assert runs.stage_status("Gate") == (first, "Failed")


@pytest.mark.parametrize(("members", "days"), [({}, 7), ({"timeoutInMinutes": 24 * 60}, 1)])
def test_an_approval_expires(runs: Runs, server: Server, members: Shape, days: int) -> None:
    first = runs.create(stage("Gate", approval(**members)))
    until(runs.token)
    server.world.clock.advance(days * DAY_S - 3600)
    assert runs.status(first) == "InProgress"
    server.world.clock.advance(2 * 3600)
    runs.ends(first, "Failed")


def test_an_approval_tells_its_topic(runs: Runs, client: Callable[..., Any]) -> None:
    topic = client("sns").create_topic(Name="approvals")["TopicArn"]
    queue = client("sqs").create_queue(QueueName="approvals")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    settings = {"NotificationArn": topic, "CustomData": "Release #{variables.release}"}
    release = [{"name": "release", "defaultValue": "42"}]
    runs.create(stage("Gate", approval(configuration=settings)), variables=release)
    token = until(runs.token)
    body = client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    asked = json.loads(json.loads(body)["Message"])
    assert asked["approval"]["token"] == token
    assert asked["approval"]["pipelineName"] == "shop"
    assert asked["approval"]["customData"] == "Release 42"
    assert asked["region"] == "eu-west-1"


# update and delete


def test_an_update_cancels_what_waits_and_takes_approvals_back(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()), stage("End", approval("Last")))
    until(runs.token)
    second = runs.start()
    runs.waits_at(second, "Gate")
    runs.api.update_pipeline(pipeline=runs.api.get_pipeline(name="shop")["pipeline"])
    assert runs.status(second) == "Cancelled"
    assert runs.status(first) == "InProgress"
    third = runs.start()
    runs.waits_at(third, "Gate")
    assert runs.status(first) == "InProgress"
    runs.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=first, abandon=True)
    runs.enters(third, "Gate")
    runs.answer()
    runs.enters(third, "End")


def test_a_deleted_pipeline_that_is_made_again_knows_nothing_of_the_old_one(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    runs.api.delete_pipeline(name="shop")
    second = runs.create(stage("Gate", approval()))
    assert runs.ids() == [second]
    assert first != second
    runs.answer()
    runs.ends(second, "Succeeded")
