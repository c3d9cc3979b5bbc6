"""The JSON Schema of the grammar, for editors: what the loader takes, and no more."""

import copy
from collections.abc import Mapping
from typing import Any

from pipectl.spec.grammar import file_model

VARIABLE = {"type": "string", "pattern": r"\$\{(env|var):", "description": "filled in from a variable"}
_FILLED = ("integer", "boolean", "number")
_TEXTS = ("pattern", "enum", "minLength", "maxLength")
_SHORT: Mapping[tuple[str, str], dict[str, Any]] = {
    ("Stage", "transition"): {"enum": ["enabled", "disabled"]},
    ("Container", "ports"): {"type": "integer", "minimum": 1, "maximum": 65535},
}
"""Short forms that the grammar takes for a mapping; pydantic does not describe them."""


def schema(blocks: Mapping[str, type]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a whole file."""
    described = copy.deepcopy(file_model(blocks).model_json_schema(by_alias=False))
    for (model, key), short in _SHORT.items():
        _shorten(described.get("$defs", {}).get(model, {}).get("properties", {}).get(key, {}), short)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "pipectl"}
    whole = {**head, **_open(described), **head}  # first in the text, and not the model's own title
    whole["$defs"] = {**whole.get("$defs", {}), "variable": VARIABLE}
    return whole


def _shorten(described: dict[str, Any], short: dict[str, Any]) -> None:
    """Add a short form beside the model, or beside the model of a list's entries."""
    if described.get("type") == "array":
        described["items"] = {"anyOf": [short, described["items"]]}
    elif "anyOf" in described:
        described["anyOf"].insert(0, short)


def _open(described: Any) -> Any:
    """The same schema, where a variable may stand for a value and nothing for an empty mapping."""
    if isinstance(described, list):
        return [_open(each) for each in described]
    if not isinstance(described, dict):
        return described
    opened = {key: _opened_member(key, value) for key, value in described.items()}
    if _takes_variable(described):
        kept = {key: opened.pop(key) for key in ("title", "description", "default") if key in opened}
        return {"anyOf": [opened, {"$ref": "#/$defs/variable"}], **kept}
    return opened


def _opened_member(key: str, value: Any) -> Any:
    if key in ("enum", "const", "default", "required", "propertyNames"):
        return value
    if key == "properties":
        return {name: _open(each) for name, each in value.items()}
    if key == "additionalProperties" and isinstance(value, dict) and "$ref" in value:
        return {"anyOf": [value, {"type": "null"}]}
    return _open(value)


def _takes_variable(described: Mapping[str, Any]) -> bool:
    kind = described.get("type")
    return kind in _FILLED or (kind == "string" and any(key in described for key in _TEXTS))
