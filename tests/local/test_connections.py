"""Connections and hosts as Terraform and the console's users meet them"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import pipectl.local

if TYPE_CHECKING:
    from pipectl.local.server import Server

Client = Callable[..., Any]
BOTH_NAMES = pytest.mark.parametrize("name", ["codeconnections", "codestar-connections"])


@BOTH_NAMES
def test_arns_begin_with_the_name_of_the_service_that_was_asked(client: Client, name: str) -> None:
    arn = client(name).create_connection(ConnectionName="x", ProviderType="GitHub")["ConnectionArn"]
    assert arn.startswith(f"arn:aws:{name}:eu-west-1:")


def test_the_old_name_is_known_without_its_namespace_too(client: Client) -> None:
    """SDKs made of Smithy models (Go, Rust, Kotlin), and Terraform with them, name the service shape alone"""
    api = client("codestar-connections")

    def shortened(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["X-Amz-Target"] = "CodeStar_connections_20191201.CreateConnection"

    api.meta.events.register("before-call.codestar-connections.CreateConnection", shortened)
    arn = api.create_connection(ConnectionName="x", ProviderType="GitHub")["ConnectionArn"]
    assert arn.startswith("arn:aws:codestar-connections:eu-west-1:")


@BOTH_NAMES
def test_tags_are_kept_changed_and_removed(client: Client, name: str) -> None:
    api = client(name)
    made = api.create_connection(
        ConnectionName="x", ProviderType="GitHub", Tags=[{"Key": "team", "Value": "web"}]
    )
    arn = made["ConnectionArn"]
    api.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "prod"}])
    api.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert api.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "prod"}]
    api.delete_connection(ConnectionArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        api.list_tags_for_resource(ResourceArn=arn)


def test_a_connection_of_a_host_has_its_provider_and_keeps_it_from_being_deleted(client: Client) -> None:
    api = client("codestar-connections")
    host = api.create_host(
        Name="ghe", ProviderType="GitHubEnterpriseServer", ProviderEndpoint="https://ghe.example.com"
    )["HostArn"]
    arn = api.create_connection(ConnectionName="x", HostArn=host)["ConnectionArn"]
    (listed,) = api.list_connections(HostArnFilter=host)["Connections"]
    assert (listed["ConnectionArn"], listed["ProviderType"]) == (arn, "GitHubEnterpriseServer")
    with pytest.raises(ClientError, match="ResourceUnavailableException"):
        api.delete_host(HostArn=host)
    api.delete_connection(ConnectionArn=arn)
    api.update_host(HostArn=host, ProviderEndpoint="https://git.example.com")
    assert api.get_host(HostArn=host)["ProviderEndpoint"] == "https://git.example.com"
    api.delete_host(HostArn=host)
    assert api.list_hosts()["Hosts"] == []


def test_connections_come_in_pages(client: Client) -> None:
    api = client("codeconnections")
    for number in range(3):
        api.create_connection(ConnectionName=f"c{number}", ProviderType="GitHub")
    first = api.list_connections(MaxResults=2)
    second = api.list_connections(MaxResults=2, NextToken=first["NextToken"])
    assert [len(first["Connections"]), len(second["Connections"])] == [2, 1]
    assert "NextToken" not in second


@pytest.fixture
def own_server() -> Any:
    with pipectl.local.running() as server:
        yield server


def test_a_suite_that_was_written_for_moto_resets_it_by_moto_s_address(
    own_server: Server, account: str, connect: Callable[[str, str], Client]
) -> None:
    codecommit = connect(own_server.url, account)("codecommit")
    codecommit.create_repository(repositoryName="shop")
    request = urllib.request.Request(f"{own_server.url}/moto-api/reset", method="POST")  # noqa: S310  loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310  loopback
        assert answer.status == 200
    assert codecommit.list_repositories()["repositories"] == []
    hostile = urllib.request.Request(  # noqa: S310  loopback
        f"{own_server.url}/moto-api/reset", method="POST", headers={"Origin": "https://evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(hostile)  # noqa: S310  loopback
    with refused.value:
        assert refused.value.code == 403
