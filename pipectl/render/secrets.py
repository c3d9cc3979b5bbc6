"""Values that must not be shown: by their looks or by a name like `password`, unless they are references."""

import re
from collections.abc import Mapping
from typing import Any

from pipectl.facts.secret_names import (
    HARMLESS,
    MASKED,
    PARAMETERS,
    is_misplaced_secret,
    is_secret_name,
    is_secret_value,
    redacted,
)

_REFERENCES = frozenset({"secrets", "secrets_manager", "parameter_store"})
"""Keys of the spec under which only names of secrets stand."""
_NAMING = frozenset({"containers", "services", "stages", "actions", "tags"})
"""Keys below which the next word is somebody's name and tells nothing about the value."""
_FREE = frozenset({"environment", "variables", "environment_variables"})
"""Keys below which names are chosen by whoever writes the spec, whatever AWS means by them elsewhere."""
_POLICY = re.compile(r"\.(Not)?(Effect|Action|Resource|Principal|Condition)(\.|$)")
_REFERENCE = re.compile(r"^(arn:|/|\$\{|#\{)")


def masked(path: str, value: Any) -> Any:
    """The value as it may be shown at this dotted path; mappings and lists are masked inside."""
    if isinstance(value, Mapping):
        return {key: masked(f"{path}.{key}", item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(path, item) for item in value]
    if not isinstance(value, str) or not value:
        return value
    return MASKED if _is_secret(path, value) else redacted(value)


def _is_secret(path: str, value: str) -> bool:
    if is_secret_value(value) and not re.search(r"\s", value.strip()):
        return True
    if _REFERENCE.match(value) or _POLICY.search(path):
        return False
    words = path.split(".")
    if _REFERENCES & set(words):
        return is_misplaced_secret(value)
    pairs = zip(["", *words], words, strict=False)
    keys = [word for before, word in pairs if before not in _NAMING and not _is_parameter(before, word)]
    return any(map(is_secret_name, keys)) and not HARMLESS.fullmatch(value)


def _is_parameter(before: str, word: str) -> bool:
    return word in PARAMETERS and before not in _FREE
