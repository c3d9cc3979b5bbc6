"""The evaluator of the local IAM (IAM User Guide, "Policy evaluation logic")"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local.permissions import conditions
from tests import roles
from tests.permissions.conftest import REGION, Evaluator
from tests.roles import allow, document

if TYPE_CHECKING:
    from tests.conftest import World

Shape = dict[str, Any]
ACCOUNT, OTHER = "012345678901", "999999999999"
BUCKET = "arn:aws:s3:::shop"
ACTOR = f"arn:aws:iam::{ACCOUNT}:role/actor"


def deny(*actions: str, on: str = "*", **members: Any) -> Shape:
    return {"Effect": "Deny", "Action": list(actions), "Resource": on, **members}


STATEMENTS: list[tuple[Shape, str, str, bool]] = [
    (allow("s3:GetObject"), "s3:GetObject", f"{BUCKET}/a", True),
    (allow("S3:getobject"), "s3:GetObject", f"{BUCKET}/a", True),
    (allow("s3:Get*"), "s3:GetObject", f"{BUCKET}/a", True),
    (allow("s3:Get?bject"), "s3:GetObject", f"{BUCKET}/a", True),
    (allow("s3:GetObject"), "s3:GetObjectVersion", f"{BUCKET}/a", False),
    (allow("*"), "s3:GetObject", f"{BUCKET}/a", True),
    (allow("s3:*", on=f"{BUCKET}/*"), "s3:GetObject", f"{BUCKET}/a/b", True),
    (allow("s3:*", on=f"{BUCKET}/*"), "s3:ListBucket", BUCKET, False),
    (allow("s3:*", on=f"{BUCKET}/A"), "s3:GetObject", f"{BUCKET}/a", False),
    (allow("s3:*", on=f"{BUCKET}/[ab]"), "s3:GetObject", f"{BUCKET}/a", False),
    (allow("ecr:GetAuthorizationToken", on="arn:aws:ecr:*"), "ecr:GetAuthorizationToken", "*", False),
    ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "s3:GetObject", BUCKET, True),
    ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "s3:GetObject", BUCKET, False),
    ({"Effect": "Allow", "Action": "s3:*", "NotResource": BUCKET}, "s3:GetObject", BUCKET, False),
    ({"Effect": "Allow", "Action": "s3:*", "NotResource": BUCKET}, "s3:GetObject", f"{BUCKET}/a", True),
    (allow("ssm:*", on="arn:aws:ssm:*:*:parameter/${aws:PrincipalAccount}/*"), "ssm:GetParameter",
     f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/{ACCOUNT}/a", True),
    (allow("ssm:*", on="arn:aws:ssm:*:*:parameter/${aws:username}"), "ssm:GetParameter",
     f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/ann", False),
    (allow("ssm:*", on="arn:aws:ssm:*:*:parameter/${aws:username, 'ann'}"), "ssm:GetParameter",
     f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/ann", True),
    (allow("s3:*", on=f"{BUCKET}/a${{*}}"), "s3:GetObject", f"{BUCKET}/ab", False),
    (allow("s3:*", on=f"{BUCKET}/a${{*}}"), "s3:GetObject", f"{BUCKET}/a*", True),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "action", "resource", "allowed"), STATEMENTS)
def test_a_statement_covers_what_its_patterns_say(
    evaluator: Evaluator, statement: Shape, action: str, resource: str, allowed: bool
) -> None:
    evaluator.role(statement)
    decided = evaluator.decides(action, resource)
    assert decided == ("allowed" if allowed else "implicit identity-based policy")


CONDITIONS: list[tuple[str, str, Any, dict[str, tuple[str, ...]], bool]] = [
    ("StringEquals", "k", "a", {"k": ("a",)}, True),
    ("StringEquals", "k", ["b", "a"], {"k": ("a",)}, True),
    ("StringEquals", "K", "a", {"k": ("a",)}, True),
    ("StringEquals", "k", "A", {"k": ("a",)}, False),
    ("StringEquals", "k", "a*", {"k": ("ab",)}, False),
    ("StringEquals", "k", "a", {}, False),
    ("StringEqualsIfExists", "k", "a", {}, True),
    ("StringEqualsIfExists", "k", "a", {"k": ("b",)}, False),
    ("StringEqualsIgnoreCase", "k", "A", {"k": ("a",)}, True),
    ("StringNotEquals", "k", ["a", "b"], {"k": ("c",)}, True),
    ("StringNotEquals", "k", ["a", "b"], {"k": ("a",)}, False),
    ("StringNotEquals", "k", "a", {}, True),
    ("StringLike", "k", "a*", {"k": ("ab",)}, True),
    ("StringNotLike", "k", "a*", {"k": ("ab",)}, False),
    ("ArnLike", "k", "arn:aws:s3:::shop*", {"k": ("arn:aws:s3:::shop/a:b",)}, True),
    ("ArnLike", "k", "arn:aws:*:shop", {"k": ("arn:aws:s3:::shop",)}, False),
    ("ArnEquals", "k", "arn:aws:iam::*:role/a", {"k": ("arn:aws:iam::1:role/a",)}, True),
    ("ArnNotEquals", "k", "arn:aws:iam::1:role/a", {"k": ("arn:aws:iam::1:role/b",)}, True),
    ("Bool", "k", "true", {"k": ("true",)}, True),
    ("Bool", "k", True, {"k": ("true",)}, True),
    ("Bool", "k", "false", {}, False),
    ("BoolIfExists", "k", "false", {}, True),
    ("Null", "k", "true", {}, True),
    ("Null", "k", "false", {"k": ("a",)}, True),
    ("Null", "k", "true", {"k": ("a",)}, False),
    ("NumericLessThan", "k", "10", {"k": ("9",)}, True),
    ("NumericLessThan", "k", "10", {"k": ("10",)}, False),
    ("NumericGreaterThanEquals", "k", 10, {"k": ("10",)}, True),
    ("NumericNotEquals", "k", "10", {"k": ("11",)}, True),
    ("DateLessThan", "k", "2030-01-01T00:00:00Z", {"k": ("2029-12-31T23:59:59Z",)}, True),
    ("DateGreaterThan", "k", "2030-01-01", {"k": ("2029-12-31T23:59:59Z",)}, False),
    ("IpAddress", "k", "10.0.0.0/8", {"k": ("10.1.2.3",)}, True),
    ("NotIpAddress", "k", "10.0.0.0/8", {"k": ("10.1.2.3",)}, False),
    ("ForAnyValue:StringEquals", "k", ["a"], {"k": ("b", "a")}, True),
    ("ForAnyValue:StringEquals", "k", ["a"], {"k": ("b",)}, False),
    ("ForAnyValue:StringEquals", "k", ["a"], {}, False),
    ("ForAllValues:StringEquals", "k", ["a", "b"], {"k": ("b", "a")}, True),
    ("ForAllValues:StringEquals", "k", ["a"], {"k": ("b", "a")}, False),
    ("ForAllValues:StringEquals", "k", ["a"], {}, True),
    ("ForAnyValue:StringNotEquals", "k", ["a"], {"k": ("a", "b")}, True),
    ("ForAllValues:StringNotLike", "k", ["a*"], {"k": ("ab", "b")}, False),
    ("StringEquals", "k", "${other}", {"k": ("a",), "other": ("a",)}, True),
    ("StringEquals", "k", "${other}", {"k": ("a",)}, False),
    ("Unheard", "k", "a", {"k": ("a",)}, False),
]


@pytest.mark.parametrize(("operator", "key", "stated", "context", "met"), CONDITIONS)
def test_a_condition_is_met_as_its_operator_says(
    operator: str, key: str, stated: Any, context: dict[str, tuple[str, ...]], met: bool
) -> None:
    assert conditions.met({operator: {key: stated}}, context) is met


def test_all_operators_and_all_keys_must_agree() -> None:
    both = {"StringEquals": {"a": "1", "b": "2"}, "Null": {"c": "true"}}
    assert conditions.met(both, {"a": ("1",), "b": ("2",)})
    assert not conditions.met(both, {"a": ("1",)})
    assert not conditions.met(both, {"a": ("1",), "b": ("2",), "c": ("3",)})


def test_a_deny_wins_over_every_allow(evaluator: Evaluator) -> None:
    evaluator.role(allow("*"), deny("s3:Delete*"))
    assert evaluator.decides("s3:DeleteObject", f"{BUCKET}/a") == "explicit identity-based policy"
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"


def test_attached_policies_count_in_their_default_version(evaluator: Evaluator, world: "World") -> None:
    iam = world.client("iam")
    evaluator.role()
    made = iam.create_policy(PolicyName="own", PolicyDocument=document(allow("s3:GetObject")))
    arn = made["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="actor", PolicyArn=arn)
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=document(allow("s3:PutObject")), SetAsDefault=True
    )
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "implicit identity-based policy"
    iam.attach_role_policy(RoleName="actor", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"


def test_a_boundary_limits_and_never_allows(evaluator: Evaluator, world: "World") -> None:
    iam = world.client("iam")
    made = iam.create_policy(PolicyName="limit", PolicyDocument=document(allow("s3:*"), deny("s3:PutObject")))
    evaluator.role(allow("ecs:*", "s3:GetObject", "s3:PutObject"))
    iam.put_role_permissions_boundary(RoleName="actor", PermissionsBoundary=made["Policy"]["Arn"])
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"
    assert evaluator.decides("ecs:ListTasks") == "implicit permissions boundary"
    assert evaluator.decides("s3:PutObject", f"{BUCKET}/a") == "explicit permissions boundary"
    assert evaluator.decides("s3:DeleteObject", f"{BUCKET}/a") == "implicit identity-based policy"


def test_a_bucket_may_let_in_or_keep_out_a_role_of_its_account(evaluator: Evaluator, world: "World") -> None:
    s3 = world.client("s3")
    evaluator.role()
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": REGION})
    _put_bucket_policy(s3, {**allow("s3:GetObject", on=f"{BUCKET}/*"), "Principal": {"AWS": ACTOR}})
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"
    _put_bucket_policy(
        s3, {**allow("s3:GetObject", on=f"{BUCKET}/*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    )
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "implicit identity-based policy"
    roles.put(world.client("iam"), "actor", allow("s3:*"))
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"
    _put_bucket_policy(s3, {**deny("s3:*", on=f"{BUCKET}/*"), "Principal": "*"})
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "explicit resource-based policy"
    _put_bucket_policy(s3, {**deny("s3:*", on=f"{BUCKET}/*"), "NotPrincipal": {"AWS": [ACTOR, ACCOUNT]}})
    assert evaluator.decides("s3:GetObject", f"{BUCKET}/a") == "allowed"


def _put_bucket_policy(s3: Any, statement: Shape) -> None:
    s3.put_bucket_policy(Bucket="shop", Policy=document(statement))


def test_another_account_s_repository_must_allow_it_too(evaluator: Evaluator, world: "World") -> None:
    from tests.conftest import plain_client

    ecr = plain_client(world.server, "ecr", REGION, OTHER)
    ecr.create_repository(repositoryName="shop")
    arn = f"arn:aws:ecr:{REGION}:{OTHER}:repository/shop"
    evaluator.role(allow("ecr:*"))
    assert evaluator.decides("ecr:BatchGetImage", arn) == "implicit resource-based policy"
    statement = {
        "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "ecr:BatchGetImage"
    }  # fmt: skip
    ecr.set_repository_policy(repositoryName="shop", policyText=document(statement))
    assert evaluator.decides("ecr:BatchGetImage", arn) == "allowed"
    roles.put(world.client("iam"), "actor", allow("s3:*"))
    assert evaluator.decides("ecr:BatchGetImage", arn) == "implicit identity-based policy"


def test_a_key_is_open_to_iam_only_when_its_policy_says_so(evaluator: Evaluator, world: "World") -> None:
    kms = world.client("kms")
    evaluator.role(allow("kms:Decrypt"))
    key = kms.create_key()["KeyMetadata"]
    assert evaluator.decides("kms:Decrypt", key["Arn"]) == "allowed"
    admin = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}}
    roles.make(world.client("iam"), "admin", "ec2")
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(admin))
    assert evaluator.decides("kms:Decrypt", key["Arn"]) == "implicit resource-based policy"
    own = {**allow("kms:Encrypt"), "Principal": {"AWS": ACTOR}}
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=document(admin, own))
    assert evaluator.decides("kms:Encrypt", key["Arn"]) == "allowed"


def test_taking_on_a_role_needs_its_trust(evaluator: Evaluator, world: "World") -> None:
    iam = world.client("iam")
    evaluator.role(allow("sts:AssumeRole"))
    other = roles.make(iam, "other", "ec2")
    assert evaluator.decides("sts:AssumeRole", other) == "implicit resource-based policy"
    iam.update_assume_role_policy(RoleName="other", PolicyDocument=roles.trust({"AWS": ACCOUNT}))
    assert evaluator.decides("sts:AssumeRole", other) == "allowed"
    roles.put(iam, "actor", allow("s3:*"))
    assert evaluator.decides("sts:AssumeRole", other) == "implicit identity-based policy"
    iam.update_assume_role_policy(RoleName="other", PolicyDocument=roles.trust({"AWS": ACTOR}))
    assert evaluator.decides("sts:AssumeRole", other) == "allowed"


def test_a_trust_policy_says_nothing_about_passing_a_role(evaluator: Evaluator, world: "World") -> None:
    other = roles.make(world.client("iam"), "other", "ec2")
    only = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    evaluator.role(allow("iam:PassRole", on=other, Condition=only))
    assert (
        evaluator.decides("iam:PassRole", other, iam__PassedToService="ecs-tasks.amazonaws.com") == "allowed"
    )
    denied = evaluator.decides("iam:PassRole", other, iam__PassedToService="ec2.amazonaws.com")
    assert denied == "implicit identity-based policy"


@pytest.mark.parametrize(
    ("statement", "action"),
    [(allow("s3:Get*", on=f"{BUCKET}/*"), "s3:GetObject"), (deny("s3:*"), "s3:GetObject")],
)
def test_moto_s_evaluator_agrees_where_it_is_exact(
    evaluator: Evaluator, statement: Shape, action: str
) -> None:
    from moto.iam.access_control import IAMPolicy, PermissionResult

    evaluator.role(statement)
    found = IAMPolicy(json.dumps({"Statement": [statement]})).is_action_permitted(action, f"{BUCKET}/a")
    expected = {
        PermissionResult.PERMITTED: "allowed",
        PermissionResult.DENIED: "explicit identity-based policy",
    }
    assert evaluator.decides(action, f"{BUCKET}/a") == expected[found]


def test_a_session_s_own_policy_limits_it(
    world: "World", assume: Callable[..., Callable[[str], Any]]
) -> None:
    from tests.permissions.conftest import denied

    role = roles.make(world.client("iam"), "actor", "ec2")
    logs = assume(role, Policy=document(allow("logs:DescribeLogGroups")))("logs")
    assert logs.describe_log_groups()["logGroups"] == []
    with denied("AccessDeniedException") as message:
        logs.create_log_group(logGroupName="a")
    assert message[0].endswith("because no session policy allows the logs:CreateLogGroup action")
