"""Who may assume a role: services by their name, roles by their ARN or their account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.permissions import principals

if TYPE_CHECKING:
    from pipectl.local.world import World


def assumable(world: World, role: str, principal: str) -> bool:
    """Whether a service ("codepipeline.amazonaws.com") or a role (its ARN) may assume a role."""
    if not principal.startswith("arn:"):
        return world.role_usable(role, principal)
    found = principals.find_role(world, role)
    account = principal.split(":")[4]
    trusted = {principal, account, "*", f"arn:{principal.split(':')[1]}:iam::{account}:root"}
    return found is not None and any(
        trusted & set(_listed(statement.get("Principal"))) for statement in _allowing(found)
    )


def _allowing(role: Any) -> list[dict[str, Any]]:
    document = role.assume_role_policy_document
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = parsed.get("Statement", [])
    listed = [statements] if isinstance(statements, dict) else statements
    return [statement for statement in listed if statement.get("Effect") == "Allow"]


def _listed(principal: Any) -> list[str]:
    if isinstance(principal, str):
        return [principal]
    names = (principal or {}).get("AWS", [])
    return [names] if isinstance(names, str) else list(names)
