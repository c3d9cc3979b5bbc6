from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
BALANCER = {"targetGroupArn": GROUP, "containerName": "web", "containerPort": 80}

BREAKER_OFF = {
    "enable": False,
    "rollback": False,
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
}


@pytest.fixture(autouse=True)
def family(register: Callable[..., str]) -> str:
    return register()


def test_a_new_service_has_the_defaults_of_aws(
    create: Callable[..., Any], account: str, family: str, cluster: str
) -> None:
    service = create(desiredCount=0)
    assert service["serviceArn"] == f"arn:aws:ecs:eu-west-1:{account}:service/{cluster}/web"
    assert service["taskDefinition"] == family
    assert service["deploymentConfiguration"] == {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": BREAKER_OFF,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    }
    told = {
        "status": "ACTIVE",
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": False,
        "propagateTags": "NONE",
        "enableExecuteCommand": False,
        "availabilityZoneRebalancing": "ENABLED",
        "createdBy": f"arn:aws:iam::{account}:root",
        "events": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "loadBalancers": [],
        "serviceRegistries": [],
    }
    assert {member: service[member] for member in told} == told
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
    assert service["roleArn"].endswith("AWSServiceRoleForECS")
    assert service["healthCheckGracePeriodSeconds"] == 0
    assert [(each["status"], each["platformVersion"]) for each in service["deployments"]] == [
        ("PRIMARY", "1.4.0")
    ]


def test_the_default_launch_type_is_ec2(ecs: Any, cluster: str) -> None:
    ecs.register_task_definition(
        family="old", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128}]
    )
    service = ecs.create_service(cluster=cluster, serviceName="old", taskDefinition="old", desiredCount=0)[
        "service"
    ]
    assert service["launchType"] == "EC2"
    assert "platformVersion" not in service


def test_the_default_strategy_of_the_cluster_replaces_the_launch_type(
    ecs: Any, cluster: str, create: Callable[..., Any]
) -> None:
    ecs.put_cluster_capacity_providers(
        cluster=cluster,
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    )
    service = create(launchType=None)
    assert service["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    assert "launchType" not in service


def test_a_repeated_client_token_answers_the_existing_service(create: Callable[..., Any]) -> None:
    assert create(clientToken="one")["createdAt"] == create(clientToken="one")["createdAt"]


@pytest.mark.parametrize(("first", "second"), [(None, None), ("one", None), ("one", "two"), (None, "one")])
def test_an_identical_request_without_the_same_token_is_refused(
    create: Callable[..., Any], refused: Callable[..., Any], first: str | None, second: str | None
) -> None:
    create(clientToken=first)
    with refused("InvalidParameterException", "Creation of service was not idempotent."):
        create(clientToken=second)


def test_a_circuit_breaker_keeps_what_an_update_omits(
    ecs: Any, cluster: str, create: Callable[..., Any]
) -> None:
    create(deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    breaker = {"enable": False, "rollback": False, "resetOnHealthyTask": False}
    changed = ecs.update_service(
        cluster=cluster,
        service="web",
        deploymentConfiguration={"deploymentCircuitBreaker": breaker},
    )["service"]["deploymentConfiguration"]
    assert changed["deploymentCircuitBreaker"] == {**BREAKER_OFF, "resetOnHealthyTask": False}
    assert changed["maximumPercent"] == 200


def test_a_placement_by_host_is_answered_as_one_by_instance(
    register: Callable[..., str], create: Callable[..., Any]
) -> None:
    register(
        container={"memory": 64}, requiresCompatibilities=["EC2"], networkMode="bridge", cpu=None, memory=None
    )
    service = create(
        launchType="EC2",
        networkConfiguration=None,
        placementStrategy=[{"type": "spread", "field": "host"}, {"type": "binpack", "field": "memory"}],
    )
    assert [strategy["field"] for strategy in service["placementStrategy"]] == ["instanceId", "memory"]


def test_timeouts_and_tls_of_service_connect_are_answered_as_they_were_sent(
    ecs: Any, create: Callable[..., Any]
) -> None:
    ecs.create_cluster(clusterName="other", serviceConnectDefaults={"namespace": "shop"})
    authority = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/1"
    connected = {
        "portName": "web",
        "discoveryName": "web",
        "timeout": {"idleTimeoutSeconds": 120, "perRequestTimeoutSeconds": 0},
        "tls": {"issuerCertificateAuthority": {"awsPcaAuthorityArn": authority}, "kmsKey": "key"},
    }
    stated = {"enabled": True, "namespace": "shop", "services": [connected]}
    service = create(serviceConnectConfiguration=stated)
    assert service["deployments"][0]["serviceConnectConfiguration"]["services"] == [connected]


def test_a_service_connect_configuration_that_is_removed_is_no_longer_answered(
    ecs: Any, cluster: str, create: Callable[..., Any]
) -> None:
    ecs.create_cluster(clusterName="other", serviceConnectDefaults={"namespace": "shop"})
    create(serviceConnectConfiguration={"enabled": True, "namespace": "shop"})
    changed = ecs.update_service(
        cluster=cluster, service="web", serviceConnectConfiguration={"enabled": False}
    )["service"]
    assert "serviceConnectConfiguration" not in changed["deployments"][0]
    arn = changed["currentServiceRevisions"][0]["arn"]
    revision = ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"][0]
    assert "serviceConnectConfiguration" not in revision
    assert ecs.list_services_by_namespace(namespace="shop")["serviceArns"] == []


def test_another_request_for_the_same_name_is_refused(
    create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    create()
    with refused("InvalidParameterException", "Creation of service was not idempotent."):
        create(desiredCount=3)


UNMAKEABLE: dict[str, tuple[dict[str, Any], str, str]] = {
    "a missing cluster": ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found."),
    "no desired count": ({"desiredCount": None}, "InvalidParameterException", "DesiredCount is missing"),
    "a negative desired count": (
        {"desiredCount": -1},
        "InvalidParameterException",
        "DesiredCount can not be lesser than 0",
    ),
    "an unknown launch type": (
        {"launchType": "SPACE"},
        "InvalidParameterException",
        "launch type should be one of [EC2,FARGATE,EXTERNAL,FMI,MANAGED_INSTANCES]",
    ),
    "an unknown scheduling strategy": (
        {"schedulingStrategy": "SPACE"},
        "InvalidParameterException",
        "Scheduling strategy should be one of [REPLICA,DAEMON]",
    ),
    "no task definition": (
        {"taskDefinition": None},
        "InvalidParameterException",
        "TaskDefinition can not be blank.",
    ),
    "a missing task definition": (
        {"taskDefinition": "nothing"},
        "ClientException",
        "TaskDefinition not found.",
    ),
    "no network": (
        {"networkConfiguration": None},
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ),
    "a malformed subnet": (
        {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-x"]}}},
        "InvalidParameterException",
        (
            "Error retrieving subnet information for [subnet-x]: "
            "The subnet ID 'subnet-x' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
        ),
    ),
    "a malformed security group": (
        {
            "networkConfiguration": {
                "awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"], "securityGroups": ["x"]}
            }
        },
        "InvalidParameterException",
        (
            "Error retrieving security group information for [x]: "
            "The security group 'x' does not exist (ErrorCode: InvalidGroup.NotFound)"
        ),
    ),
    "a container that is not there": (
        {"loadBalancers": [{**BALANCER, "containerName": "app"}]},
        "InvalidParameterException",
        "The container app does not exist in the task definition.",
    ),
    "a port that is not there": (
        {"loadBalancers": [{**BALANCER, "containerPort": 81}]},
        "InvalidParameterException",
        "The container web did not have a container port 81 defined.",
    ),
    "grace without a load balancer": (
        {"healthCheckGracePeriodSeconds": 60},
        "InvalidParameterException",
        "Health check grace period is only valid for services configured to use load balancers",
    ),
    "two ways to launch": (
        {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
        "InvalidParameterException",
        (
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        ),
    ),
    "an unknown platform": (
        {"platformVersion": "9.9"},
        "PlatformUnknownException",
        "The specified platform does not exist.",
    ),
    "constraints on Fargate": (
        {"placementConstraints": [{"type": "distinctInstance"}]},
        "InvalidParameterException",
        "Placement constraints are not supported with FARGATE launch type.",
    ),
    "a daemon on Fargate": (
        {"schedulingStrategy": "DAEMON", "desiredCount": None},
        "InvalidParameterException",
        (
            "The daemon scheduling strategy does not support the FARGATE launch type. "
            "Change the launch type and try again"
        ),
    ),
    "percents that block": (
        {"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}},
        "InvalidParameterException",
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
    ),
    "CodeDeploy without a load balancer": (
        {"deploymentController": {"type": "CODE_DEPLOY"}},
        "InvalidParameterException",
        "A load balancer is required when using the CODE_DEPLOY deployment controller.",
    ),
    "a malformed name": (
        {"serviceName": "a b"},
        "InvalidParameterException",
        "Invalid service name: a b. Service names are 1 to 255 letters, numbers, hyphens and underscores",
    ),
    "a long token": (
        {"clientToken": "x" * 37},
        "InvalidParameterException",
        "idempotency token longer than 36.",
    ),
}


@pytest.mark.parametrize("case", UNMAKEABLE.values(), ids=UNMAKEABLE.keys())
def test_what_cannot_be_is_not_created(
    create: Callable[..., Any], refused: Callable[..., Any], case: tuple[dict[str, Any], str, str]
) -> None:
    members, code, message = case
    with refused(code, message):
        create(**members)


def test_an_inactive_task_definition_cannot_be_used(
    ecs: Any, family: str, create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    ecs.deregister_task_definition(taskDefinition=family)
    with refused("ClientException", "TaskDefinition is inactive"):
        create(taskDefinition=family)


def test_a_network_is_only_for_awsvpc(
    ecs: Any, create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    ecs.register_task_definition(
        family="old", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128}]
    )
    with refused(
        "InvalidParameterException",
        "Network Configuration is not valid for the given networkMode of this task definition.",
    ):
        create(taskDefinition="old", launchType="EC2")


def test_a_task_definition_that_fargate_cannot_run_is_refused_there(
    ecs: Any, create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    ecs.register_task_definition(
        family="old", containerDefinitions=[{"name": "web", "image": "nginx", "memory": 128}]
    )
    with refused("InvalidParameterException", "Task definition does not support launch_type FARGATE."):
        create(taskDefinition="old", networkConfiguration=None)


def test_grace_seconds_are_told_only_with_a_load_balancer(create: Callable[..., Any]) -> None:
    assert create(loadBalancers=[BALANCER])["healthCheckGracePeriodSeconds"] == 0


def test_a_missing_service_is_a_failure_with_its_whole_arn(ecs: Any, cluster: str, account: str) -> None:
    answer = ecs.describe_services(cluster=cluster, services=["nothing"])
    arn = f"arn:aws:ecs:eu-west-1:{account}:service/{cluster}/nothing"
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_at_most_ten_services_are_described_at_once(
    ecs: Any, cluster: str, refused: Callable[..., Any]
) -> None:
    with refused("InvalidParameterException", "Services cannot have more than 10 elements"):
        ecs.describe_services(cluster=cluster, services=[f"s{number}" for number in range(11)])


def test_services_of_a_missing_cluster_cannot_be_described(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused("ClusterNotFoundException", "Cluster not found."):
        ecs.describe_services(cluster="nowhere", services=["web"])


def test_tags_are_told_only_when_included(create: Callable[..., Any], look: Callable[..., Any]) -> None:
    create(tags=[{"key": "team", "value": "a"}])
    assert "tags" not in look()
    assert look(include=["TAGS"])["tags"] == [{"key": "team", "value": "a"}]


def test_services_are_listed_ten_at_a_time_and_by_launch_type(
    ecs: Any, cluster: str, create: Callable[..., Any]
) -> None:
    for number in range(11):
        create(serviceName=f"s{number:02}", desiredCount=0)
    first = ecs.list_services(cluster=cluster)
    assert len(first["serviceArns"]) == 10
    rest = ecs.list_services(cluster=cluster, nextToken=first["nextToken"])
    assert [arn.rsplit("/", 1)[1] for arn in rest["serviceArns"]] == ["s10"]
    assert ecs.list_services(cluster=cluster, launchType="EC2")["serviceArns"] == []


def test_a_service_above_zero_is_deleted_only_by_force(
    ecs: Any, cluster: str, create: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    create()
    with refused("InvalidParameterException", "The service cannot be stopped while it is scaled above 0."):
        ecs.delete_service(cluster=cluster, service="web")
    assert ecs.delete_service(cluster=cluster, service="web", force=True)["service"]["status"] == "DRAINING"


def test_a_deleted_service_drains_and_is_inactive_then(
    ecs: Any,
    cluster: str,
    create: Callable[..., Any],
    look: Callable[..., Any],
    step: Callable[..., None],
    refused: Callable[..., Any],
) -> None:
    create()
    step(3)
    ecs.delete_service(cluster=cluster, service="web", force=True)
    assert look()["status"] == "DRAINING"
    assert ecs.list_services(cluster=cluster)["serviceArns"] == []
    with refused("InvalidParameterException", "Unable to Start a service that is still Draining."):
        create()
    step(3)
    assert (look()["status"], look()["runningCount"], look()["deployments"]) == ("INACTIVE", 0, [])
    assert ecs.list_tasks(cluster=cluster)["taskArns"] == []
    with refused("ServiceNotFoundException", "Service not found."):
        ecs.delete_service(cluster=cluster, service="web")
    assert create()["status"] == "ACTIVE"


def test_an_operation_that_is_not_known_is_refused(ecs: Any, refused: Callable[..., Any]) -> None:
    with refused(
        "UnknownOperationException",
        "The local AWS does not answer ecs:ListDaemons: it does not model daemons of Amazon ECS Managed "
        "Instances.",
    ):
        ecs.list_daemons()


def test_a_managed_volume_comes_back_as_it_was_sent(
    create: Callable[..., Any], register: Callable[..., str], account: str
) -> None:
    """Terraform's acceptance test of aws_ecs_service, VolumeConfiguration_basic, plans nothing on AWS."""
    register(volumes=[{"name": "data", "configuredAtLaunch": True}])
    managed = {"roleArn": f"arn:aws:iam::{account}:role/volumes", "sizeInGiB": 8}
    sent = [{"name": "data", "managedEBSVolume": managed}]
    service = create(desiredCount=0, volumeConfigurations=sent)
    assert service["deployments"][0]["volumeConfigurations"] == sent
