"""Roles, users and what they may do, on the local AWS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pipectl.local.permissions import decision, principals
from tests import roles
from tests.permissions.rehearsal import Rehearsal

if TYPE_CHECKING:
    from tests.conftest import World

REGION = "eu-west-1"
Shape = dict[str, Any]


@dataclass(frozen=True)
class Evaluator:
    """Asks the evaluator about a role `actor`"""

    world: "World"

    def role(self, *statements: Shape, name: str = "actor") -> str:
        """Make the role with these statements"""
        return roles.make(self.world.client("iam"), name, "ec2", statements=statements)

    def decides(self, action: str, resource: str = "*", **context: str) -> str:
        """`allowed`, or which kind of policy says no; context keys have `__` for their colon"""
        local = self.world.server.world
        arn = f"arn:aws:iam::{self.world.account}:role/actor"
        principal = principals.role_session(local, arn, "test")
        assert principal is not None
        pairs = [(key.replace("__", ":"), value) for key, value in context.items()]
        found = decision.decide(local, principal, action, resource, pairs)
        if found.allowed:
            return "allowed"
        return f"{'explicit' if found.explicit else 'implicit'} {found.policy}"


@pytest.fixture
def evaluator(world: "World") -> Evaluator:
    return Evaluator(world)


@pytest.fixture
def assume(world: "World") -> Callable[[str], Callable[[str], Any]]:
    """Clients with the temporary credentials of a role"""

    def clients(role: str, session: str = "test", **request: Any) -> Callable[[str], Any]:
        made = world.client("sts").assume_role(RoleArn=role, RoleSessionName=session, **request)
        keys = made["Credentials"]
        boto = boto3.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION
        )
        return lambda service: boto.client(service, endpoint_url=world.server.url)  # type: ignore[call-overload]

    return clients


@contextmanager
def denied(code: str) -> Iterator[list[str]]:
    """What follows is refused with this code; the list gets the message"""
    told: list[str] = []
    with pytest.raises(ClientError) as refused:
        yield told
    error = refused.value.response["Error"]
    assert error["Code"] == code, error
    told.append(error["Message"])


@pytest.fixture
def rehearsal(world: "World") -> Rehearsal:
    """Run specs with the roles that pipectl makes, and with one permission less"""
    return Rehearsal(world)
