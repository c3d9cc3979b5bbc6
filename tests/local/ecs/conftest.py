"""ECS on the local AWS: one cluster and one Fargate family per test, and a clock that only the test moves."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

import pipectl.local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.server import Server

REGION = "eu-west-1"
STEP_S = 3600
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}


@contextmanager
def refusal(code: str, message: str) -> Iterator[None]:
    with pytest.raises(ClientError) as refused:
        yield
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["Error"]["Message"] == message


@pytest.fixture
def refused() -> Callable[[str, str], Any]:
    return refusal


@pytest.fixture(scope="module")
def stepped_server() -> Iterator[Server]:
    """A server of its own, because its clock is moved"""
    with pipectl.local.running() as server:
        yield server


@pytest.fixture
def ecs(stepped_server: Server, account: str) -> Any:
    """A client of an ECS that takes a step only when `step` says so"""
    stepped_server.world.service("ecs", account, REGION).seconds_per_step = STEP_S
    return boto3.client(
        "ecs",
        region_name=REGION,
        endpoint_url=stepped_server.url,
        aws_access_key_id=account,
        aws_secret_access_key="local",
    )


@pytest.fixture
def other(stepped_server: Server, account: str) -> Callable[[str], Any]:
    """Clients of other services of the same account"""

    def client(name: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            name,
            region_name=REGION,
            endpoint_url=stepped_server.url,
            aws_access_key_id=account,
            aws_secret_access_key="local",
        )

    return client


@pytest.fixture
def step(stepped_server: Server) -> Callable[..., None]:
    """Let ECS take so many steps"""

    def advance(steps: int = 1) -> None:
        stepped_server.world.clock.advance(steps * STEP_S)

    return advance


@pytest.fixture
def register(ecs: Any) -> Callable[..., str]:
    """Register a Fargate family of one container; members of the container in `container`, others beside"""

    def register(container: dict[str, Any] | None = None, **members: Any) -> str:
        task = {
            "family": "web",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
            **members,
        }
        web = {
            "name": "web",
            "image": "nginx:1",
            "portMappings": [{"containerPort": 80}],
            **(container or {}),
        }
        task.setdefault("containerDefinitions", [web])
        answer = ecs.register_task_definition(
            **{key: value for key, value in task.items() if value is not None}
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    return register


@pytest.fixture
def cluster(ecs: Any) -> str:
    return str(ecs.create_cluster(clusterName="shop")["cluster"]["clusterName"])


@pytest.fixture
def create(ecs: Any, cluster: str) -> Callable[..., Any]:
    """Create the Fargate service `web` of the newest revision of `web`"""

    def create(**members: Any) -> Any:
        request = {
            "cluster": cluster,
            "serviceName": "web",
            "taskDefinition": "web",
            "desiredCount": 2,
            "launchType": "FARGATE",
            "networkConfiguration": NETWORK,
            **members,
        }
        return ecs.create_service(**{key: value for key, value in request.items() if value is not None})[
            "service"
        ]

    return create


@pytest.fixture
def look(ecs: Any, cluster: str) -> Callable[..., Any]:
    """Describe one service of the cluster"""

    def look(name: str = "web", **members: Any) -> Any:
        return ecs.describe_services(cluster=cluster, services=[name], **members)["services"][0]

    return look
