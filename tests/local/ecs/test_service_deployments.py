from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@pytest.fixture
def listed(ecs: Any, cluster: str) -> Callable[..., Any]:
    def listed(**members: Any) -> Any:
        return ecs.list_service_deployments(cluster=cluster, service="web", **members)["serviceDeployments"]

    return listed


@pytest.fixture
def described(ecs: Any) -> Callable[[str], Any]:
    def described(arn: str) -> Any:
        return ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]

    return described


def test_a_rollout_is_told_as_a_service_deployment_too(
    ecs: Any,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    described: Callable[[str], Any],
) -> None:
    definition = register()
    arn = create()["currentServiceDeployment"]
    assert described(arn)["status"] == "IN_PROGRESS"
    step(3)
    deployment = described(arn)
    assert deployment["status"] == "SUCCESSFUL"
    assert "finishedAt" in deployment
    target = deployment["targetServiceRevision"]
    assert (target["requestedTaskCount"], target["runningTaskCount"], target["pendingTaskCount"]) == (2, 2, 0)
    assert look()["currentServiceRevisions"] == [target]
    revision = ecs.describe_service_revisions(serviceRevisionArns=[target["arn"]])["serviceRevisions"][0]
    assert revision["taskDefinition"] == definition
    assert revision["containerImages"] == [{"containerName": "web", "image": "nginx:1"}]


def test_deployments_are_listed_newest_first_by_status_and_moment(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    listed: Callable[..., Any],
) -> None:
    register()
    first = create()["currentServiceDeployment"]
    step(3)
    answer = ecs.update_service(cluster=cluster, service="web", forceNewDeployment=True)
    second = answer["service"]["currentServiceDeployment"]
    assert [each["serviceDeploymentArn"] for each in listed()] == [second, first]
    assert [each["serviceDeploymentArn"] for each in listed(status=["SUCCESSFUL"])] == [first]
    after = listed()[0]["createdAt"] - timedelta(seconds=1)
    assert [each["serviceDeploymentArn"] for each in listed(createdAt={"after": after})] == [second]


def test_a_deployment_that_a_newer_one_overtook_is_stopped(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    described: Callable[[str], Any],
) -> None:
    register()
    first = create()["currentServiceDeployment"]
    ecs.update_service(cluster=cluster, service="web", forceNewDeployment=True)
    assert described(first)["status"] == "STOPPED"


def test_a_rollback_is_told_where_it_goes(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    described: Callable[[str], Any],
) -> None:
    register()
    good = create(deploymentConfiguration=BREAKER)["currentServiceRevisions"][0]["arn"]
    step(3)
    register({"dockerLabels": {"FAIL": "1"}})
    update = ecs.update_service(cluster=cluster, service="web", taskDefinition="web")["service"]
    step(20)
    failed = described(update["currentServiceDeployment"])
    assert failed["status"] == "ROLLBACK_SUCCESSFUL"
    assert failed["rollback"]["serviceRevisionArn"] == good
    assert failed["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert [each["arn"] for each in failed["sourceServiceRevisions"]] == [good]


def test_a_running_deployment_can_be_stopped_by_going_back(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    described: Callable[[str], Any],
    refused: Callable[..., Any],
) -> None:
    first = register()
    create()
    step(3)
    register()
    update = ecs.update_service(cluster=cluster, service="web", taskDefinition="web")["service"]
    step()
    arn = update["currentServiceDeployment"]
    ecs.stop_service_deployment(serviceDeploymentArn=arn)
    step(4)
    assert look()["taskDefinition"] == first
    assert described(arn)["status"] == "ROLLBACK_SUCCESSFUL"
    with refused("ConflictException", "The service deployment is not in progress: ROLLBACK_SUCCESSFUL"):
        ecs.stop_service_deployment(serviceDeploymentArn=arn)


def test_missing_ones_are_failures(ecs: Any, account: str) -> None:
    arn = f"arn:aws:ecs:eu-west-1:{account}:service-deployment/shop/web/1"
    answer = ecs.describe_service_deployments(serviceDeploymentArns=[arn])
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_a_rollback_that_fails_too_ends_there(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    other: Callable[[str], Any],
) -> None:
    """The old tasks are gone when the new revision fails, and cannot be started again"""
    other("logs").create_log_group(logGroupName="g")
    options = {"awslogs-group": "g", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "p"}
    register({"logConfiguration": {"logDriver": "awslogs", "options": options}})
    create(
        deploymentConfiguration={**BREAKER, "minimumHealthyPercent": 0, "maximumPercent": 100},
    )
    step(3)
    other("logs").delete_log_group(logGroupName="g")
    ecs.update_service(cluster=cluster, service="web", forceNewDeployment=True)
    step(60)
    deployment = look()["deployments"][0]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "FAILED")
    events = len(look()["events"])
    step(60)
    assert len(look()["events"]) == events


def test_fargates_capacity_providers_are_always_there(ecs: Any) -> None:
    answer = ecs.describe_capacity_providers()
    assert [each["name"] for each in answer["capacityProviders"]] == ["FARGATE", "FARGATE_SPOT"]
