"""The next command to type, for each answer of `why`."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import singledispatch

from pipectl.render.status import short
from pipectl.render.why_unseen import reason_step
from pipectl.runs.why import answers
from pipectl.runs.why.answers import LONGEST_HOLD, Answer, Why


def next_steps(why: Why, option: str, now: datetime) -> list[str]:
    """The commands, each with what it does where that is not plain; none when nothing is to be done."""
    return list(_steps(why.answer, why, option, now))


def _again(why: Why, option: str) -> str:
    """Run the same revision anew."""
    return f"`pipectl start{option}{why.again}`"


@singledispatch
def _steps(answer: Answer, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield from ()


@_steps.register
def _held(answer: answers.Held, why: Why, option: str, now: datetime) -> Iterator[str]:
    opening = f"`pipectl enable-transition {answer.stage}{option}`"
    closed = answer.gate.changed_at
    if closed is None:
        yield opening
        return
    left = LONGEST_HOLD - (now - closed)
    if left < timedelta():
        yield f"{opening}, then {_again(why, option)}"
    else:
        days = math.ceil(left / timedelta(days=1))
        yield f"{opening} (after {days} more {'day' if days == 1 else 'days'} it would not go on by itself)"


@_steps.register
def _queued(answer: answers.Queued, why: Why, option: str, now: datetime) -> Iterator[str]:
    if answer.behind and answer.behind.revision:
        is_same = why.execution is not None and why.execution.revision == answer.behind.revision
        name = answer.behind.id if is_same else answer.behind.revision
        yield f"`pipectl why {short(name)}{option}` tells what holds that one"
    elif answer.behind:
        yield f"`pipectl status{option}`"
    elif answer.before:
        yield f"`pipectl enable-transition {answer.before} --outbound{option}`"


@_steps.register
def _approval(answer: answers.Approval, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield f"`pipectl approve{option}` or `pipectl reject{option}`"


@_steps.register
def _running(answer: answers.Running, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield f"`pipectl logs --follow{option}`"


@_steps.register
def _failed(answer: answers.Failed, why: Why, option: str, now: datetime) -> Iterator[str]:
    identity = short(why.execution.id) if why.execution else ""
    if answer.run is None and answer.condition in ("BEFORE_ENTRY", "ON_SUCCESS"):
        yield f"`pipectl override {answer.stage}{option}` goes on all the same"
        return
    if why.commit is None and answer.run is not None and answer.run.provider == "CodeCommit":
        yield f"`git push origin {answer.run.configuration.get('BranchName', '')}`"
    elif answer.retryable:
        yield f"`pipectl retry {answer.stage}{option}` tries again"
    else:
        yield f"{_again(why, option)} runs it anew: another execution was in {answer.stage} since"
    if answer.run is not None and not answer.approval:
        yield f"`pipectl logs --execution {identity}{option}` shows all it said"


@_steps.register
def _superseded(answer: answers.Superseded, why: Why, option: str, now: datetime) -> Iterator[str]:
    if answer.by.revision:
        yield f"`pipectl why {short(answer.by.revision)}{option}`"
    else:
        yield _again(why, option)


@_steps.register
def _stopped(answer: answers.Stopped, why: Why, option: str, now: datetime) -> Iterator[str]:
    if answer.stage:
        yield f"`pipectl retry {answer.stage}{option}` goes on"
    else:
        yield _again(why, option)


@_steps.register
def _changed(answer: answers.Changed, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield f"{_again(why, option)} deploys it again" if answer.revision else "`pipectl create` makes it anew"


@_steps.register
def _skipped(answer: answers.Skipped, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield f"{_again(why, option)} asks the condition of {answer.stage} again"


@_steps.register
def _cancelled(answer: answers.Cancelled, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield _again(why, option)


@_steps.register
def _rolled_back(answer: answers.RolledBack, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield f"{_again(why, option)} deploys it again"


@_steps.register
def _replaced(answer: answers.Replaced, why: Why, option: str, now: datetime) -> Iterator[str]:
    if answer.contains is None and why.commit and answer.by.revision:
        older, newer = short(why.commit.id), short(answer.by.revision)
        yield f"`git merge-base --is-ancestor {older} {newer}` says whether it contains it"
    else:
        yield f"{_again(why, option)} deploys it again"


@_steps.register
def _never_seen(answer: answers.NeverSeen, why: Why, option: str, now: datetime) -> Iterator[str]:
    yield reason_step(answer, option)
