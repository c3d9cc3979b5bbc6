"""What helps against a refusal: the policy that refused, or what no permission mends."""

from typing import TYPE_CHECKING, Any

import pytest

from pipectl.aws.session import Connection
from pipectl.errors import AccessDenied, AwsError, NotConnected
from pipectl.facts import denials, refusals
from tests.throttled import connect

if TYPE_CHECKING:
    from tests.conftest import World

ACCOUNT = "012345678901"
USER = "User: arn:aws:iam::012345678901:user/dev is not authorized to perform: ecr:CreateRepository"
EXPLICIT = USER + " with an explicit deny in {}"
IMPLICIT = USER + " because no {} allows the ecr:CreateRepository action"


def refused(world: "World", region: str = "eu-west-1", **fault: Any) -> AwsError | NotConnected:
    world.fault(**{"service": "ecr", "status": 400, **fault})
    connection = connect(world.server, ACCOUNT, lambda _: None)
    cloud = Connection.cloud(connection, region)
    with pytest.raises((AwsError, NotConnected)) as error:
        cloud.call(str(fault.get("service", "ecr")), "create_repository", repositoryName="web")
    assert isinstance(error.value, AwsError | NotConnected)
    return error.value


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        (EXPLICIT.format("a service control policy"), "service control policy of your organization"),
        (
            EXPLICIT.format("a service control policy: arn:aws:organizations::1:policy/o-x/p-y"),
            "service control policy of your organization",
        ),
        (USER + " due to an explicit deny in a Service Control Policy", "service control policy of your"),
        (IMPLICIT.format("service control policy"), "service control policy of your organization"),
        (EXPLICIT.format("a resource control policy"), "a resource control policy of the organization"),
        (IMPLICIT.format("resource control policy"), "a resource control policy of the organization"),
        (EXPLICIT.format("a permissions boundary"), "the permissions boundary of this user or role"),
        (IMPLICIT.format("permissions boundary"), "the permissions boundary of this user or role"),
        (EXPLICIT.format("a session policy"), "the session policy"),
        (IMPLICIT.format("session policy"), "the session policy"),
        (EXPLICIT.format("a VPC endpoint policy"), "the policy of the VPC endpoint"),
        (IMPLICIT.format("VPC endpoint policy"), "the policy of the VPC endpoint"),
        (EXPLICIT.format("a resource-based policy"), "the policy of the resource itself"),
        (IMPLICIT.format("resource-based policy"), "the policy of the resource itself"),
        (EXPLICIT.format("the role trust policy"), "the trust policy of the role"),
        (IMPLICIT.format("role trust policy"), "the trust policy of the role"),
        (EXPLICIT.format("an identity-based policy"), "a Deny statement in a policy of this user or role"),
        (EXPLICIT.format("a declarative policy"), "a declarative policy refuses this"),
        (
            "You are not authorized to perform this operation. Encoded authorization failure message: Abc",
            "aws sts decode-authorization-message",
        ),
    ],
)
def test_the_policy_that_refused_is_named_and_not_pipectl_policy(
    world: "World", message: str, hint: str
) -> None:
    error = refused(world, code="AccessDeniedException", message=message)
    assert isinstance(error, AccessDenied)
    assert hint in str(error.hint)
    assert "prints the permissions" not in str(error.hint)


@pytest.mark.parametrize("message", [USER, IMPLICIT.format("identity-based policy"), "Access Denied"])
def test_a_missing_permission_is_what_pipectl_policy_is_for(world: "World", message: str) -> None:
    error = refused(world, code="AccessDenied", message=message)
    assert error.hint == "`pipectl policy SPEC` prints the permissions that are needed"


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (
            {"service": "codecommit", "code": "OperationNotAllowedException"},
            "this account may not create CodeCommit repositories",
        ),
        ({"code": "OptInRequired"}, "this account is not active for the service"),
        (
            {
                "code": "AccessDeniedException",
                "message": "The AWS Access Key Id needs a subscription for the service",
            },
            "this account is not active for the service",
        ),
        ({"code": "RegionDisabledException"}, "aws account enable-region"),
        ({"code": "LimitExceededException", "message": "limit 10000"}, "a quota of the account is full"),
        ({"code": "ServiceQuotaExceededException"}, "a quota of the account is full"),
        ({"code": "RepositoryAlreadyExistsException"}, "somebody made it meanwhile"),
    ],
)
def test_what_no_permission_mends_has_its_own_hint(world: "World", fault: dict[str, str], hint: str) -> None:
    assert hint in str(refused(world, **fault).hint)


def test_a_policy_that_is_too_large_is_no_quota_to_raise() -> None:
    text = "Maximum policy size of 10240 bytes exceeded for role shop"
    assert refusals.way_out("iam", "LimitExceeded", text) is None


def test_the_role_of_ecs_that_is_missing_names_the_command_that_makes_it() -> None:
    text = "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
    hint = refusals.way_out("ecs", "InvalidParameterException", text)
    assert "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com" in str(hint)
    assert refusals.way_out("ecs", "InvalidParameterException", "no such subnet") is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        ("SignatureDoesNotMatch", "Signature expired: 20260123T100000Z is now earlier than 20260123T1100Z"),
        ("InvalidSignatureException", "Signature not yet current: 20260123T110000Z is still later than"),
        ("RequestExpired", "Request has expired."),
    ],
)
def test_a_wrong_clock_is_named_and_not_the_credentials(world: "World", code: str, message: str) -> None:
    error = refused(world, code=code, message=message, status=403)
    assert isinstance(error, NotConnected)
    assert error.hint == "the clock of this machine is wrong: set it, and run it again"


@pytest.mark.parametrize(
    ("region", "code", "enables"),
    [
        ("af-south-1", "UnrecognizedClientException", True),
        ("eu-south-2", "InvalidClientTokenId", True),
        ("eu-west-1", "UnrecognizedClientException", False),
        ("af-south-1", "ExpiredTokenException", False),
        ("cn-north-1", "InvalidClientTokenId", False),
    ],
)
def test_a_region_that_must_be_enabled_is_named_where_credentials_are_not_known(
    world: "World",
    region: str,
    code: str,
    enables: bool,
) -> None:
    error = refused(world, region, code=code, message="The security token is invalid", status=403)
    assert (f"aws account enable-region --region-name {region}" in str(error.hint)) is enables


def test_every_type_of_policy_in_the_guide_has_its_way_out() -> None:
    types = {"service control policy", "resource control policy", "permissions boundary", "session policy"}
    types |= {"vpc endpoint policy", "resource-based policy", "role trust policy"}
    assert set(denials.CHANGED_BY) == types
