"""Faults that tests order: refusals, lost answers, a server that dies after so many calls"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

import pipectl.local

if TYPE_CHECKING:
    from pipectl.local.server import Server

Client = Callable[..., Any]


@pytest.fixture(scope="module")
def faulty() -> Iterator[Server]:
    with pipectl.local.running() as server:
        yield server


@pytest.fixture
def order(faulty: Server) -> Iterator[Callable[..., None]]:
    def order(*faults: dict[str, Any]) -> None:
        body = json.dumps(faults).encode()
        with urlopen(Request(f"{faulty.url}/_pipectl/faults", body, method="POST")) as answer:  # noqa: S310  ours
            assert answer.status == 200

    yield order
    order()


@pytest.fixture
def client(faulty: Server, account: str, connect: Callable[[str, str], Client]) -> Client:
    return connect(faulty.url, account)


def test_a_fault_refuses_so_many_calls_of_one_operation(client: Client, order: Callable[..., None]) -> None:
    order({"service": "logs", "operation": "DescribeLogGroups", "times": 2, "code": "ThrottlingException"})
    codes = []
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            client("logs").describe_log_groups()
        codes.append(refused.value.response["Error"]["Code"])
    assert codes == ["ThrottlingException", "ThrottlingException"]
    assert client("logs").describe_log_groups()["logGroups"] == []


def test_a_fault_has_code_message_and_status(client: Client, order: Callable[..., None]) -> None:
    order({"service": "iam", "code": "AccessDenied", "message": "not you", "status": 403})
    with pytest.raises(ClientError) as refused:
        client("iam").list_roles()
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert refused.value.response["Error"]["Message"] == "not you"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert client("ecr").describe_repositories()["repositories"] == []


def test_a_lost_connection_loses_the_call(client: Client, order: Callable[..., None]) -> None:
    order({"operation": "CreateRepository", "close": True, "times": 1})
    with pytest.raises(ConnectionClosedError):
        client("ecr").create_repository(repositoryName="lost")
    assert client("ecr").describe_repositories()["repositories"] == []


def test_a_lost_answer_keeps_the_effect(client: Client, order: Callable[..., None]) -> None:
    order({"operation": "CreateRepository", "close": True, "times": 1, "after_effect": True})
    with pytest.raises(ConnectionClosedError):
        client("ecr").create_repository(repositoryName="made")
    assert [found["repositoryName"] for found in client("ecr").describe_repositories()["repositories"]] == [
        "made"
    ]


def test_the_server_dies_after_so_many_calls_of_any_kind(client: Client, order: Callable[..., None]) -> None:
    order({"close": True, "after": 2})
    client("sts").get_caller_identity()
    client("ecr").create_repository(repositoryName="second")
    for _ in range(2):
        with pytest.raises(ConnectionClosedError):
            client("sts").get_caller_identity()
    order()
    assert len(client("ecr").describe_repositories()["repositories"]) == 1


def test_the_request_log_shows_a_lost_answer(
    faulty: Server, client: Client, order: Callable[..., None]
) -> None:
    order({"close": True, "times": 1})
    faulty.requests.clear()
    with pytest.raises(ConnectionClosedError):
        client("sts").get_caller_identity()
    assert [(call.operation, call.status) for call in faulty.requests.all()] == [("GetCallerIdentity", 0)]
