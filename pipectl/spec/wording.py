"""What pydantic finds wrong, in the words of the spec, with the place and the nearest right word."""

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from pipectl.spec.document import Document, problem_at
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem, nearest, shown
from pipectl.spec.scalars import in_quotes

PATTERNS = {
    r"^\d{12}$": "12 digits, in quotes",
    r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$": "2 to 40 small letters, digits and hyphens, a letter first",
    r"^subnet-[0-9a-f]{8}([0-9a-f]{9})?$": "`subnet-` and 8 or 17 hexadecimal digits",
    r"^sg-[0-9a-f]{8}([0-9a-f]{9})?$": "`sg-` and 8 or 17 hexadecimal digits",
    r"^arn:aws(-\w+)*:iam::\d{12}:role/.+$": "the ARN of a role, as `arn:aws:iam::123456789012:role/name`",
    r"^arn:aws(-\w+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+$": "an ARN, as `arn:aws:sns:eu-west-1:123456789012:name`",
    r"^[a-z]{2,}(-[a-z]+)+-\d$": "a Region, as `eu-west-1`",
    r"^[A-Za-z0-9.@\-_]{1,100}$": "at most 100 letters, digits and `.@-_`",
    r"^[a-zA-Z0-9_\-]{1,100}$": "at most 100 letters, digits, `_` and `-`",
    r"^[A-Za-z0-9_-]{1,255}$": "at most 255 letters, digits, `_` and `-`",
}
"""What a pattern of the grammar asks for, in words."""

REASON = r"^[a-zA-Z0-9!@ ().*?\-]{1,300}$"
REASON_LETTER = re.compile(r"[a-zA-Z0-9!@ ().*?\-]")

UNION_NAMES = re.compile(
    r"^(str|int|float|bool|list\[|dict\[|[A-Z]\w*$|function-|constrained-|literal\[|lax-or-)"
)


def problems(
    document: Document, model: type[BaseModel], errors: Iterable[Mapping[str, Any]]
) -> list[Problem]:
    """One problem for each place; of the members of a union, what fits none of them is said once."""
    found: dict[Path, list[tuple[Path, Mapping[str, Any]]]] = {}
    for error in errors:
        path = written_path(document, error["loc"], error["type"])
        if not _follows(document, path):
            found.setdefault(path, []).append((path, error))
    return [_problem(document, model, path, [error for _, error in group]) for path, group in found.items()]


def written_path(document: Document, loc: tuple[str | int, ...], kind: str) -> Path:
    """Pydantic's location without what names no value: the members of a union and its own functions."""
    path: list[str | int] = []
    for part in loc:
        if part == "[key]":
            break
        if document.places.has((*path, part)) or not isinstance(part, str) or not UNION_NAMES.match(part):
            path.append(part)
    return tuple(path) if kind == "missing" else tuple(_existing(document, path))


def _existing(document: Document, path: list[str | int]) -> list[str | int]:
    while path and not document.places.has(tuple(path)):
        path = path[:-1]
    return path


def _follows(document: Document, path: Path) -> bool:
    """Whether the value, or one around it, has a problem of the text already."""
    return any(path[: len(each)] == each for each in document.troubled)


def _problem(
    document: Document, model: type[BaseModel], path: Path, errors: list[Mapping[str, Any]]
) -> Problem:
    error = errors[0]
    kind = error["type"]
    place = document.places.of(path)
    name = shown(".".join(map(str, path)) or "the spec")
    if kind == "extra_forbidden":
        return _unknown_key(document, model, path)
    if kind == "missing":
        inside = _named(path[:-1])
        text = f"{shown(str(path[-1]))} is missing{inside}"
        return problem_at(document.places.of_key(path), "missing-key", text, _what(model, path))
    misread = _misread(document, path, errors)
    if misread:
        return problem_at(place, "yaml-type", *misread)
    rule, text, hint = _worded(document, path, errors)
    return problem_at(place, rule, f"{name} {text}", hint)


def _named(path: Path) -> str:
    return f" in {'.'.join(map(str, path))}" if path else ""


def _unknown_key(document: Document, model: type[BaseModel], path: Path) -> Problem:
    known = sorted(fields_at(model, path[:-1]))
    key = str(path[-1])
    near = nearest(key, known)
    hint = f"did you mean `{near}`?" if near else f"it has {', '.join(known)}" if known else None
    text = f"unknown key {shown(key)}{_named(path[:-1])}"
    return problem_at(document.places.of_key(path), "unknown-key", text, hint)


def _what(model: type[BaseModel], path: Path) -> str | None:
    """What a missing key is for, from the model's own description."""
    for found in models_at(model, path[:-1]):
        info = found.model_fields.get(str(path[-1]))
        if info and info.description:
            return info.description
    return None


def _misread(document: Document, path: Path, errors: list[Mapping[str, Any]]) -> tuple[str, str] | None:
    """A text was wanted, and YAML read something else out of a word without quotes."""
    source = document.places.source(path)
    value = errors[0].get("input")
    if source is None or isinstance(value, str | dict | list | types.NoneType):
        return None
    if not any(error["type"] == "string_type" for error in errors):
        return None
    name = shown(".".join(map(str, path)))
    return (
        f"{name} must be a text, but YAML reads {shown(source)} as {_read_as(value)}",
        f"write {in_quotes(source)}",
    )


def _read_as(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"the number {value}" if isinstance(value, int | float) else "a date"


LIMITS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _worded(document: Document, path: Path, errors: list[Mapping[str, Any]]) -> tuple[str, str, str | None]:
    error = errors[0]
    kind, context = error["type"], error.get("ctx") or {}
    if kind in LIMITS:
        words, key = LIMITS[kind]
        return "out-of-range", f"must be {words} {context[key]}", None
    if kind == "literal_error":
        return "unknown-value", *_no_such_value(error)
    if kind == "string_pattern_mismatch":
        return _pattern(path, str(error.get("input")), context["pattern"])
    if kind.startswith(("too_", "string_too_")):
        return "size", _size(kind, context), None
    wanted = list(dict.fromkeys(WANTED[each["type"]] for each in errors if each["type"] in WANTED))
    if wanted:
        return "wrong-type", f"must be {' or '.join(wanted)}", None
    return kind.replace("_", "-"), f": {error['msg']}", None


def _no_such_value(error: Mapping[str, Any]) -> tuple[str, str | None]:
    choices = re.findall(r"'([^']*)'", str(error["ctx"]["expected"])) or [str(error["ctx"]["expected"])]
    value = error.get("input")
    near = nearest(value, choices) if isinstance(value, str) else None
    text = f"has no value {shown(value)}" if isinstance(value, str) else f"must be {choices[0]}"
    hint = f"did you mean `{near}`?" if near else f"it is one of {', '.join(choices)}"
    return text, hint if isinstance(value, str) or len(choices) > 1 else None


def _pattern(path: Path, value: str, pattern: str) -> tuple[str, str, str | None]:
    if pattern == REASON:
        return "reason-characters", *_reason(value)
    words = PATTERNS.get(pattern, f"like {pattern}")
    return "name", f"is {shown(value)}, but must be {words}", None


def _reason(value: str) -> tuple[str, str | None]:
    wrong = list(dict.fromkeys(each for each in value if not REASON_LETTER.match(each)))
    if not wrong:
        return f"has {len(value)} characters; AWS takes 1 to 300 in a reason", None
    listed = " ".join(wrong)
    return (
        f"has characters that AWS refuses in a reason: {listed}",
        "it takes letters, digits, spaces and !@().*?-",
    )


def _size(kind: str, context: Mapping[str, Any]) -> str:
    unit = "characters" if kind.startswith("string") else "entries"
    if "max_length" in context:
        return f"has more than {context['max_length']} {unit}"
    return (
        "must not be empty" if context.get("min_length") == 1 else f"needs {context.get('min_length')} {unit}"
    )


def fields_at(model: type[BaseModel], path: Path) -> set[str]:
    """The keys that the grammar has at a path."""
    return {name for found in models_at(model, path) for name in found.model_fields}


def models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that a value at this path may be."""
    annotations: list[Any] = [model]
    for part in path:
        annotations = [inner for each in annotations for inner in _inside(each, part)]
    return [each for annotation in annotations for each in _members(annotation) if _is_model(each)]


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    for member in _members(annotation):
        if _is_model(member):
            field = member.model_fields.get(str(part))
            if field is not None:
                yield field.annotation
        elif get_origin(member) is dict:
            yield get_args(member)[1]
        elif get_origin(member) is list:
            yield get_args(member)[0]


def _members(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _members(each)
    elif origin is not Literal:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
