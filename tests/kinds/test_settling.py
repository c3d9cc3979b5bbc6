"""What settles late on AWS is waited for: new roles, services that drain, names that are missing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow
from pipectl.aws.account import Account
from pipectl.aws.session import Connection, Endpoint
from pipectl.errors import AwsError
from pipectl.kinds import log_group

if TYPE_CHECKING:
    from pipectl.local.server import Server
    from tests.conftest import World

KEYS = {"aws_access_key_id": "012345678901", "aws_secret_access_key": "local"}
Values = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def slow() -> Iterator["Server"]:
    """A local AWS where a role can be used a minute after it was made"""
    from pipectl.local import running

    with running(role_delay_s=60) as server:
        yield server


def patient(server: "Server") -> tuple[Connection, list[str]]:
    """A connection that waits; while it says so, ten minutes pass"""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        server.world.clock.advance(600)

    return Connection(endpoint=Endpoint(server.url, KEYS), say=say), said


def test_new_roles_are_waited_for_and_the_user_is_told(
    world: "World", slow: "Server", values: Values
) -> None:
    slow.reset()
    connection, said = patient(slow)
    stacks = flow.design([world.load(values("friendreminders"))], connection, flow.Aws())
    outcomes = list(flow.apply(flow.plan(stacks), stacks, connection, lambda _: None))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    assert "waiting for the new role, 0 s" in said
    again = flow.plan(stacks)
    assert again[0].pending == ()


def test_a_service_that_drains_is_waited_for(world: "World", values: Values) -> None:
    spec = world.load(values("friendreminders"))
    world.made(spec)
    ecs = world.client("ecs", "ap-southeast-1")
    ecs.delete_service(cluster="friendreminders", service="remindersmgt", force=True)
    connection, _ = patient(world.server)
    stacks = flow.design([spec], connection, flow.Aws())
    plans = flow.plan(stacks)
    assert [step.resource.kind for step in plans[0].pending] == ["ecs service"]
    (outcome,) = flow.apply(plans, stacks, connection, lambda _: None)
    assert outcome.error is None
    (service,) = ecs.describe_services(cluster="friendreminders", services=["remindersmgt"])["services"]
    assert service["status"] == "ACTIVE"
    assert world.create(spec).writes == []


class Groups:
    """CloudWatch Logs that refuses a whole call for one missing name, as ECR does; nobody documents it"""

    account = Account("012345678901", "eu-west-1")

    def __init__(self, *names: str) -> None:
        self.names = names

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if operation == "describe_log_groups" and "logGroupIdentifiers" in params:
            if not {*params["logGroupIdentifiers"]} <= {*self.names}:
                raise AwsError(
                    service, operation, "ResourceNotFoundException", "The log group does not exist"
                )
            found = params["logGroupIdentifiers"]
        elif operation == "describe_log_groups":
            found = [name for name in self.names if name.startswith(params["logGroupNamePrefix"])]
        else:
            return {"tags": {}}
        return {"logGroups": [{"logGroupName": name, "retentionInDays": 7} for name in found]}


def test_log_groups_are_found_though_one_of_them_is_missing() -> None:
    wanted = {name: {"retention_days": 7} for name in ("/ecs/web", "/ecs/api", "/ecs/lost")}
    found = log_group.read(Groups("/ecs/web", "/ecs/web-two", "/ecs/api"), wanted)
    assert found == {name: {"retention_days": 7, "tags": {}} for name in ("/ecs/web", "/ecs/api")}
