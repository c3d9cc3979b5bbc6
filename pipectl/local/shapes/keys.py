"""Keys of KMS: ECR and CodeCommit answer the ARN of the key, CodeBuild that of the alias it was given."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

ALIAS = "alias/"


def answered(world: World, request: Request, answer: Answer) -> Answer:
    """ECR's `kmsKey` as the key's ARN (API reference, EncryptionConfiguration; AWS CLI example)"""
    if request.service != "ecr" or b'"kmsKey"' not in answer.body:
        return answer
    said = answer.json()
    for repository in _repositories(said):
        encryption = repository.get("encryptionConfiguration") or {}
        if key := encryption.get("kmsKey"):
            encryption["kmsKey"] = key_arn(world, request.account, request.region, key)
    return answer.with_json(said)


def _repositories(said: dict[str, Any]) -> list[dict[str, Any]]:
    one = said.get("repository")
    return [one] if one else said.get("repositories") or []


def named_arn(world: World, account: str, region: str, name: str) -> str:
    """The ARN of a key or alias by its id, name or ARN (API reference of KMS, "Key identifiers")"""
    if name.startswith("arn:"):
        return name
    what = name if name.startswith(ALIAS) else f"key/{name}"
    return f"arn:{world.partition(region)}:kms:{region}:{account}:{what}"


def key_arn(world: World, account: str, region: str, name: str) -> str:
    """The ARN of the key behind any name of it

    An alias of another account, or of AWS itself (`alias/aws/...`), that the local KMS does not have stands
    for a key that nobody sees (inferred).
    """
    arn = named_arn(world, account, region, name)
    prefix, is_alias, alias = arn.partition(f":{ALIAS}")
    if not is_alias:
        return arn
    owner, place = prefix.split(":")[4], prefix.split(":")[3]
    key = _aliases(world, owner, place).get(f"{ALIAS}{alias}") or str(uuid.uuid5(uuid.NAMESPACE_URL, arn))
    return f"{prefix}:key/{key}"


def missing_alias(world: World, account: str, region: str, name: str) -> str:
    """The ARN of an alias of the account that KMS does not have, else an empty text

    The keys that AWS manages are made at their first use (developer guide of KMS, "AWS managed keys").
    """
    arn = named_arn(world, account, region, name)
    prefix, is_alias, alias = arn.partition(f":{ALIAS}")
    if not is_alias or alias.startswith("aws/"):
        return ""
    place, owner = prefix.split(":")[3:5]
    return "" if owner != account or f"{ALIAS}{alias}" in _aliases(world, owner, place) else arn


def _aliases(world: World, account: str, region: str) -> dict[str, str]:
    """Alias -> id of the key, of those that were made in moto's KMS"""
    made = world.moto("kms", account, region).keys.values()
    return {alias: str(key.id) for key in made for alias in key.aliases}
