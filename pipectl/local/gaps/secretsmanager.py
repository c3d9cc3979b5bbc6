"""Secrets Manager: the value of a secret is its current version, also while it is rotated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipectl.local.wire import Answer, Forward, Request
    from pipectl.local.world import World

_CURRENT = "AWSCURRENT"
_MOVING = ("PutSecretValue", "RotateSecret", "UpdateSecretVersionStage")
"""Operations that may move staging labels."""


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer; without a stage GetSecretValue gives AWSCURRENT (API reference, GetSecretValue)"""
    answered = forward(request)
    if request.operation in _MOVING:
        _settle(world, request)
    return answered


def _settle(world: World, request: Request) -> None:
    secrets = world.moto("secretsmanager", request.account, request.region).secrets
    secret = secrets.get(request.json().get("SecretId", ""))
    if secret is None or not hasattr(secret, "set_default_version_id"):  # a replica has what its source has
        return
    for name, version in secret.versions.items():
        if _CURRENT in version["version_stages"]:
            secret.set_default_version_id(name)
