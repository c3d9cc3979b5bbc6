"""Whether a spec has the shape of the grammar, by its JSON Schema: in a few milliseconds, without pydantic.

grammar.json is the schema that `pipectl schema` prints, without its texts. What fits has no unknown key, no
missing one and no value of a wrong type. What does not fit may still be right (a date, a short form): the
grammar itself decides then and words the mistakes.
"""

import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("grammar.json")
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}
_LEAST = ("minimum", "ge", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "le", "maxLength", "maxItems", "maxProperties")
_TEXTS = ("title", "description", "default", "$schema")
_NAMES = ("properties", "$defs", "patternProperties")
_VALUES = ("enum", "const", "required")


def fits(values: Mapping[str, Any]) -> bool:
    """Whether a whole file, as it is written, fits the schema."""
    schema = _schema()
    return _fits(values, schema, schema["$defs"])


def compact(schema: Any) -> Any:
    """A JSON Schema without what only people read."""
    if isinstance(schema, list):
        return [compact(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value
        if key in _VALUES
        else {name: compact(inner) for name, inner in value.items()}
        if key in _NAMES
        else compact(value)
        for key, value in schema.items()
        if key not in _TEXTS
    }


@functools.cache
def _schema() -> Any:
    return json.loads(FILE.read_bytes())


def _fits(value: Any, schema: Any, defs: Mapping[str, Any]) -> bool:
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:
        return _fits(value, defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema and not any(_fits(value, member, defs) for member in schema["anyOf"]):
        return False
    return _fits_itself(value, schema) and _fits_inside(value, schema, defs)


def _fits_itself(value: Any, schema: Mapping[str, Any]) -> bool:
    if "type" in schema and not _TYPES[schema["type"]](value):
        return False
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices is not None and not any(value == each and type(value) is type(each) for each in choices):
        return False
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        return False
    return _fits_limits(value, schema)


def _fits_limits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Numbers are measured by themselves; texts, lists and mappings by their length."""
    if value is None or isinstance(value, bool):
        return True
    size = value if isinstance(value, int | float) else len(value)
    if any(size < schema[key] for key in _LEAST if key in schema):
        return False
    return not any(size > schema[key] for key in _MOST if key in schema)


def _fits_inside(value: Any, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> bool:
    if isinstance(value, list):
        return "items" not in schema or all(_fits(item, schema["items"], defs) for item in value)
    if not isinstance(value, dict):
        return True
    if any(key not in value for key in schema.get("required", ())):
        return False
    return all(_fits_key(key, item, schema, defs) for key, item in value.items())


def _fits_key(key: str, value: Any, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> bool:
    own = schema.get("properties", {}).get(key)
    if own is not None:
        return _fits(value, own, defs)
    for pattern, inner in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return _fits(value, inner, defs)
    return _fits(value, schema.get("additionalProperties", True), defs)
