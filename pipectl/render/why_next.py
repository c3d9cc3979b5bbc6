"""The next command to type, for each answer of `why`."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import singledispatch

from pipectl.command import first_push, git, pipectl
from pipectl.render.status import short
from pipectl.render.why_unseen import push, reason_step
from pipectl.runs.first_push import is_missing
from pipectl.runs.why import answers
from pipectl.runs.why.answers import LONGEST_HOLD, Answer, Why


def next_steps(why: Why, now: datetime) -> list[str]:
    """The commands, each with what it does where that is not plain; none when nothing is to be done."""
    return [*_steps(why.answer, why, now), *_ahead(why)]


def _ahead(why: Why) -> Iterator[str]:
    if why.disabled:
        yield f"then {pipectl('enable-transition', *(stage for stage, _ in why.disabled))}"


def _again(why: Why) -> str:
    """Run the same revision anew."""
    return pipectl("start", *why.again.split())


@singledispatch
def _steps(answer: Answer, why: Why, now: datetime) -> Iterator[str]:
    yield from ()


@_steps.register
def _held(answer: answers.Held, why: Why, now: datetime) -> Iterator[str]:
    opening = pipectl("enable-transition", answer.stage)
    closed = answer.gate.changed_at
    if closed is None:
        yield opening
        return
    left = LONGEST_HOLD - (now - closed)
    if left < timedelta():
        yield f"{opening}, then {_again(why)}"
    else:
        days = math.ceil(left / timedelta(days=1))
        yield f"{opening} (after {days} more {'day' if days == 1 else 'days'} it would not go on by itself)"


@_steps.register
def _queued(answer: answers.Queued, why: Why, now: datetime) -> Iterator[str]:
    if answer.behind and answer.behind.revision:
        is_same = why.execution is not None and why.execution.revision == answer.behind.revision
        name = answer.behind.id if is_same else answer.behind.revision
        yield f"{pipectl('why', short(name))} tells what holds that one"
    elif answer.behind:
        yield pipectl("status")
    elif answer.before:
        yield pipectl("enable-transition", answer.before, "--outbound")


@_steps.register
def _approval(answer: answers.Approval, why: Why, now: datetime) -> Iterator[str]:
    yield f"{pipectl('approve')} or {pipectl('reject')}"


@_steps.register
def _running(answer: answers.Running, why: Why, now: datetime) -> Iterator[str]:
    yield pipectl("logs", "--follow")


@_steps.register
def _failed(answer: answers.Failed, why: Why, now: datetime) -> Iterator[str]:
    identity = short(why.execution.id) if why.execution else ""
    if answer.run is None and answer.condition in ("BEFORE_ENTRY", "ON_SUCCESS"):
        yield f"{pipectl('override', answer.stage)} goes on all the same"
        return
    if why.commit is None and answer.run and is_missing(answer.run.provider, answer.run.error):
        where = answer.run.configuration
        branch, repository = where.get("BranchName", ""), where.get("RepositoryName", "")
        if why.live:
            yield push(why.clone_url, {"branch": branch, "repository": repository})
        else:
            yield first_push(why.clone_url, branch, repository)
    elif answer.retryable:
        yield f"{pipectl('retry', answer.stage)} tries again"
    else:
        yield f"{_again(why)} runs it anew: another execution was in {answer.stage} since"
    if answer.run is not None and not answer.approval:
        yield f"{pipectl('logs', '--execution', identity)} shows all it said"


@_steps.register
def _superseded(answer: answers.Superseded, why: Why, now: datetime) -> Iterator[str]:
    if answer.by.revision:
        yield pipectl("why", short(answer.by.revision))
    else:
        yield _again(why)


@_steps.register
def _stopped(answer: answers.Stopped, why: Why, now: datetime) -> Iterator[str]:
    if answer.stage:
        yield f"{pipectl('retry', answer.stage)} goes on"
    else:
        yield _again(why)


@_steps.register
def _changed(answer: answers.Changed, why: Why, now: datetime) -> Iterator[str]:
    yield f"{_again(why)} deploys it again" if answer.revision else f"{pipectl('create')} makes it anew"


@_steps.register
def _skipped(answer: answers.Skipped, why: Why, now: datetime) -> Iterator[str]:
    yield f"{_again(why)} asks the condition of {answer.stage} again"


@_steps.register
def _cancelled(answer: answers.Cancelled, why: Why, now: datetime) -> Iterator[str]:
    """One that AWS leaves in progress keeps its stage from the next one (docs/aws/codepipeline.md, 2.3)"""
    held = why.execution
    if held is not None and held.status == "InProgress":
        stopping = pipectl("stop", "--abandon", "--execution", short(held.id))
        yield f"{stopping} frees its stage, then {_again(why)}"
    else:
        yield _again(why)


@_steps.register
def _rolled_back(answer: answers.RolledBack, why: Why, now: datetime) -> Iterator[str]:
    yield f"{_again(why)} deploys it again"


@_steps.register
def _replaced(answer: answers.Replaced, why: Why, now: datetime) -> Iterator[str]:
    if answer.contains is None and why.commit and answer.by.revision:
        older, newer = short(why.commit.id), short(answer.by.revision)
        yield f"{git('merge-base', '--is-ancestor', older, newer)} says whether it contains it"
    else:
        yield f"{_again(why)} deploys it again"


@_steps.register
def _never_seen(answer: answers.NeverSeen, why: Why, now: datetime) -> Iterator[str]:
    yield reason_step(answer, why.clone_url)
