"""Outcomes as lines: each step as it runs and settles, what failed and why, and the sum at the end."""

from collections.abc import Sequence

from pipectl.engine.values import Action, Outcome, Result, Step
from pipectl.errors import AccessDenied
from pipectl.render.error import message_lines
from pipectl.render.marks import Look, Mark
from pipectl.render.plan import step_line
from pipectl.render.text import counted, cut, indented, pad, paragraph, plain, width
from pipectl.render.times import duration

NOTE_ROOM = 40

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.ADOPT: "adopted",
    Action.DELETE: "deleted",
    Action.RELEASE: "released",
}


def running_line(step: Step, look: Look, note: str = "") -> str:
    """A step that is being carried out, with what it waits for."""
    return _beside(step, Mark.RUNNING, note, look)


def settled_line(outcome: Outcome, look: Look) -> str:
    """A step that ended, with the time it took."""
    mark = Mark.DONE if outcome.result is Result.DONE else Mark.FAILED
    return _beside(outcome.step, mark, duration(outcome.seconds), look)


def _beside(step: Step, mark: Mark, note: str, look: Look) -> str:
    right = look.width
    note = cut(plain(note), look.limit(NOTE_ROOM))
    line = step_line(step, mark, look, right - width(note) - 2)
    # Colours take no cells, so the width is counted without them.
    bare = step_line(step, mark, Look(unicode=look.unicode, whole=look.whole), right - width(note) - 2)
    return f"{line}{pad('', max(right - width(note) - width(bare), 2))}{note}".rstrip()


def done_text(outcomes: Sequence[Outcome], seconds: float, look: Look) -> str:
    """`✓ 13 created, 1 changed in 1.9 s`."""
    done = [outcome.step.action for outcome in outcomes if outcome.result is Result.DONE]
    counts = [f"{done.count(action)} {word}" for action, word in _DONE.items() if action in done]
    return f"{look.mark(Mark.DONE)} {', '.join(counts)} in {duration(seconds)}"


def failure_text(outcome: Outcome, caller: str, look: Look) -> str:
    """One failed step: what happened, and the way on."""
    step, error = outcome.step, outcome.error
    assert error is not None  # noqa: S101  a failed outcome has one
    parts = [f"{look.mark(Mark.FAILED)} {step.resource.kind} {plain(step.resource.name)}"]
    parts.append(indented(message_lines(error, look.width - 2), 2))
    if isinstance(error, AccessDenied) and caller not in error.said:
        parts.append(paragraph(f"the caller is {caller}", look.width, 2))
    if error.hint:
        parts.append(paragraph(error.hint, look.width, 2))
    return "\n\n".join(parts)


def counts_text(outcomes: Sequence[Outcome]) -> str:
    """`9 created, 1 failed, 3 not tried`."""
    done = [outcome.step.action for outcome in outcomes if outcome.result is Result.DONE]
    counts = [(done.count(action), word) for action, word in _DONE.items()]
    counts += [
        (sum(outcome.result is result for outcome in outcomes), str(result))
        for result in (Result.FAILED, Result.NOT_TRIED)
    ]
    return ", ".join(f"{number} {word}" for number, word in counts if number)


def left_undone(outcomes: Sequence[Outcome], look: Look) -> str:
    """The steps that were not tried, one line each."""
    undone = [outcome.step for outcome in outcomes if outcome.result is Result.NOT_TRIED]
    return "\n".join(step_line(step, Mark.KEPT, look, look.width) for step in undone)


def progress_text(done: int, pending: int, *, stopping: bool = False) -> str:
    """How far it is; after Ctrl-C what it waits for."""
    way_out = "; ending what is under way, Ctrl-C again leaves at once" if stopping else ""
    return f"{done} of {counted(pending, 'step')}{way_out}"
