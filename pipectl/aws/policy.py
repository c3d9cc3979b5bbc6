"""Policy documents in one canonical form, so that the same policy spelled differently is no difference."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Statement = Mapping[str, Any]

VERSION = "2012-10-17"


def allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One statement that allows actions on resources."""
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": sorted(actions)}
    statement["Resource"] = sorted(resources)
    return {**statement, "Condition": condition} if condition else statement


def document(statements: Iterable[Statement]) -> str:
    """The statements as the text that AWS takes; those that differ in their resources only are joined."""
    return json.dumps({"Version": VERSION, "Statement": joined(statements)}, separators=(",", ":"))


def joined(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    """The statements, those that differ in their resources only as one.

    A Sid stands once in a policy (IAM user guide, "Sid"), so another statement's gets a number.
    """
    joined: dict[str, dict[str, Any]] = {}
    for statement in statements:
        sid = next(sid for sid in _sids(statement) if sid not in joined or _alike(joined[sid], statement))
        resources = {
            *_listed(joined.get(sid, {}).get("Resource", ())),
            *_listed(statement.get("Resource", ())),
        }
        joined[sid] = {**statement, "Sid": sid} | ({"Resource": sorted(resources)} if resources else {})
    return list(joined.values())


def _sids(statement: Statement) -> Iterator[str]:
    sid = str(statement.get("Sid") or "Statement")
    yield sid
    yield from (f"{sid}{number}" for number in itertools.count(2))


def _alike(one: Statement, other: Statement) -> bool:
    return all(one.get(key) == other.get(key) for key in {*one, *other} - {"Sid", "Resource"})


def canonical(policy: str | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A policy by statement: Sid -> what it says, lists sorted, one word per meaning.

    Terraform's equivalence rules: a string is a list of one, order does not matter, action names know no
    case, values of conditions are strings, `*` as principal is `{"AWS": "*"}` (docs/aws/services.md, IAM).
    """
    if not policy:
        return None
    parsed = json.loads(policy) if isinstance(policy, str) else policy
    statements = parsed.get("Statement", [])
    if isinstance(statements, Mapping):
        statements = [statements]
    said: dict[str, Any] = {}
    for number, statement in enumerate(statements, 1):
        sid = str(statement.get("Sid") or f"statement {number}")
        said[sid if sid not in said else f"{sid} {number}"] = _canonical_statement(statement)
    return said


def _canonical_statement(statement: Statement) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": statement.get("Effect")}
    for key in ("Action", "NotAction"):
        if key in statement:
            said[key] = sorted(_spelled(action) for action in _listed(statement[key]))
    for key in ("Resource", "NotResource"):
        if key in statement:
            said[key] = sorted(_listed(statement[key]))
    for key in ("Principal", "NotPrincipal"):
        if key in statement:
            said[key] = _principal(statement[key])
    if statement.get("Condition"):
        said["Condition"] = {
            operator: {name: sorted(map(_text, _listed(values))) for name, values in tests.items()}
            for operator, tests in statement["Condition"].items()
        }
    return said


def _principal(principal: Any) -> dict[str, list[str]]:
    if principal == "*":
        principal = {"AWS": "*"}
    return {kind: sorted(_listed(who)) for kind, who in principal.items()}


def _spelled(action: str) -> str:
    """The service's prefix is written small; the name keeps its case, AWS does not look at it."""
    service, _, name = action.partition(":")
    return f"{service.lower()}:{name}" if name else action


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
