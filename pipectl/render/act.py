"""What an act did, as a screen and as data; and why one makes no sense now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipectl.command import pipectl
from pipectl.render.marks import Look
from pipectl.render.plan import person, quoted
from pipectl.render.text import cut, pad, plain, wrapped
from pipectl.render.times import ago, since
from pipectl.render.wait import execution_text, message_of, short
from pipectl.runs.values import Execution, Gate, StageState
from pipectl.runs.verbs.act import Act, Senseless
from pipectl.runs.verbs.approve import Pending
from pipectl.runs.verbs.rollback import ONE_VERSION, Candidates

INDENT = 2
COLUMN = 12
"""Where the candidates' columns stand: id, commit, when."""
_CONDITIONS = {
    "BEFORE_ENTRY": "the condition before its entry",
    "ON_SUCCESS": "the condition after its success",
}


def refusal_text(error: Senseless, now: datetime) -> str:
    """Why an act makes no sense, and since when."""
    return f"{error.message} {ago(error.moment, now)}" if error.moment else error.message


def act_text(act: Act, look: Look, now: datetime) -> str:
    """What was done in one sentence, and below it what else there is to know.

    The commands that it mentions name the pipeline, when it is `named`.
    """
    sentence, *notes = _TOLD[act.verb](act, now)
    below = [part for note in notes for part in wrapped(note, look.width - INDENT)]
    first, *more = wrapped(sentence, look.width)
    return "\n".join([first, *(" " * INDENT + line for line in [*more, *below])])


def _started(act: Act, now: datetime) -> Iterator[str]:
    yield f"{execution_text(act.execution)} of {act.pipeline} is started"
    variables: Mapping[str, str] = act.details["variables"]
    if variables:
        yield f"with {', '.join(f'{name}={plain(value)}' for name, value in variables.items())}"
    for action, revision in act.details["revisions"].items():
        yield f"{action} takes {plain(revision)}"
    yield from _ahead(act, now)


def _ahead(act: Act, now: datetime) -> Iterator[str]:
    """What the execution will meet on its way."""
    stages: tuple[StageState, ...] = act.details["ahead"]
    if stages and stages[0].status in ("InProgress", "Stopping") and act.execution.mode != "PARALLEL":
        yield f"{short(stages[0].execution or '')} is in {stages[0].name}; this one enters when it has left"
    for stage in stages:
        if not stage.gate.enabled:
            yield f"it will wait before {stage.name}, {_closed(stage.gate, now)}"
            yield f"{pipectl('enable-transition', stage.name)} opens {stage.name}"


def _closed(gate: Gate, now: datetime) -> str:
    who = f" by {person(gate.changed_by)}" if gate.changed_by else ""
    when = f" {since(gate.changed_at, now)}" if gate.changed_at else ""
    return f"closed{who}{when}{f': {quoted(gate.reason)}' if gate.reason else ''}"


def _stopped(act: Act, now: datetime) -> Iterator[str]:
    who, place = f"{execution_text(act.execution)} of {act.pipeline}", act.details["place"]
    if not act.changed:
        already = "stopped" if act.execution.status == "Stopped" else "being stopped"
        yield f"{who} is {already} already; nothing was sent"
        if already == "being stopped":
            yield f"its running actions end first; {pipectl('stop', '--abandon')} does not wait for them"
    elif act.details["abandon"]:
        yield f"{who} is stopped{f', {place}' if place else ''}; its running actions are abandoned"
        yield "what they began in other services goes on there"
    elif act.execution.mode == "PARALLEL" or (place or "").startswith("in "):
        yield f"{who} is being stopped{f', {place}' if place else ''}: its running actions end first"
        yield f"{pipectl('stop', '--abandon')} does not wait for them"
    else:
        yield f"{who} is stopped{f', {place}' if place else ''}"


def _retried(act: Act, now: datetime) -> Iterator[str]:
    which = "all of its actions" if act.details["mode"] == "ALL_ACTIONS" else "its failed actions"
    yield f"{act.stage} of {act.pipeline} runs again, {which}: {execution_text(act.execution)}"


def _rolled_back(act: Act, now: datetime) -> Iterator[str]:
    target: Execution = act.details["target"]
    if act.changed:
        yield f"{act.stage} of {act.pipeline} goes back to {execution_text(target)}"
        yield f"execution {short(act.execution.id)} does it"
        return
    word = "is going back to" if act.details["under_way"] else "is at"
    yield f"{act.stage} of {act.pipeline} {word} {execution_text(target)} already; nothing was sent"


def _approved(act: Act, now: datetime) -> Iterator[str]:
    word = "approved" if act.verb == "approve" else "rejected"
    yield f"{act.stage}/{act.action} of {act.pipeline} is {word}: {execution_text(act.execution)}"
    if act.details["comment"]:
        yield quoted(act.details["comment"])


def _overridden(act: Act, now: datetime) -> Iterator[str]:
    condition = _CONDITIONS[act.details["condition"]]
    yield f"{act.stage} of {act.pipeline} goes on in spite of {condition}: {execution_text(act.execution)}"


_TOLD: Mapping[str, Callable[[Act, datetime], Iterator[str]]] = {
    "start": _started,
    "stop": _stopped,
    "retry": _retried,
    "rollback": _rolled_back,
    "approve": _approved,
    "reject": _approved,
    "override": _overridden,
}


def pending_text(pending: Sequence[Pending], look: Look, now: datetime) -> str:
    """The approvals among which somebody is to choose, with their numbers."""
    lines = [f"{len(pending)} approvals are asked for"]
    for number, each in enumerate(pending, 1):
        when = f", {ago(each.since, now)}" if each.since else ""
        told = f"{each.stage}/{each.action}: {execution_text(each.execution)}{when}"
        lines.append(cut(f"  {pad(str(number), 4)}{plain(told)}", look.limit(look.width)))
    return "\n".join(lines)


def candidates_text(found: Candidates, look: Look, now: datetime) -> str:
    """The executions that a stage can go back to, newest first; `now` and `next` mark two of them."""
    if not found.executions:
        only = f"no execution of the present version of {found.pipeline} succeeded in {found.stage}"
        return f"{only}, and {ONE_VERSION}"
    return "\n".join(_candidate(each, found, look, now) for each in found.executions)


def _candidate(each: Execution, found: Candidates, look: Look, now: datetime) -> str:
    current = found.current and each.id in (found.current.id, found.current.rollback_target)
    word = "now" if current else "next" if found.target and each.id == found.target.id else ""
    when = ago(each.started, now) if each.started else ""
    revision = short(each.revision) if each.revision else ""
    head = f"  {pad(word, 6)}{pad(short(each.id), COLUMN)}{pad(revision, COLUMN)}{pad(when, COLUMN + 2)}"
    return f"{head}{cut(quoted(message_of(each)), look.limit(look.width - len(head)))}".rstrip()


def candidates_data(found: Candidates) -> dict[str, Any]:
    """As `rollback --list -o json` prints them."""
    return {
        "pipeline": found.pipeline,
        "stage": found.stage,
        "current": found.current.id if found.current else None,
        "next": found.target.id if found.target else None,
        "candidates": [
            {
                "id": each.id,
                "started": each.started,
                "revision": each.revision,
                "message": each.message,
            }
            for each in found.executions
        ],
    }


def act_data(act: Act, wait: Mapping[str, Any] | None) -> dict[str, Any]:
    """As every act prints it; what one act does not have is null."""
    details = {key: value for key, value in act.details.items() if key in _TOLD_DETAILS}
    if "target" in act.details:
        details["target"] = act.details["target"].id
    return {
        "act": act.verb,
        "pipeline": act.pipeline,
        "execution": act.execution.id,
        "revision": act.execution.revision,
        "message": act.execution.message,
        "stage": act.stage,
        "action": act.action,
        "changed": act.changed,
        **details,
        "wait": wait,
    }


_TOLD_DETAILS = ("variables", "revisions", "abandon", "reason", "mode", "comment", "condition")
