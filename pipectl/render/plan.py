"""A Plan as a screen: what would be made, changed and adopted, what needs a word, what is in the way."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipectl.command import pipectl
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Change, Plan, Remark, Resource, Step
from pipectl.render import differences
from pipectl.render.differences import COLUMN, INDENT
from pipectl.render.marks import Look, Mark
from pipectl.render.text import counted, cut, pad, paragraph, plain, wrapped
from pipectl.render.times import since

KIND = COLUMN - 4
"""Cells for the kind of a thing, behind the mark."""


def plan_text(plan: Plan, look: Look, now: datetime) -> str:
    """The whole plan of one stack, with its summary line."""
    headline = look.dot.join([look.bold(plan.stack), plan.account, plan.region])
    shown = plan.steps if look.verbose else [step for step in plan.steps if is_told(step)]
    lines = [
        *(_step_text(step, look, now) for step in shown),
        *(_orphan(each, look) for each in plan.orphans),
    ]
    body = "\n".join(lines)
    return f"{headline}\n\n{body}\n\n{summary(plan)}"


def _orphan(resource: Resource, look: Look) -> str:
    """What carries the stack's tag and stands in its spec no longer."""
    line = step_line(Step(resource, Action.KEEP), Mark.ASKS, look, look.width)
    said = f"is no longer in the spec; {pipectl('create', '--prune')} removes it"
    return f"{line}\n{paragraph(said, look.width, INDENT)}"


def is_told(step: Step) -> bool:
    """Whether a step is more than `as the spec says`."""
    return step.action is not Action.KEEP or step.obstacle is not None or bool(step.remarks)


def as_stated(plans: Sequence[Plan], reads: int, writes: int) -> str:
    """What is said when nothing is to be done."""
    sent = f"{counted(reads + writes, 'call')}, {counted(writes, 'write')}"
    told = [f"{plan.stack} is as the spec says: {counted(len(plan.steps), 'resource')}" for plan in plans]
    notes = [_note(step, remark) for plan in plans for step in plan.steps for remark in step.remarks]
    lines = [f"{told[0]}, {sent}"] if len(told) == 1 else [*told, sent]
    return "\n".join([*lines, *notes])


def _note(step: Step, remark: Remark) -> str:
    return f"{step.resource.kind} {plain(step.resource.name)}: {plain(remark.text)}"


def summary(plan: Plan) -> str:
    """`1 to create, 3 to change, 1 needs your word, 9 as the spec says`."""
    words = [_word(step) for step in plan.steps]
    counts = {word: words.count(word) for word in _WORDS}
    told = [_WORDS[word].format(number=number) for word, number in counts.items() if number]
    told += [f"{len(plan.orphans)} no longer in the spec"] if plan.orphans else []
    return ", ".join(told).replace("1 need your", "1 needs your")


_WORDS = {
    "create": "{number} to create",
    "change": "{number} to change",
    "adopt": "{number} to adopt",
    "asks": "{number} need your word",
    "obstacle": "{number} in the way",
    "keep": "{number} as the spec says",
}


def _word(step: Step) -> str:
    if step.obstacle:
        return "obstacle"
    if step.action is Action.KEEP:
        return "keep"
    if any(remark.asks for remark in step.remarks):
        return "asks"
    return {Action.CREATE: "create", Action.UPDATE: "change"}.get(step.action, "adopt")


_MARKS = {
    "create": Mark.CREATE,
    "change": Mark.CHANGE,
    "adopt": Mark.ASKS,
    "asks": Mark.ASKS,
    "obstacle": Mark.ASKS,
    "keep": Mark.KEPT,
}


def _adds_more(step: Step) -> bool:
    """Whether more differs than our own tags."""
    ours = (f"tags.{OWNER_TAG}", f"tags.{ADOPTED_TAG}")
    return any(each.path not in ours for each in step.differences)


def step_line(step: Step, mark: Mark, look: Look, room: int) -> str:
    """`  + ecr repository      rails_app`, in at most so many cells."""
    name = cut(plain(step.resource.name), look.limit(room - COLUMN))
    return f"  {look.mark(mark)} {pad(step.resource.kind, KIND)}{name}"


def _step_text(step: Step, look: Look, now: datetime) -> str:
    word = _word(step)
    parts = [step_line(step, _MARKS[word], look, look.width)]
    if step.resource.kind == "transition":
        parts += transition_lines(step, look, now)
    else:
        parts += differences.lines(step, look)
    if step.action is Action.ADOPT:
        parts.append(paragraph(_adoption(step), look.width, INDENT))
    parts += [paragraph(remark.text, look.width, INDENT) for remark in step.remarks]
    if step.obstacle:
        parts.append(paragraph(step.obstacle.message, look.width, INDENT))
        parts.append(paragraph(step.obstacle.hint, look.width, INDENT))
    return "\n".join(parts)


def _adoption(step: Step) -> str:
    """What taking over means: our two tags, and what else the spec wants otherwise."""
    ours = f"{OWNER_TAG} and {ADOPTED_TAG}"
    if not _adds_more(step):
        return f"`--adopt` adds the tags {ours}, nothing else"
    return f"`--adopt` makes these changes and adds {ours}"


def transition_lines(step: Step, look: Look, now: datetime) -> list[str]:
    """`closed -> open    held by ann since Mon 09:12 (3 days): "waiting for the audit"`."""
    if step.action is Action.KEEP:
        return []
    before, after = step.before or {}, step.resource.stated
    stays = step.before is None or before.get("enabled") == after.get("enabled")
    change = gate(after) if stays else f"{gate(before)} -> {gate(after)}"
    said = _held(before, now) if after.get("enabled") else _reasons(before, after, stays=stays)
    first, *more = wrapped(said, look.width - COLUMN)
    line = f"{' ' * INDENT}{pad(change, COLUMN - INDENT)}{first}".rstrip()
    return [line, *(" " * COLUMN + rest for rest in more)]


def gate(state: Any) -> str:
    """Whether runs may pass, in one word."""
    return "closed" if state.get("enabled") is False else "open"


def quoted(reason: object) -> str:
    """A reason or message between quotation marks."""
    return f'"{plain(str(reason))}"' if reason else ""


def _reasons(before: Any, after: Any, *, stays: bool) -> str:
    new = quoted(after.get("reason"))
    return f"{quoted(before.get('reason'))} -> {new}" if stays and before.get("reason") else new


def _held(before: Any, now: datetime) -> str:
    """Whose hold it is that would be lifted, since when and why."""
    if before.get("enabled") is not False:
        return ""
    who = f"held by {person(before['changed_by'])}" if before.get("changed_by") else "held"
    when = before.get("changed_at")
    moment = f" {since(when, now)}" if isinstance(when, datetime) else ""
    reason = quoted(before.get("reason"))
    return f"{who}{moment}: {reason}" if reason else f"{who}{moment}"


def person(arn: str) -> str:
    """The name at the end of a caller's ARN: `arn:aws:sts::1:assumed-role/Ops/ann` is ann."""
    return plain(arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1])


def changed_text(change: Change) -> str:
    """Who changed a thing last, by which operation, and when."""
    moment = change.when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"last changed by {person(change.who)}, {moment} ({plain(change.operation)})"
