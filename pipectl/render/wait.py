"""An execution that is followed: one line for each thing that happens to it, and how it ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pipectl.command import first_push, git_push, pipectl
from pipectl.render.harmless import harmless
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import person, quoted
from pipectl.render.text import cut, indented, pad, plain, wrapped
from pipectl.render.times import duration, since
from pipectl.runs.ending import STOPPING, Deployed, Ending
from pipectl.runs.values import Execution, Gate, MissingBranch
from pipectl.runs.wait import ASKED, HELD, QUEUED, Sign

LABEL = 20
"""Where the words behind a stage or an action begin."""
MESSAGE = 40
"""How much of a commit's message stands in a sentence."""
BREAKER = "circuit breaker"
"""What ECS says of a rollback of its own (User guide, deployment circuit breaker)."""
LONGEST_WAIT = timedelta(days=30)
"""After so long a hold, opening the gate lets nothing in (User guide, transitions)."""

_MARKS = {"Succeeded": Mark.DONE, "Overridden": Mark.DONE, "Failed": Mark.FAILED, "Abandoned": Mark.FAILED}
_CONDITIONS = {
    "BEFORE_ENTRY": "the condition before its entry",
    "ON_SUCCESS": "the condition after its success",
    "ON_FAILURE": "the condition after its failure",
}


def sign_text(sign: Sign, look: Look, now: datetime, *, detailed: bool = True) -> str:
    """`  ✓ Build` and what there is to say; what waits says what it waits for, and what helps.

    It is wrapped on a terminal; where nothing is cut it is one line. Without `detailed` the service's own
    words are left out.
    """
    sign = sign if detailed else replace(sign, detail=None)
    mark = Mark.RUNNING if not sign.over else _MARKS.get(sign.status, Mark.KEPT)
    if sign.status in (HELD, ASKED):
        mark = Mark.ASKS
    room = look.width - LABEL - 4
    said = [cut(_detail(sign), look.limit(room))] if sign.status == "Succeeded" else list(_said(sign, now))
    parts = [part for line in said for part in wrapped(line, room, whole=True)]
    first, *more = ["; ".join(said)] if look.whole else parts or [""]
    line = f"  {look.mark(mark)} {pad(plain(_label(sign)), LABEL)}{first}".rstrip()
    return "\n".join([line, *([indented(more, LABEL + 4)] if more else [])])


def sign_data(sign: Sign) -> dict[str, Any]:
    """One thing that happened, as data. `status` is AWS's word; `waits_for` says what must happen first."""
    commands = {
        HELD: [pipectl("enable-transition", sign.stage)],
        ASKED: [pipectl("approve"), pipectl("reject")],
    }
    return {
        "stage": sign.stage,
        "action": sign.action,
        "status": {HELD: None, QUEUED: None, ASKED: "InProgress"}.get(sign.status, sign.status),
        "detail": sign.gate.reason if sign.gate else sign.detail,
        "waits_for": {HELD: "transition", QUEUED: "stage", ASKED: "approval"}.get(sign.status),
        "by": sign.gate.changed_by if sign.gate else sign.by,
        "next": [command.strip("`") for command in commands.get(sign.status, [])],
    }


def still_text(sign: Sign, look: Look, seconds: float) -> str:
    """What has not changed for a while, in one line."""
    told = {
        HELD: f"still waits before {sign.stage}; {pipectl('enable-transition', sign.stage)} lets it in",
        QUEUED: f"still waits until {short(sign.by or '')} has left {sign.stage}",
        ASKED: f"still waits for an approval; {pipectl('approve')} gives it",
    }.get(sign.status, "is still at work")
    return (
        f"  {look.mark(Mark.RUNNING)} {pad(plain(_label(sign)), LABEL)}{told}, for {duration(round(seconds))}"
    )


def under_way(sign: Sign, look: Look, seconds: float) -> str:
    """The line of what is at work, redrawn."""
    label = pad(plain(_label(sign)), LABEL)
    return f"  {look.mark(Mark.RUNNING)} {label}{duration(round(seconds))}"


def _label(sign: Sign) -> str:
    if sign.action is None or sign.action in (sign.stage, *_CONDITIONS):
        return sign.stage
    return f"{sign.stage}/{sign.action}"


def _detail(sign: Sign) -> str:
    """What an action that succeeded said, as the message of a commit."""
    if sign.action in _CONDITIONS:
        return f"{_CONDITIONS[sign.action]} is met"
    return plain(sign.detail or "")


def _said(sign: Sign, now: datetime) -> Iterator[str]:
    detail = f": {plain(sign.detail)}" if sign.detail else ""
    if sign.status == HELD and sign.gate:
        yield f"waits: {_closed(sign.gate, now)}"
        if sign.gate.changed_at and now - sign.gate.changed_at > LONGEST_WAIT:
            anew = f"{pipectl('start')} runs anew"
            yield f"for more than 30 days, so it does not go on when the gate opens; {anew}"
        else:
            yield f"{pipectl('enable-transition', sign.stage)} lets it in"
    elif sign.status == QUEUED:
        yield f"waits until {short(sign.by or '')} has left it"
        yield f"{pipectl('why', short(sign.by or ''))} tells what holds that one"
    elif sign.status == ASKED:
        yield f"waits for an approval{detail}"
        yield f"{pipectl('approve')} gives it"
    elif sign.action in _CONDITIONS:
        yield f"{_CONDITIONS[sign.action]} {_word(sign.status)}{detail}"
    else:
        yield f"{_word(sign.status)}{detail if sign.status == 'Failed' else ''}"


def _word(status: str) -> str:
    return {"InProgress": "is at work"}.get(status, status.lower())


def _closed(gate: Gate, now: datetime) -> str:
    who = f"closed by {person(gate.changed_by)}" if gate.changed_by else "closed"
    when = f" {since(gate.changed_at, now)}" if gate.changed_at else ""
    return f"{who}{when}: {quoted(gate.reason)}" if gate.reason else f"{who}{when}"


def short(identity: str) -> str:
    """The first eight characters of an execution's id, the first seven of a commit or digest."""
    bare = identity.removeprefix("sha256:")
    return plain(bare[:8] if "-" in bare else bare[:7])


def message_of(execution: Execution) -> str:
    """The commit's message; S3 says none but the object's version once more."""
    message = execution.message or ""
    return "" if execution.revision and execution.revision in message else plain(message)


def execution_text(execution: Execution) -> str:
    """`execution 7b1d03fe ("Remind friends twice", 4c1e9d0)`, with as much of it as is known."""
    told = [quoted(cut(message_of(execution), MESSAGE)), short(execution.revision or "")]
    known = ", ".join(each for each in told if each)
    return f"execution {short(execution.id)}{f' ({known})' if known else ''}"


def ending_text(end: Ending, look: Look, seconds: float) -> str:
    """An end that was aimed at: how long the execution took, and what the services run now.

    `seconds` is how long it was waited for: said where it is not known when the execution started.
    """
    word = "stopped" if end.status == "Stopped" else "succeeded"
    execution = end.execution
    took = (
        f" after {duration((execution.updated - execution.started).total_seconds())}"
        if execution.started and execution.updated
        else f", waited for {duration(seconds)}"
    )
    told = f"{look.mark(Mark.DONE)} {execution_text(execution)} {word}{took}"
    lines = [f"  {each.cluster}/{each.service} runs {each.revision}" for each in end.services]
    return "\n".join([told, *lines])


def failure_message(end: Ending, waited: float) -> str:
    """What became of an execution that did not end well, or not in time."""
    who = f"execution {short(end.execution.id)}"
    place = f" in {end.place}" if end.place else ""
    if end.good:
        return f"{who} succeeded before it was stopped"
    if end.before:
        return f"{who} still waits before {end.before} after {duration(waited)}"
    if not end.ended:
        return f"{who} still runs after {duration(waited)}{place}"
    if end.replaced:
        return f"{who} succeeded, but {'; '.join(map(_replaced, end.replaced))}"
    after = f" by {execution_text(end.successor)}" if end.successor else ""
    if end.status == "Failed":
        back = f"; it is rolled back{after}" if end.successor else ""
        return f"{who} failed{place}{_errors(end)}{back}"
    if end.status == "Stopped":
        reason = f": {quoted(end.execution.stop_reason)}" if end.execution.stop_reason else ""
        return f"{who} was stopped{place}{reason}"
    if end.status == "Superseded":
        return f"{who} was superseded{after}"
    if end.status == "Cancelled":
        return f"{who} was cancelled{place}: the pipeline was changed while it ran"
    return f"{who} ended as {end.status}"


def _errors(end: Ending) -> str:
    if end.condition:
        summary = f": {plain(end.condition.summary)}" if end.condition.summary else ""
        return f": {_CONDITIONS[end.condition.type]} was not met{summary}"
    told = [f"{each.name}: {each.error or 'failed'}" for each in end.failed]
    if len(told) == 1:
        return f": {plain(end.failed[0].error or end.failed[0].name)}"
    return "".join(f"\n  {plain(line)}" for line in told)


def _replaced(each: Deployed) -> str:
    name = f"{each.cluster}/{each.service}"
    if each.revision is None:
        return f"{name} is not there any more"
    telling = each.reason and (each.rollout == "FAILED" or BREAKER in each.reason)
    reason = f" ({plain(each.reason or '')})" if telling else ""
    if not each.made:
        return f"{name} runs {each.revision}, which it did not make{reason}"
    return f"the rollout of {name} is {(each.rollout or '').lower().replace('_', ' ')}{reason}"


def failure_hint(end: Ending) -> str:
    """The way on."""
    who = short(end.execution.id)
    if end.status == STOPPING:
        at_once = pipectl("stop", "--execution", who, "--abandon")
        return f"it stops when its running actions have ended; {at_once} does not wait for them"
    if not end.ended:
        return f"it goes on; {pipectl('status')} shows it, {pipectl('stop', '--execution', who)} ends it"
    if end.replaced:
        logs = pipectl("logs", "--execution", who)
        return f"{logs} shows what its tasks said, {pipectl('status')} what runs"
    if end.condition and not end.successor:
        return f"{pipectl('override', end.place or '')} goes on in spite of it"
    if end.missing is not None:
        return _push(end.missing)
    if end.status in ("Failed", "Stopped") and end.place and not end.successor:
        logs = f"{pipectl('logs', '--execution', who)} shows all of it, " if end.failed else ""
        return f"{logs}{pipectl('retry', end.place)} tries again"
    if end.status == "Superseded" and end.successor:
        follows = pipectl("wait", short(end.successor.id))
        return f"{follows} waits for the one that took its place"
    if end.status == "Cancelled":
        return f"{pipectl('start')} runs the pipeline as it is now"
    if end.status == "Stopped":
        return f"{pipectl('start')} starts a new one"
    return f"{pipectl('status')} shows what runs now"


def _push(missing: MissingBranch) -> str:
    """A retry cannot help where the branch is not there."""
    if missing.is_first:
        return first_push(missing.url, missing.branch, missing.repository)
    return f"{git_push(missing.url, missing.branch)} brings branch {missing.branch} back"


def excerpt(end: Ending) -> list[str]:
    """The last lines of what failed, as `why` shows them; of several actions each names its own."""
    several = len(end.logs) > 1
    names = {run.id: [f"{run.stage}/{run.name}"] if several else [] for run in end.failed}
    return [harmless(line, colour=False) for run, lines in end.logs.items() for line in (*names[run], *lines)]


def _error_data(end: Ending) -> Iterator[dict[str, Any]]:
    for run in end.failed:
        log = [harmless(line, colour=False) for line in end.logs.get(run.id, ())]
        yield {"stage": run.stage, "action": run.name, "error": run.error, "log": log}
    if end.condition:
        yield {"stage": end.place, "action": None, "error": end.condition.summary, "log": []}


def ending_data(end: Ending) -> dict[str, Any]:
    """How the waiting ended; `good` is what the exit code says."""
    return {
        "status": end.status,
        "good": end.good,
        "stage": end.place,
        "errors": list(_error_data(end)),
        "services": [
            {
                "cluster": each.cluster,
                "service": each.service,
                "revision": each.revision,
                "rollout": each.rollout,
                "made_by_execution": each.made,
            }
            for each in end.services
        ],
        "successor": end.successor.id if end.successor else None,
    }
