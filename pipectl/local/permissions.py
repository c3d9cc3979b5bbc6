"""What a role's policies allow, for the few services here that look before they act."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipectl.local.world import World

Statement = dict[str, Any]


def allows(world: World, role_arn: str, action: str, resource: str) -> bool:
    """Whether a role's own policies allow an action on a resource; a Deny wins.

    Conditions are taken as met (inferred: what they ask for is rarely known here).
    """
    roles = world.moto("iam", role_arn.split(":")[4], "aws").roles.values()
    role = next((each for each in roles if each.arn == role_arn), None)
    return role is not None and decision([role], action, resource) == "allowed"


def decision(holders: Iterable[Any], action: str, resource: str) -> str:
    """What the policies of a role, or of a user and its groups, say together, in the words of simulations"""
    said = [statement for holder in holders for statement in _statements(holder)]
    effects = {statement["Effect"] for statement in said if _covers(statement, action, resource)}
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if effects else "implicitDeny"


def _statements(holder: Any) -> Iterator[Statement]:
    attached = [
        version.document
        for policy in holder.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    documents = [*holder.policies.values(), *attached]
    for document in documents:
        statements = (json.loads(document) if isinstance(document, str) else document).get("Statement", [])
        yield from [statements] if isinstance(statements, dict) else statements


def _covers(statement: Statement, action: str, resource: str) -> bool:
    return _matches(statement, "Action", action.lower(), lower=True) and _matches(
        statement, "Resource", resource
    )


def _matches(statement: Statement, member: str, value: str, *, lower: bool = False) -> bool:
    patterns = _listed(statement.get(member) or statement.get(f"Not{member}") or [])
    hit = any(_glob(pattern.lower() if lower else pattern, value) for pattern in patterns)
    return hit is (member in statement)


def _glob(pattern: str, value: str) -> bool:
    """IAM's wildcards: `*` and `?`, nothing else (user guide of IAM, Resource)"""
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(regex, value, re.DOTALL) is not None


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
