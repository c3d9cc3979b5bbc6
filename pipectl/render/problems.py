"""Problems of specs as lines that people and editors read: `file:line:column: error: message; hint`."""

from collections.abc import Sequence
from typing import Any

from pipectl.render.marks import Look
from pipectl.render.text import counted, plain, wrapped

COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def problems_text(problems: Sequence[Any], look: Look, cells: int | None) -> str:
    """Every problem and their count. With `cells` the lines are wrapped for a person; without, one each."""
    lines = [_problem(problem, look, cells) for problem in problems]
    return "\n".join([*lines, count(problems)])


def count(problems: Sequence[Any]) -> str:
    """`2 errors, 1 warning`."""
    severities = [str(problem.severity) for problem in problems]
    numbers = [(severity, severities.count(severity)) for severity in COLOURS]
    return ", ".join(counted(number, severity) for severity, number in numbers if number) or "no mistakes"


def _problem(problem: Any, look: Look, cells: int | None) -> str:
    text = plain(str(problem))
    first, *more = wrapped(text, cells - 2) if cells else [text]
    severity = f"{problem.severity}:"
    painted = look.paint(severity, COLOURS[str(problem.severity)], bold=True)
    return "\n".join([first.replace(severity, painted, 1), *("  " + line for line in more)])
