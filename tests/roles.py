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
