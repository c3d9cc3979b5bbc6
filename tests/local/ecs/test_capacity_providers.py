"""Capacity providers of Auto Scaling groups, and who may name which provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/web"
GROUP = {"autoScalingGroupArn": ARN}
NOT_ASSOCIATED = (
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with "
    "the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and "
    "try again."
)


@pytest.fixture
def mine(ecs: Any) -> str:
    answer = ecs.create_capacity_provider(name="mine", autoScalingGroupProvider=GROUP)
    return str(answer["capacityProvider"]["capacityProviderArn"])


def test_a_provider_has_the_defaults_of_aws(ecs: Any, mine: str, account: str) -> None:
    assert mine == f"arn:aws:ecs:eu-west-1:{account}:capacity-provider/mine"
    found = ecs.describe_capacity_providers(capacityProviders=[mine])["capacityProviders"][0]
    assert (found["name"], found["status"], found["type"]) == ("mine", "ACTIVE", "EC2_AUTOSCALING")
    assert found["autoScalingGroupProvider"] == {
        **GROUP,
        "managedScaling": {
            "status": "DISABLED",
            "targetCapacity": 100,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000,
            "instanceWarmupPeriod": 300,
        },
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
    }


@pytest.mark.parametrize("name", ["aws-mine", "ECS", "fargate1", "a b", "x" * 256])
def test_a_reserved_or_malformed_name_is_refused(ecs: Any, name: str) -> None:
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="capacity provider name is invalid"):
        ecs.create_capacity_provider(name=name, autoScalingGroupProvider=GROUP)


def test_a_name_is_taken_once(ecs: Any, mine: str, refused: Callable[..., Any]) -> None:
    assert mine
    with refused(
        "ClientException",
        "The specified capacity provider already exists. To change the configuration of an existing capacity "
        "provider, update the capacity provider.",
    ):
        ecs.create_capacity_provider(name="mine", autoScalingGroupProvider=GROUP)


def test_managed_instances_are_refused_in_words(ecs: Any, refused: Callable[..., Any]) -> None:
    template = {
        "ec2InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/p",
        "networkConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]},
    }
    role = "arn:aws:iam::123456789012:role/r"
    with refused(
        "UnsupportedFeatureException",
        "The local AWS cannot run Amazon ECS Managed Instances: take managedInstancesProvider out.",
    ):
        ecs.create_capacity_provider(
            name="mine",
            cluster="shop",
            managedInstancesProvider={"infrastructureRoleArn": role, "instanceLaunchTemplate": template},
        )


def test_an_update_changes_what_it_states(ecs: Any, mine: str) -> None:
    scaling = {"status": "ENABLED", "targetCapacity": 50}
    answer = ecs.update_capacity_provider(
        name="mine", autoScalingGroupProvider={"managedScaling": scaling, "managedDraining": "DISABLED"}
    )
    assert answer["capacityProvider"]["updateStatus"] == "UPDATE_COMPLETE"
    found = ecs.describe_capacity_providers(capacityProviders=[mine])["capacityProviders"][0]
    group = found["autoScalingGroupProvider"]
    assert group["managedScaling"]["targetCapacity"] == 50
    assert group["managedScaling"]["maximumScalingStepSize"] == 10000
    assert (group["managedDraining"], group["managedTerminationProtection"]) == ("DISABLED", "DISABLED")


def test_termination_protection_needs_managed_scaling(ecs: Any, mine: str) -> None:
    assert mine
    with pytest.raises(ecs.exceptions.ClientException, match="managed termination protection setting"):
        ecs.update_capacity_provider(
            name="mine", autoScalingGroupProvider={"managedTerminationProtection": "ENABLED"}
        )


def test_a_provider_of_a_cluster_is_not_deleted(ecs: Any, mine: str) -> None:
    ecs.create_cluster(clusterName="shop", capacityProviders=["mine"])
    failed = ecs.delete_capacity_provider(capacityProvider=mine)["capacityProvider"]
    assert (failed["status"], failed["updateStatus"]) == ("ACTIVE", "DELETE_FAILED")
    assert "associated with cluster: shop." in failed["updateStatusReason"]
    ecs.delete_cluster(cluster="shop")
    gone = ecs.delete_capacity_provider(capacityProvider=mine)["capacityProvider"]
    assert (gone["status"], gone["updateStatus"]) == ("INACTIVE", "DELETE_COMPLETE")
    with pytest.raises(ecs.exceptions.ClientException, match="does not exist"):
        ecs.delete_capacity_provider(capacityProvider=mine)
    assert ecs.create_capacity_provider(name="mine", autoScalingGroupProvider=GROUP)


def test_fargates_own_providers_cannot_be_deleted(ecs: Any) -> None:
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="reserved"):
        ecs.delete_capacity_provider(capacityProvider="FARGATE_SPOT")


def test_providers_are_described_with_those_of_fargate_by_pages_and_by_cluster(ecs: Any, mine: str) -> None:
    assert mine
    first = ecs.describe_capacity_providers(maxResults=2)
    then = ecs.describe_capacity_providers(maxResults=2, nextToken=first["nextToken"])
    names = [each["name"] for each in (*first["capacityProviders"], *then["capacityProviders"])]
    assert names == ["FARGATE", "FARGATE_SPOT", "mine"]
    ecs.create_cluster(clusterName="shop", capacityProviders=["mine"])
    own = ecs.describe_capacity_providers(cluster="shop")["capacityProviders"]
    assert [each["name"] for each in own] == ["mine"]


def test_a_missing_provider_is_a_failure(ecs: Any, account: str) -> None:
    answer = ecs.describe_capacity_providers(capacityProviders=["none"])
    arn = f"arn:aws:ecs:eu-west-1:{account}:capacity-provider/none"
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_tags_of_a_provider(ecs: Any, mine: str) -> None:
    ecs.tag_resource(resourceArn=mine, tags=[{"key": "team", "value": "a"}])
    assert ecs.list_tags_for_resource(resourceArn=mine)["tags"] == [{"key": "team", "value": "a"}]
    bare = ecs.describe_capacity_providers(capacityProviders=[mine])["capacityProviders"][0]
    shown = ecs.describe_capacity_providers(capacityProviders=[mine], include=["TAGS"])["capacityProviders"][
        0
    ]
    assert (bare["tags"], shown["tags"]) == ([], [{"key": "team", "value": "a"}])


def test_a_task_takes_providers_of_its_cluster_and_a_service_any(
    ecs: Any,
    cluster: str,
    register: Callable[..., str],
    create: Callable[..., Any],
    refused: Callable[..., Any],
) -> None:
    register()
    spot = [{"capacityProvider": "FARGATE_SPOT"}]
    network = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"]}}
    with refused("InvalidParameterException", NOT_ASSOCIATED):
        ecs.run_task(
            cluster=cluster, taskDefinition="web", capacityProviderStrategy=spot, networkConfiguration=network
        )
    service = create(launchType=None, capacityProviderStrategy=spot)
    assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT"


def test_a_service_of_an_own_provider_runs_on_instances(
    ecs: Any, mine: str, cluster: str, register: Callable[..., str], create: Callable[..., Any]
) -> None:
    register(requiresCompatibilities=None, networkMode=None, executionRoleArn=None)
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=[mine], defaultCapacityProviderStrategy=[]
    )
    service = create(
        launchType=None, networkConfiguration=None, capacityProviderStrategy=[{"capacityProvider": "mine"}]
    )
    assert "platformVersion" not in service
    with pytest.raises(ecs.exceptions.ResourceInUseException):
        ecs.put_cluster_capacity_providers(
            cluster=cluster, capacityProviders=[], defaultCapacityProviderStrategy=[]
        )


def test_a_strategy_does_not_mix_fargate_and_groups(ecs: Any, mine: str) -> None:
    assert mine
    strategy = [{"capacityProvider": "mine", "weight": 1}, {"capacityProvider": "FARGATE", "weight": 1}]
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="cannot contain a mix"):
        ecs.create_cluster(
            clusterName="shop",
            capacityProviders=["mine", "FARGATE"],
            defaultCapacityProviderStrategy=strategy,
        )
