"""Which statements of a policy speak about a call (IAM User Guide, "IAM JSON policy elements reference")."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pipectl.local.permissions import conditions
from pipectl.local.permissions.patterns import arn_like, filled, like, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Statement = dict[str, Any]
_ACCOUNT_DIGITS = 12


class Effect(Enum):
    """What policies say to a call"""

    ALLOW = "Allow"
    DENY = "Deny"
    NONE = ""


@dataclass(frozen=True)
class Question:
    """One call that somebody wants to make.

    `resource` is an ARN, `*` for an action that knows no resources, or None when it is not known which
    resource is meant: then any that is allowed will do, and only a Deny of everything counts. A resource with
    wildcards, whose name nobody knows before it is made, is allowed when one of its kind may be allowed.
    """

    action: str
    resource: str | None
    context: Mapping[str, tuple[str, ...]]


def effect(documents: Iterable[str], question: Question) -> Effect:
    """What identity policies say; a Deny wins over every Allow"""
    effects = {
        statement.get("Effect")
        for document in documents
        for statement in parsed(document)
        if speaks_of(statement, question)
    }
    return strongest(effects)


def strongest(effects: Iterable[Any]) -> Effect:
    """Deny before Allow before nothing"""
    found = set(effects)
    return Effect.DENY if "Deny" in found else Effect.ALLOW if "Allow" in found else Effect.NONE


@functools.lru_cache(maxsize=1024)
def parsed(document: str) -> tuple[Statement, ...]:
    """The statements of a document; a single one may stand without its list"""
    found = json.loads(document).get("Statement", [])
    return tuple([found] if isinstance(found, dict) else found)


def speaks_of(statement: Statement, question: Question, *, resource: bool = True) -> bool:
    """Whether a statement's action, resource and conditions fit; a trust policy has no resource"""
    return (
        _names_action(statement, question.action)
        and (not resource or _names_resource(statement, question))
        and conditions.met(statement.get("Condition") or {}, question.context)
    )


def _names_action(statement: Statement, action: str) -> bool:
    member = "Action" if "Action" in statement else "NotAction"
    wanted = action.lower()
    hit = any(like(pattern.lower(), wanted) for pattern in listed(statement.get(member)))
    return hit is (member == "Action")


def _names_resource(statement: Statement, question: Question) -> bool:
    member = "Resource" if "Resource" in statement else "NotResource"
    stated = listed(statement.get(member))
    if not stated:  # repository policies of ECR have none
        return True
    if question.resource is None:
        return statement.get("Effect") == "Allow" or "*" in stated
    patterns = [filled(text, question.context) for text in stated]
    may_overlap = statement.get("Effect") == "Allow" and member == "Resource" and question.resource != "*"
    hit = any(
        pattern is not None
        and (like(pattern, question.resource) or (may_overlap and like(question.resource, pattern)))
        for pattern in patterns
    )
    return hit is (member == "Resource")


def names_principal(statement: Statement, principals: Iterable[str]) -> bool:
    """Whether a resource policy means one of these names: ARNs, account ids, service names or `*`"""
    if "NotPrincipal" in statement:
        return not _named(statement["NotPrincipal"], principals)
    return _named(statement.get("Principal"), principals)


def _named(stated: Any, principals: Iterable[str]) -> bool:
    """An account id stands for the account's root (User Guide, "AWS JSON policy elements: Principal")"""
    if stated == "*":
        return True
    wanted = set(principals)
    names = [name for kind in (stated or {}).values() for name in listed(kind)]
    return any(name == "*" or name in wanted or _root_id(name) in wanted for name in names)


def _root_id(name: str) -> str:
    """The account of `arn:aws:iam::ID:root`"""
    fits = arn_like("arn:*:iam::*:root", name)
    return name.split(":")[4] if fits else name if len(name) == _ACCOUNT_DIGITS else ""
