"""Policy documents: what IAM and S3 look at before they keep one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.world import World

_ENTITY = re.compile(r"arn:[\w-]+:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    """List the statements; a single one may stand without its list"""
    found = document.get("Statement", [])
    return [part for part in ([found] if isinstance(found, dict) else found) if isinstance(part, dict)]


def listed(value: Any) -> list[str]:
    """A string stands for a list of one"""
    return [value] if isinstance(value, str) else list(value or [])


def stranger(world: World, document: dict[str, Any]) -> str | None:
    """Find a role or user that a document names and that does not exist, as AWS prints it in its refusal"""
    for arn in _aws_principals(document):
        entity = _ENTITY.fullmatch(arn)
        if entity and not _exists(world, *entity.groups()):
            return f'Invalid principal in policy: "AWS":"{arn}"'
    return None


def without_blanks(document: str) -> int:
    """Count the characters that count for IAM's quotas (IAM User guide, "IAM and AWS STS quotas")"""
    return len(re.sub(r"\s", "", document))


def _aws_principals(document: dict[str, Any]) -> Iterator[str]:
    for statement in statements(document):
        named = statement.get("Principal")
        if isinstance(named, dict):
            yield from listed(named.get("AWS"))


def _exists(world: World, account: str, kind: str, name: str) -> bool:
    backend = world.moto("iam", account, "us-east-1")
    if kind == "user":
        return name in backend.users
    return any(role.name == name for role in backend.roles.values())
