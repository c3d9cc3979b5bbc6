"""Many pipelines at a glance: how each stands, and whether it needs a person. One call each, side by side."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial

from pipectl.aws.cloud import Cloud, find, side_by_side
from pipectl.command import first_step
from pipectl.errors import AwsError, NoPipeline, PipectlError
from pipectl.runs.executions import recent
from pipectl.runs.first_push import waits_for_first_push
from pipectl.runs.parallel import RUNNING, entered, is_parallel, newest_runs
from pipectl.runs.pipelines import NOT_THERE, pipeline_names
from pipectl.runs.stages import stage_state
from pipectl.runs.values import ActionState, Execution, StageState
from pipectl.runs.verbs.scene import REMEMBERED
from pipectl.spec.problems import choices, shown

LONG = timedelta(days=7)
"""A hold that keeps an execution waiting for so long may have been forgotten."""
WILD = "*?["
"""What makes a name a pattern; a pipeline's name holds none of it (API reference, PipelineName)."""


class Standing(enum.StrEnum):
    """How a pipeline stands; those that need a person first, in the order in which they are told."""

    FAILED = "failed"
    BROKEN = "connection broken"
    UNREAD = "not readable"
    ASKED = "waiting for approval"
    FIRST_PUSH = "waiting for the first push"
    HELD_LONG = "held for long"
    RUNNING = "running"
    HELD = "held"
    STOPPED = "stopped"
    DONE = "succeeded"
    NEVER = "never run"

    @property
    def needs_person(self) -> bool:
        """Whether it stays so until somebody does something."""
        return self in NEEDY


NEEDY = (
    Standing.FAILED,
    Standing.BROKEN,
    Standing.UNREAD,
    Standing.ASKED,
    Standing.FIRST_PUSH,
    Standing.HELD_LONG,
)


@dataclass(frozen=True)
class Glance:
    """One pipeline at a glance. `stage` is the stage that makes it stand so."""

    pipeline: str
    region: str
    standing: Standing
    stage: StageState | None = None
    action: ActionState | None = None
    error: str | None = None
    execution: Execution | None = None
    """The newest one, where it was asked for; of a PARALLEL pipeline the one that makes it stand so."""

    @property
    def since(self) -> datetime | None:
        """The last change of the action, or of the stage's gate or its actions."""
        if self.action is not None:
            return self.action.changed_at
        if self.stage is None:
            return None
        if self.standing in (Standing.HELD, Standing.HELD_LONG):
            return self.stage.gate.changed_at
        return _changed(self.stage)


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return any(character in name for character in WILD)


def matching(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """The names that one of the patterns fits; all of them without patterns."""
    return [name for name in names if not patterns or any(fnmatchcase(name, each) for each in patterns)]


def chosen(cloud: Cloud, patterns: Sequence[str], known: Sequence[str] = ()) -> list[str]:
    """The pipelines that are meant: of those that are known, else of the account's. Asks only for patterns.

    Raises PipectlError when nothing fits.
    """
    if patterns and not any(map(is_pattern, patterns)):
        return [name for name in dict.fromkeys(patterns) if not known or name in known]
    names = list(known) or pipeline_names(cloud)
    found = matching(names, patterns)
    if not found:
        said = " or ".join(map(shown, patterns))
        there = choices(patterns[0] if patterns else "", names, "there is") if names else first_step()
        told = f"no pipeline fits {said}" if patterns else "there is no pipeline"
        raise NoPipeline(told, cloud.account.region, hint=there)
    return found


def glances(
    cloud: Cloud,
    region: str,
    names: Sequence[str],
    now: datetime,
    *,
    executions: bool = False,
    listed: bool = False,
) -> list[Glance]:
    """Every pipeline, those first that need a person.

    AWS has just `listed` the names, or somebody wrote them: only in a list one may have gone meanwhile.
    """
    calls = [partial(_glance, cloud, region, name, now, listed=listed) for name in names]
    newest = [partial(_newest, cloud, name) for name in names if executions]
    answers = side_by_side([*calls, *newest])
    found: list[Glance | None] = answers[: len(names)]
    if executions:
        found = [
            each and _with(each, execution)
            for each, execution in zip(found, answers[len(names) :], strict=True)
        ]
    return in_order(each for each in found if each is not None)


def in_order(found: Iterable[Glance]) -> list[Glance]:
    """Those first that need a person, then by name."""
    order = list(Standing)
    return sorted(found, key=lambda each: (order.index(each.standing), each.pipeline, each.region))


def _with(glance: Glance, execution: Execution | None) -> Glance:
    return replace(glance, execution=execution)


def _newest(cloud: Cloud, name: str) -> Execution | None:
    try:
        return next(recent(cloud, name, most=1), None)
    except PipectlError:  # the glance tells what is wrong with it
        return None


def _glance(cloud: Cloud, region: str, name: str, now: datetime, *, listed: bool) -> Glance | None:
    """One that cannot be read must not hide the others."""
    try:
        answer = find(NOT_THERE, cloud, "codepipeline", "get_pipeline_state", name=name)
        if answer is None:
            return None if listed else Glance(name, region, Standing.UNREAD, error="it is not there")
        stages = [stage_state(stage, {}, {}) for stage in answer.get("stageStates") or []]
        found = glance(name, region, stages, now)
        return _parallel(cloud, found, stages, now) if found.standing is Standing.NEVER else found
    except AwsError as error:
        return Glance(name, region, Standing.UNREAD, error=error.message)


def _parallel(cloud: Cloud, found: Glance, stages: Sequence[StageState], now: datetime) -> Glance:
    """Stages of a PARALLEL pipeline tell nothing of what ran: what matters most in its executions does."""
    executions = list(recent(cloud, found.pipeline, most=REMEMBERED))
    if not is_parallel(executions):
        return found
    runs = newest_runs(cloud, found.pipeline)
    told = [
        replace(glance(found.pipeline, found.region, entered(stages, each.id, runs), now), execution=each)
        for number, each in enumerate(executions)
        if number == 0 or each.status in RUNNING
    ]
    return in_order(told)[0]


def glance(name: str, region: str, stages: Sequence[StageState], now: datetime) -> Glance:
    """What matters most in a pipeline: the first standing, in their order, that a stage has."""
    if waits_for_first_push(stages):
        failed = next(each for each in stages[0].actions if each.status == "Failed")
        return Glance(name, region, Standing.FIRST_PUSH, stages[0], failed)
    found = [
        each for stage in stages for each in _of_stage(name, region, stage, now, first=stage is stages[0])
    ]
    if found:
        return in_order(found)[0]
    ran = [stage for stage in stages if stage.status is not None]
    if not ran:
        return Glance(name, region, Standing.NEVER)
    moment = datetime.min.replace(tzinfo=now.tzinfo)
    newest = max(reversed(ran), key=lambda stage: _changed(stage) or moment)  # moments may be equal
    standing = Standing.STOPPED if newest.status in ("Stopped", "Cancelled") else Standing.DONE
    return Glance(name, region, standing, newest)


def _of_stage(name: str, region: str, stage: StageState, now: datetime, *, first: bool) -> Iterator[Glance]:
    if stage.status == "Failed":
        failed = next((each for each in stage.actions if each.status == "Failed"), None)
        error = failed.error if failed else None
        is_broken = first and "connection" in (error or "").lower()
        yield Glance(name, region, Standing.BROKEN if is_broken else Standing.FAILED, stage, failed, error)
    for action in stage.actions:
        if action.token:
            yield Glance(name, region, Standing.ASKED, stage, action)
    if not stage.gate.enabled:
        yield Glance(name, region, Standing.HELD_LONG if _is_long(stage, now) else Standing.HELD, stage)
    if stage.status in RUNNING:
        yield Glance(name, region, Standing.RUNNING, stage)


def _is_long(stage: StageState, now: datetime) -> bool:
    """Whether the hold's end has passed, or somebody has waited for long."""
    gate = stage.gate
    if stage.waiting and gate.nears_thirty_days(now):
        return True
    if gate.until is not None:
        return gate.until <= now
    return bool(stage.waiting) and gate.changed_at is not None and now - gate.changed_at >= LONG


def _changed(stage: StageState) -> datetime | None:
    return max((each.changed_at for each in stage.actions if each.changed_at), default=None)


def counts(found: Iterable[Glance]) -> Mapping[Standing, int]:
    """How many stand how, in the order of the standings."""
    standings = [each.standing for each in found]
    return {each: standings.count(each) for each in Standing if each in standings}
