"""Lines of logs as a screen and as data: whatever a build prints, it must not steer the terminal."""

from typing import Any

from pipectl.render.harmless import harmless
from pipectl.render.marks import Look, Mark
from pipectl.render.status import short
from pipectl.render.text import plain
from pipectl.render.times import duration
from pipectl.runs.log_lines import Line, Source


def heading(source: Source, look: Look) -> str:
    """`Build  ·  CodeBuild FriendRemindersBuild:5e0f1a2b`: whose lines follow."""
    where = source.stage if source.action == source.stage else f"{source.stage}/{source.action}"
    kind = _KINDS.get(source.kind, source.provider)
    what = kind if source.name == kind else f"{kind} {_name(source)}"
    return look.dot.join([look.bold(plain(where)), plain(what)])


_KINDS = {"build": "CodeBuild", "service": "ECS", "task": "ECS task"}


def _name(source: Source) -> str:
    """A build's and a task's id in its first characters."""
    if source.kind == "build":
        project, colon, identity = source.name.rpartition(":")
        return f"{project}{colon}{identity[:8]}" if colon else source.name
    if source.kind == "task":
        identity, _, container = source.name.partition(" ")
        return f"{short(identity) if '-' in identity else identity[:8]} {container}".strip()
    return source.name


def line_text(line: Line, look: Look) -> str:
    """One line below its heading. Service events carry their time: they have none in their text."""
    text = harmless(line.text, colour=look.colour and not line.note)
    if line.failed:
        return f"{look.mark(Mark.FAILED)} {look.paint(_ended(line, text), 'red')}"
    if line.note:
        return f"{look.mark(Mark.KEPT if line.expected else Mark.ASKS)} {text}"
    if line.source.kind == "service" and line.time:
        return f"{look.faint(line.time.astimezone().strftime('%H:%M:%S'))}  {text}"
    return text


def _ended(line: Line, text: str) -> str:
    """How an action ended says how long that took."""
    run = line.ended
    if run is None:
        return text
    is_rejected = run.declared.category == "Approval" and run.status == "Failed"
    word = "rejected" if is_rejected else run.status.lower()
    return f"{word} after {duration(run.seconds)}: {text}"


def line_data(line: Line) -> dict[str, Any]:
    """One line as data. `note` is true for what pipectl says itself; `phase` is null outside of builds."""
    return {
        "stage": line.source.stage,
        "action": line.source.action,
        "source": line.source.kind,
        "name": line.source.name,
        "phase": line.phase,
        "time": line.time,
        "note": line.note,
        "text": harmless(line.text, colour=False),
    }
