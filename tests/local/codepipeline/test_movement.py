"""Locks, gates, overtaking, queues: how executions move (docs/aws/codepipeline.md, 3.1 to 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from .conftest import Runs, approval, stage, until

if TYPE_CHECKING:
    from pipectl.local.server import Server

DAY_S = 24 * 3600


def test_a_closed_gate_holds_the_next_run_and_lets_it_go_on_when_opened(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()), stage("End", approval("Last")))
    until(runs.token)
    runs.gate("End", enabled=False)
    runs.answer()
    runs.waits_at(first, "End")
    assert runs.status(first) == "InProgress"
    assert runs.stage("End")["inboundExecution"]["pipelineExecutionId"] == first
    runs.gate("End", enabled=True)
    runs.answer(stage_name="End", name="Last")
    runs.ends(first, "Succeeded")


def test_a_run_in_the_stage_is_not_touched_by_closing_it(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    runs.gate("Gate", enabled=False)
    runs.answer()
    runs.ends(first, "Succeeded")


def test_the_outbound_side_holds_what_wants_to_leave(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()), stage("End", approval("Last")))
    until(runs.token)
    runs.gate("Gate", enabled=False, side="Outbound")
    runs.answer()
    runs.waits_at(first, "End")
    runs.gate("Gate", enabled=True, side="Outbound")
    runs.answer(stage_name="End", name="Last")
    runs.ends(first, "Succeeded")


def test_the_first_stage_can_be_closed_too(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    runs.gate("Source", enabled=False)
    second = runs.start()
    runs.waits_at(second, "Source")
    runs.gate("Source", enabled=True)
    runs.waits_at(second, "Gate")
    runs.answer()
    runs.ends(first, "Succeeded")


def test_a_newer_run_overtakes_the_one_that_waits_and_not_the_one_inside(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    second = runs.start()
    runs.waits_at(second, "Gate")
    third = runs.start()
    runs.ends(second, "Superseded")
    runs.waits_at(third, "Gate")
    runs.answer()
    runs.ends(first, "Succeeded")
    runs.enters(third, "Gate")
    runs.answer()
    runs.ends(third, "Succeeded")


def test_a_failure_unlocks_the_stage(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    second = runs.start()
    runs.waits_at(second, "Gate")
    runs.answer("Rejected")
    runs.ends(first, "Failed")
    runs.enters(second, "Gate")


def test_queued_runs_wait_in_line(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()), executionMode="QUEUED")
    until(runs.token)
    second, third = runs.start(), runs.start()
    until(lambda: runs.inbound("Gate") == [second, third])
    for execution in (first, second, third):
        runs.enters(execution, "Gate")
        runs.answer()
        runs.ends(execution, "Succeeded")


def test_parallel_runs_are_independent_and_do_not_show_in_the_state(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval()), executionMode="PARALLEL")
    second = runs.start()
    tokens = {execution: _external_id(runs, execution) for execution in (first, second)}
    assert runs.stage_status("Gate") is None
    assert not runs.token()
    for execution, token in tokens.items():
        runs.api.put_approval_result(
            pipelineName="shop",
            stageName="Gate",
            actionName="Approve",
            token=token,
            result={"status": "Approved", "summary": "fine"},
        )
        runs.ends(execution, "Succeeded")


def _external_id(runs: Runs, execution: str) -> str:
    def told() -> str:
        row = next((each for each in runs.rows(execution) if each["actionName"] == "Approve"), {})
        return str(row.get("output", {}).get("executionResult", {}).get("externalExecutionId", ""))

    return str(until(told))


def test_no_more_than_50_runs_wait_in_a_queue(runs: Runs) -> None:
    runs.create(stage("Gate", approval()), executionMode="QUEUED")
    for _ in range(49):
        runs.start()
    with pytest.raises(ClientError) as refused:
        runs.start()
    assert refused.value.response["Error"]["Code"] == "ConcurrentPipelineExecutionsLimitExceededException"


@pytest.mark.parametrize(("days", "goes_on"), [(29, True), (31, False)])
def test_a_gate_closed_for_more_than_30_days_does_not_let_the_waiting_run_go_on(
    runs: Runs, server: Server, days: int, *, goes_on: bool
) -> None:
    first = runs.create(stage("Gate", approval()))
    until(runs.token)
    runs.gate("Gate", enabled=False)
    runs.answer()
    runs.ends(first, "Succeeded")
    second = runs.start()
    runs.waits_at(second, "Gate")
    server.world.clock.advance(days * DAY_S)
    runs.gate("Gate", enabled=True)
    assert (runs.stage_status("Gate") == (second, "InProgress")) is goes_on
    third = runs.start()
    runs.enters(second if goes_on else third, "Gate")
