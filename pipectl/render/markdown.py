"""Plans as Markdown: a comment for a pull request, which a merge tool or a person reads.

What is dangerous stands above and is never collapsed; every resource has a block that opens. GitHub takes
comments of 65,536 characters (its API answers "body is too long (maximum is 65536 characters)"), GitLab of
1,000,000 (its documentation, "Instance limits").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipectl.command import pipectl
from pipectl.engine.values import Action, Plan, Step
from pipectl.render.differences import diff_lines
from pipectl.render.markdown_text import code, fenced, html_code, prose
from pipectl.render.marks import Look
from pipectl.render.plan import is_told, summary, transition_lines
from pipectl.render.text import counted, plain

MOST_BYTES = 60_000
"""Bytes of one comment, so that a workflow may add a few lines of its own."""
_WHOLE = Look(width=10_000)
"""Lines are not cut: a reader scrolls a block of code."""
_WORDS = {Action.CREATE: "create", Action.UPDATE: "update", Action.ADOPT: "adopt", Action.KEEP: "no changes"}


@dataclass(frozen=True)
class _Part:
    """A piece that is printed whole or left out; those of a lower `rank` are chosen first."""

    text: str
    rank: int


HEADING, NOTE, RESOURCE = range(3)
"""The ranks."""


def plans_markdown(
    plans: Sequence[Plan], problems: Sequence[Any], now: datetime, *, verbose: bool = False
) -> str:
    """All plans as one comment of at most MOST_BYTES bytes. `problems` are the warnings about the specs.

    With `verbose` every value of a new resource is shown, not only what its spec makes it.
    """
    parts = [_Part(f"<!-- pipectl plan: {_comment(plans)} -->", HEADING)]
    parts += [_Part(f"- ⚠️ {prose(str(problem))}", NOTE) for problem in problems]
    for plan in plans:
        parts += _plan(plan, now, verbose=verbose)
    return _within(parts, MOST_BYTES)


def _comment(plans: Sequence[Plan]) -> str:
    """The stacks, so that a workflow finds its comment again; a comment of HTML has no `--` in it."""
    names = " ".join(f"{plan.stack}/{plan.region}" for plan in plans)
    return plain(names).replace("--", "- -").replace(">", "")


def _plan(plan: Plan, now: datetime, *, verbose: bool) -> Iterator[_Part]:
    place = f"account {code(plan.account)}, Region {code(plan.region)}"
    pending = plan.pending or plan.obstacles or plan.orphans
    total = f"**{prose(summary(plan))}**" if pending else f"**No changes**: {prose(summary(plan))}"
    yield _Part(f"### Plan for {code(plan.stack)}\n\n{total} ({place})", HEADING)
    yield from (_Part(line, NOTE) for line in _notes(plan))
    yield from (
        _Part(_resource(step, now, verbose=verbose), RESOURCE) for step in plan.steps if is_told(step)
    )


def _notes(plan: Plan) -> Iterator[str]:
    """What a reviewer must see: conflicts, what is lost, what needs a yes, what would be taken over."""
    for step in plan.obstacles:
        if step.obstacle:
            yield f"- ⛔ **Conflict**: {prose(f'{step.obstacle.message}; {step.obstacle.hint}')}"
    for step in plan.steps:
        yield from (f"- 🔴 **{word}**: {_name(step)}: {text}" for word, text in _dangers(step))
    for step in plan.adoptions:
        yield f"- ⚠️ **Adopts** {_name(step)}: no stack owns it; `--adopt` takes it over"
    for orphan in plan.orphans:
        name = f"{prose(orphan.kind)} {code(orphan.name)}"
        yield f"- ⚠️ {name} is no longer in the spec; {prose(pipectl('create', '--prune'))} deletes it"


def _dangers(step: Step) -> Iterator[tuple[str, str]]:
    """What cannot be taken back, and what waits for a yes."""
    yield from (("Needs confirmation", prose(remark.text)) for remark in step.remarks if remark.asks)
    before = step.before or {}
    if step.resource.kind == "transition" and before.get("enabled") is False and step.changes("enabled"):
        yield "Lifts a hold", prose(str(before.get("reason") or "no reason was given"))
    gone = [each.path for each in step.differences if each.before is not None and each.after is None]
    if gone:
        yield "Removes", ", ".join(map(code, gone))


def _name(step: Step) -> str:
    return f"{prose(step.resource.kind)} {code(step.resource.name)}"


def _resource(step: Step, now: datetime, *, verbose: bool) -> str:
    """A block that opens: what happens to one resource, and each difference."""
    word = "conflict" if step.obstacle else _WORDS.get(step.action, str(step.action))
    head = f"{html_code(step.resource.kind)} {html_code(step.resource.name)}: {word}"
    parts = [f"<details><summary>{head}</summary>"]
    if lines := list(_diff(step, now, verbose=verbose)):
        parts.append(fenced(lines, "diff"))
    if remarks := [remark for remark in step.remarks if not remark.asks]:
        parts.append("\n".join(f"- {prose(remark.text)}" for remark in remarks))
    return "\n\n".join([*parts, "</details>"])


def _diff(step: Step, now: datetime, *, verbose: bool) -> Iterator[str]:
    if step.action is Action.CREATE:
        yield f"+ {step.resource.kind} {plain(step.resource.name)}"
    if step.resource.kind == "transition":
        yield from (f"! {line.strip()}" for line in transition_lines(step, _WHOLE, now))
    else:
        yield from diff_lines(step, verbose=verbose)


def _within(parts: Sequence[_Part], most: int) -> str:
    """The parts in at most so many bytes: notes before resources, each whole; a last line counts the rest."""
    tail = "_{} not shown: a comment has room for {} kB._ " + prose(
        f"{pipectl('plan', '-v')} shows everything"
    )
    room = most - len(tail.encode()) - 200
    chosen: set[int] = set()
    for number, part in sorted(enumerate(parts), key=lambda item: item[1].rank):
        size = len(part.text.encode()) + 2
        if size <= room:
            room -= size
            chosen.add(number)
    left = len(parts) - len(chosen)
    texts = [_spaced(parts, number) for number in sorted(chosen)]
    if left:
        texts.append("\n\n" + tail.format(counted(left, "resource"), most // 1000))
    return "".join(texts).strip("\n")


def _spaced(parts: Sequence[_Part], number: int) -> str:
    """A part with the space before it: notes are one list."""
    is_item = parts[number].rank == NOTE and number and parts[number - 1].rank == NOTE
    return ("\n" if is_item else "\n\n") + parts[number].text
