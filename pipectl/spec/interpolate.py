"""`${env:NAME}` and `${var:NAME}` in the texts of a spec, filled in after parsing.

A value can therefore never become structure. Plain `$NAME` and `${NAME}` are somebody else's, as everything
in an inline buildspec is. Values, and above all those of the environment, never stand in a problem.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipectl.spec.document import Document, of_shell, problem_at
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity, nearest, shown
from pipectl.spec.text import read

_NAMES = {"env": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"), "var": re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")}
# `$${` is a written `${`. A reference ends at the first `}`, since it does not hold another one.
_REFERENCE = re.compile(r"(?P<escaped>\$\$\{)|\$\{(?P<form>[A-Za-z]+):(?P<rest>[^}]*)(?P<closed>\}?)")
_EVERY = "every command that uses this spec needs it"
NEEDED_BY: Mapping[Path, str] = {
    ("name",): "plan, create, export, destroy, doctor and policy need it",
    ("region",): _EVERY,
    ("account",): _EVERY,
}
"""Which commands need a value that is part of a name; all others are needed by plan, create and export."""

MISSING = "missing-variable"
_SHELL_OPERATORS = ("-", "=", "?", "+")  # `${NAME:-default}` and its like are the shell's


@dataclass(frozen=True)
class _Mistake:
    rule: str
    message: str
    hint: str | None = None
    unset: str = ""
    """The name of a variable that is not set."""


@dataclass(frozen=True)
class _Reference:
    """One `${form:name}` or `${form:name:-default}`."""

    form: str
    name: str
    default: str | None


_Part = str | _Reference | _Mistake


def interpolate(document: Document, variables: Mapping[str, str], environment: Mapping[str, str]) -> Document:
    """The document with every reference filled in; a text with a mistake stays as it is written.

    As in a shell, a default stands for what is not set and for what is empty.
    """
    known = {"env": environment, "var": variables}
    filled: set[Path] = set()
    unset: dict[Path, tuple[str, ...]] = {}
    found: list[tuple[Path, Problem]] = []

    def change(path: Path, text: str) -> str:
        if "${" not in text or of_shell(path, text):
            return text
        parts = [_value(part, known) for part in _parts(text)]
        mistakes = [part for part in parts if isinstance(part, _Mistake)]
        found.extend((path, _problem(document, path, mistake)) for mistake in mistakes)
        if names := tuple(mistake.unset for mistake in mistakes if mistake.unset):
            unset[path] = names
        if mistakes:
            return text
        if _refers(text):
            filled.add(path)
        return "".join(str(part) for part in parts)

    values = document.with_texts(change)
    found += _keys(document, document.values, ())
    return replace(document, values=values, interpolated=document.interpolated | filled, unset=unset).also(
        found
    )


def _problem(document: Document, path: Path, mistake: _Mistake) -> Problem:
    """A mistake at its place; a value that is not set is a note that says which commands need it."""
    if not mistake.unset:
        return document.problem(path, mistake.rule, mistake.message, mistake.hint)
    who = NEEDED_BY.get(path, "plan, create and export need it")
    found = document.problem(path, mistake.rule, mistake.message, f"{who}: {mistake.hint}")
    return replace(found, severity=Severity.NOTE)


def variables_from_file(path: str) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The variables of a `--vars-file`: a mapping of names to texts, in YAML or JSON.

    An unquoted word is the text that stands there: `no` is "no", `0123` is "0123".
    """
    document = read(path)
    variables: dict[str, str] = {}
    found: list[tuple[Path, Problem]] = []
    for name, value in document.values.items():
        text = value if isinstance(value, str) else document.places.source((name,))
        mistake = _variable_mistake(name, text)
        if mistake:
            problem = document.problem((name,), mistake.rule, mistake.message, mistake.hint)
            found.append(((name,), problem))
        else:
            variables[name] = text or ""
    return variables, document.also(found).problems


def _variable_mistake(name: str, text: str | None) -> _Mistake | None:
    if not _NAMES["var"].fullmatch(name):
        return _bad_name(name)
    if text is None:
        message = f"variable {shown(name)} is not a text"
        return _Mistake("variable-value", message, "a variable is one text, in quotes where it spans words")
    return None


def _parts(text: str) -> Iterator[_Part]:
    """The text cut at its references."""
    end = 0
    for match in _REFERENCE.finditer(text):
        yield text[end : match.start()]
        yield _part(match)
        end = match.end()
    yield text[end:]


def _part(match: re.Match[str]) -> _Part:
    if match["escaped"]:
        return "${"
    form, rest = match["form"], match["rest"]
    meant = form if form in _NAMES else _meant(form)
    if meant is None or rest.startswith(_SHELL_OPERATORS):
        return match[0]
    if meant != form:
        message = f"{shown(f'${{{form}:...}}')} is no form that pipectl knows"
        hint = f"did you mean {shown(f'${{{meant}:{rest}}}')}? To keep it as it is, write `$${{`"
        return _Mistake("variable-form", message, hint)
    if not match["closed"]:
        return _Mistake("variable-form", f"{shown(match[0])} is never closed", "end it with `}`")
    return _reference(form, rest)


def _reference(form: str, rest: str) -> _Reference | _Mistake:
    name, colon, default = rest.partition(":-")
    if "${" in default:
        return _Mistake("variable-form", f"the default of {shown(name)} cannot hold another reference")
    if not _NAMES[form].fullmatch(name):
        return _bad_name(name, f"write `${{{form}:NAME}}` or `${{{form}:NAME:-default}}`")
    return _Reference(form, name, default if colon else None)


def _bad_name(name: str, hint: str = "begin with a letter; then letters, digits, `_`, `-`, `.`") -> _Mistake:
    message = f"{shown(name)} cannot be the name of a variable" if name else "a reference without a name"
    return _Mistake("variable-name", message, hint)


def _meant(form: str) -> str | None:
    """`${ENV:X}`, `${vars:X}` and `${environment:X}` are slips; `${TAG:0:8}` is the shell's."""
    folded = form.lower()
    return next((each for each in _NAMES if folded.startswith(each)), None) or nearest(folded, _NAMES)


def _value(part: _Part, known: Mapping[str, Mapping[str, str]]) -> str | _Mistake:
    if not isinstance(part, _Reference):
        return part
    value = known[part.form].get(part.name)
    if part.default is not None:
        return value or part.default
    return _missing(part, known[part.form]) if value is None else value


def _missing(reference: _Reference, names: Mapping[str, str]) -> _Mistake:
    name = reference.name
    near = nearest(name, names)
    begin = f"did you mean {shown(near)}? Else " if near else ""
    if reference.form == "var":
        hint = f"{begin}give it with `--var {name}=value`"  # a name is never cut: it is typed again
        return _Mistake(MISSING, f"variable `{name}` is not given", hint, name)
    hint = f"{begin}set it, or write a default: `${{env:{name}:-default}}`"
    return _Mistake(MISSING, f"`{name}` is not set in the environment", hint, name)


def _refers(text: str) -> bool:
    return any(isinstance(part, _Reference) for part in _parts(text))


def _keys(document: Document, value: Any, path: Path) -> Iterator[tuple[Path, Problem]]:
    """References in keys: names are the structure of a spec, so nothing is filled in there."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for part, child in entries:
        here = (*path, part)
        if not of_shell((*here, "")) and isinstance(part, str) and _refers(part):
            message = f"nothing is filled into a key, as {shown(part)}"
            place = document.places.of_key(here)
            yield here, problem_at(place, "variable-key", message, "write the name itself")
        yield from _keys(document, child, here)
