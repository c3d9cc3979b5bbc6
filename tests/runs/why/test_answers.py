"""Answers for states that the local AWS cannot be brought into: other hosts and long pasts"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipectl.aws.cloud import Cloud
from pipectl.runs.why import answers
from pipectl.runs.why.answers import Verdict, Why
from pipectl.runs.why.why import why
from tests.runs.clouds import Scripted

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
OLDER, NEWER = "a" * 40, "b" * 40
ARN = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1"
CONNECTION = {"ConnectionArn": ARN, "FullRepositoryId": "shop/shop", "BranchName": "main"}
MISSING = "ResourceNotFoundException"

Shape = dict[str, Any]


def summary(identity: str, status: str, revision: str | None, **more: Any) -> Shape:
    sources = [{"actionName": "Source", "revisionId": revision}] if revision else []
    times = {"startTime": NOW - timedelta(hours=1), "lastUpdateTime": NOW}
    return {"pipelineExecutionId": identity, "status": status, "sourceRevisions": sources, **times, **more}


def row(identity: str, stage: str, status: str = "Succeeded", **more: Any) -> Shape:
    return {
        "pipelineExecutionId": identity,
        "actionExecutionId": f"{identity}{stage}",
        "stageName": stage,
        "actionName": stage,
        "status": status,
        "startTime": NOW - timedelta(minutes=5),
        "lastUpdateTime": NOW,
        "input": {"actionTypeId": {"category": "Deploy", "provider": "S3"}},
        **more,
    }


def pipeline(
    *executions: Shape,
    live: str | None = None,
    provider: str = "CodeStarSourceConnection",
    configuration: Shape | None = None,
    **other: Any,
) -> Scripted:
    source = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "provider": provider},
        "configuration": configuration or {},
    }
    deploy = {"name": "Deploy", "actionTypeId": {"category": "Deploy", "provider": "S3"}}
    stages = [{"name": "Source", "actions": [source]}, {"name": "Deploy", "actions": [deploy]}]
    latest = {"latestExecution": {"pipelineExecutionId": live, "status": "Succeeded"}} if live else {}
    states = [
        {"stageName": "Source"},
        {"stageName": "Deploy", "actionStates": [{"actionName": "Deploy"}], **latest},
    ]
    usual = {
        "get_pipeline": {"pipeline": {"name": "shop", "stages": stages, **other.pop("pipeline", {})}},
        "get_pipeline_state": {"stageStates": states},
        "list_pipeline_executions": {"pipelineExecutionSummaries": list(executions)},
        "list_action_executions": {"actionExecutionDetails": []},
    }
    return Scripted(**{**usual, **other})


def asked(cloud: Scripted, commit: str | None = OLDER) -> Why:
    def clouds(_region: str) -> Cloud:
        return cloud

    return why(cloud, clouds, "shop", commit)


def trail(identity: str, arn: str) -> Shape:
    told = {"requestParameters": {"pipelineExecutionId": identity}, "userIdentity": {"arn": arn}}
    return {"CloudTrailEvent": json.dumps(told)}


def test_who_stopped_it_is_told_where_cloudtrail_tells_it() -> None:
    events = {"Events": [trail("E9", "arn:x/eve"), trail("E1", "arn:aws:sts::1:assumed-role/Ops/ann")]}
    answer = asked(pipeline(summary("E1", "Stopped", OLDER), lookup_events=events)).answer
    assert isinstance(answer, answers.Stopped)
    assert answer.by == "arn:aws:sts::1:assumed-role/Ops/ann"


@pytest.mark.parametrize("refused", ["AccessDeniedException", "UnknownOperationException"])
def test_without_cloudtrail_the_rest_is_told(refused: str) -> None:
    answer = asked(pipeline(summary("E1", "Stopped", OLDER), lookup_events=refused)).answer
    assert isinstance(answer, answers.Stopped)
    assert answer.by is None


def test_on_another_host_it_is_not_known_whether_the_newer_commit_contains_it() -> None:
    cloud = pipeline(summary("E2", "Succeeded", NEWER), summary("E1", "Succeeded", OLDER), live="E2")
    told = asked(cloud)
    assert (told.verdict, told.answer) == (
        Verdict.UNKNOWN,
        answers.Replaced(told.live[0].execution, None),
    )


@pytest.mark.parametrize("provider", ["S3", "ECR"])
def test_a_newer_object_or_image_replaces_the_older_one(provider: str) -> None:
    cloud = pipeline(
        summary("E2", "Succeeded", NEWER), summary("E1", "Succeeded", OLDER), live="E2", provider=provider
    )
    told = asked(cloud)
    assert told.verdict is Verdict.NOT_LIVE
    assert isinstance(told.answer, answers.Replaced)
    assert told.answer.contains is False


@pytest.mark.parametrize(
    ("configuration", "connection", "reason"),
    [
        ({}, {"Connection": {"ConnectionStatus": "PENDING"}}, "connection_pending"),
        ({}, MISSING, "connection_gone"),
        ({"DetectChanges": "false"}, {"Connection": {"ConnectionStatus": "AVAILABLE"}}, "detection_off"),
        ({"DetectChanges": "false"}, "AccessDeniedException", "detection_off"),
        ({}, {"Connection": {"ConnectionStatus": "AVAILABLE"}}, "unknown"),
    ],
)
def test_a_commit_that_no_connection_brought_is_told_why(
    configuration: Shape, connection: Any, reason: str
) -> None:
    told = asked(pipeline(configuration={**CONNECTION, **configuration}, get_connection=connection))
    assert isinstance(told.answer, answers.NeverSeen)
    assert (told.verdict, told.answer.reason) == (Verdict.NOT_LIVE, reason)


def test_triggers_may_filter_a_commit_away() -> None:
    available = {"Connection": {"ConnectionStatus": "AVAILABLE"}}
    told = asked(
        pipeline(
            configuration=CONNECTION, get_connection=available, pipeline={"triggers": [{"providerType": "x"}]}
        )
    )
    assert isinstance(told.answer, answers.NeverSeen)
    assert told.answer.reason == "filtered"


def test_a_rollback_by_itself_is_told_with_the_execution_that_failed() -> None:
    back = summary(
        "E3",
        "Succeeded",
        OLDER,
        executionType="ROLLBACK",
        rollbackMetadata={"rollbackTargetPipelineExecutionId": "E1"},
        trigger={"triggerType": "AutomatedRollback", "triggerDetail": "E2"},
    )
    cloud = pipeline(back, summary("E2", "Succeeded", NEWER), summary("E1", "Succeeded", OLDER), live="E3")
    told = asked(cloud, NEWER)
    assert isinstance(told.answer, answers.RolledBack)
    assert told.answer.rollback.trigger_detail == "E2"
    assert told.answer.to == answers.Commit(OLDER)
    assert asked(cloud, OLDER).verdict is Verdict.LIVE


def test_of_several_executions_of_a_commit_the_newest_counts() -> None:
    cloud = pipeline(
        summary("E2", "Stopped", OLDER), summary("E1", "Cancelled", OLDER), lookup_events=MISSING
    )
    told = asked(cloud)
    assert isinstance(told.answer, answers.Stopped)
    assert told.execution is not None
    assert told.execution.id == "E2"


def test_in_parallel_mode_an_approval_is_found_by_its_action() -> None:
    kind = {"category": "Approval", "provider": "Manual"}
    approval = row("E1", "Gate", "InProgress", input={"actionTypeId": kind})
    cloud = pipeline(
        summary("E1", "InProgress", OLDER, executionMode="PARALLEL"),
        list_action_executions={"actionExecutionDetails": [approval]},
    )
    answer = asked(cloud).answer
    assert isinstance(answer, answers.Approval)
    assert (answer.stage, answer.action) == ("Gate", "Gate")
    assert answer.link == (
        "https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/shop/view?region=eu-west-1"
    )


def test_a_commit_is_looked_for_among_hundreds_of_executions_and_no_more() -> None:
    def page(nextToken: str = "0", **_: Any) -> Shape:  # noqa: N803  the name is AWS'
        start = int(nextToken)
        found = [summary(f"E{number}", "Succeeded", NEWER) for number in range(start, start + 100)]
        return {"pipelineExecutionSummaries": found, "nextToken": str(start + 100)}

    cloud = pipeline(list_pipeline_executions=page, configuration=CONNECTION, get_connection=MISSING)
    asked(cloud)
    assert cloud.count("list_pipeline_executions") == 3


def test_an_answer_of_a_live_commit_takes_three_calls() -> None:
    cloud = pipeline(summary("E1", "Succeeded", OLDER), live="E1")
    cloud.answers["get_pipeline_state"] = {
        "stageStates": [
            {"stageName": name, "latestExecution": {"pipelineExecutionId": "E1", "status": "Succeeded"}}
            for name in ("Source", "Deploy")
        ]
    }
    assert asked(cloud).verdict is Verdict.LIVE
    assert len(cloud.asked) == 3
