"""The policy of a resource, and whose it is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local import motos
from pipectl.local.permissions import principals

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.world import World

_ARN_PARTS = 6
_SECRET_END = re.compile(r"-[A-Za-z0-9?]{6}$")


@dataclass(frozen=True)
class ResourcePolicy:
    """What stands at a resource.

    `owner` is its account. `decides_alone`: without a word of it nobody may do anything, whatever
    the identity policies say (keys, and roles that are to be assumed).
    """

    owner: str
    document: str | None = None
    decides_alone: bool = False


def find(world: World, arn: str | None, account: str) -> ResourcePolicy:
    """The policy of a resource; one without account in its ARN belongs to the caller's account"""
    parts = (arn or "").split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return ResourcePolicy(account)
    _, partition, service, region, owner, name = parts
    if service == "s3":
        return _bucket(world, name, account)
    looked_up = _READERS.get(service)
    owner = owner if owner.isdecimal() else account
    found = looked_up(world, owner, region or partition, name, arn or "") if looked_up else None
    return found or ResourcePolicy(owner)


def _bucket(world: World, name: str, account: str) -> ResourcePolicy:
    bucket = name.partition("/")[0]
    place = motos.backends("s3").bucket_accounts.get(bucket)
    if place is None:
        return ResourcePolicy(account)
    kept = world.moto("s3", place[1], place[0]).buckets.get(bucket)
    policy = kept.policy if kept is not None else None
    return ResourcePolicy(place[1], policy.decode() if isinstance(policy, bytes) else policy)


def _repository(world: World, owner: str, region: str, name: str, _arn: str) -> ResourcePolicy:
    kept = world.moto("ecr", owner, region).repositories.get(name.removeprefix("repository/"))
    return ResourcePolicy(owner, kept.policy if kept is not None else None)


def _key(world: World, owner: str, region: str, name: str, arn: str) -> ResourcePolicy | None:
    backend = world.moto("kms", owner, region)
    key = backend.keys.get(backend.any_id_to_key_id(arn if name.startswith("key/") else name))
    return ResourcePolicy(owner, key.policy, decides_alone=True) if key is not None else None


def _topic(world: World, owner: str, region: str, _name: str, arn: str) -> ResourcePolicy:
    topic = world.moto("sns", owner, region).topics.get(arn)
    return ResourcePolicy(owner, topic.policy if topic is not None else None)


def _queue(world: World, owner: str, region: str, name: str, _arn: str) -> ResourcePolicy:
    queue = world.moto("sqs", owner, region).queues.get(name)
    policy = queue.policy if queue is not None else None
    return ResourcePolicy(owner, json.dumps(policy) if isinstance(policy, dict) else policy)


def _secret(world: World, owner: str, region: str, name: str, arn: str) -> ResourcePolicy:
    secrets = world.moto("secretsmanager", owner, region).secrets
    plain = _SECRET_END.sub("", name.removeprefix("secret:"))
    secret = secrets.get(arn) or secrets.get(plain)
    return ResourcePolicy(owner, getattr(secret, "policy", None))


def _function(world: World, owner: str, region: str, name: str, _arn: str) -> ResourcePolicy:
    functions = world.moto("lambda", owner, region).list_functions()
    plain = name.removeprefix("function:").partition(":")[0]
    found = [function for function in functions if function.function_name == plain]
    statements = found[0].policy.statements if found else []
    return ResourcePolicy(owner, json.dumps({"Statement": statements}) if statements else None)


def _role(world: World, owner: str, _region: str, _name: str, arn: str) -> ResourcePolicy:
    role = principals.find_role(world, arn)
    document = role.assume_role_policy_document if role is not None else None
    return ResourcePolicy(owner, document if isinstance(document, str | None) else json.dumps(document))


_READERS: dict[str, Callable[[Any, str, str, str, str], ResourcePolicy | None]] = {
    "ecr": _repository,
    "iam": _role,
    "kms": _key,
    "lambda": _function,
    "secretsmanager": _secret,
    "sns": _topic,
    "sqs": _queue,
}
