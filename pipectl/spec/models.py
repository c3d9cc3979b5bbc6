"""The grammar as pydantic knows it: which keys and which models stand at a path."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipectl.spec.places import Path

_DEEPEST = 4
"""How far below a mapping a key that is not its own is looked for."""


def fields_at(model: type[BaseModel], path: Path) -> set[str]:
    """The keys that the grammar has at a path."""
    return {name for found in models_at(model, path) for name in found.model_fields}


def field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """The grammar of the key that a path ends in."""
    for found in models_at(model, path[:-1]) if path else ():
        info = found.model_fields.get(str(path[-1]))
        if info:
            return info
    return None


def models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that a value at this path may be."""
    annotations: list[Any] = [model]
    for part in path:
        annotations = [inner for each in annotations for inner in _inside(each, part)]
    return [each for annotation in annotations for each in members(annotation) if is_model(each)]


def owner(model: type[BaseModel], path: Path) -> Path | None:
    """Where a key belongs that stands at the wrong level: below its mapping, else around it."""
    key = str(path[-1])
    around = [path[:length] for length in range(len(path) - 2, 1, -1)]
    below = next(_below(models_at(model, path[:-1]), key), None)
    if below is not None:
        return (*path[:-1], *below)
    return next((each for each in around if key in fields_at(model, each)), None)


def _below(models: list[type[BaseModel]], key: str) -> Iterator[Path]:
    """The ways down to the mappings that have the key, the shortest first."""
    ways: list[tuple[Path, type[BaseModel]]] = [((), each) for each in models]
    for _ in range(_DEEPEST):
        ways = [
            ((*way, name, *more), inner)
            for way, found in ways
            for name, info in found.model_fields.items()
            for more, inner in _models_of(info.annotation)
        ]
        yield from (way for way, found in ways if key in found.model_fields)


def _models_of(annotation: Any) -> Iterator[tuple[Path, type[BaseModel]]]:
    """The models of a field; those of named things stand behind a name."""
    for member in members(annotation):
        if is_model(member):
            yield (), member
        elif get_origin(member) is dict:
            yield from ((("NAME", *more), each) for more, each in _models_of(get_args(member)[1]))


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    for member in members(annotation):
        if is_model(member):
            field = member.model_fields.get(str(part))
            if field is not None:
                yield field.annotation
        elif get_origin(member) is dict:
            yield get_args(member)[1]
        elif get_origin(member) is list:
            yield get_args(member)[0]


def named_things(annotation: Any, value: Any) -> Iterator[Path]:
    """The paths of things that are named and have nothing behind their name."""
    for member in members(annotation):
        if is_model(member) and isinstance(value, dict):
            for name, info in member.model_fields.items():
                if name in value:
                    yield from ((name, *path) for path in named_things(info.annotation, value[name]))
        elif get_origin(member) is dict and any(is_model(each) for each in members(get_args(member)[1])):
            yield from _nameless(get_args(member)[1], value)
        elif get_origin(member) is list and isinstance(value, list):
            for number, each in enumerate(value):
                yield from ((number, *path) for path in named_things(get_args(member)[0], each))


def _nameless(annotation: Any, value: Any) -> Iterator[Path]:
    if value is None:
        yield ()
    for name, each in value.items() if isinstance(value, dict) else ():
        if each is None:
            yield (name,)
        yield from ((name, *path) for path in named_things(annotation, each))


def members(annotation: Any) -> Iterator[Any]:
    """The members of a union; an annotation that is none is its own only member."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from members(each)
    elif origin is not Literal:
        yield annotation


def is_model(annotation: Any) -> bool:
    """Whether a mapping of the spec is described by it."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
