"""History costs as little as what it shows, however much has run."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from pipectl.errors import PipectlError
from pipectl.runs.history import Wanted, history
from tests.runs.clouds import Scripted

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)
MANY = 5000

Shape = dict[str, Any]


def executions(maxResults: int = 100, nextToken: str = "0", **_: Any) -> Shape:  # noqa: N803  AWS' names
    """5,000 executions, of which every tenth failed"""
    start = int(nextToken)
    numbers = range(start, min(start + maxResults, MANY))
    more = {"nextToken": str(start + maxResults)} if start + maxResults < MANY else {}
    return {"pipelineExecutionSummaries": [summary(number) for number in numbers], **more}


def summary(number: int) -> Shape:
    started = NOW - timedelta(hours=number)
    return {
        "pipelineExecutionId": f"{number:08d}-1111-4222-8333-444455556666",
        "status": "Failed" if number % 10 == 9 else "Succeeded",
        "startTime": started,
        "lastUpdateTime": started + timedelta(minutes=4),
        "sourceRevisions": [{"actionName": "Source", "revisionId": f"{number:040d}"}],
    }


def actions(maxResults: int = 100, nextToken: str = "0", **_: Any) -> Shape:  # noqa: N803  AWS' names
    start = int(nextToken)
    rows = [
        row(number, stage)
        for number in range(start, start + maxResults // 2)
        for stage in ("Deploy", "Source")
    ]
    return {"actionExecutionDetails": rows, "nextToken": str(start + maxResults // 2)}


def row(number: int, stage: str) -> Shape:
    told = summary(number)
    return {
        "pipelineExecutionId": told["pipelineExecutionId"],
        "actionExecutionId": f"{stage}{number}",
        "stageName": stage,
        "actionName": stage,
        "status": told["status"],
        "startTime": told["startTime"],
        "lastUpdateTime": told["lastUpdateTime"],
        "input": {"actionTypeId": {"category": stage, "provider": "S3"}},
    }


def stage(name: str, status: str = "Succeeded", number: int = 0) -> Shape:
    return {
        "stageName": name,
        "latestExecution": {"pipelineExecutionId": summary(number)["pipelineExecutionId"], "status": status},
        "actionStates": [{"actionName": name}],
    }


def cloud(**other: Any) -> Scripted:
    declared = [
        {"name": name, "actions": [{"name": name, "actionTypeId": {"category": name, "provider": "S3"}}]}
        for name in ("Source", "Deploy")
    ]
    usual = {
        "list_pipeline_executions": executions,
        "list_action_executions": actions,
        "get_pipeline_state": {"stageStates": [stage("Source"), stage("Deploy")]},
        "get_pipeline": {"pipeline": {"name": "shop", "stages": declared}},
    }
    return Scripted(**{**usual, **other})


def test_the_newest_of_5000_executions_take_three_calls() -> None:
    asked = cloud()
    found = list(history(asked, "shop", Wanted(20)))
    assert len(found) == 20
    assert sorted(operation for operation, _ in asked.asked) == [
        "get_pipeline",
        "get_pipeline_state",
        "list_pipeline_executions",
    ]


def test_a_page_more_is_asked_for_when_it_is_read() -> None:
    asked = cloud()
    entries = history(asked, "shop", Wanted(MANY))
    list(islice(entries, 100))
    assert asked.count("list_pipeline_executions") == 1
    assert sum(1 for _ in entries) == MANY - 100
    assert asked.count("list_pipeline_executions") == MANY / 100


def test_failed_ones_are_picked_from_as_few_pages_as_they_stand_on() -> None:
    asked = cloud()
    found = list(history(asked, "shop", Wanted(10, only_failed=True)))
    assert {each.execution.status for each in found} == {"Failed"}
    assert (len(found), asked.count("list_pipeline_executions")) == (10, 1)


def test_who_waits_for_few_hears_how_far_back_it_was_looked_and_sees_each_as_it_is_found() -> None:
    def one_in_2000(**params: Any) -> Shape:
        page = executions(**params)
        for each in page["pipelineExecutionSummaries"]:
            number = int(each["pipelineExecutionId"][:8])
            each["status"] = "Failed" if number % 2000 == 1999 else "Succeeded"
        return page

    asked = cloud(list_pipeline_executions=one_in_2000)
    said: list[datetime] = []
    entries = history(asked, "shop", Wanted(20, only_failed=True), said.append)
    assert next(entries).execution.id[:8] == "00001999"
    assert asked.count("list_pipeline_executions") == 20
    assert len(list(entries)) == 1
    assert said == [NOW - timedelta(hours=hours) for hours in (999, 1999, 2999, 3999, 4999)]
    list(history(cloud(), "shop", Wanted(MANY), said.append))
    assert len(said) == 5


def test_a_moment_ends_the_list() -> None:
    asked = cloud()
    found = list(history(asked, "shop", Wanted(MANY, since=NOW - timedelta(hours=12))))
    assert (len(found), asked.count("list_pipeline_executions")) == (13, 1)


def test_a_stage_tells_its_own_moments_and_results() -> None:
    asked = cloud()
    found = list(history(asked, "shop", Wanted(5, stage="Deploy")))
    assert [each.execution.id[:8] for each in found] == [f"{number:08d}" for number in range(5)]
    assert {each.in_stage.stage for each in found if each.in_stage} == {"Deploy"}
    assert (asked.count("list_action_executions"), asked.count("list_pipeline_executions")) == (1, 1)


def test_an_unknown_stage_is_refused_with_those_there_are() -> None:
    with pytest.raises(PipectlError, match="no stage `Deplyo`"):
        list(history(cloud(), "shop", Wanted(5, stage="Deplyo")))


def test_what_is_live_is_marked_where_it_is() -> None:
    states = {"stageStates": [stage("Source", number=0), stage("Deploy", number=1)]}
    newest, before, *_ = history(cloud(get_pipeline_state=states), "shop", Wanted(5))
    assert (newest.live_in, newest.shown_in) == (("Source",), ())
    assert (before.live_in, before.shown_in) == (("Deploy",), ("Deploy",))


def test_after_a_failure_the_one_before_is_live() -> None:
    states = {"stageStates": [stage("Source"), stage("Deploy", "Failed", number=9)]}
    rows = {"actionExecutionDetails": [row(9, "Deploy"), row(12, "Deploy"), row(13, "Deploy")]}
    found = history(cloud(get_pipeline_state=states, list_action_executions=rows), "shop", Wanted(20))
    assert [each.execution.id[:8] for each in found if "Deploy" in each.live_in] == ["00000012"]


def test_variables_are_asked_for_only_where_there_are_some() -> None:
    one = {"pipelineExecution": {"variables": [{"name": "RELEASE", "resolvedValue": "42"}]}}
    declared = {"pipeline": {"name": "shop", "stages": [], "variables": [{"name": "RELEASE"}]}}
    asked = cloud(get_pipeline=declared, get_pipeline_execution=one)
    found = list(history(asked, "shop", Wanted(3)))
    assert [each.variables for each in found] == [{"RELEASE": "42"}] * 3
    assert asked.count("get_pipeline_execution") == 3
