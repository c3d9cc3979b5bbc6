"""YAML text to a Spec: unknown keys, wrong types and missing ones, all at once and with their place."""

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipectl.spec.document import Document
from pipectl.spec.files import resolve_files
from pipectl.spec.grammar import Settings, file_model
from pipectl.spec.interpolate import interpolate
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec
from pipectl.spec.text import read
from pipectl.spec.wording import problems, written_path


def load(
    file: str,
    blocks: Mapping[str, type],
    variables: Mapping[str, str],
    environment: Mapping[str, str],
) -> tuple[Spec | None, list[Problem]]:
    """The spec of a file and everything that is wrong with it.

    A spec with unknown keys is given without them, so that the rules between the blocks can tell of their
    mistakes too; it is None when so much is wrong that they would only mislead. Raises nothing.
    """
    document = resolve_files(interpolate(read(file), variables, environment))
    if document.broken:
        return None, list(document.problems)
    model = file_model(blocks)
    values = _entries(document.values, blocks)
    settings, errors = _validated(model, values)
    found = [*document.problems, *problems(document, model, errors)]
    if settings is None:
        settings, _ = _validated(model, _without(document, values, errors))
    return (_spec(document, settings, blocks) if settings else None), found


def _entries(values: Mapping[str, Any], blocks: Mapping[str, type]) -> dict[str, Any]:
    """`name:` with nothing behind it means `name: {}`, and so does a block."""
    return {
        key: {name: {} if entry is None else entry for name, entry in (value or {}).items()}
        if key in blocks and (value is None or isinstance(value, dict))
        else value
        for key, value in values.items()
    }


def _validated(model: type[Settings], values: Mapping[str, Any]) -> tuple[Settings | None, list[Any]]:
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _without(document: Document, values: dict[str, Any], errors: list[Any]) -> dict[str, Any]:
    """The values without the unknown keys and without the values that do not fit."""
    left = copy.deepcopy(values)
    for error in errors:
        if error["type"] != "missing":
            _remove(left, written_path(document, error["loc"], error["type"]))
    return left


def _remove(values: Any, path: Path) -> None:
    for part in path[:-1]:
        if not isinstance(values, dict | list):
            return
        inside = isinstance(values, dict) or (isinstance(part, int) and part < len(values))
        values = (values.get(part) if isinstance(values, dict) else values[int(part)]) if inside else None
    if path and isinstance(values, dict):
        values.pop(path[-1], None)


def _spec(document: Document, settings: Settings, blocks: Mapping[str, type]) -> Spec:
    return Spec(
        name=settings.name,
        file=document.file,
        places=document.places,
        region=settings.region,
        account=settings.account,
        tags=settings.tags,
        artifact_bucket=settings.artifact_bucket,
        permissions_boundary=settings.permissions_boundary,
        blocks={key: getattr(settings, key) for key in blocks},
    )
