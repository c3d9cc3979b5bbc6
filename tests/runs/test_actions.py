"""The actions of an execution in the order in which they started."""

from datetime import UTC, datetime

from pipectl.runs.actions import of_execution
from tests.runs.clouds import Scripted

NOW = datetime(2026, 1, 22, 9, 30, tzinfo=UTC)


def test_actions_that_started_at_one_moment_keep_their_order() -> None:
    rows = [
        {
            "pipelineExecutionId": "E1",
            "actionExecutionId": f"{stage}-1",
            "stageName": stage,
            "actionName": stage,
            "status": "Succeeded",
            "startTime": NOW,
        }
        for stage in ("Gate", "Source")  # ListActionExecutions answers the newest first
    ]
    cloud = Scripted(list_action_executions={"actionExecutionDetails": rows})
    assert [run.stage for run in of_execution(cloud, "shop", "E1")] == ["Source", "Gate"]
