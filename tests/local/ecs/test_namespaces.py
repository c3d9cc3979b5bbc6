"""A service joins a namespace that is there; a cluster's default is made when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = "arn:aws:servicediscovery:eu-west-1:{account}:namespace/ns-abcdefghijklmnop"


@pytest.fixture(autouse=True)
def family(register: Callable[..., str]) -> str:
    return register()


def connect(namespace: str) -> dict[str, Any]:
    return {"serviceConnectConfiguration": {"enabled": True, "namespace": namespace}}


@pytest.mark.parametrize("named", ["missing", HERE])
def test_a_service_cannot_join_a_namespace_that_is_not_there(
    create: Callable[..., Any], refused: Callable[..., Any], account: str, named: str
) -> None:
    namespace = named.format(account=account)
    with refused("NamespaceNotFoundException", f"Failed to retrieve namespace for {namespace}"):
        create(**connect(namespace))


def test_a_service_cannot_move_to_a_namespace_that_is_not_there(
    ecs: Any, cluster: str, create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    create()
    with refused("NamespaceNotFoundException", "Failed to retrieve namespace for missing"):
        ecs.update_service(cluster=cluster, service="web", **connect("missing"))
    (service,) = ecs.describe_services(cluster=cluster, services=["web"])["services"]
    assert "serviceConnectConfiguration" not in service["deployments"][0]


def test_the_default_namespace_of_a_cluster_is_made_once_and_joined(
    ecs: Any, create: Callable[..., Any]
) -> None:
    defaults = {"namespace": "shop"}
    made = [ecs.create_cluster(clusterName=name, serviceConnectDefaults=defaults)["cluster"] for name in "ab"]
    namespaces = {cluster["serviceConnectDefaults"]["namespace"] for cluster in made}
    for named in ("shop", *namespaces):
        service = create(serviceName=f"web-{named[:3]}", **connect(named))
        assert {service["deployments"][0]["serviceConnectConfiguration"]["namespace"]} == namespaces


def test_a_namespace_that_another_account_shares_is_joined(create: Callable[..., Any]) -> None:
    shared = HERE.format(account="999999999999")
    service = create(**connect(shared))
    assert service["deployments"][0]["serviceConnectConfiguration"]["namespace"] == shared
