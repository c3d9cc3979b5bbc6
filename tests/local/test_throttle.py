"""`local start --throttle`: calls beyond AWS's quotas are refused as each service refuses them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pipectl.local import running
from pipectl.local.options import Options
from pipectl.local.world import Clock
from tests.conftest import plain_client

if TYPE_CHECKING:
    from pipectl.local.server import Server

ACCOUNT = "777788889999"


@pytest.fixture(scope="module")
def throttling() -> Iterator["Server"]:
    with running(options=Options(throttle=True)) as server:
        yield server


class StillClock(Clock):
    """A time that passes only when a test says so"""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 23, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def server(throttling: "Server") -> "Server":
    throttling.reset()
    throttling.world.clock = StillClock()
    return throttling


def refused_after(client: Any, operation: str, most: int, **params: Any) -> tuple[int, str, str]:
    """How many calls pass at one moment, and the code and text of the refusal"""
    for number in range(most):
        try:
            getattr(client, operation)(**params)
        except ClientError as error:
            said = error.response["Error"]
            if "hrottl" in said["Code"]:
                return number, said["Code"], said["Message"]
    return most, "", ""


@pytest.mark.parametrize(
    ("service", "operation", "params", "burst", "code"),
    [
        ("ecs", "list_clusters", {}, 50, "ThrottlingException"),
        ("ecs", "create_cluster", {"clusterName": "web"}, 20, "ThrottlingException"),
        ("logs", "describe_log_groups", {}, 10, "ThrottlingException"),
        ("ecr", "put_image", {"repositoryName": "web", "imageManifest": "x"}, 10, "ThrottlingException"),
        ("codepipeline", "list_pipelines", {}, 50, "ThrottlingException"),
        ("codebuild", "list_projects", {}, 50, "ThrottlingException"),
        ("events", "list_rules", {}, 50, "ThrottlingException"),
        ("iam", "list_roles", {}, 15, "Throttling"),
    ],
)
def test_a_bucket_takes_its_burst_and_refuses_more_in_the_words_of_its_service(
    server: "Server", service: str, operation: str, params: dict[str, Any], burst: int, code: str
) -> None:
    client = plain_client(server, service, "eu-west-1", ACCOUNT)
    assert refused_after(client, operation, 2 * burst, **params) == (burst, code, "Rate exceeded")


def test_a_bucket_fills_again_with_time_and_never_above_its_size(server: "Server") -> None:
    client = plain_client(server, "ecs", "eu-west-1", ACCOUNT)
    refused_after(client, "create_cluster", 60, clusterName="web")
    server.world.clock.advance(5)
    assert refused_after(client, "create_cluster", 60, clusterName="web")[0] == 5
    server.world.clock.advance(3600)
    assert refused_after(client, "create_cluster", 60, clusterName="web")[0] == 20


def test_operations_of_one_category_share_a_bucket_and_others_do_not(server: "Server") -> None:
    client = plain_client(server, "ecs", "eu-west-1", ACCOUNT)
    refused_after(client, "list_clusters", 60)
    assert refused_after(client, "describe_clusters", 5)[0] == 0
    assert refused_after(client, "list_services", 5, cluster="web")[0] == 5


def test_accounts_and_regions_have_buckets_of_their_own(server: "Server") -> None:
    refused_after(plain_client(server, "ecs", "eu-west-1", ACCOUNT), "list_clusters", 60)
    for region, account in (("us-east-1", ACCOUNT), ("eu-west-1", "777788880000")):
        assert refused_after(plain_client(server, "ecs", region, account), "list_clusters", 50)[0] == 50


def test_iam_has_one_bucket_for_all_regions(server: "Server") -> None:
    refused_after(plain_client(server, "iam", "eu-west-1", ACCOUNT), "list_roles", 60)
    assert refused_after(plain_client(server, "iam", "us-west-2", ACCOUNT), "list_roles", 15)[0] == 0


def test_a_reset_fills_all_buckets(server: "Server") -> None:
    client = plain_client(server, "iam", "eu-west-1", ACCOUNT)
    refused_after(client, "list_roles", 60)
    server.reset()
    assert refused_after(client, "list_roles", 15)[0] == 15


def test_nothing_is_throttled_unless_it_is_asked_for() -> None:
    with running() as server:
        client = plain_client(server, "iam", "eu-west-1", ACCOUNT)
        assert refused_after(client, "list_roles", 60) == (60, "", "")
        assert server.health()["throttle"] is False


def test_the_server_says_that_it_throttles(server: "Server") -> None:
    assert server.health()["throttle"] is True
