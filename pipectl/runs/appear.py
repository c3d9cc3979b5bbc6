"""Wait until an execution appears: the one of a commit, however it is started, or the first one at all."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from pipectl.aws.cloud import Cloud
from pipectl.errors import AwsError, PipectlError, WrongUsage
from pipectl.facts.quotas import is_throttle
from pipectl.runs import executions
from pipectl.runs.first_push import awaited
from pipectl.runs.parallel import RUNNING
from pipectl.runs.values import Execution, MissingBranch
from pipectl.runs.why.answers import Commit, Failed, Why
from pipectl.runs.why.sight import REMEMBERED, Clouds
from pipectl.runs.why.why import why

FIRST, GROWTH, LONGEST = 0.5, 1.5, 10.0
"""Seconds between two looks: one call each, longer and longer."""
PATIENCE = 10.0
"""Seconds after which it is asked why no execution has the commit: an event takes some to arrive."""
AGAIN = 60.0
"""Seconds until that is asked again, as long as nothing appears."""


@dataclass(frozen=True)
class Missing:
    """That no execution is there yet. `fetching` is one that may be it and has no revision so far."""

    seconds: float = 0.0
    fetching: Execution | None = None
    why: Why | None = None
    """Why no execution has the commit; None as long as that was not asked, or cannot be told."""
    push: MissingBranch | None = None
    """The branch whose first push is waited for."""


@dataclass(frozen=True)
class Appeared:
    """The execution. `carrier` is the newer commit with which the one that was asked for came."""

    execution: Execution
    carrier: Commit | None = None


@dataclass(frozen=True)
class Search:
    """What is waited for, whom to tell what is missing, how to pause, and for how long."""

    commit: str | None
    tell: Callable[[Missing], None]
    pause: Callable[[float], object]
    timeout: float | None = None
    patience: float = PATIENCE


def appear(cloud: Cloud, clouds: Clouds, pipeline: str, search: Search) -> Appeared | None:
    """The newest execution of the commit, without one the pipeline's newest; None when the time is over.

    An execution without a revision has not fetched its source yet. Raises WrongUsage for a prefix that is
    too short or fits several commits.
    """
    if search.commit is not None and len(search.commit.removeprefix("sha256:")) < executions.SHORTEST:
        raise WrongUsage(
            f"`{search.commit}` is too short to name a commit",
            hint=f"at least {executions.SHORTEST} characters of it",
        )
    started, pause, asked, most = time.monotonic(), FIRST, 0.0, REMEMBERED
    missing = Missing()
    while True:
        newest = _newest(cloud, pipeline, most)
        passed = time.monotonic() - started
        if newest is not None:
            push = None if search.commit else awaited(cloud, pipeline, newest)
            if push is None and (found := _found(newest, search.commit)):
                return found
            if search.commit and passed >= search.patience and passed - asked >= AGAIN * bool(asked):
                asked, told = passed, _why(cloud, clouds, pipeline, search.commit)
                if found := _carried(told):
                    return found
                missing = Missing(why=told)
            most = executions.PAGE
            fetching = next((each for each in newest if not each.revisions and each.status in RUNNING), None)
            search.tell(Missing(passed, fetching, missing.why, push))
        if search.timeout is not None and passed >= search.timeout:
            return None
        search.pause(pause if search.timeout is None else min(pause, search.timeout - passed))
        pause = min(pause * GROWTH, LONGEST)


def _newest(cloud: Cloud, pipeline: str, most: int) -> list[Execution] | None:
    """None when AWS asks for patience."""
    try:
        return list(islice(executions.recent(cloud, pipeline), most))
    except AwsError as error:
        if is_throttle(error.code, error.said):
            return None
        raise


def _found(newest: Sequence[Execution], commit: str | None) -> Appeared | None:
    if commit is None:
        return Appeared(newest[0]) if newest else None
    fitting = [each for each in newest if executions.begins(each, commit)]
    if not fitting:
        return None
    named = executions.of_one_name(fitting, commit)
    return Appeared(next((each for each in named if each.type != "ROLLBACK"), named[0]))


def _why(cloud: Cloud, clouds: Clouds, pipeline: str, commit: str) -> Why | None:
    try:
        return why(cloud, clouds, pipeline, commit)
    except PipectlError:  # it may be missing a permission, or the answer; the waiting needs neither
        return None


def _carried(told: Why | None) -> Appeared | None:
    """The execution of a newer commit that contains this one, or the one that could not fetch it."""
    if told is None or told.execution is None:
        return None
    if told.execution.revision:
        return Appeared(told.execution, Commit(told.execution.revision, told.execution.message))
    return Appeared(told.execution) if isinstance(told.answer, Failed) else None
