"""Follow one execution to its end: what happens to it, told as it happens, and how it ends."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from pipectl.aws.cloud import Cloud, side_by_side
from pipectl.errors import AwsError
from pipectl.facts.quotas import is_throttle
from pipectl.runs import executions
from pipectl.runs.ending import STOPPING, Ending, ending, is_settled
from pipectl.runs.parallel import PARALLEL, RUNNING, inside
from pipectl.runs.stages import stage_state, stage_states
from pipectl.runs.values import Execution, Gate, StageState

T = TypeVar("T")

FIRST, GROWTH, LONGEST = 0.25, 1.5, 10.0
"""Seconds between two looks: short after each change, then longer and longer."""
SETTLING = 15.0
"""Seconds in which a look may still tell what was before the act (AWS names no bound; inferred)."""
NOT_YET = "PipelineExecutionNotFoundException"
"""What AWS may say of an execution that was only just started (seen in public tools, which ask again)."""

HELD, QUEUED, ASKED = "Held", "Queued", "Asked"
"""Before a closed gate; before a stage that another execution is in; before an approval."""


@dataclass(frozen=True)
class Sign:
    """One thing that is so in the execution that is followed. `status` is AWS' word, or one of ours above."""

    stage: str
    action: str | None
    status: str
    run: str | None = None
    by: str | None = None
    """The execution that the stage is busy with."""
    gate: Gate | None = None
    detail: str | None = field(default=None, compare=False)
    moment: datetime | None = field(default=None, compare=False)

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status not in ("InProgress", HELD, QUEUED, ASKED)

    @property
    def waits(self) -> bool:
        """Whether something else must happen first."""
        return self.status in (HELD, QUEUED, ASKED)


@dataclass(frozen=True)
class Watch:
    """How to follow: whom to tell, how to pause, for how long.

    `tell` gets everything that is new, and then all that is under way. `pause` waits so many seconds.
    """

    tell: Callable[[list[Sign], list[Sign]], None]
    pause: Callable[[float], object]
    timeout: float | None = None
    known: frozenset[Sign] = frozenset()
    """What was so before the act: it is not told, and an end that was before it is not the end."""


def signs(stages: Iterable[StageState], execution: str) -> Iterator[Sign]:
    """What the stages say of one execution, in their order."""
    for stage in stages:
        if stage.execution == execution:
            yield from _inside(stage)
        elif execution in stage.inbound:
            yield from _before(stage)


def _inside(stage: StageState) -> Iterator[Sign]:
    for condition in stage.conditions:
        if condition.status:
            yield Sign(stage.name, condition.type, condition.status, detail=condition.summary)
    for action in stage.actions:
        if action.status:
            status = ASKED if action.token else action.status
            detail = action.error or action.summary
            yield Sign(stage.name, action.name, status, action.run, detail=detail, moment=action.changed_at)


def _before(stage: StageState) -> Iterator[Sign]:
    if not stage.gate.enabled:
        yield Sign(stage.name, None, HELD, gate=stage.gate)
    elif stage.status in RUNNING:
        yield Sign(stage.name, None, QUEUED, by=stage.execution)


def first(cloud: Cloud, pipeline: str, pause: Callable[[float], object]) -> Execution | None:
    """The execution that CreatePipeline has started, as soon as AWS lists it."""
    started = time.monotonic()
    while True:
        found = next(executions.recent(cloud, pipeline, most=1), None)
        if found or time.monotonic() - started > SETTLING or pause(FIRST):
            return found


def follow(cloud: Cloud, pipeline: str, execution: Execution, watch: Watch) -> Ending:
    """Look again and again until the execution has ended, or the time is over: then it still runs.

    A success counts only when the services run what the execution made (runs/ending.py).
    """
    started, pause = time.monotonic(), FIRST
    told, last, moved, stopping = watch.known, None, not watch.known, False
    while True:
        look = _patiently(partial(_look, cloud, pipeline, execution), started)
        passed = time.monotonic() - started
        fresh: list[Sign] = []
        if look is not None:
            fresh = [with_question(cloud, pipeline, sign) for sign in look.signs if sign not in told]
            watch.tell(fresh, [sign for sign in look.signs if not sign.over])
            told, last = told.union(look.signs), next(reversed(look.signs), last)
            moved, stopping = moved or watch.known != frozenset(look.signs), look.status == STOPPING
            if look.ended and (passed > SETTLING or (moved and not look.works)):
                end = _patiently(partial(ending, cloud, pipeline, execution.id, look.status), started)
                if end is not None and is_settled(end):
                    return end
        if watch.timeout is not None and passed >= watch.timeout:
            return _unfinished(execution, last, STOPPING if stopping else "InProgress")
        pause = FIRST if fresh else min(pause * GROWTH, LONGEST)
        watch.pause(pause if watch.timeout is None else min(pause, watch.timeout - passed))


def with_question(cloud: Cloud, pipeline: str, sign: Sign) -> Sign:
    """An approval with who was asked and what, as the action says it (User guide, approvals)."""
    if sign.status != ASKED:
        return sign
    try:
        declaration = cloud.call("codepipeline", "get_pipeline", name=pipeline)["pipeline"]
    except AwsError:  # the approval is told without it
        return sign
    configuration = next(
        (
            action.get("configuration") or {}
            for stage in declaration["stages"]
            for action in stage["actions"]
            if (stage["name"], action["name"]) == (sign.stage, sign.action)
        ),
        {},
    )
    topic = configuration.get("NotificationArn", "").rpartition(":")[2]
    told = [f"the subscribers of {topic} were asked" if topic else "", configuration.get("CustomData", "")]
    return replace(sign, detail=": ".join(filter(None, told)) or None)


def _unfinished(execution: Execution, last: Sign | None, status: str) -> Ending:
    """It goes on; the last thing that it told says where it is, or before which stage."""
    place = last.stage if last else None
    if last and last.status in (HELD, QUEUED):
        return Ending(execution, status, before=place)
    return Ending(execution, status, place)


@dataclass(frozen=True)
class _Look:
    status: str
    signs: tuple[Sign, ...]

    @property
    def ended(self) -> bool:
        return self.status not in RUNNING

    @property
    def works(self) -> bool:
        """Whether an action is still at work: the two answers of a look may be of different moments."""
        return any(sign.status == "InProgress" for sign in self.signs)


def _patiently(ask: Callable[[], T], started: float) -> T | None:
    """The answer; None when AWS asks for patience, or does not know the execution so soon."""
    try:
        return ask()
    except AwsError as error:
        is_early = error.code == NOT_YET and time.monotonic() - started < SETTLING
        if is_throttle(error.code, error.said) or is_early:
            return None
        raise


def _look(cloud: Cloud, pipeline: str, execution: Execution) -> _Look:
    """The execution's status, and what the stages say of it."""
    answer, stages = side_by_side([
        partial(
            cloud.call,
            "codepipeline",
            "get_pipeline_execution",
            pipelineName=pipeline,
            pipelineExecutionId=execution.id,
        ),
        partial(_stages, cloud, pipeline, execution),
    ])  # fmt: skip
    return _Look(answer["pipelineExecution"]["status"], tuple(signs(stages, execution.id)))


def _stages(cloud: Cloud, pipeline: str, execution: Execution) -> tuple[StageState, ...]:
    stages = tuple(stage_state(stage, {}, {}) for stage in stage_states(cloud, pipeline))
    if execution.mode != PARALLEL:
        return stages
    return inside(cloud, pipeline, execution.id, stages)
