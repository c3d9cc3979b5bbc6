"""Following an execution: what is told once, what counts as the end, and how often AWS is asked."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from pipectl.aws.account import Account
from pipectl.errors import AwsError
from pipectl.runs.values import ActionState, Condition, Execution, Gate, StageState
from pipectl.runs.wait import ASKED, FIRST, HELD, LONGEST, QUEUED, Sign, Watch, first, follow, signs
from tests.runs.clouds import Scripted

MINE, OTHER = Execution("11111111-0000"), "22222222-0000"


def stage(
    status: str, action: str = "InProgress", run: str = "1", execution: str = MINE.id
) -> dict[str, Any]:
    return {
        "stageName": "Deploy",
        "latestExecution": {"pipelineExecutionId": execution, "status": status},
        "actionStates": [
            {"actionName": "Deploy", "latestExecution": {"actionExecutionId": run, "status": action}}
        ],
    }


class Film:
    """A Cloud that shows one scene after the other, the last one for ever: the execution's status, its stage

    The two calls of a look are sent side by side: when both have come, the next scene is shown.
    """

    account = Account("123456789012", "eu-west-1")

    def __init__(self, *scenes: tuple[str, Mapping[str, Any]] | str) -> None:
        self._scenes: Iterator[Any] = iter(scenes)
        self._now: Any = None
        self._look = threading.Barrier(2, self._next, timeout=10)

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if operation == "get_pipeline_execution":
            self._look.wait()
            if isinstance(self._now, str):
                raise AwsError(service, operation, self._now, "Rate exceeded")
            return {"pipelineExecution": {"status": self._now[0]}}
        if operation == "get_pipeline_state":
            self._look.wait()
            return {"stageStates": [] if isinstance(self._now, str) else [self._now[1]]}
        return {"actionExecutionDetails": [], "pipelineExecutionSummaries": []}

    def _next(self) -> None:
        self._now = next(self._scenes, self._now)


def watched(
    *scenes: Any, known: Iterable[Sign] = (), timeout: float | None = None
) -> tuple[Any, list[str], list[float]]:
    told: list[str] = []
    pauses: list[float] = []

    def tell(fresh: list[Sign], present: list[Sign]) -> None:
        told.extend(f"{each.stage}/{each.action} {each.status}" for each in fresh)

    watch = Watch(tell, pauses.append, timeout, frozenset(known))
    return follow(Film(*scenes), "shop", MINE, watch), told, pauses


def test_each_thing_is_told_once() -> None:
    end, told, _ = watched(
        ("InProgress", stage("InProgress")),
        ("InProgress", stage("InProgress")),
        ("Succeeded", stage("Succeeded", "Succeeded")),
    )
    assert end.good
    assert told[-1] == "Deploy/Deploy Succeeded"
    assert len(told) == len(set(told))


def test_pauses_grow_while_nothing_happens_up_to_a_bound() -> None:
    quiet = [("InProgress", stage("InProgress"))] * 15
    _, _, pauses = watched(*quiet, ("Succeeded", stage("Succeeded", "Succeeded")))
    grown = pauses[1:]
    assert pauses[0] == FIRST
    assert grown == sorted(grown)
    assert max(pauses) == LONGEST


@pytest.mark.parametrize("code", ["ThrottlingException", "PipelineExecutionNotFoundException"])
def test_what_asks_for_patience_does_not_end_the_waiting(code: str) -> None:
    end, _, pauses = watched(code, ("Succeeded", stage("Succeeded", "Succeeded")))
    assert end.good
    assert len(pauses) == 1


class SlowAtTheEnd(Film):
    """It asks for patience, once, when the end is looked into"""

    asked = 0

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if operation == "list_action_executions":
            self.asked += 1
            if self.asked == 1:
                raise AwsError(service, operation, "ThrottlingException", "Rate exceeded")
        return super().call(service, operation, **params)


def test_throttling_at_the_end_does_not_end_the_waiting_either() -> None:
    pauses: list[float] = []
    watch = Watch(lambda *_: None, pauses.append)
    cloud = SlowAtTheEnd(("Succeeded", stage("Succeeded", "Succeeded")))
    assert follow(cloud, "shop", MINE, watch).good
    assert len(pauses) == 1


def test_the_first_execution_of_a_new_pipeline_is_awaited() -> None:
    listed = iter([[], [], [{"pipelineExecutionId": MINE.id, "status": "InProgress"}]])
    cloud = Scripted(list_pipeline_executions=lambda **_: {"pipelineExecutionSummaries": next(listed)})
    pauses: list[float] = []
    found = first(cloud, "shop", pauses.append)
    assert (found and found.id, len(pauses)) == (MINE.id, 2)


def test_an_end_that_was_before_the_act_is_not_its_end() -> None:
    before = list(signs([_state("Failed", "Failed", "1")], MINE.id))
    end, told, _ = watched(
        ("Failed", stage("Failed", "Failed", "1")),
        ("InProgress", stage("InProgress", "InProgress", "2")),
        ("Succeeded", stage("Succeeded", "Succeeded", "2")),
        known=before,
    )
    assert end.status == "Succeeded"
    assert "Deploy/Deploy Failed" not in told


def test_a_status_that_lags_behind_the_stages_is_not_the_end() -> None:
    end, _, _ = watched(
        ("Failed", stage("InProgress", "InProgress", "2")),
        ("Succeeded", stage("Succeeded", "Succeeded", "2")),
    )
    assert end.status == "Succeeded"


def test_when_the_time_is_over_the_place_is_told() -> None:
    end, _, _ = watched(("InProgress", stage("InProgress")), timeout=0)
    assert (end.ended, end.place) == (False, "Deploy")
    waiting = {
        **stage("InProgress", execution=OTHER),
        "inboundExecution": {"pipelineExecutionId": MINE.id, "status": "InProgress"},
    }
    end, _, _ = watched(("InProgress", waiting), timeout=0)
    assert (end.ended, end.place, end.before) == (False, None, "Deploy")


def _state(status: str, action: str, run: str) -> StageState:
    return StageState("Deploy", status, MINE.id, actions=(ActionState("Deploy", status=action, run=run),))


def test_what_waits_is_told_with_what_it_waits_for() -> None:
    closed = Gate(enabled=False, reason="freeze")
    held = StageState("Deploy", inbound=(OTHER, MINE.id), gate=closed)
    queued = StageState("Deploy", "InProgress", OTHER, inbound=(MINE.id,))
    asked = StageState(
        "Gate", "InProgress", MINE.id, actions=(ActionState("Approve", status="InProgress", token="t"),)
    )
    assert [each.status for each in signs([held], MINE.id)] == [HELD]
    assert [(each.status, each.by) for each in signs([queued], MINE.id)] == [(QUEUED, OTHER)]
    assert [(each.status, each.action) for each in signs([asked], MINE.id)] == [(ASKED, "Approve")]
    assert all(each.waits and not each.over for each in signs([held, queued, asked], MINE.id))


def test_a_condition_is_told_with_the_stage() -> None:
    stages = [
        StageState("Deploy", "Failed", MINE.id, conditions=(Condition("BEFORE_ENTRY", "Failed", "no"),))
    ]
    assert [(each.action, each.status, each.detail) for each in signs(stages, MINE.id)] == [
        ("BEFORE_ENTRY", "Failed", "no")
    ]


def test_what_other_executions_do_is_not_told() -> None:
    assert list(signs([_state("InProgress", "InProgress", "1")], OTHER)) == []
