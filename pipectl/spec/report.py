"""Problems as they are reported: at a place, and on one line whatever the names in them hold."""

from pipectl.spec.places import Place
from pipectl.spec.problems import Problem, Severity, shown

_LONGEST_MESSAGE = 1_000


def problem_at(place: Place, rule: str, message: str, hint: str | None, severity: Severity) -> Problem:
    """A problem at a place. Names may hold anything, and a message is one line."""
    told, way_out = _line(message), None if hint is None else _line(hint)
    return Problem(place.file, place.line, place.column, severity, rule, told, way_out)


def _line(text: str) -> str:
    return shown(text, _LONGEST_MESSAGE)[1:-1]
