"""Document: a text of YAML as plain values, where every value knows its place."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipectl.spec.places import Path, Place, Places, nothing
from pipectl.spec.problems import Problem, Severity

Change = Callable[[Path, str], str]


@dataclass(frozen=True)
class Document:
    """What a file says, and what is wrong with it at the level of the text."""

    file: str  # as the user named it
    values: dict[str, Any]
    places: Places
    problems: tuple[Problem, ...] = ()
    broken: bool = False
    """Nothing is known of the values: to look for more mistakes in them would only mislead."""
    interpolated: frozenset[Path] = frozenset()
    """Texts that a variable was filled into. They may be secrets, and a number among them is still a text."""
    unset: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    """Texts that stay as they are written, since a variable in them is not set: its names."""
    troubled: frozenset[Path] = frozenset()
    """Values that have a problem already: whatever else is wrong there follows from it."""
    files: Mapping[Path, str] = field(default_factory=dict)
    """Texts that `file:` brought in, and the file of each."""

    def with_texts(self, change: Change) -> dict[str, Any]:
        """The values, with every text changed; keys stay as they are."""
        return {key: _changed(value, (key,), change) for key, value in self.values.items()}

    def problem(self, path: Path, rule: str, message: str, hint: str | None = None) -> Problem:
        """A mistake in the value at this path."""
        return problem_at(self.places.of(path), rule, message, hint)

    def also(self, found: Collection[tuple[Path, Problem]]) -> "Document":
        """The same document with more problems. Aliases share a place, and its problem is said once."""
        problems = dict.fromkeys((*self.problems, *(problem for _, problem in found)))
        return replace(self, problems=tuple(problems), troubled=self.troubled | {path for path, _ in found})


def problem_at(place: Place, rule: str, message: str, hint: str | None = None) -> Problem:
    """An error at a place."""
    return Problem(place.file, place.line, place.column, Severity.ERROR, rule, message, hint)


def broken(file: str, *problems: Problem) -> Document:
    """A document of which nothing can be said but what is wrong with it."""
    return Document(file, {}, nothing(file), problems, broken=True)


def of_shell(path: Path, text: str = "") -> bool:
    """Whether a text belongs to an inline buildspec, whose `$` is the shell's.

    A buildspec of one line is the path of a file, or `file:path`, and belongs to the spec.
    """
    if path[:1] != ("codebuild",):
        return False
    inside = path[2:]
    for buildspec in (("buildspec",), ("aws", "source", "buildspec")):
        if inside[: len(buildspec)] == buildspec:
            return inside != buildspec or _is_inline(text)
    return False


def _is_inline(text: str) -> bool:
    return "\n" in text or text.lstrip().startswith(("{", "version:"))


def _changed(value: Any, path: Path, change: Change) -> Any:
    match value:
        case str():
            return change(path, value)
        case dict():
            return {key: _changed(each, (*path, key), change) for key, each in value.items()}
        case list():
            return [_changed(each, (*path, number), change) for number, each in enumerate(value)]
    return value
