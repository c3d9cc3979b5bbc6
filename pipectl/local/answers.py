"""Answers of the own services: into JSON 1.1, and against the output shape of the service model."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, datetime),
    "blob": (bytes, str),
}


def encode(value: Any) -> Any:
    """JSON 1.1: moments are epoch seconds, bytes are base64, members that are None are left out"""
    if isinstance(value, dict):
        return {key: encode(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [encode(part) for part in value]
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def check(shape: Shape | None, value: Any, path: str = "answer") -> None:
    """Raise AssertionError when an answer says what the model does not know: the service has a bug"""
    if value is None:
        return
    if isinstance(shape, StructureShape):
        _expect(isinstance(value, dict), path, value, "a structure")
        for name, part in value.items():
            _expect(name in shape.members, f"{path}.{name}", part, "a member of the output shape")
            check(shape.members[name], part, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        _expect(isinstance(value, list | tuple), path, value, "a list")
        for index, part in enumerate(value):
            check(shape.member, part, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        _expect(isinstance(value, dict), path, value, "a map")
        for key, part in value.items():
            check(shape.value, part, f"{path}.{key}")
    elif shape is None:
        _expect(not value, path, value, "empty, as the operation has no output")
    else:
        _check_scalar(shape, value, path)


def _check_scalar(shape: Shape, value: Any, path: str) -> None:
    types = _TYPES[shape.type_name]
    right = isinstance(value, types) and (bool in types or not isinstance(value, bool))
    _expect(right, path, value, f"a {shape.type_name}")


def _expect(right: bool, path: str, value: Any, wanted: str) -> None:
    if not right:
        raise AssertionError(f"{path}: {value!r} is not {wanted}")
