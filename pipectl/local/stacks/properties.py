"""Properties of a template as members of a request: names differ in their case, and texts stand for numbers.

CloudFormation template reference, AWS::ECS::*: a property is a member of the API's shape; the few that have
another name stand with their resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from pipectl.local import model

if TYPE_CHECKING:
    from collections.abc import Mapping


def request(
    operation: str, properties: Mapping[str, Any], renamed: Mapping[str, str], ignored: frozenset[str]
) -> dict[str, Any]:
    """The request of an ECS operation that has these properties

    Properties that the operation has no member for are refused, but those that are `ignored`.
    """
    described = model.operation_model("ecs", operation)
    shape = described.input_shape if described else None
    given = {renamed.get(name, name): value for name, value in properties.items() if name not in ignored}
    found: dict[str, Any] = converted(shape, given)
    return found


def converted(shape: Shape | None, value: Any) -> Any:
    """A value of a template in the names and types of a shape"""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = {name.lower(): name for name in shape.members}
        return dict(_member(shape, names, key, part) for key, part in value.items())
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [converted(shape.member, part) for part in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: converted(shape.value, part) for key, part in value.items()}
    return _scalar(shape.type_name if shape else "", value)


def _member(shape: StructureShape, names: dict[str, str], key: str, value: Any) -> tuple[str, Any]:
    """The words are those of CloudFormation's registry of resource types"""
    from moto.cloudformation.exceptions import ValidationError

    if key.lower() not in names:
        message = f"Properties validation failed with message: #: extraneous key [{key}] is not permitted"
        raise ValidationError(message=message)
    name = names[key.lower()]
    return name, converted(shape.members[name], value)


def _scalar(kind: str, value: Any) -> Any:
    """CloudFormation takes `"200"` for a number and `"true"` for a truth value, and the other way round"""
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    if kind in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind in ("double", "float") and isinstance(value, str):
        return float(value)
    return value
