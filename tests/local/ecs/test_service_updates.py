from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
BALANCER = {"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}


@pytest.fixture(autouse=True)
def family(register: Callable[..., str]) -> str:
    return register()


def test_an_update_keeps_what_it_does_not_name(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    look: Callable[..., Any],
) -> None:
    register(taskRoleArn="arn:aws:iam::123456789012:role/task")
    before = create(deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 50})
    ecs.update_service(
        cluster=cluster,
        service="web",
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        enableExecuteCommand=True,
        propagateTags="SERVICE",
    )
    after = look()
    assert after["enableExecuteCommand"] is True
    assert after["propagateTags"] == "SERVICE"
    assert after["deploymentConfiguration"]["maximumPercent"] == 150
    breaker = after["deploymentConfiguration"]["deploymentCircuitBreaker"]
    assert (breaker["enable"], breaker["rollback"]) == (True, True)
    assert after["networkConfiguration"] == before["networkConfiguration"]
    assert after["desiredCount"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"desiredCount": 3},
        {"healthCheckGracePeriodSeconds": 5, "loadBalancers": [BALANCER]},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"enableECSManagedTags": True},
        {"availabilityZoneRebalancing": "DISABLED"},
        {"taskDefinition": "web:1"},
        {"networkConfiguration": NETWORK},
    ],
    ids=lambda change: str(next(iter(change))),
)
def test_these_changes_begin_no_deployment(
    ecs: Any, cluster: str, create: Callable[..., Any], change: dict[str, Any]
) -> None:
    before = create(loadBalancers=[BALANCER])
    after = ecs.update_service(cluster=cluster, service="web", **change)["service"]
    assert [each["id"] for each in after["deployments"]] == [each["id"] for each in before["deployments"]]
    told = next(iter(change))
    if told not in ("taskDefinition", "networkConfiguration", "deploymentConfiguration"):
        assert after[told] == change[told]


@pytest.mark.parametrize(
    "change",
    [
        {"taskDefinition": "web:2"},
        {"forceNewDeployment": True},
        {"loadBalancers": [BALANCER]},
        {"platformVersion": "1.4.0"},
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0b1c2d3e"]}}},
    ],
    ids=lambda change: str(next(iter(change))),
)
def test_these_changes_begin_a_deployment(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    step: Callable[..., None],
    change: dict[str, Any],
) -> None:
    register()
    before = create(taskDefinition="web:1")
    step(3)
    after = ecs.update_service(cluster=cluster, service="web", **change)["service"]
    assert [each["status"] for each in after["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert after["deployments"][1]["id"] == before["deployments"][0]["id"]


def test_missing_and_inactive_services_cannot_be_updated(
    ecs: Any, cluster: str, create: Callable[..., Any], step: Callable[..., None], refused: Callable[..., Any]
) -> None:
    with refused("ServiceNotFoundException", "Service not found."):
        ecs.update_service(cluster=cluster, service="web", desiredCount=1)
    create(desiredCount=0)
    ecs.delete_service(cluster=cluster, service="web")
    step()
    with refused("ServiceNotActiveException", "Service was not ACTIVE."):
        ecs.update_service(cluster=cluster, service="web", desiredCount=1)


def test_codedeploy_owns_the_task_definition_of_its_services(
    ecs: Any,
    cluster: str,
    create: Callable[..., Any],
    register: Callable[..., str],
    stepped_server: Any,
    account: str,
    refused: Callable[..., Any],
) -> None:
    create(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[BALANCER])
    second = register()
    with refused(
        "InvalidParameterException",
        "Unable to update task definition on services with a CODE_DEPLOY deployment controller. "
        "Use AWS CodeDeploy to trigger a new deployment.",
    ):
        ecs.update_service(cluster=cluster, service="web", taskDefinition=second)
    local = stepped_server.world.service("ecs", account, "eu-west-1")
    local.roll(cluster, "web", second)
    assert local.deployment_state(cluster, "web")[:2] == (second, "IN_PROGRESS")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"networkConfiguration": NETWORK}, "network parameters"),
        ({"loadBalancers": [BALANCER]}, "load balancers"),
        ({"loadBalancers": []}, "load balancers"),
        ({"platformVersion": "1.4.0"}, "platform version"),
        ({"forceNewDeployment": True}, "forceNewDeployment"),
    ],
)
def test_codedeploy_owns_the_rest_of_its_services_too(
    ecs: Any,
    cluster: str,
    create: Callable[..., Any],
    refused: Callable[..., Any],
    change: dict[str, Any],
    what: str,
) -> None:
    create(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[BALANCER])
    with refused(
        "InvalidParameterException",
        f"Unable to update {what} on services with a CODE_DEPLOY deployment controller. "
        "Use AWS CodeDeploy to trigger a new deployment.",
    ):
        ecs.update_service(cluster=cluster, service="web", **change)


def test_what_ecspresso_sends_to_services_of_codedeploy_is_taken(
    ecs: Any, cluster: str, create: Callable[..., Any], look: Callable[..., Any]
) -> None:
    create(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[BALANCER])
    ecs.update_service(
        cluster=cluster,
        service="web",
        desiredCount=3,
        healthCheckGracePeriodSeconds=7,
        enableExecuteCommand=False,
        serviceConnectConfiguration={"enabled": False},
        volumeConfigurations=[],
        forceNewDeployment=False,
    )
    assert (look()["desiredCount"], look()["healthCheckGracePeriodSeconds"]) == (3, 7)


def test_a_service_is_handed_over_from_codedeploy_to_ecs_in_place(
    ecs: Any, cluster: str, create: Callable[..., Any], look: Callable[..., Any]
) -> None:
    create(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[BALANCER])
    ecs.update_service(cluster=cluster, service="web", deploymentController={"type": "ECS"})
    ecs.update_service(cluster=cluster, service="web", forceNewDeployment=True)
    assert look()["deploymentController"] == {"type": "ECS"}


FORCE = (
    "When switching from launch type to capacity provider strategy on an existing service, or making a "
    "change to a capacity provider strategy on a service that is already using one, you must force a new "
    "deployment."
)
SPOT, ON_DEMAND = {"capacityProvider": "FARGATE_SPOT"}, {"capacityProvider": "FARGATE"}


@pytest.mark.parametrize(
    ("first", "then"), [(None, [SPOT]), ([SPOT], [ON_DEMAND]), ([SPOT], [{**SPOT, "base": 1}]), ([SPOT], [])]
)
def test_another_capacity_provider_strategy_must_force_a_deployment(
    ecs: Any,
    cluster: str,
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    refused: Callable[..., Any],
    first: list[dict[str, Any]] | None,
    then: list[dict[str, Any]],
) -> None:
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    create(capacityProviderStrategy=first, launchType=None if first else "FARGATE")
    step(3)
    with refused("InvalidParameterException", FORCE):
        ecs.update_service(cluster=cluster, service="web", capacityProviderStrategy=then)
    ecs.update_service(cluster=cluster, service="web", capacityProviderStrategy=then, forceNewDeployment=True)
    after = look()
    assert len(after["deployments"]) == 2
    told = [each["capacityProvider"] for each in after.get("capacityProviderStrategy", [])]
    assert (told, after.get("launchType")) == (
        [each["capacityProvider"] for each in then],
        None if then else "FARGATE",
    )


def test_the_same_capacity_provider_strategy_needs_no_force(
    ecs: Any, cluster: str, create: Callable[..., Any], look: Callable[..., Any]
) -> None:
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    create(capacityProviderStrategy=[SPOT], launchType=None)
    ecs.update_service(cluster=cluster, service="web", capacityProviderStrategy=[SPOT], desiredCount=4)
    assert look()["desiredCount"] == 4


@pytest.mark.parametrize("change", [{"enableExecuteCommand": True}, {"taskDefinition": "bare"}])
def test_execute_command_needs_a_task_role(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    refused: Callable[..., Any],
    change: dict[str, Any],
) -> None:
    words = (
        "The service couldn't be {} because a valid taskRoleArn is not being used. "
        "Specify a valid task role in your task definition and try again."
    )
    register(family="bare")
    with refused("InvalidParameterException", words.format("created")):
        create(taskDefinition="bare", enableExecuteCommand=True)
    register(taskRoleArn="arn:aws:iam::123456789012:role/task")
    create(
        taskDefinition="bare" if "taskDefinition" not in change else "web",
        enableExecuteCommand="taskDefinition" in change,
    )
    with refused("InvalidParameterException", words.format("updated")):
        ecs.update_service(cluster=cluster, service="web", **change)
