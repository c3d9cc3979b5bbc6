"""YAML text to a Spec: unknown keys, wrong types and missing ones, all at once and with their place."""

import copy
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from pipectl.spec.document import Document
from pipectl.spec.files import resolve_files
from pipectl.spec.grammar import NAMELESS, Settings, file_model
from pipectl.spec.interpolate import MISSING, interpolate
from pipectl.spec.later import later
from pipectl.spec.models import named_things
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, Severity
from pipectl.spec.spec import Spec
from pipectl.spec.text import read
from pipectl.spec.wording import problems, written_path

_ROUNDS = 3
"""How often what does not fit is taken out: a key, then the thing around it, then its block."""


def load(
    file: str,
    blocks: Mapping[str, type],
    variables: Mapping[str, str],
    environment: Mapping[str, str],
) -> tuple[Spec | None, list[Problem]]:
    """The spec of a file and everything that is wrong with it.

    What does not fit is left out of the spec, a key or a whole thing, so that the rules between the blocks
    can tell of their mistakes too; `Spec.places` still knows everything that is written. It is None when so
    much is wrong that more would only mislead. Raises nothing.
    """
    written = read(file)
    document = resolve_files(interpolate(written.also(tuple(later(written))), variables, environment))
    if document.broken:
        return None, list(document.problems)
    model = file_model(blocks)
    values = _with_entries(_dates_as_texts(document, document.values, ()), model)
    settings, errors = _validated(model, values)
    found = problems(document, model, errors)
    needed, spared = _unset_among(document, errors)
    for round_ in range(_ROUNDS):
        if settings is None:
            values = _without(document, values, errors, round_)
            settings, errors = _validated(model, values)
            needed |= _unset_among(document, errors)[0]
    found = [*(_needed(document, each, needed) for each in document.problems), *found]
    return (_spec(document, settings, blocks, spared) if settings else None), found


_SPARED = re.compile(r"(int|float|bool)_|literal_error")
"""Pydantic's errors for a number or one of a few words: no name of a resource depends on it."""


def _unset_among(document: Document, errors: list[Any]) -> tuple[set[Path], set[Path]]:
    """The unset values that are part of the structure or of a name, and those that can be done without."""
    if not document.unset:
        return set(), set()
    kinds: dict[Path, set[str]] = {}
    for error in errors:
        kinds.setdefault(written_path(document, error["loc"], error["type"]), set()).add(error["type"])
    spared = {path for path, types in kinds.items() if any(map(_SPARED.match, types))}
    return {path for path in kinds if path in document.unset} - spared, spared & document.unset.keys()


def _needed(document: Document, problem: Problem, needed: set[Path]) -> Problem:
    """The problem, an error when it is about an unset value that the structure or a name depends on."""
    places = {document.places.of(path) for path in needed}
    if problem.rule != MISSING or problem.place not in places:
        return problem
    return replace(problem, severity=Severity.ERROR)


def _dates_as_texts(document: Document, value: Any, path: Path) -> Any:
    """A date without quotes is the text that stands there, as `Version: 2012-10-17`: no value is a date."""
    match value:
        case dt.date():
            return document.places.source(path) or str(value)
        case dict():
            return {key: _dates_as_texts(document, each, (*path, key)) for key, each in value.items()}
        case list():
            return [_dates_as_texts(document, each, (*path, number)) for number, each in enumerate(value)]
    return value


def _with_entries(values: Any, model: type[Settings]) -> dict[str, Any]:
    """`name:` with nothing behind it means `name: {}`, and so does a block."""
    filled = copy.deepcopy(values)
    for path in named_things(model, filled):
        inside = filled
        for part in path[:-1]:
            inside = inside[part]
        inside[path[-1]] = {}
    return dict(filled)


def _validated(model: type[Settings], values: Mapping[str, Any]) -> tuple[Settings | None, list[Any]]:
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _without(document: Document, values: dict[str, Any], errors: list[Any], round_: int) -> dict[str, Any]:
    """The values without those that do not fit; later rounds take out what is left incomplete by it."""
    left: dict[str, Any] = {**NAMELESS, **copy.deepcopy(values)} if round_ else copy.deepcopy(values)
    paths = [written_path(document, error["loc"], error["type"]) for error in errors]
    for path, error in zip(paths, errors, strict=True):
        if round_ == 0 and error["type"] != "missing":
            _remove(left, path)
        elif round_ and path[0] not in NAMELESS:
            _remove(left, thing(path) if round_ == 1 else path[:1])
    return left


def thing(path: Path) -> Path:
    """The named thing that a value is part of: one of a block, or a service of a cluster."""
    return path[:4] if path[2:3] == ("services",) and len(path) > 4 else path[:2]  # noqa: PLR2004  block, name


def _remove(values: Any, path: Path) -> None:
    """Take out a key. An entry of a list stays, since those behind it would be taken for others."""
    for part in path[:-1]:
        known = part in values if isinstance(values, dict) else isinstance(values, list)
        values = values[part] if known else None
    if path and isinstance(values, dict):
        values.pop(path[-1], None)


def _spec(document: Document, settings: Settings, blocks: Mapping[str, type], spared: set[Path]) -> Spec:
    return Spec(
        name=settings.name,
        file=document.file,
        places=document.places,
        region=settings.region,
        account=settings.account,
        tags=settings.tags,
        artifact_bucket=settings.artifact_bucket,
        permissions_boundary=settings.permissions_boundary,
        role_path=settings.role_path,
        role_prefix=settings.role_prefix or "",
        blocks={key: getattr(settings, key) for key in blocks},
        unset=document.unset,
        spared=frozenset(spared),
    )
