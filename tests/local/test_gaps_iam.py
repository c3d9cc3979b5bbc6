"""IAM of the local AWS: names, sizes and trust are checked, service-linked and AWS-managed things exist"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import pipectl.local
from pipectl.local.world import World
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from pipectl.local.server import Server

Client = Callable[..., Any]
BUILD = "codebuild.amazonaws.com"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def trust(principal: Any = None, **changed: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": principal or {"Service": BUILD},
        "Action": "sts:AssumeRole",
        **changed,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def inline(size: int) -> str:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": ""}]}
    rest = size - len(json.dumps(document, separators=(",", ":")))
    document["Statement"][0]["Resource"] = "arn:aws:s3:::" + "x" * (rest - len("arn:aws:s3:::"))  # type: ignore[index]
    return json.dumps(document, indent=2)


@pytest.fixture
def iam(client: Client) -> Any:
    return client("iam")


@pytest.fixture
def role(iam: Any) -> str:
    made = iam.create_role(RoleName="builder", Path="/pipectl/shop/", AssumeRolePolicyDocument=trust())
    return str(made["Role"]["Arn"])


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_trust_policies_of_the_old_version_are_taken(iam: Any, version: str | None) -> None:
    document = json.loads(trust())
    document.pop("Version")
    document |= {"Version": version} if version else {}
    iam.create_role(RoleName="old", AssumeRolePolicyDocument=json.dumps(document))
    iam.update_assume_role_policy(RoleName="old", PolicyDocument=json.dumps(document))
    assert iam.get_role(RoleName="old")["Role"]["AssumeRolePolicyDocument"] == document


def test_a_role_comes_back_as_made(iam: Any, role: str, account: str) -> None:
    found = iam.get_role(RoleName="builder")["Role"]
    assert found["Arn"] == role == f"arn:aws:iam::{account}:role/pipectl/shop/builder"
    assert found["AssumeRolePolicyDocument"] == json.loads(trust())
    assert found["MaxSessionDuration"] == 3600


@pytest.mark.parametrize(
    "document",
    [
        '{"a": 1}',
        "{nope",
        trust(Action="s3:GetObject"),
        trust(Resource="*"),
        trust(Effect="Perhaps"),
    ],
)
def test_a_trust_document_is_read_when_a_role_is_made_and_changed(iam: Any, role: str, document: str) -> None:
    made = refusal(iam.create_role, RoleName="other", AssumeRolePolicyDocument=document)
    changed = refusal(iam.update_assume_role_policy, RoleName="builder", PolicyDocument=document)
    assert made[0] == changed[0] == "MalformedPolicyDocument"
    assert refusal(iam.get_role, RoleName="other")[0] == "NoSuchEntity"


def test_a_trusted_role_must_exist(iam: Any, role: str, account: str) -> None:
    nobody = f"arn:aws:iam::{account}:role/nobody"
    found = refusal(iam.create_role, RoleName="other", AssumeRolePolicyDocument=trust({"AWS": nobody}))
    assert found == ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{nobody}"')
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust({"AWS": [role, account]}))


def test_a_trust_document_has_a_limit(iam: Any) -> None:
    long = trust(Condition={"StringEquals": {"aws:SourceAccount": ["1" * 12] * 200}})
    found = refusal(iam.create_role, RoleName="other", AssumeRolePolicyDocument=long)
    assert found == ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")


@pytest.mark.parametrize(
    ("name", "constraint"),
    [
        ("r" * 65, "Member must have length less than or equal to 64"),
        ("r r", r"Member must satisfy regular expression pattern: [\w+=,.@-]+"),
        ("größe", r"Member must satisfy regular expression pattern: [\w+=,.@-]+"),
    ],
)
def test_a_role_name_has_a_form(iam: Any, name: str, constraint: str) -> None:
    found = refusal(iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust())
    assert found == (
        "ValidationError",
        (
            "1 validation error detected: "
            f"Value '{name}' at 'roleName' failed to satisfy constraint: {constraint}"
        ),
    )


def test_a_role_of_64_characters_is_made(iam: Any) -> None:
    assert (
        iam.create_role(RoleName="r" * 64, AssumeRolePolicyDocument=trust())["Role"]["RoleName"] == "r" * 64
    )


def test_role_names_differ_in_more_than_case(iam: Any, role: str) -> None:
    found = refusal(iam.create_role, RoleName="BUILDER", AssumeRolePolicyDocument=trust())
    assert found == ("EntityAlreadyExists", "Role with name BUILDER already exists.")


def test_tags_come_sorted_by_their_keys(iam: Any, role: str) -> None:
    """API reference, ListRoleTags: "The returned list of tags is sorted by tag key"."""
    iam.tag_role(RoleName="builder", Tags=[{"Key": key, "Value": "x"} for key in ("b", "c", "a", "Z")])
    first = iam.list_role_tags(RoleName="builder", MaxItems=3)
    rest = iam.list_role_tags(RoleName="builder", Marker=first["Marker"])
    assert [tag["Key"] for tag in first["Tags"] + rest["Tags"]] == ["Z", "a", "b", "c"]
    assert [tag["Key"] for tag in iam.get_role(RoleName="builder")["Role"]["Tags"]] == ["Z", "a", "b", "c"]


def test_tags_are_checked(iam: Any, role: str) -> None:
    code, message = refusal(iam.tag_role, RoleName="builder", Tags=[{"Key": "k", "Value": "a,b"}])
    assert code == "ValidationError"
    assert "Value 'a,b' at 'tags.1.member.value'" in message
    iam.tag_role(RoleName="builder", Tags=[{"Key": "team", "Value": "Größe 1"}])


def test_inline_policies_of_a_role_share_a_limit_that_counts_no_blanks(iam: Any, role: str) -> None:
    iam.put_role_policy(RoleName="builder", PolicyName="one", PolicyDocument=inline(6_000))
    too_much = {"RoleName": "builder", "PolicyName": "two", "PolicyDocument": inline(4_241)}
    assert refusal(iam.put_role_policy, **too_much) == (
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for role builder",
    )
    iam.put_role_policy(RoleName="builder", PolicyName="two", PolicyDocument=inline(4_240))
    iam.put_role_policy(RoleName="builder", PolicyName="one", PolicyDocument=inline(5_000))


def test_policies_of_aws_can_be_attached_and_detached(iam: Any, role: str) -> None:
    iam.attach_role_policy(RoleName="builder", PolicyArn=READ_ONLY)
    attached = iam.list_attached_role_policies(RoleName="builder")["AttachedPolicies"]
    assert attached == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1
    iam.detach_role_policy(RoleName="builder", PolicyArn=READ_ONLY)
    assert iam.list_attached_role_policies(RoleName="builder")["AttachedPolicies"] == []


def test_policies_of_aws_with_a_path_are_found(iam: Any, role: str) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    iam.attach_role_policy(RoleName="builder", PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Path"] == "/service-role/"


def test_a_policy_that_aws_does_not_have_cannot_be_attached(iam: Any, role: str) -> None:
    arn = "arn:aws:iam::aws:policy/NoSuchAccess"
    assert refusal(iam.attach_role_policy, RoleName="builder", PolicyArn=arn)[0] == "NoSuchEntity"


def test_policies_of_aws_are_listed(iam: Any) -> None:
    names = {policy["PolicyName"] for policy in iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]}
    assert "AdministratorAccess" in names
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_role_has_at_most_ten_managed_policies(iam: Any, role: str) -> None:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    for number in range(10):
        arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="builder", PolicyArn=arn)
    iam.attach_role_policy(RoleName="builder", PolicyArn=arn)
    found = refusal(iam.attach_role_policy, RoleName="builder", PolicyArn=READ_ONLY)
    assert found == ("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")


def test_the_service_linked_role_of_ecs_has_its_name_and_is_made_once(iam: Any, account: str) -> None:
    made = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]
    arn = f"arn:aws:iam::{account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    assert (made["RoleName"], made["Arn"]) == ("AWSServiceRoleForECS", arn)
    for _ in range(2):
        assert refusal(iam.create_service_linked_role, AWSServiceName="ecs.amazonaws.com") == (
            "InvalidInput",
            (
                "Service role name AWSServiceRoleForECS has been taken in this account, "
                "please try a different suffix."
            ),
        )
    assert [role["Arn"] for role in iam.list_roles()["Roles"]] == [arn]


def test_other_service_linked_roles_are_made_once_too(iam: Any) -> None:
    name = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")["Role"]["RoleName"]
    code, message = refusal(iam.create_service_linked_role, AWSServiceName="autoscaling.amazonaws.com")
    assert code == "InvalidInput"
    assert name in message


def test_a_missing_role_is_said_as_aws_says_it(iam: Any) -> None:
    found = refusal(iam.get_role, RoleName="nobody")
    assert found == ("NoSuchEntity", "The role with name nobody cannot be found.")


def test_a_service_may_use_a_role_that_trusts_it(server: Server, role: str) -> None:
    assert server.world.role_usable(role, BUILD)
    assert not server.world.role_usable(role, "codepipeline.amazonaws.com")
    assert not server.world.role_usable(role + "-other", BUILD)


@pytest.mark.parametrize("arn", ["", "nonsense", "arn:aws:iam::1:role/x", "arn:nowhere:iam::1:role/x"])
def test_what_is_no_role_is_not_usable(server: Server, arn: str) -> None:
    assert not server.world.role_usable(arn, BUILD)


def test_a_denied_trust_is_none(server: Server, iam: Any) -> None:
    services = {"Service": ["ecs.amazonaws.com", BUILD]}
    several = iam.create_role(RoleName="several", AssumeRolePolicyDocument=trust(services))["Role"]["Arn"]
    denied = trust(services, Effect="Deny")
    denies = iam.create_role(RoleName="denies", AssumeRolePolicyDocument=denied)["Role"]["Arn"]
    assert server.world.role_usable(several, BUILD)
    assert not server.world.role_usable(denies, BUILD)


def test_a_new_role_needs_a_while_where_that_is_asked_for(
    account: str, connect: Callable[[str, str], Client]
) -> None:
    with pipectl.local.running(role_delay_s=8) as server:
        iam = connect(server.url, account)("iam")
        arn = iam.create_role(RoleName="young", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
        young = server.world.role_usable(arn, BUILD)
        server.world.clock.advance(8)
        old = server.world.role_usable(arn, BUILD)
        iam.delete_role(RoleName="young")
        iam.create_role(RoleName="young", AssumeRolePolicyDocument=trust())
        again = server.world.role_usable(arn, BUILD)
    assert (young, old, again) == (False, True, False)


def test_a_partition_has_its_own_roles(client: Client, server: Server, account: str) -> None:
    china = client("iam", region="cn-north-1")
    arn = china.create_role(RoleName="builder", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    assert arn == f"arn:aws-cn:iam::{account}:role/builder"
    assert server.world.role_usable(arn, BUILD)
    assert not server.world.role_usable(arn.replace("aws-cn", "aws"), BUILD)


def test_a_world_without_calls_knows_no_role() -> None:
    assert not World().role_usable("arn:aws:iam::101010101010:role/builder", BUILD)
