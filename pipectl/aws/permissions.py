"""What must be allowed for a call, as a value; which calls need what, each room says beside its own."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class Purpose(enum.Flag):
    """What somebody may want to do with a spec."""

    PLAN = enum.auto()
    CREATE = enum.auto()
    STATUS = enum.auto()
    OPERATE = enum.auto()
    DESTROY = enum.auto()


NO_RESOURCE = "*"
"""For actions that know no resources: the Service Authorization Reference leaves their column empty."""

Condition = tuple[str, str]
"""A key of the request, and what it must be equal to."""


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
    receiver = ("iam:PassedToService", f"{service}.amazonaws.com")
    yield from needs(Purpose.CREATE, named, "iam:PassRole", condition=receiver)
