"""IAM: names, sizes and trust documents are checked, service-linked and AWS-managed things exist."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.facts.notifications import LINKED_ROLE, SERVICE_PRINCIPAL
from pipectl.local.gaps import documents, simulation
from pipectl.local.gaps.requests import from_query
from pipectl.local.permissions import principals
from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

# IAM User guide, "IAM and AWS STS quotas"
_INLINE_LIMIT = 10_240
_TRUST_LIMIT = 2_048
_ATTACHED_LIMIT = 10

# moto spells the others right, or capitalises what it does not know
_LINKED_NAMES = {
    "ecs.amazonaws.com": ("AWSServiceRoleForecs", "AWSServiceRoleForECS"),
    SERVICE_PRINCIPAL: ("AWSServiceRoleForcodestar-notifications", LINKED_ROLE),
}


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Check what moto does not, let it answer, and mend what it says"""
    asked = from_query(request, "ValidationError")
    backend = world.moto("iam", request.account, request.region)
    _load_managed_policies(backend, request.operation, asked)
    if request.operation == "SimulatePrincipalPolicy":
        return simulation.answer(world, backend, asked)
    if request.operation == "CreateServiceLinkedRole":
        return _create_service_linked_role(backend, asked, forward(request))
    check = _CHECKS.get(request.operation)
    if check:
        check(world, backend, asked)
    answered = forward(request)
    if request.operation == "CreateRole" and answered.status == 200:  # noqa: PLR2004  HTTP's own
        world.role_births[backend.get_role(asked["RoleName"]).arn] = world.now()
    return _in_words_of_aws(answered)


def role_usable(world: World, arn: str, principal: str) -> bool:
    """Whether a service may assume a role: it exists, trusts the service, and has settled"""
    role = principals.find_role(world, arn)
    if role is None or not _trusts(role.assume_role_policy_document, principal):
        return False
    born = world.role_births.get(arn)
    return born is None or world.now() - born >= timedelta(seconds=world.role_delay_s)


def _trusts(document: str | dict[str, Any], principal: str) -> bool:
    parsed = json.loads(document) if isinstance(document, str) else document
    for statement in documents.statements(parsed):
        named = statement.get("Principal")
        services = documents.listed(named.get("Service")) if isinstance(named, dict) else []
        if statement.get("Effect") == "Allow" and principal in services:
            return True
    return False


def _check_create_role(world: World, backend: Any, asked: dict[str, Any]) -> None:
    _check_trust(world, asked["AssumeRolePolicyDocument"])
    name = asked["RoleName"]
    if any(role.name.lower() == name.lower() for role in backend.roles.values()):
        raise Refused("EntityAlreadyExists", f"Role with name {name} already exists.")


def _check_trust_update(world: World, _backend: Any, asked: dict[str, Any]) -> None:
    _check_trust(world, asked["PolicyDocument"])


def _check_trust(world: World, document: str) -> None:
    """API reference, CreateRole: MalformedPolicyDocument, LimitExceeded

    A trust policy may have either version, and none is 2008-10-17 (user guide, "IAM JSON policy elements:
    Version"; Terraform's provider creates roles of 2008-10-17). Moto takes the newer alone, also for itself.
    """
    from moto.core.exceptions import ServiceException
    from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

    setattr(IAMTrustPolicyDocumentValidator, "_validate_version", lambda _policy: None)  # noqa: B010  mypy allows no assignment
    try:
        IAMTrustPolicyDocumentValidator(document).validate()
    except ServiceException as error:
        raise Refused("MalformedPolicyDocument", str(error.message)) from None
    stranger = documents.stranger(world, json.loads(document))
    if stranger:
        raise Refused("MalformedPolicyDocument", stranger)
    if documents.without_blanks(document) > _TRUST_LIMIT:
        raise Refused("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {_TRUST_LIMIT}")


def _check_inline_policy(_world: World, backend: Any, asked: dict[str, Any]) -> None:
    """All inline policies of a role together, without blanks (IAM User guide, "IAM and AWS STS quotas")"""
    role = _by_name(backend, asked["RoleName"])
    others = {} if role is None else {**role.policies}
    others.pop(asked["PolicyName"], None)
    size = sum(map(documents.without_blanks, (*others.values(), asked["PolicyDocument"])))
    if size > _INLINE_LIMIT:
        message = f"Maximum policy size of {_INLINE_LIMIT} bytes exceeded for role {asked['RoleName']}"
        raise Refused("LimitExceeded", message)


def _check_attach(_world: World, backend: Any, asked: dict[str, Any]) -> None:
    role = _by_name(backend, asked["RoleName"])
    attached = {} if role is None else role.managed_policies
    if len(attached) >= _ATTACHED_LIMIT and asked["PolicyArn"] not in attached:
        raise Refused("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {_ATTACHED_LIMIT}")


_CHECKS = {
    "AttachRolePolicy": _check_attach,
    "CreateRole": _check_create_role,
    "PutRolePolicy": _check_inline_policy,
    "UpdateAssumeRolePolicy": _check_trust_update,
}


def _by_name(backend: Any, name: str) -> Any | None:
    return next((role for role in backend.roles.values() if role.name == name), None)


def _create_service_linked_role(backend: Any, asked: dict[str, Any], answered: Answer) -> Answer:
    """API reference, CreateServiceLinkedRole: InvalidInput; the text is AWS' own, seen in public issues"""
    ours, theirs = _LINKED_NAMES.get(asked["AWSServiceName"], ("", ""))
    made = _by_name(backend, ours)
    already = re.search(rb"Role with name (\S+) already exists", answered.body)
    taken = already.group(1).decode() if already else theirs if made and _by_name(backend, theirs) else ""
    if taken:
        if made and taken == theirs:
            backend.roles.pop(made.id)
        raise Refused(
            "InvalidInput",
            f"Service role name {taken} has been taken in this account, please try a different suffix.",
        )
    if made is None:
        return answered
    made.name = theirs
    return replace(answered, body=answered.body.replace(ours.encode(), theirs.encode()))


def _load_managed_policies(backend: Any, operation: str, asked: dict[str, Any]) -> None:
    """AWS-managed policies come into moto when a call names one, or all when they are listed"""
    if operation == "ListPolicies" and asked.get("Scope", "All") != "Local":
        wanted = set(_managed_policies())
    else:
        named = (asked.get("PolicyArn", ""), asked.get("PermissionsBoundary", ""))
        wanted = {arn.rpartition("/")[2] for arn in named if ":iam::aws:policy/" in arn}
    from moto.iam.models import AWSManagedPolicy

    for name in wanted & set(_managed_policies() if wanted else ()):
        policy = AWSManagedPolicy.from_data(
            name, backend.account_id, backend.region_name, _managed_policies()[name]
        )
        backend.managed_policies.setdefault(policy.arn, policy)


@functools.cache
def _managed_policies() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


def _in_words_of_aws(answered: Answer) -> Answer:
    body = re.sub(
        rb"<Message>Role (\S+) not found</Message>",
        rb"<Message>The role with name \1 cannot be found.</Message>",
        answered.body,
    )
    return replace(answered, body=body)
