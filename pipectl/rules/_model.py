"""The service model of botocore as a grammar: imported only when a spec uses `aws:`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipectl.spec.places import Path
from pipectl.spec.problems import did_you_mean, nearest, shown

_WHOLE = ("integer", "long")
_NUMBERS = ("float", "double")
_WORDS = {
    "structure": "a mapping",
    "map": "a mapping",
    "list": "a list",
    "boolean": "true or false",
    "string": "a text",
    **dict.fromkeys(_WHOLE, "a whole number"),
    **dict.fromkeys(_NUMBERS, "a number"),
}
_MOST = 15


@dataclass(frozen=True)
class Misfit:
    """A raw value that the service model does not know. It is `sure` when AWS would refuse it."""

    path: Path
    of_key: bool
    message: str
    hint: str | None
    sure: bool = True


def misfits(shape: Any, value: Any, path: Path, merged: Collection[str]) -> Iterator[Misfit]:
    """What does not fit a structure; members named in `merged` are laid over others and may be incomplete."""
    for name, each in value.items():
        member = shape.members.get(name)
        if member is None:
            hint = did_you_mean(name, shape.members) or _listed(shape.members)
            owner = shape.name.removesuffix("Request").removesuffix("Input")
            yield Misfit((*path, name), True, f"{owner} has no {shown(name)}", hint)
        else:
            yield from _value(member, each, (*path, name), whole=name not in merged)


def _value(shape: Any, value: Any, path: Path, *, whole: bool) -> Iterator[Misfit]:
    kind = shape.type_name
    if not _fits(kind, value):
        name, wanted = shown(str(path[-1])), _WORDS[kind]
        empty = f"{name} is empty, but must be {wanted}"
        message = empty if value is None else f"{name} must be {wanted}, not {_given(value)}"
        yield Misfit(path, False, message, None)
    elif kind == "structure":
        yield from misfits(shape, value, path, () if whole else shape.members)
        for name in shape.required_members if whole else ():
            if name not in value:
                yield Misfit(path, True, f"{shape.name} needs {shown(name)}", None)
    elif kind == "list":
        for number, each in enumerate(value):
            yield from _value(shape.member, each, (*path, number), whole=True)
    elif kind == "map":
        for name, each in value.items():
            yield from _value(shape.value, each, (*path, name), whole=True)
    elif kind == "string" and shape.enum and value not in shape.enum:
        near = nearest(value, shape.enum)
        hint = f"did you mean `{near}`?" if near else _listed(shape.enum)
        yield Misfit(path, False, f"botocore knows no {shape.name} {shown(value)}", hint, near is not None)


def _fits(kind: str, value: Any) -> bool:
    wanted: Mapping[str, Any] = {
        "structure": dict,
        "map": dict,
        "list": list,
        "boolean": bool,
        "string": str,
        **dict.fromkeys(_WHOLE, int),
        **dict.fromkeys(_NUMBERS, int | float),
    }
    if isinstance(value, bool) and kind != "boolean":
        return kind not in wanted
    return kind not in wanted or isinstance(value, wanted[kind])


def _given(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        return "a text"
    return str(value).lower() if isinstance(value, bool) else f"the number {value}"


def _listed(names: Collection[str]) -> str | None:
    return f"it has {', '.join(names)}" if len(names) <= _MOST else None
