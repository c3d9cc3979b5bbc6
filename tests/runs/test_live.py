"""What is live in a stage is what went through it last, whatever failed since."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipectl.runs.live import LOOKED_AT, live
from pipectl.runs.values import ActionState, StageState
from tests.runs.clouds import Scripted

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)

Shape = dict[str, Any]


def row(execution: str, action: str, status: str = "Succeeded", stage: str = "Deploy", age: int = 0) -> Shape:
    return {
        "pipelineExecutionId": execution,
        "actionExecutionId": f"{execution}{action}{age}",
        "stageName": stage,
        "actionName": action,
        "status": status,
        "startTime": NOW - timedelta(minutes=age),
        "input": {"actionTypeId": {"category": "Deploy", "provider": "S3"}},
    }


def stage(status: str | None, execution: str | None = "E9", *actions: str) -> StageState:
    return StageState("Deploy", status, execution, actions=tuple(map(ActionState, actions or ("Web",))))


def told(state: StageState, *rows: Shape, before: Any = ()) -> dict[str, str]:
    cloud = Scripted(
        list_action_executions={"actionExecutionDetails": list(rows)},
        list_pipeline_executions={"pipelineExecutionSummaries": list(before)},
    )
    return live(cloud, "shop", [state])


def test_the_last_execution_is_live_when_it_succeeded_and_nothing_is_asked() -> None:
    cloud = Scripted()
    assert live(cloud, "shop", [stage("Succeeded")]) == {"Deploy": "E9"}
    assert cloud.asked == []


def test_a_stage_that_nobody_entered_has_nothing_live() -> None:
    assert told(stage(None, None)) == {}


def test_a_rollback_before_a_failure_is_live_and_not_what_it_took_back() -> None:
    rows = [row("E9", "Web", "Failed"), row("BACK", "Web"), row("E8", "Web"), row("E7", "Web")]
    assert told(stage("Failed"), *rows) == {"Deploy": "BACK"}


def test_an_execution_that_did_half_of_the_stage_is_not_live() -> None:
    rows = [row("E9", "Web"), row("E9", "Worker", "Failed"), row("E8", "Web"), row("E8", "Worker")]
    assert told(stage("Failed", "E9", "Web", "Worker"), *rows) == {"Deploy": "E8"}


def test_a_retried_action_counts_by_its_last_attempt() -> None:
    before = [row("E8", "Web", "Failed", age=5), row("E8", "Worker", age=6)]
    rows = [row("E9", "Web", "InProgress"), row("E8", "Web"), *before]
    assert told(stage("InProgress", "E9", "Web", "Worker"), *rows) == {"Deploy": "E8"}


def test_what_lies_further_back_is_asked_by_the_filter_of_aws() -> None:
    def failed(nextToken: str = "0", **_: Any) -> Shape:  # noqa: N803  the name is AWS'
        start = int(nextToken)
        rows = [row(f"E{number}", "Web", "Failed") for number in range(start, start + 100)]
        return {"actionExecutionDetails": rows, "nextToken": str(start + 100)}

    found = {"pipelineExecutionSummaries": [{"pipelineExecutionId": "OLD"}]}
    cloud = Scripted(list_action_executions=failed, list_pipeline_executions=found)
    assert live(cloud, "shop", [stage("Failed")]) == {"Deploy": "OLD"}
    assert cloud.count("list_action_executions") == LOOKED_AT / 100
    assert cloud.asked[-1][1]["filter"] == {"succeededInStage": {"stageName": "Deploy"}}
