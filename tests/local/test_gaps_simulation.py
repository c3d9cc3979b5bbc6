"""SimulatePrincipalPolicy of the local AWS: what users, groups and roles may"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def decisions(iam: Any, arn: str, actions: list[str], resources: list[str]) -> list[tuple[str, str, str]]:
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions, ResourceArns=resources)
    assert answer["IsTruncated"] is False
    results = answer["EvaluationResults"]
    return [(each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"]) for each in results]


def test_every_action_is_decided_on_every_resource(client: Client) -> None:
    iam = client("iam")
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    forbid = {"Effect": "Deny", "Action": "ecs:Delete*", "Resource": "*"}
    policy = document(allow("ecs:*", "arn:aws:ecs:eu-west-1:1:cluster/shop"), forbid)
    iam.put_user_policy(UserName="ann", PolicyName="some", PolicyDocument=policy)
    shop, other = "arn:aws:ecs:eu-west-1:1:cluster/shop", "arn:aws:ecs:eu-west-1:1:cluster/other"
    assert decisions(iam, arn, ["ecs:CreateCluster", "ecs:DeleteCluster"], [shop, other]) == [
        ("ecs:CreateCluster", shop, "allowed"),
        ("ecs:CreateCluster", other, "implicitDeny"),
        ("ecs:DeleteCluster", shop, "explicitDeny"),
        ("ecs:DeleteCluster", other, "explicitDeny"),
    ]


def test_a_user_may_what_its_groups_may(client: Client) -> None:
    iam = client("iam")
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    iam.create_group(GroupName="team")
    iam.put_group_policy(GroupName="team", PolicyName="some", PolicyDocument=document(allow("s3:*")))
    assert decisions(iam, arn, ["s3:GetObject"], ["*"])[0][2] == "implicitDeny"
    iam.add_user_to_group(GroupName="team", UserName="ann")
    assert decisions(iam, arn, ["s3:GetObject"], ["*"])[0][2] == "allowed"


def test_a_role_may_what_its_attached_policies_say(client: Client) -> None:
    iam = client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName="ci", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="ci", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert decisions(iam, arn, ["s3:GetObject"], ["*"])[0][2] == "allowed"
    assert decisions(iam, arn, ["s3:PutObject"], ["*"])[0][2] == "implicitDeny"


def test_nobody_cannot_be_simulated(client: Client, account: str) -> None:
    with pytest.raises(ClientError) as refused:
        decisions(client("iam"), f"arn:aws:iam::{account}:user/nobody", ["s3:GetObject"], ["*"])
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"
