"""What each answer of `why` says below its headline."""

from collections.abc import Iterator
from datetime import datetime
from functools import singledispatch

from pipectl.render.harmless import harmless
from pipectl.render.plan import person, quoted
from pipectl.render.text import plain
from pipectl.render.times import ago, duration, since
from pipectl.render.trigger import trigger_text
from pipectl.render.why_unseen import reason_text
from pipectl.render.why_words import both, commit_text, execution_text
from pipectl.runs.values import Gate
from pipectl.runs.why import answers
from pipectl.runs.why.answers import LONGEST_HOLD, Answer, Why

CONDITIONS = {"BEFORE_ENTRY": "before entry", "ON_SUCCESS": "on success", "ON_FAILURE": "on failure"}
"""AWS' kinds of conditions as words."""
LOG = "| "
"""What stands before a line of a log."""


def answer_lines(why: Why, now: datetime) -> Iterator[str]:
    """The lines of the answer, and where it will wait next."""
    yield from _lines(why.answer, why, now)
    for stage, gate in why.disabled:
        yield f"after that it waits before {stage}: {_hold(gate, now)}"


@singledispatch
def _lines(answer: Answer, why: Why, now: datetime) -> Iterator[str]:
    raise TypeError(f"no words for {type(answer).__name__}")


@_lines.register
def _live(answer: answers.Live, why: Why, now: datetime) -> Iterator[str]:
    if answer.part_of:
        yield f"it is part of {commit_text(answer.part_of)}, which is newer"
        return
    for place in why.live:
        if why.execution and place.execution.id == why.execution.id:
            when = f", {since(place.since, now)}" if place.since else ""
            yield f"in {plain(place.target)}{when}"
    if why.execution:
        told = trigger_text(why.execution)
        yield f"{execution_text(why.execution)}{f', {told}' if told else ''}"


def _came(why: Why, now: datetime) -> str:
    """`came through Build 3 days ago (execution 7b1d03fe)`."""
    identity = execution_text(why.execution) if why.execution else ""
    if why.built is None:
        return identity
    stage, moment = why.built
    return f"came through {stage} {ago(moment, now)} ({identity})"


def _waiting(why: Why, stage: str, now: datetime) -> str:
    """How far it came, and before which stage it stands."""
    return f"{_came(why, now)}{',' if why.built else ''} {'waiting' if why.built else 'waits'} before {stage}"


@_lines.register
def _changed(answer: answers.Changed, why: Why, now: datetime) -> Iterator[str]:
    identity = execution_text(why.execution) if why.execution else "an execution"
    yield f"{identity} deployed it to {answer.service}"
    if answer.revision is None:
        yield "that service is not there any more"
        return
    when = f" {since(answer.since, now)}" if answer.since else ""
    yield f"somebody changed that beside the pipeline: it runs {answer.revision}{when}"
    yield from (f"with {plain(image)}" for image in answer.images)


@_lines.register
def _held(answer: answers.Held, why: Why, now: datetime) -> Iterator[str]:
    gate = answer.gate
    yield _waiting(why, answer.stage, now)
    yield f"{answer.stage} is {_hold(gate, now, 'closed')}"
    if gate.changed_at and now - gate.changed_at > LONGEST_HOLD:
        yield "that is more than 30 days: it does not go on by itself when the gate opens"


def _hold(gate: Gate, now: datetime, word: str = "disabled") -> str:
    """`disabled by ann since Mon 09:12 (3 days): "Audit"`."""
    who = f" by {person(gate.changed_by)}" if gate.changed_by else ""
    when = f" {since(gate.changed_at, now)}" if gate.changed_at else ""
    reason = f": {quoted(gate.reason)}" if gate.reason else ""
    return f"{word}{who}{when}{reason}"


@_lines.register
def _queued(answer: answers.Queued, why: Why, now: datetime) -> Iterator[str]:
    yield _waiting(why, answer.stage, now)
    if answer.behind:
        yield f"{answer.stage} is busy with {both(answer.behind)}"
    elif answer.before:
        yield f"{answer.stage} is free and open"
        yield f"the way out of {answer.before} may be closed: AWS does not tell how that is"
    else:
        yield f"{answer.stage} is free and open: it goes on in a moment"


@_lines.register
def _approval(answer: answers.Approval, why: Why, now: datetime) -> Iterator[str]:
    yield _came(why, now)
    yield f"{_where(answer.stage, answer.action)} waits for an approval {since(answer.since, now)}"
    if answer.topic:
        yield f"those who listen to {plain(answer.topic)} were asked"
    if answer.question:
        yield f"asked: {quoted(answer.question)}"
    if answer.link:
        yield plain(answer.link)


def _where(stage: str, action: str | None) -> str:
    return plain(stage if action in (None, stage) else f"{stage}/{action}")


@_lines.register
def _running(answer: answers.Running, why: Why, now: datetime) -> Iterator[str]:
    word = "is being stopped in" if answer.stopping else "is in"
    when = f", {since(answer.since, now)}" if answer.since else ""
    identity = execution_text(why.execution) if why.execution else "it"
    yield f"{identity} {word} {_where(answer.stage, answer.action)}{when}"
    if answer.condition:
        yield f"its condition {CONDITIONS.get(answer.condition, '')} is being decided"
    if answer.usual is not None:
        yield f"that usually takes {duration(answer.usual)}"


@_lines.register
def _failed(answer: answers.Failed, why: Why, now: datetime) -> Iterator[str]:
    run = answer.run
    if run is None:
        yield _came(why, now)
        if answer.condition is None:
            yield f"it failed in {answer.stage}, for a reason that AWS does not tell"
            return
        yield f"the condition of {answer.stage} {CONDITIONS.get(answer.condition, '')} was not met"
        if answer.said:
            yield plain(answer.said)
        yield from _missing(answer)
        return
    when = ago(run.updated, now)
    identity = execution_text(why.execution) if why.execution else ""
    if answer.approval:
        by = f" by {person(run.updated_by)}" if run.updated_by else ""
        said = f": {quoted(run.summary)}" if run.summary else ""
        yield f"rejected{by} in {_where(run.stage, run.name)} {when} ({identity}){said}"
        return
    yield f"{_where(run.stage, run.name)} failed {when}, after {duration(run.seconds)} ({identity})"
    yield plain(run.error or run.summary or "AWS names no reason")
    for line in answer.lines:
        yield f"{LOG}{harmless(line, colour=False)}"
    yield from _missing(answer)


def _missing(answer: answers.Failed) -> Iterator[str]:
    """The permission that was missing, on what, and whose role lacks it."""
    if answer.denial is None:
        return
    place = f" on {answer.denial.resource}" if answer.denial.resource else ""
    role = f"the role {answer.denial.role} lacks" if answer.denial.role else "missing permission:"
    yield plain(f"{role} {answer.denial.permission}{place}")


@_lines.register
def _superseded(answer: answers.Superseded, why: Why, now: datetime) -> Iterator[str]:
    after = f" after {answer.after}" if answer.after else ""
    identity = execution_text(why.execution) if why.execution else "it"
    yield f"{identity} waited{after} and was superseded by a newer one"
    status = {"InProgress": "is under way", "Succeeded": "succeeded"}.get(
        answer.by_status, answer.by_status.lower()
    )
    yield f"{both(answer.by)} {status}"


@_lines.register
def _stopped(answer: answers.Stopped, why: Why, now: datetime) -> Iterator[str]:
    by = f" by {person(answer.by)}" if answer.by else ""
    place = f" {answer.place}" if answer.place else ""
    when = f" {ago(answer.when, now)}" if answer.when else ""
    reason = f": {quoted(answer.reason)}" if answer.reason else ""
    identity = execution_text(why.execution) if why.execution else "it"
    yield f"{identity} was stopped{by}{place}{when}{reason}"
    if not answer.by:
        yield "who stopped it only CloudTrail knows (StopPipelineExecution)"


@_lines.register
def _cancelled(answer: answers.Cancelled, why: Why, now: datetime) -> Iterator[str]:
    identity = execution_text(why.execution) if why.execution else "it"
    yield f"{identity} was cancelled: the pipeline was changed while it ran"
    if answer.version and answer.when:
        yield f"its version {answer.version} is from {ago(answer.when, now)}"


@_lines.register
def _rolled_back(answer: answers.RolledBack, why: Why, now: datetime) -> Iterator[str]:
    rollback = answer.rollback
    when = f" {ago(rollback.started, now)}" if rollback.started else ""
    by = f" by {person(rollback.trigger_detail)}" if rollback.trigger_detail else ""
    if rollback.trigger == "AutomatedRollback":
        by = f" by itself: {_cause(rollback.trigger_detail)}"
    yield f"it was live until {answer.stage} was rolled back{when}{by}"
    if answer.to:
        yield f"to {commit_text(answer.to)} ({execution_text(rollback)})"


def _cause(detail: str | None) -> str:
    """The detail names the execution that failed (inferred)."""
    return f"execution {person(detail)[:8]} failed" if detail else "a stage failed"


@_lines.register
def _skipped(answer: answers.Skipped, why: Why, now: datetime) -> Iterator[str]:
    identity = execution_text(why.execution) if why.execution else "it"
    reason = f": {plain(answer.reason)}" if answer.reason else ""
    yield f"{identity} succeeded, but {answer.stage} was skipped{reason}"


@_lines.register
def _replaced(answer: answers.Replaced, why: Why, now: datetime) -> Iterator[str]:
    when = f" {ago(why.execution.updated, now)}" if why.execution and why.execution.updated else ""
    yield f"it went through{when}; {both(answer.by)} came after it and is live"
    if answer.contains is None:
        yield "whether that contains it, pipectl cannot see"


@_lines.register
def _never_seen(answer: answers.NeverSeen, why: Why, now: datetime) -> Iterator[str]:
    yield f"no execution of {plain(why.pipeline)} has it"
    yield reason_text(answer)
