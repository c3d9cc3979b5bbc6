"""An execution runs stage by stage, and everything that tells about it tells the same."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Runs, action, approval, source, stage, until


def _deploy(runs: Runs, name: str = "Deploy", run_order: int = 1, key: str = "live") -> dict[str, Any]:
    return action(
        name,
        "Deploy",
        "S3",
        configuration={"BucketName": runs.bucket, "Extract": "true", "ObjectKey": key},
        inputArtifacts=[{"name": "SourceOutput"}],
        runOrder=run_order,
    )


def _broken(name: str = "Broken", run_order: int = 1) -> dict[str, Any]:
    return action(
        name,
        "Deploy",
        "S3",
        configuration={"BucketName": "nobody-has-this", "Extract": "true"},
        inputArtifacts=[{"name": "SourceOutput"}],
        runOrder=run_order,
    )


def test_a_created_pipeline_runs_through(runs: Runs, client: Any) -> None:
    execution = runs.create(stage("Deploy", _deploy(runs)))
    runs.ends(execution, "Succeeded")
    assert runs.actions(execution) == [("Source", "Succeeded"), ("Deploy", "Succeeded")]
    live = client("s3").get_object(Bucket=runs.bucket, Key="live/readme")["Body"].read()
    assert live == b"hello"
    summary = runs.summary(execution)
    assert summary["trigger"] == {
        "triggerType": "CreatePipeline",
        "triggerDetail": client("sts").get_caller_identity()["Arn"],
    }
    assert summary["executionMode"] == "SUPERSEDED"
    assert "executionType" not in summary
    assert runs.stage_status("Deploy") == (execution, "Succeeded")


def test_the_revision_is_told_everywhere(runs: Runs) -> None:
    execution = runs.create(stage("Deploy", _deploy(runs)))
    runs.ends(execution, "Succeeded")
    version = runs.s3.head_object(Bucket=runs.bucket, Key="source.zip")["VersionId"]
    shown = runs.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
    revisions = shown["pipelineExecution"]["artifactRevisions"]
    assert [(each["name"], each["revisionId"]) for each in revisions] == [("SourceOutput", version)]
    sources = runs.summary(execution)["sourceRevisions"]
    assert [(each["actionName"], each["revisionId"]) for each in sources] == [("Source", version)]
    state = runs.stage("Source")["actionStates"][0]
    assert state["currentRevision"]["revisionId"] == version
    assert state["latestExecution"]["externalExecutionId"] == version


def test_artifacts_lie_in_the_bucket_under_the_service_s_keys(runs: Runs, client: Any, bucket: str) -> None:
    execution = runs.create(stage("Deploy", _deploy(runs)))
    runs.ends(execution, "Succeeded")
    deploy, fetch = runs.rows(execution)
    written = fetch["output"]["outputArtifacts"]
    assert deploy["input"]["inputArtifacts"] == written
    location = written[0]["s3location"]
    assert location["bucket"] == bucket
    pipeline, artifact, end = location["key"].split("/")
    assert (pipeline, artifact, len(end)) == ("shop", "SourceOutp", len("1234567.zip"))
    assert client("s3").head_object(Bucket=bucket, Key=location["key"])["ContentLength"] > 0


def test_a_source_without_its_branch_fails(runs: Runs) -> None:
    execution = runs.create(stage("Gate", approval()), first=stage("Source", source()))
    runs.ends(execution, "Failed")
    assert runs.stage_status("Source") == (execution, "Failed")
    assert runs.stage_status("Gate") is None
    failed = runs.stage("Source")["actionStates"][0]["latestExecution"]
    assert failed["errorDetails"]["message"]


def test_equal_run_orders_run_side_by_side_and_higher_ones_after_them(runs: Runs) -> None:
    gate = stage(
        "Gate",
        approval("One", runOrder=1),
        approval("Two", runOrder=1),
        approval("Three", runOrder=5),
    )
    execution = runs.create(gate)
    until(lambda: runs.token(name="One") and runs.token(name="Two"))
    assert not runs.token(name="Three")
    runs.answer(name="Two")
    assert not runs.token(name="Three")
    runs.answer(name="One")
    runs.answer(name="Three")
    runs.ends(execution, "Succeeded")


def test_a_failed_action_lets_its_siblings_finish_and_starts_nothing_more(runs: Runs) -> None:
    gate = stage("Gate", _broken(), approval(), approval("Later", runOrder=2))
    execution = runs.create(gate)
    until(lambda: ("Broken", "Failed") in runs.actions(execution))
    assert runs.stage_status("Gate") == (execution, "InProgress")
    runs.answer()
    runs.ends(execution, "Failed")
    assert runs.stage_status("Gate") == (execution, "Failed")
    assert sorted(runs.actions(execution)) == [
        ("Approve", "Succeeded"),
        ("Broken", "Failed"),
        ("Source", "Succeeded"),
    ]


def test_providers_that_do_not_run_here_fail_and_say_so(runs: Runs) -> None:
    gate = stage(
        "Deploy",
        action(
            "Beans",
            "Deploy",
            "ElasticBeanstalk",
            configuration={"ApplicationName": "a", "EnvironmentName": "b"},
            inputArtifacts=[{"name": "SourceOutput"}],
        ),
    )
    execution = runs.create(gate)
    runs.ends(execution, "Failed")
    assert runs.problem(execution)[1].startswith(
        "The local AWS does not run actions of Deploy/ElasticBeanstalk"
    )


def test_executions_are_listed_newest_first_page_by_page(runs: Runs) -> None:
    first = runs.create(stage("Deploy", _deploy(runs)))
    runs.ends(first, "Succeeded")
    second = runs.start()
    runs.ends(second, "Succeeded")
    one = runs.api.list_pipeline_executions(pipelineName="shop", maxResults=1)
    two = runs.api.list_pipeline_executions(pipelineName="shop", maxResults=1, nextToken=one["nextToken"])
    both = one["pipelineExecutionSummaries"] + two["pipelineExecutionSummaries"]
    assert [each["pipelineExecutionId"] for each in both] == [second, first]
    assert "nextToken" not in two


def test_the_same_request_token_starts_one_execution(runs: Runs) -> None:
    runs.ends(runs.create(stage("Deploy", _deploy(runs))), "Succeeded")
    first = runs.start(clientRequestToken="once")
    assert runs.start(clientRequestToken="once") == first
    assert len(runs.ids()) == 2


def test_a_start_may_name_the_revision(runs: Runs) -> None:
    runs.ends(runs.create(stage("Deploy", _deploy(runs))), "Succeeded")
    old = runs.push(readme="old")
    runs.push(readme="new")
    override = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": old}
    execution = runs.start(sourceRevisions=[override])
    runs.ends(execution, "Succeeded")
    assert runs.summary(execution)["sourceRevisions"][0]["revisionId"] == old
    assert runs.s3.get_object(Bucket=runs.bucket, Key="live/readme")["Body"].read() == b"old"


def test_unknown_executions_are_refused(runs: Runs) -> None:
    runs.create(stage("Deploy", _deploy(runs)))
    unknown = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(runs.api.exceptions.PipelineExecutionNotFoundException):
        runs.status(unknown)
    with pytest.raises(runs.api.exceptions.PipelineExecutionNotFoundException):
        runs.rows(unknown)


def test_deploy_targets_are_told(runs: Runs) -> None:
    execution = runs.create(stage("Deploy", _deploy(runs)))
    runs.ends(execution, "Succeeded")
    deployed = runs.rows(execution)[0]["actionExecutionId"]
    targets = runs.api.list_deploy_action_execution_targets(actionExecutionId=deployed)["targets"]
    assert [(each["targetId"], each["status"]) for each in targets] == [(runs.bucket, "Succeeded")]
    with pytest.raises(runs.api.exceptions.ActionExecutionNotFoundException):
        runs.api.list_deploy_action_execution_targets(
            actionExecutionId="00000000-0000-0000-0000-000000000000"
        )


def test_fifty_pipelines_run_side_by_side(runs: Runs, declare: Any) -> None:
    runs.push()
    names = [f"shop-{number}" for number in range(50)]
    for name in names:
        stages = (stage("Source", runs.source()), stage("Deploy", _deploy(runs, key=name)))
        runs.api.create_pipeline(pipeline=declare(*stages, name=name))

    def statuses() -> set[str]:
        found = (runs.api.list_pipeline_executions(pipelineName=name) for name in names)
        return {each["pipelineExecutionSummaries"][0]["status"] for each in found}

    until(lambda: statuses() == {"Succeeded"})
    listed = runs.s3.list_objects_v2(Bucket=runs.bucket)["Contents"]
    assert {f"{name}/readme" for name in names} <= {each["Key"] for each in listed}
