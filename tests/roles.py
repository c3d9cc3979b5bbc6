"""Roles for tests that are about something else: services may take them on, and they may do everything."""

import json
from typing import Any

Shape = dict[str, Any]


def trust(principal: Shape) -> str:
    """A trust policy for one kind of principals, as `{"Service": "codebuild.amazonaws.com"}`"""
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def allow(*actions: str, on: str | list[str] = "*", **members: Any) -> Shape:
    """A statement that allows actions on resources; more members as in `Condition={...}`"""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **members}


def document(*statements: Shape) -> str:
    """A policy document"""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make(iam: Any, name: str, *services: str, statements: tuple[Shape, ...] = (allow("*"),)) -> str:
    """A role that services may take on, by its ARN; it may do everything unless statements are given"""
    principals = {"Service": [f"{service}.amazonaws.com" for service in services]}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principals))
    if statements:
        put(iam, name, *statements)
    return str(made["Role"]["Arn"])


def put(iam: Any, name: str, *statements: Shape) -> None:
    """Replace the one policy of a role that `make` has made"""
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document(*statements))


def statements(iam: Any, role: str) -> list[Shape]:
    """All statements of a role's inline and attached policies"""
    return [statement for _, text in _documents(iam, role) for statement in text["Statement"]]


def take_away(iam: Any, role: str, action: str, resource: str = "") -> None:
    """Take one permission away from a role, which must have it.

    `action` is spelled as in the role's policy (it may be a pattern); with `resource` only from statements
    that name this resource.
    """
    taken = 0
    for policy, text in _documents(iam, role):
        kept = []
        for statement in text["Statement"]:
            named = not resource or resource in _listed(statement["Resource"])
            actions = [other for other in _listed(statement["Action"]) if not (named and other == action)]
            taken += len(_listed(statement["Action"])) - len(actions)
            kept += [{**statement, "Action": actions}] if actions else []
        _replace(iam, role, policy, {**text, "Statement": kept})
    assert taken, f"{role} was never allowed {action} {resource}"


def _documents(iam: Any, role: str) -> list[tuple[str, Shape]]:
    """Name of an inline policy, or ARN of an attached one, with its document"""
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    inline = [(name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    own = [policy["PolicyArn"] for policy in attached if ":iam::aws:" not in policy["PolicyArn"]]
    return [*inline, *((arn, _attached(iam, arn)) for arn in own)]


def _attached(iam: Any, arn: str) -> Shape:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return dict(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _replace(iam: Any, role: str, policy: str, text: Shape) -> None:
    if policy.startswith("arn:"):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=json.dumps(text), SetAsDefault=True)
    elif text["Statement"]:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(text))
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
