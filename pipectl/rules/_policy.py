"""The grammar of policy statements, as IAM reads them (IAM user guide, "reference_policies_grammar")."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipectl.spec.places import Path
from pipectl.spec.problems import did_you_mean, shown

KEYS = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
WHO = ("Principal", "NotPrincipal")
ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


class Flaw(NamedTuple):
    """What is wrong with one value of a statement."""

    path: Path
    message: str
    hint: str | None = None


def flaws(path: Path, statement: dict[str, Any], *, of_resource: bool) -> Iterator[Flaw]:
    """What IAM would refuse. A policy of a resource says who may, and not where."""
    known = (*KEYS, *WHO) if of_resource else KEYS
    for key in statement:
        if key not in known:
            hint = did_you_mean(str(key), known) or f"it has {', '.join(known)}"
            yield Flaw((*path, key), f"a statement has no {shown(str(key))}", hint)
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield Flaw((*path, "Effect"), "a statement has the `Effect` Allow or Deny")
    needed = (("Action", "NotAction"), WHO if of_resource else ("Resource", "NotResource"))
    for one, other in needed:
        if (one in statement) == (other in statement):
            yield Flaw(path, f"a statement has either `{one}` or `{other}`")
    yield from _values(path, statement)


def _values(path: Path, statement: dict[str, Any]) -> Iterator[Flaw]:
    for key in ("Action", "NotAction", "Resource", "NotResource"):
        if key in statement and not _texts(statement[key]):
            yield Flaw((*path, key), f"`{key}` of a statement is a text, or a list of texts")
    for key in ("Action", "NotAction"):
        found = statement.get(key)
        for action in _listed(found) if _texts(found) else ():
            if not ACTION.fullmatch(action):
                yield Flaw((*path, key), f"{shown(action)} is no action", "one is written `s3:GetObject`")
    for key in WHO:
        if key in statement and statement[key] != "*" and not _mapping_of_texts(statement[key]):
            hint = "write `Principal: {AWS: ...}` or `{Service: ...}`"
            yield Flaw((*path, key), f"`{key}` of a statement is `*` or a mapping", hint)
    condition = statement.get("Condition")
    if condition is not None and not _is_condition(condition):
        hint = "write `Condition: {StringEquals: {key: value}}`"
        yield Flaw((*path, "Condition"), "a condition is a mapping of operators to keys and values", hint)


def _texts(value: Any) -> bool:
    return bool(_listed(value)) and all(isinstance(each, str) and each for each in _listed(value))


def _mapping_of_texts(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_texts(each) for each in value.values())


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(tests, dict) and not any(_is_nested(each) for each in tests.values())
        for tests in value.values()
    )


def _is_nested(value: Any) -> bool:
    return value is None or any(isinstance(each, dict | list) or each is None for each in _listed(value))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
