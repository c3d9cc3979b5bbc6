"""Whether somebody may do something (IAM User Guide, "Policy evaluation logic")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipectl.local.permissions import resource_policies
from pipectl.local.permissions.statements import (
    Effect,
    Question,
    effect,
    names_principal,
    parsed,
    speaks_of,
    strongest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipectl.local.permissions.principals import Principal
    from pipectl.local.permissions.resource_policies import ResourcePolicy
    from pipectl.local.world import World

ASSUME_ROLE = "sts:AssumeRole"
_TRUST_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


@dataclass(frozen=True)
class Decision:
    """Yes, or no with the kind of policy that is missing or that denies"""

    allowed: bool
    policy: str = ""  # "identity-based policy", "permissions boundary", ...
    explicit: bool = False


ALLOWED = Decision(allowed=True)
_IDENTITY, _BOUNDARY = "identity-based policy", "permissions boundary"
_RESOURCE, _SESSION = "resource-based policy", "session policy"


def decide(
    world: World,
    principal: Principal,
    action: str,
    resource: str | None = "*",
    context: Iterable[tuple[str, str]] = (),
) -> Decision:
    """Decide one call; `resource` None: it is not known which resource the call is about"""
    standing = resource_policies.find(world, resource, principal.account)
    question = Question(action, resource, _context(world, principal, standing, context))
    return _decided(principal, question, standing)


def simulated(
    world: World, principal: Principal, action: str, resource: str, context: Iterable[tuple[str, str]]
) -> str:
    """What identity policies and boundary decide, in the words of simulations (API reference of IAM)"""
    nothing = resource_policies.ResourcePolicy(principal.account)
    question = Question(action, resource, _context(world, principal, nothing, context))
    found = _decided(principal, question, nothing)
    return "allowed" if found.allowed else "explicitDeny" if found.explicit else "implicitDeny"


def _decided(principal: Principal, question: Question, standing: ResourcePolicy) -> Decision:
    if standing.document is not None and not _concerns_resource(question):
        standing = resource_policies.ResourcePolicy(standing.owner)
    limits = _limits(principal, question)
    own = effect(principal.identity, question)
    direct, delegated = _resource_effects(principal, question, standing)
    for found, policy in ((own, _IDENTITY), (direct, _RESOURCE), *limits):
        if found is Effect.DENY:
            return Decision(allowed=False, policy=policy, explicit=True)
    if standing.owner != principal.account:
        outside = Effect.ALLOW in (direct, delegated)
        granted = _first_missing([(own is Effect.ALLOW, _IDENTITY), (outside, _RESOURCE)])
    elif _decides_alone(question, standing):
        outside = direct is Effect.ALLOW or delegated is Effect.ALLOW
        inside = direct is Effect.ALLOW or own is Effect.ALLOW
        granted = _first_missing([(outside, _RESOURCE), (inside, _IDENTITY)])
    else:
        granted = _first_missing([(Effect.ALLOW in (own, direct), _IDENTITY)])
    if not granted.allowed:
        return granted
    return _first_missing([(found is Effect.ALLOW, policy) for found, policy in limits])


def _decides_alone(question: Question, standing: ResourcePolicy) -> bool:
    """A key's policy, and the trust policy of a role that is to be assumed, must say yes themselves"""
    return standing.decides_alone or question.action.lower() in _TRUST_ACTIONS


def _concerns_resource(question: Question) -> bool:
    """A role's trust policy speaks about assuming it only, not about passing or changing it"""
    is_role = ":iam:" in (question.resource or "")
    return not is_role or question.action.lower() in _TRUST_ACTIONS


def _limits(principal: Principal, question: Question) -> list[tuple[Effect, str]]:
    stated = ((principal.boundary, _BOUNDARY), (principal.session_policy, _SESSION))
    return [(effect([document], question), policy) for document, policy in stated if document is not None]


def _resource_effects(
    principal: Principal, question: Question, standing: ResourcePolicy
) -> tuple[Effect, Effect]:
    """What a resource's policy says to the principal itself, and to the whole of its account"""
    if standing.document is None:
        return Effect.NONE, Effect.NONE
    is_trust = question.action.lower() in _TRUST_ACTIONS
    fitting = [
        statement
        for statement in parsed(standing.document)
        if speaks_of(statement, question, resource=not is_trust)
    ]
    direct = strongest(
        statement.get("Effect") for statement in fitting if names_principal(statement, principal.names)
    )
    account = strongest(
        statement.get("Effect") for statement in fitting if names_principal(statement, [principal.account])
    )
    return (Effect.DENY, account) if account is Effect.DENY else (direct, account)


def _first_missing(wanted: list[tuple[bool, str]]) -> Decision:
    missing = [policy for granted, policy in wanted if not granted]
    return Decision(allowed=False, policy=missing[0]) if missing else ALLOWED


def _context(
    world: World, principal: Principal, standing: ResourcePolicy, stated: Iterable[tuple[str, str]]
) -> Mapping[str, tuple[str, ...]]:
    """The keys that every call has, and those of this one (a key may be stated several times)"""
    keys: dict[str, tuple[str, ...]] = {
        **principal.context(),
        "aws:currenttime": (world.now().strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(world.now().timestamp())),),
        "aws:resourceaccount": (standing.owner,),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:principalisawsservice": ("false",),
    }
    for name, value in stated:
        key = name.lower()
        keys[key] = (*keys.get(key, ()), value) if key not in _SINGLE else (value,)
    return keys


_SINGLE = ("aws:viaawsservice", "aws:principalisawsservice", "aws:resourceaccount")
