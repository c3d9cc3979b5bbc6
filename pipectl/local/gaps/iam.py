"""IAM: what moto lacks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.world import World


def role_usable(world: World, arn: str, principal: str) -> bool:
    """Whether a service may assume a role: it exists, trusts the service, and has settled"""
    parts = arn.split(":")
    role = _role(world, parts[4], arn) if len(parts) == 6 else None  # noqa: PLR2004  fields of an ARN
    if role is None or not _trusts(role.assume_role_policy_document, principal):
        return False
    born = world.role_births.get(arn)
    return born is None or world.now() - born >= timedelta(seconds=world.role_delay_s)


def _role(world: World, account: str, arn: str) -> Any | None:
    roles = world.moto("iam", account, "aws").roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _trusts(document: str | dict[str, Any], principal: str) -> bool:
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = parsed.get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        named = statement.get("Principal", {})
        services = named.get("Service", []) if isinstance(named, dict) else []
        listed = [services] if isinstance(services, str) else services
        if statement.get("Effect") == "Allow" and principal in listed:
            return True
    return False
