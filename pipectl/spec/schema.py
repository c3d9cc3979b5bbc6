"""The JSON Schema of the grammar, for editors."""

from collections.abc import Mapping
from typing import Any

from pipectl.spec.grammar import file_model


def schema(blocks: Mapping[str, type]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a whole file."""
    described = file_model(blocks).model_json_schema(by_alias=False)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "pipectl", **described}
