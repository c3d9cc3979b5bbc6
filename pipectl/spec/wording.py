"""What pydantic finds wrong as problems: each with its place, once, and without what only follows from it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from pipectl.spec.document import Document, problem_at
from pipectl.spec.models import field_at, fields_at, owner
from pipectl.spec.phrases import TYPES, name_phrase, phrase
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.subject import called, subject, within

MOST_PROBLEMS = 100
"""A file with more of them is none of ours; to look for the nearest words of all would take minutes."""

_MOST_KEYS = 15
_ACCOUNT_DIGITS = 12
_UNITS = ("MiB", "GiB", "seconds", "CPU units")
_UNION_MEMBER = re.compile(
    r"^(str|int|float|bool|[A-Z]\w*|(list|dict|function|constrained|literal|lax)\b.*)$"
)
"""How pydantic names a member of a union, or a function of its own, within a location."""


@dataclass(frozen=True)
class _Mistake:
    """One error of pydantic and the path of the value, or of the key, that it is about."""

    path: Path
    kind: str
    error: Mapping[str, Any]
    of_key: bool = False


def problems(
    document: Document, model: type[BaseModel], errors: Iterable[Mapping[str, Any]]
) -> list[Problem]:
    """One problem for each place; of the members of a union, what fits none of them is said once."""
    mistakes = [_mistake(document, error) for error in errors]
    troubled = sorted(document.troubled, key=len)
    groups: dict[tuple[Path, bool], list[_Mistake]] = {}
    unmerged = any(problem.rule == "yaml-merge" for problem in document.problems)
    own = [each for each in mistakes if not _follows(each.path, troubled)]
    for each in _leading(model, own, unmerged=unmerged):
        groups.setdefault((each.path, each.of_key), []).append(each)
    found: dict[tuple[Any, ...], Problem] = {}
    for group in groups.values():
        problem = _problem(document, model, group)
        # An alias is said once, at its anchor, and not once more for each place that uses it.
        found.setdefault((problem.line, problem.column, problem.rule, *group[0].path[-1:]), problem)
        if len(found) == MOST_PROBLEMS:
            break
    return list(found.values())


def written_path(document: Document, loc: tuple[str | int, ...], kind: str) -> Path:
    """Pydantic's location without what names no value: the members of a union and its own functions."""
    path: list[str | int] = []
    for part in loc:
        if part == "[key]":
            break
        named = isinstance(part, str) and not document.places.has((*path, part))
        if not (named and _UNION_MEMBER.match(str(part))):
            path.append(part)
    return tuple(path) if kind == "missing" else tuple(_existing(document, path))


def _existing(document: Document, path: list[str | int]) -> list[str | int]:
    while path and not document.places.has(tuple(path)):
        path = path[:-1]
    return path


def _mistake(document: Document, error: Mapping[str, Any]) -> _Mistake:
    kind = str(error["type"])
    return _Mistake(written_path(document, error["loc"], kind), kind, error, "[key]" in error["loc"])


def _follows(path: Path, troubled: list[Path]) -> bool:
    """Whether the value, or one around it, has a problem of the text already."""
    return any(path[: len(each)] == each for each in troubled)


def _leading(model: type[BaseModel], mistakes: list[_Mistake], *, unmerged: bool) -> Iterator[_Mistake]:
    """The mistakes without those that only follow from others.

    A key is not missing when it is there and misspelt, or when it may be in what `<<` could not take in. A
    value is not of the wrong type when one member of its union takes its type and finds something wrong.
    """
    misspelt = {
        (each.path[:-1], nearest(str(each.path[-1]), fields_at(model, each.path[:-1])))
        for each in mistakes[: MOST_PROBLEMS * 2]
        if each.kind == "extra_forbidden"
    }
    inside = {each.path[:length] for each in mistakes for length in range(len(each.path))}
    inside |= {each.path for each in mistakes if each.kind not in TYPES and not each.of_key}
    for each in mistakes:
        if each.kind == "missing" and (unmerged or (each.path[:-1], each.path[-1]) in misspelt):
            continue
        if each.kind in TYPES and each.path in inside:
            continue
        yield each


def _problem(document: Document, model: type[BaseModel], group: list[_Mistake]) -> Problem:
    first = group[0]
    if first.kind == "extra_forbidden":
        return _unknown_key(document, model, first.path)
    if first.kind == "missing":
        return _missing_key(document, model, first.path)
    name = subject(document, first.path)
    if first.of_key:
        rule, said, _ = name_phrase(first.error)
        return problem_at(document.places.of_key(first.path), rule, f"the name {name} {said}")
    words = phrase(document, first.path, [each.error for each in group])
    text = f"{name}{words.text}" if words.text.startswith(":") else f"{name} {words.text}"
    hint = _account_id(document, first.path) or words.hint
    if hint is None and words.rule == "wrong-type":
        hint = _unit(model, first.path) if "whole number" in text else _shape(model, first.path)
    return document.problem(first.path, words.rule, text, hint)


def _unit(model: type[BaseModel], path: Path) -> str | None:
    described = _description(model, path)
    return f"it counts {described}" if described and described.startswith(_UNITS) else described


def _account_id(document: Document, path: Path) -> str | None:
    """An account id without quotes is a number, and somebody may have lost the zero it begins with."""
    source = document.places.source(path) if path == ("account",) else None
    if source is None or not source.isdigit() or len(source) >= _ACCOUNT_DIGITS:
        return None
    return f'an account id has {_ACCOUNT_DIGITS} digits, in quotes: `"{source.zfill(_ACCOUNT_DIGITS)}"`?'


def _shape(model: type[BaseModel], path: Path) -> str | None:
    """For a value that is no mapping: what one has, or what else may stand there."""
    known = sorted(fields_at(model, path))
    return (_description(model, path) or _has(known)) if known else None


def _missing_key(document: Document, model: type[BaseModel], path: Path) -> Problem:
    key = str(path[-1])
    text = f"{shown(key)} is missing{within(document, path[:-1])}"
    place = document.places.of_key(path)
    return problem_at(place, "missing-key", text, _only_value(model, path) or _description(model, path))


def _only_value(model: type[BaseModel], path: Path) -> str | None:
    """For a key with one possible value, as `pipectl: 1`: the line to write."""
    info = field_at(model, path)
    choices = get_args(info.annotation) if info and get_origin(info.annotation) is Literal else ()
    return f"write `{path[-1]}: {choices[0]}`" if len(choices) == 1 else None


def _description(model: type[BaseModel], path: Path) -> str | None:
    info = field_at(model, path)
    return info.description if info else None


def _unknown_key(document: Document, model: type[BaseModel], path: Path) -> Problem:
    text = f"unknown key {shown(str(path[-1]))}{within(document, path[:-1])}"
    hint = _known_key(document, model, path)
    return problem_at(document.places.of_key(path), "unknown-key", text, hint)


def _known_key(document: Document, model: type[BaseModel], path: Path) -> str | None:
    known = sorted(fields_at(model, path[:-1]))
    key = str(path[-1])
    belongs = owner(model, path) if len(path) > 1 else None
    if belongs is not None:
        return f"it belongs to {called(document, belongs)}"
    near = nearest(key, known)
    if near:
        return f"did you mean `{near}`?"
    longer = [each for each in known if key.startswith(f"{each}_")]
    if longer:
        return f"did you mean `{max(longer, key=len)}`?"
    if "aws" in known and key != key.lower():
        return "AWS's own parameters stand under `aws:`"
    return _has(known)


def _has(known: list[str]) -> str | None:
    return f"it has {', '.join(known)}" if 0 < len(known) <= _MOST_KEYS else None
