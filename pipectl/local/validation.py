"""Requests against the service model: what AWS refuses before an operation has looked at anything.

The sentences are those that AWS' own front end answers ("1 validation error detected: ...").
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

# \p{Z}; Python's \w is \p{L}, \p{N} and the underscore, which stands beside both in every pattern of AWS
_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

_WRONG_TYPE = "SerializationException"
_SCALARS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a String"),
    "integer": ((int,), "an Integer"),
    "long": ((int,), "a Long"),
    "boolean": ((bool,), "a Boolean"),
    "float": ((int, float), "a Float"),
    "double": ((int, float), "a Double"),
    "timestamp": ((int, float), "a Timestamp"),
    "blob": ((str,), "a ByteBuffer"),
}


@dataclass(frozen=True)
class Fault:
    """One value that the model does not allow."""

    value: Any
    path: str
    constraint: str

    def told(self, *, shows_values: bool) -> str:
        """Say it as a service does: without values, choices are sorted (docs/aws/codepipeline.md, 1.1)"""
        shown = "null" if self.value is None else f"'{_shown(self.value)}'"
        constraint = self.constraint if shows_values else _ENUMERATION.sub(_in_order, self.constraint)
        value = f"{shown} " if shows_values else ""
        return f"Value {value}at '{self.path}' failed to satisfy constraint: {constraint}"


_ENUMERATION = re.compile(r"(?<=enum value set: \[).*(?=\]$)")


def _in_order(choices: re.Match[str]) -> str:
    return ", ".join(sorted(choices[0].split(", ")))


def accept(
    shape: Shape | None, request: dict[str, Any], code: str, *, shows_values: bool = True
) -> dict[str, Any]:
    """Answer the request as the service sees it, without unknown and null members, or refuse it"""
    if shape is None:
        return {}
    accepted: dict[str, Any] = known(shape, request)
    require(shape, accepted, code, shows_values=shows_values)
    return accepted


def require(shape: Shape, value: dict[str, Any], code: str, *, shows_values: bool = True) -> None:
    """Refuse a request with all its faults at once; services of a newer front end do not repeat the values"""
    refuse(faults(shape, value), code, shows_values=shows_values)


def refuse(found: list[Fault], code: str, *, shows_values: bool = True) -> None:
    """Raise Refused with all faults in one sentence, where there are any"""
    if found:
        plural = "s" if len(found) > 1 else ""
        listed = "; ".join(fault.told(shows_values=shows_values) for fault in found)
        raise Refused(code, f"{len(found)} validation error{plural} detected: {listed}")


def faults(shape: Shape, value: dict[str, Any]) -> list[Fault]:
    """List what the model does not allow"""
    return list(_faults(shape, value, ""))


def known(shape: Shape, value: Any) -> Any:
    """AWS ignores members that it does not know, null is "not sent", a wrong type cannot be read at all"""
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            raise _unreadable(value, "an object")
        members = shape.members
        return {
            name: known(members[name], part)
            for name, part in value.items()
            if name in members and part is not None
        }
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise _unreadable(value, "a list")
        return [known(shape.member, part) for part in value if part is not None]
    if isinstance(shape, MapShape):
        if not isinstance(value, dict):
            raise _unreadable(value, "a map")
        return {key: known(shape.value, part) for key, part in value.items() if part is not None}
    return _scalar(shape, value)


def _scalar(shape: Shape, value: Any) -> Any:
    types, name = _SCALARS[shape.type_name]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise _unreadable(value, name)
    return _decoded(value) if shape.type_name == "blob" else value


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise _unreadable(value, "a ByteBuffer") from None


def _unreadable(value: Any, wanted: str) -> Refused:
    if isinstance(value, dict | list):
        return Refused(_WRONG_TYPE, "Start of structure or map found where not expected.")
    kind = {bool: "TRUE_VALUE" if value else "FALSE_VALUE", str: "STRING_VALUE"}.get(
        type(value), "NUMBER_VALUE"
    )
    return Refused(_WRONG_TYPE, f"{kind} can not be converted to {wanted}")


def _faults(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    if isinstance(shape, StructureShape):
        yield from _structure_faults(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _size_faults(shape, value, path, len(value))
        for index, part in enumerate(value, 1):
            yield from _faults(shape.member, part, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _size_faults(shape, value, path, len(value))
        for key, part in value.items():
            yield from _faults(shape.key, key, f"{path}.{key}.key")
            yield from _faults(shape.value, part, f"{path}.{key}.member")
    else:
        yield from _scalar_faults(shape, value, path)


def _structure_faults(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[Fault]:
    dot = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in value:
            yield Fault(None, f"{dot}{_as_in_java(name)}", "Member must not be null")
    for name, part in value.items():
        yield from _faults(shape.members[name], part, f"{dot}{_as_in_java(name)}")


def _scalar_faults(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    if shape.type_name in ("string", "blob"):
        yield from _size_faults(shape, value, path, len(value))
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _range_faults(shape, value, path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield Fault(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not matches(pattern, value):
        yield Fault(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _size_faults(shape: Shape, value: Any, path: str, size: int) -> Iterator[Fault]:
    if size > shape.metadata.get("max", size):
        yield Fault(value, path, f"Member must have length less than or equal to {shape.metadata['max']}")
    if size < shape.metadata.get("min", size):
        yield Fault(value, path, f"Member must have length greater than or equal to {shape.metadata['min']}")


def _range_faults(shape: Shape, value: float, path: str) -> Iterator[Fault]:
    if value > shape.metadata.get("max", value):
        yield Fault(value, path, f"Member must have value less than or equal to {shape.metadata['max']}")
    if value < shape.metadata.get("min", value):
        yield Fault(value, path, f"Member must have value greater than or equal to {shape.metadata['min']}")


def _as_in_java(member: str) -> str:
    """EventBridge and IAM spell `Name` on the wire and `name` in their messages"""
    return member[:1].lower() + member[1:]


def _shown(value: Any) -> str:
    """As Java prints it: the front end of AWS is written in it"""
    if isinstance(value, list):
        return f"[{', '.join(_shown(part) for part in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_shown(part)}' for key, part in value.items())}}}"
    return str(value)


def matches(pattern: str, text: str) -> bool:
    """Whether a whole text fits a pattern of the model; one that Python cannot read lets everything pass"""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(text) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    r"""Java's `\\w` and `\\d` are ASCII; `\\p{L}` and `\\p{N}` are what Python's are without that flag"""
    translated = pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", r"\d").replace(r"\p{Z}", _SEPARATORS)
    try:
        return re.compile(translated, 0 if r"\p{" in pattern else re.ASCII)
    except re.error:
        return None
