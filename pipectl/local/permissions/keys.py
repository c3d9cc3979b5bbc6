"""KMS keys that something else uses in a role's name, by their id, ARN or alias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.permissions import Caller
    from pipectl.local.world import World

_MANAGED = "alias/aws/"


@dataclass(frozen=True)
class Key:
    """A key and the aliases that lead to it"""

    arn: str
    aliases: tuple[str, ...] = ()


def is_managed(named: str) -> bool:
    """Whether a key is one of AWS's services, as `alias/aws/s3`"""
    return _MANAGED in named


def require(role: Caller, named: str, region: str, account: str, actions: Iterable[str]) -> None:
    """Pass when the role may use a key; the keys of AWS's services are open to their own account's callers"""
    if is_managed(named):
        return
    key = find(role.world, named, region, account)
    context = tuple(("kms:ResourceAliases", alias) for alias in key.aliases)
    for action in actions:
        role.require(action, key.arn, context)


def find(world: World, named: str, region: str, account: str) -> Key:
    """The key of an id, ARN or alias; one that the local KMS does not have is known by its name only"""
    parts = named.split(":", 5)
    if named.startswith("arn:") and len(parts) == 6:  # noqa: PLR2004  fields of an ARN
        region, account, named = parts[3], parts[4], parts[5]
    with world.lock:
        kms = world.moto("kms", account, region)
        key = _key(kms, named)
        if key is not None:
            return Key(key.arn, tuple(sorted(key.aliases)))
    name = named.removeprefix("key/")
    is_alias = name.startswith("alias/")
    partition = world.partition(region)
    arn = f"arn:{partition}:kms:{region}:{account}:key/{'*' if is_alias else name}"
    return Key(arn, (name,) if is_alias else ())


def _key(kms: Any, named: str) -> Any | None:
    if named.startswith("alias/"):
        return next((key for key in kms.keys.values() if named in key.aliases), None)
    return kms.keys.get(named.removeprefix("key/"))
