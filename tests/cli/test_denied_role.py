"""What people are told when a role lacks a permission: which one, on what, and whose role it is"""

import json

from tests import roles
from tests.shop import BUILD, IMAGES, Shape, Shop, builds, serves

SERVED = {"name": "Deploy", "actions": [{"provider": "ECS", "cluster": "shop", "service": "web"}]}


def lacks(shop: Shop, service: str, action: str, *stages: Shape, **created: object) -> str:
    """Let an execution fail because the one role of a service lacks a permission; the role's name"""
    shop.ends(shop.create(*stages, **created), "Succeeded")  # type: ignore[arg-type]  # as create takes them
    found = [
        role["RoleName"]
        for role in shop.aws("iam").list_roles()["Roles"]
        if f"{service}.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])
    ]
    (role,) = found
    roles.take_away(shop.aws("iam"), role, action)
    shop.ends(shop.execution(shop.push("Second reminder", **IMAGES)), "Failed")
    return str(role)


def test_an_action_that_its_role_does_not_allow_names_the_permission(shop: Shop) -> None:
    role = lacks(shop, "codepipeline", "codebuild:StartBuild", BUILD, blocks=builds("true"))
    arn = f"arn:aws:codebuild:ap-southeast-1:{shop.account}:project/shop"
    why = _joined(shop.ask("why").stdout)
    assert f"the role {role} lacks codebuild:StartBuild on {arn}" in why
    status = _joined(shop.ask("status").stdout)
    assert f"assumed-role/{role}/" in status
    assert f"is not authorized to perform: codebuild:StartBuild on resource: {arn}" in status
    told = json.loads(shop.ask("why", "--output", "json").stdout)
    assert told["details"]["denial"] == {"permission": "codebuild:StartBuild", "resource": arn, "role": role}


def test_a_build_that_may_not_log_names_the_permission(shop: Shop) -> None:
    role = lacks(shop, "codebuild", "logs:CreateLogStream", BUILD, blocks=builds("true"))
    why = _joined(shop.ask("why").stdout)
    assert f"the role {role} lacks logs:CreateLogStream on" in why
    status = _joined(shop.ask("status").stdout)
    assert "JobFailed: Build terminated with state: FAILED. Phase: " in status
    assert "logs:CreateLogStream" in status


def test_a_deployment_that_may_not_pass_a_role_names_the_permission(shop: Shop) -> None:
    blocks = serves()
    deploy = {**SERVED, "actions": [{**SERVED["actions"][0], "inputs": ["SourceOutput"]}]}  # type: ignore[dict-item]
    role = lacks(shop, "codepipeline", "iam:PassRole", deploy, blocks=blocks, files=IMAGES)
    why = _joined(shop.ask("why").stdout)
    assert "The provided role does not have sufficient permissions to access ECS" in why
    assert f"the role {role} lacks iam:PassRole on arn:aws:iam::{shop.account}:role/" in why


def _joined(text: str) -> str:
    """What was folded at the edge of the screen, in one line"""
    return " ".join(line.strip().removeprefix("| ") for line in text.splitlines())
