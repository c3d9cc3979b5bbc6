from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import boto3

from pipectl.local.service import Caller
from tests.local.ecs.conftest import NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server

SERVICE: dict[str, Any] = {
    "serviceName": "web",
    "taskDefinition": "web",
    "desiredCount": 1,
    "launchType": "FARGATE",
    "networkConfiguration": NETWORK,
}


def test_without_anybody_asking_a_service_becomes_steady(
    server: Server, client: Callable[..., Any], account: str
) -> None:
    """The server's own thread, in real time"""
    steady = threading.Event()

    def listen(emitter: str, region: str, event: dict[str, Any]) -> None:
        if emitter == account and event["detail"].get("eventName") == "SERVICE_STEADY_STATE":
            steady.set()

    server.world.on_event(listen)
    ecs = client("ecs")
    ecs.create_cluster()
    ecs.register_task_definition(
        family="old", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128}]
    )
    ecs.create_service(serviceName="web", taskDefinition="old", desiredCount=2)
    assert steady.wait(30)


def test_the_waiter_of_boto3_agrees_that_a_service_is_stable(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
) -> None:
    register()
    create()
    step(3)
    ecs.get_waiter("services_stable").wait(
        cluster=cluster, services=["web"], WaiterConfig={"Delay": 1, "MaxAttempts": 1}
    )


def test_clients_of_other_regions_see_nothing(
    server: Server, client: Callable[..., Any], account: str
) -> None:
    client("ecs").create_cluster(clusterName="shop")
    west = boto3.client(
        "ecs",
        region_name="us-west-2",
        endpoint_url=server.url,
        aws_access_key_id=account,
        aws_secret_access_key="local",
    )
    assert west.list_clusters()["clusterArns"] == []


def test_a_deploy_action_registers_updates_and_waits_in_process(
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    stepped_server: Server,
    account: str,
) -> None:
    """What the local CodePipeline does: the definition that it registers is one that was described"""
    world = stepped_server.world
    caller = Caller(account, "eu-west-1", f"arn:aws:iam::{account}:root")
    local = world.service("ecs", account, "eu-west-1")
    first = register(tags=[{"key": "team", "value": "a"}])
    create()
    step(3)
    assert local.deployment_state(cluster, "web")[:2] == (first, "COMPLETED")
    with world.lock:
        described = local.describe_task_definition({"taskDefinition": first, "include": ["TAGS"]}, caller)
        again = {**described["taskDefinition"], "tags": described["tags"]}
        second = local.register_task_definition(again, caller)["taskDefinition"]["taskDefinitionArn"]
        local.update_service({"cluster": cluster, "service": "web", "taskDefinition": second}, caller)
    assert local.deployment_state(cluster, "web")[:2] == (second, "IN_PROGRESS")
    step(5)
    assert local.deployment_state(cluster, "web")[:2] == (second, "COMPLETED")


def test_a_listener_may_ask_ecs_while_it_takes_a_step(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    stepped_server: Server,
    account: str,
) -> None:
    local = stepped_server.world.service("ecs", account, "eu-west-1")

    def listen(emitter: str, region: str, event: dict[str, Any]) -> None:
        if emitter == account and event["detail"].get("eventName") == "SERVICE_STEADY_STATE":
            local.deployment_state(cluster, "web")
            local.create_cluster({"clusterName": "another"}, Caller(account, region, "arn:aws:iam::1:root"))

    stepped_server.world.on_event(listen)
    register()
    create()
    step(3)
    assert look()["runningCount"] == 2
    assert len(ecs.list_clusters()["clusterArns"]) == 2


def test_a_clock_that_jumps_by_a_month_costs_no_month_of_steps(
    stepped_server: Server,
    ecs: Any,
    account: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
) -> None:
    stepped_server.world.service("ecs", account, "eu-west-1").seconds_per_step = 0.2
    register({"dockerLabels": {"FAIL": "1"}})
    create()
    stepped_server.world.clock.advance(30 * 24 * 3600)
    before = time.monotonic()
    assert look()["runningCount"] == 0
    assert time.monotonic() - before < 10


def test_a_step_walks_the_clusters_in_which_something_moves_however_many_others_there_are(
    stepped_server: Server, ecs: Any, account: str, register: Callable[..., str], step: Callable[..., None]
) -> None:
    local = stepped_server.world.service("ecs", account, "eu-west-1")
    register()

    def walks(cluster: str) -> int:
        """What a new service of the cluster costs until it is steady"""
        ecs.create_cluster(clusterName=cluster)
        before = int(local.walks)
        ecs.create_service(cluster=cluster, **SERVICE)
        step(10)
        (found,) = ecs.describe_services(cluster=cluster, services=["web"])["services"]
        assert found["deployments"][0]["rolloutState"] == "COMPLETED"
        return int(local.walks) - before

    first, *others = [walks(f"shop-{number}") for number in range(12)]
    assert others == [first] * 11


def test_a_cluster_that_waits_to_try_again_is_walked_when_its_time_has_come(
    stepped_server: Server, ecs: Any, account: str, register: Callable[..., str], step: Callable[..., None]
) -> None:
    local = stepped_server.world.service("ecs", account, "eu-west-1")
    register(container={"image": f"{account}.dkr.ecr.eu-west-1.amazonaws.com/nothing:1"})
    ecs.create_cluster(clusterName="waits")
    ecs.create_service(
        cluster="waits",
        **SERVICE,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": False, "rollback": False}},
    )
    step(20)
    before = ecs.describe_services(cluster="waits", services=["web"])["services"][0]["deployments"][0]
    walked = local.walks
    step(20)
    after = ecs.describe_services(cluster="waits", services=["web"])["services"][0]["deployments"][0]
    assert after["failedTasks"] > before["failedTasks"]
    assert local.walks - walked <= 60
