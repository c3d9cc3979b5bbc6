"""What must be allowed for a call, as a value; which calls need what, each room says beside its own."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipectl.aws.account import Account


class Purpose(enum.Flag):
    """What somebody may want to do with a spec."""

    PLAN = enum.auto()
    CREATE = enum.auto()
    STATUS = enum.auto()
    OPERATE = enum.auto()
    DESTROY = enum.auto()


NO_RESOURCE = "*"
"""For actions that know no resources: the Service Authorization Reference leaves their column empty."""


@dataclass(frozen=True, order=True)
class Condition:
    """A key of the request, and what it must be equal to."""

    key: str
    value: str
    operator: str = "StringEquals"


@dataclass(frozen=True)
class Need:
    """One action on one resource (an ARN, `*` in it as in IAM), and what it is needed for."""

    purpose: Purpose
    action: str
    resource: str
    condition: Condition | None = None


def needs(
    purpose: Purpose, resources: Iterable[str], *actions: str, condition: Condition | None = None
) -> Iterator[Need]:
    """Every action on every resource."""
    yield from (Need(purpose, action, each, condition) for each in resources for action in actions)


def passing(roles: Iterable[str | None], service: str) -> Iterator[Need]:
    """Handing roles over to a service (`codebuild`), and to no other (IAM user guide, PassRole)."""
    named = sorted({role for role in roles if role})
    receiver = Condition("iam:PassedToService", f"{service}.amazonaws.com")
    yield from needs(Purpose.CREATE, named, "iam:PassRole", condition=receiver)


def using_key(purpose: Purpose, account: Account, key: str, *actions: str) -> Iterator[Need]:
    """Every action on a key of KMS, which is named by its ARN, its id or an alias."""
    _, is_alias, alias = key.partition("alias/")
    if is_alias:  # which key it stands for, only KMS knows (KMS guide, "Use aliases to control access")
        condition = Condition("kms:ResourceAliases", f"alias/{alias}", "ForAnyValue:StringEquals")
        yield from needs(purpose, [account.arn("kms", "key/*")], *actions, condition=condition)
    else:
        named = key if key.startswith("arn:") else account.arn("kms", f"key/{key}")
        yield from needs(purpose, [named], *actions)
