"""What the local IAM allows, for every call that is made in the name of a role or a user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipectl.local.permissions import decision, principals, refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.permissions.principals import Principal
    from pipectl.local.world import World


class DeniedError(Exception):
    """A call that is not allowed; the message is the sentence of IAM"""

    def __init__(self, message: str, action: str, resource: str | None) -> None:
        super().__init__(message)
        self.action, self.resource = action, resource


@dataclass(frozen=True)
class Caller:
    """A role at work for a service: each of its calls is decided."""

    world: World
    role: str
    session: str

    @property
    def principal(self) -> Principal | None:
        """Who it is now; None: nothing is decided (--no-iam, or a role that the local IAM does not have)"""
        if not self.world.options.iam:
            return None
        return principals.role_session(self.world, self.role, self.session)

    def require(
        self, action: str, resource: str | None = "*", context: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Pass, or raise DeniedError"""
        with self.world.lock:
            require(self.world, self.principal, action, resource, context)

    def may(self, action: str, resource: str | None = "*", context: Iterable[tuple[str, str]] = ()) -> bool:
        """Whether a call is allowed"""
        try:
            self.require(action, resource, context)
        except DeniedError:
            return False
        return True


def require(
    world: World,
    principal: Principal | None,
    action: str,
    resource: str | None = "*",
    context: Iterable[tuple[str, str]] = (),
) -> None:
    """Pass, or raise DeniedError; a principal of None may do everything"""
    if principal is None:
        return
    found = decision.decide(world, principal, action, resource, context)
    if not found.allowed:
        raise DeniedError(refusals.sentence(principal.arn, action, resource, found), action, resource)
