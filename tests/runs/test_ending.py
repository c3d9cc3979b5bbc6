"""What counts as a success of an execution that deployed a service: the rollout is watched to its end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipectl.runs.ending import Ending
from pipectl.runs.values import Execution
from pipectl.runs.wait import Watch, follow
from tests.runs.clouds import Scripted

MINE = Execution("11111111-0000")
BEGAN = datetime(2026, 1, 23, 10, tzinfo=UTC)
OWN = {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": "arn:aws:ecs:r:1:task-definition/web:2"}
OLD = {"id": "ecs-svc/3", "status": "PRIMARY", "taskDefinition": "arn:aws:ecs:r:1:task-definition/web:1"}
BACK = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/3."


def row(external_id: str) -> dict[str, Any]:
    kind = {"category": "Deploy", "owner": "AWS", "provider": "ECS", "version": "1"}
    return {
        "pipelineExecutionId": MINE.id,
        "actionExecutionId": "a1",
        "stageName": "Deploy",
        "actionName": "Deploy",
        "status": "Succeeded",
        "startTime": BEGAN,
        "lastUpdateTime": BEGAN + timedelta(minutes=2),
        "input": {"actionTypeId": kind, "configuration": {"ClusterName": "shop", "ServiceName": "web"}},
        "output": {"executionResult": {"externalExecutionId": external_id}},
    }


def followed(*primaries: dict[str, Any], external_id: str = "ecs-svc/2") -> tuple[Ending, int]:
    """An execution that AWS calls a success, with the service's primary deployment look by look"""
    seen = iter(primaries)
    cloud = Scripted(
        get_pipeline_execution={"pipelineExecution": {"status": "Succeeded"}},
        get_pipeline_state={"stageStates": []},
        list_pipeline_executions={"pipelineExecutionSummaries": []},
        list_action_executions={"actionExecutionDetails": [row(external_id)]},
        describe_services=lambda **_: {"services": [{"status": "ACTIVE", "deployments": [next(seen)]}]},
        describe_task_definition=lambda taskDefinition: {  # noqa: N803  as AWS spells it
            "taskDefinition": {
                "registeredAt": BEGAN + timedelta(seconds=3 if taskDefinition.endswith(":2") else -3600)
            }
        },
    )
    pauses: list[float] = []
    end = follow(cloud, "shop", MINE, Watch(lambda *_: None, pauses.append))
    return end, len(pauses)


def test_a_rollout_that_goes_on_after_the_success_is_watched_to_its_end() -> None:
    end, pauses = followed({**OWN, "rolloutState": "IN_PROGRESS"}, {**OWN, "rolloutState": "COMPLETED"})
    assert (end.good, pauses) == (True, 1)


def test_a_rollout_that_is_rolled_back_after_the_success_is_none() -> None:
    going, back = {**OWN, "rolloutState": "IN_PROGRESS"}, {**OLD, "rolloutState": "IN_PROGRESS"}
    end, pauses = followed(going, {**back, "rolloutStateReason": BACK})
    assert (end.good, pauses) == (False, 1)
    assert [(each.revision, each.made, each.reason) for each in end.replaced] == [("web:1", False, BACK)]


def test_a_rollout_that_failed_without_a_way_back_is_none() -> None:
    end, _ = followed({**OWN, "rolloutState": "FAILED", "rolloutStateReason": "tasks failed to start."})
    assert not end.good


@pytest.mark.parametrize(("primary", "good"), [(OWN, True), (OLD, False)])
def test_the_revision_tells_it_where_the_action_names_no_deployment(
    primary: dict[str, Any], good: bool
) -> None:
    end, _ = followed({**primary, "rolloutState": "COMPLETED"}, external_id="web")
    assert end.good is good
