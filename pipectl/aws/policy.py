"""Policy documents in one canonical form, so that the same policy spelled differently is no difference."""

import itertools
import json
import re
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
    Statements without a Sid are numbered by what they say, not by their place.
    """
    if not policy:
        return None
    parsed = json.loads(policy) if isinstance(policy, str) else policy
    statements = parsed.get("Statement", [])
    if isinstance(statements, Mapping):
        statements = [statements]
    nameless = [_canonical_statement(each) for each in statements if not each.get("Sid")]
    numbered = {ROOT.sub(r"\1", json.dumps(each, sort_keys=True)): each for each in nameless}
    said: dict[str, Any] = {}
    for number, statement in enumerate((each for each in statements if each.get("Sid")), 1):
        sid = str(statement["Sid"])
        said[sid if sid not in said else f"{sid} {number}"] = _canonical_statement(statement)
    return said | {f"{NAMELESS}{number}": numbered[key] for number, key in enumerate(sorted(numbered), 1)}


ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
"""The root user of an account, which is another name of the account as a principal."""

NAMELESS = "statement "
"""How a statement without a Sid is called; a Sid has no blanks (IAM user guide, "Sid")."""


def written(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy by statement, as AWS takes them."""
    return [
        dict(each) if re.fullmatch(rf"{NAMELESS}\d+", sid) else {"Sid": sid, **each}
        for sid, each in said.items()
    ]


def _canonical_statement(statement: Statement) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": statement.get("Effect")}
    for key in ("Action", "NotAction"):
        if key in statement:
            said[key] = sorted({_spelled(action) for action in _listed(statement[key])})
    for key in ("Resource", "NotResource"):
        if key in statement:
            said[key] = sorted(set(_listed(statement[key])))
    for key in ("Principal", "NotPrincipal"):
        if key in statement:
            said[key] = _principal(statement[key])
    if statement.get("Condition"):
        said["Condition"] = {
            operator: {name: sorted(set(map(_text, _listed(values)))) for name, values in tests.items()}
            for operator, tests in statement["Condition"].items()
        }
    return said


def _principal(principal: Any) -> dict[str, list[str]]:
    if principal == "*":
        principal = {"AWS": "*"}
    return {kind: sorted(set(_listed(who))) for kind, who in principal.items()}


def as_stated(stated: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A canonical policy that was found, its accounts named as the stated one names them.

    An account's id and the ARN of its root user are the same principal, and ECR, S3 and others answer the ARN
    (IAM user guide, "AWS JSON policy elements: Principal"; crossplane-contrib/provider-aws#701).
    """
    if found is None:
        return None
    return {sid: _named_as((stated or {}).get(sid) or {}, said) for sid, said in found.items()}


def _named_as(stated: Statement, found: Statement) -> dict[str, Any]:
    said = dict(found)
    for key in ("Principal", "NotPrincipal"):
        names = {_account(each): each for each in (stated.get(key) or {}).get("AWS", ())}
        if names and key in found:
            who = sorted(names.get(_account(each), each) for each in found[key].get("AWS", ()))
            said[key] = {**found[key], "AWS": who}
    return said


def _account(principal: str) -> str:
    root = ROOT.fullmatch(str(principal))
    return root[1] if root else str(principal)


def _spelled(action: str) -> str:
    """The service's prefix is written small; the name keeps its case, AWS does not look at it."""
    service, _, name = action.partition(":")
    return f"{service.lower()}:{name}" if name else action


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
