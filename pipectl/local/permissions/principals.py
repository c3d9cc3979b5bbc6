"""Who makes a call: a session of a role, or a user, with the policies that say what it may do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipectl.local.world import World

_ARN_PARTS = 6


@dataclass(frozen=True)
class Principal:
    """An identity of the local IAM.

    `identity` holds its policies as JSON; a boundary or a session policy that is not there is None.
    `names` are those by which a resource policy may mean it directly.
    """

    arn: str
    account: str
    names: tuple[str, ...]
    identity: tuple[str, ...]
    boundary: str | None = None
    session_policy: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    user_name: str = ""

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """Its global condition keys (IAM User Guide, "AWS global condition context keys").

        No aws:SourceOwner: services send it, not roles. A role without sns:Publish may not publish to a topic
        with the default policy, which asks for that key (aws-ia/terraform-aws-control_tower_account_factory
        issue 151; docs/aws/codepipeline.md, 3.9).
        """
        role = next((name for name in self.names if ":role/" in name), self.arn)
        keys = {
            "aws:principalarn": (role,),
            "aws:principalaccount": (self.account,),
            "aws:principaltype": ("User" if self.user_name else "AssumedRole",),
            **{f"aws:principaltag/{key.lower()}": (value,) for key, value in self.tags},
        }
        return keys | ({"aws:username": (self.user_name,)} if self.user_name else {})


def role_session(
    world: World, role_arn: str, session: str, session_policy: str | None = None
) -> Principal | None:
    """A session of a role; None for a role that the local IAM does not have"""
    role = find_role(world, role_arn)
    if role is None:
        return None
    _, partition, _, _, account, _ = role_arn.split(":", _ARN_PARTS - 1)
    arn = f"arn:{partition}:sts::{account}:assumed-role/{role.name}/{session}"
    backend = world.moto("iam", account, partition)
    return Principal(
        arn,
        account,
        (arn, role.arn),
        tuple(documents([role])),
        _boundary(backend, getattr(role, "permissions_boundary_arn", None)),
        session_policy or None,
        tuple((str(key), str(value)) for key, value in _tags(role)),
    )


def find_role(world: World, arn: str) -> Any | None:
    """The role of an ARN, as moto keeps it; None: there is none"""
    from pipectl.local import motos

    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or not parts[4].isdecimal():
        return None
    backends = motos.backends("iam")[parts[4]]
    if parts[1] not in backends.regions:
        return None
    return next((role for role in backends[parts[1]].roles.values() if role.arn == arn), None)


def caller(world: World, account: str, region: str, access_key: str) -> Principal | None:
    """Whoever signs with an access key; None for the account's own key, which may do everything"""
    if not access_key or access_key == world.access_key(account):
        return None
    sts = world.moto("sts", account, region)
    session = sts.get_assumed_role_from_access_key(access_key)
    if session is not None:
        return role_session(world, session.role_arn, session.session_name, session.policy)
    backend = world.moto("iam", account, region)
    user = backend.get_user_from_access_key_id(access_key)
    return None if user is None else user_principal(backend, user)


def user_principal(backend: Any, user: Any) -> Principal:
    """A user with its own policies and those of its groups"""
    groups = [group for group in backend.groups.values() if user in group.users]
    return Principal(
        user.arn,
        user.account_id,
        (user.arn,),
        tuple(documents([user, *groups])),
        _boundary(backend, getattr(user, "permissions_boundary_arn", None)),
        user_name=user.name,
    )


def service(name: str, account: str) -> Principal:
    """An AWS service that calls in its own name: only resource policies can let it in"""
    return Principal(name, account, (name,), ())


def documents(holders: Iterable[Any]) -> Iterator[str]:
    """The inline and attached policies of roles, users and groups, as JSON"""
    for holder in holders:
        yield from (_as_text(document) for document in holder.policies.values())
        yield from (_default_version(policy) for policy in holder.managed_policies.values())


def _default_version(policy: Any) -> str:
    versions = [found for found in policy.versions if found.version_id == policy.default_version_id]
    return _as_text(versions[0].document)


def _boundary(backend: Any, arn: str | None) -> str | None:
    """A boundary that does not exist any more allows nothing (inferred)"""
    if not arn:
        return None
    policy = backend.managed_policies.get(arn)
    return _default_version(policy) if policy is not None else _NOTHING


_NOTHING = '{"Statement": []}'


def _as_text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _tags(role: Any) -> list[tuple[str, str]]:
    """Moto keeps a list of tags, or a mapping when CloudFormation has made the role"""
    tags = getattr(role, "tags", None) or []
    if isinstance(tags, dict):
        return [(key, value["Value"] if isinstance(value, dict) else value) for key, value in tags.items()]
    return [(tag["Key"], tag["Value"]) for tag in tags]
