"""Values that must not be shown: by their looks or by a name like `password`, unless they are references."""

import re
from collections.abc import Mapping
from typing import Any

MASKED = "(secret, not shown)"

_TELLING = re.compile(
    r"secret|password|passwd|passphrase|token|credential|api_?key|private_?key", re.IGNORECASE
)
_REFERENCES = frozenset({"secrets", "secrets_manager", "parameter_store"})
"""Keys of the spec under which only names of secrets stand."""
_NAMING = frozenset({"containers", "services", "stages", "actions", "tags"})
"""Keys below which the next word is somebody's name and tells nothing about the value."""
_POLICY = re.compile(r"\.(Not)?(Effect|Action|Resource|Principal|Condition)(\.|$)")
_TOKEN = re.compile(
    r"\S*(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abpr]-[\w-]{10,}"
    r"|sk_live_\w{10,}|\w://[^/\s:@]+:[^/\s:@$#{]+@)\S*"
)
"""Words that are secrets by their looks, under whatever name, as an URL with a password."""
_REFERENCE = re.compile(r"^(arn:|/|\$\{|#\{)")


def masked(path: str, value: Any) -> Any:
    """The value as it may be shown at this dotted path; mappings and lists are masked inside."""
    if isinstance(value, Mapping):
        return {key: masked(f"{path}.{key}", item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(path, item) for item in value]
    return MASKED if isinstance(value, str) and value and _is_secret(path, value) else value


def _is_secret(path: str, value: str) -> bool:
    if _REFERENCE.match(value) or _POLICY.search(path):
        return False
    if _TOKEN.fullmatch(value) or value.startswith("-----BEGIN "):
        return True
    words = path.split(".")
    keys = [word for before, word in zip(["", *words], words, strict=False) if before not in _NAMING]
    return any(_TELLING.search(key) for key in keys) and not _REFERENCES & set(words)
