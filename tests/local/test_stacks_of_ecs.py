"""Stacks of CloudFormation whose resources the local ECS makes, changes and deletes."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

CONTAINER = {"Name": "web", "Image": "nginx:1", "Memory": "128", "Essential": "true"}
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Cluster": {
            "Type": "AWS::ECS::Cluster",
            "Properties": {
                "ClusterSettings": [{"Name": "containerInsights", "Value": "enabled"}],
                "Tags": [{"Key": "team", "Value": "a"}],
            },
        },
        "Definition": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "web",
                "ContainerDefinitions": [{**CONTAINER, "DockerLabels": {"Some.Label": "x"}}],
                "Volumes": [
                    {"Name": "data", "EFSVolumeConfiguration": {"FilesystemId": "fs-0a1b2c3d4e5f60718"}}
                ],
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "ServiceName": "web",
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": "Definition"},
                "PlacementStrategies": [{"Type": "spread", "Field": "instanceId"}],
            },
        },
    },
    "Outputs": {
        "Cluster": {"Value": {"Fn::GetAtt": ["Cluster", "Arn"]}},
        "Service": {"Value": {"Fn::GetAtt": ["Service", "Name"]}},
    },
}


@pytest.fixture
def stack(client: Callable[[str], Any]) -> Callable[..., dict[str, str]]:
    """Create or update the stack `shop` with changed properties of resources; the answer is its outputs"""

    def stack(operation: str = "create_stack", **changed: dict[str, Any]) -> dict[str, str]:
        template = copy.deepcopy(TEMPLATE)
        for name, properties in changed.items():
            template["Resources"][name]["Properties"] |= properties
        cloudformation = client("cloudformation")
        getattr(cloudformation, operation)(StackName="shop", TemplateBody=json.dumps(template))
        outputs = cloudformation.describe_stacks(StackName="shop")["Stacks"][0]["Outputs"]
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    return stack


@pytest.fixture
def web(client: Callable[[str], Any]) -> Callable[[str], Any]:
    def web(cluster: str) -> Any:
        return client("ecs").describe_services(cluster=cluster, services=["web"])["services"][0]

    return web


def test_a_stack_makes_what_everybody_sees(
    client: Callable[[str], Any], stack: Callable[..., dict[str, str]], web: Callable[[str], Any]
) -> None:
    made = stack()
    cluster = client("ecs").describe_clusters(clusters=[made["Cluster"]], include=["SETTINGS", "TAGS"])
    assert cluster["clusters"][0]["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    assert cluster["clusters"][0]["tags"] == [{"key": "team", "value": "a"}]
    assert cluster["clusters"][0]["clusterName"].startswith("shop-Cluster-")
    service = web(made["Cluster"])
    assert (service["serviceName"], service["desiredCount"]) == (made["Service"], 1)
    assert service["placementStrategy"] == [{"type": "spread", "field": "instanceId"}]
    definition = client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])
    container = definition["taskDefinition"]["containerDefinitions"][0]
    assert (container["memory"], container["essential"]) == (128, True)
    assert container["dockerLabels"] == {"Some.Label": "x"}
    volume = definition["taskDefinition"]["volumes"][0]
    assert volume["efsVolumeConfiguration"] == {"fileSystemId": "fs-0a1b2c3d4e5f60718"}


def test_the_stack_names_its_resources_by_their_physical_ids(
    client: Callable[[str], Any], stack: Callable[..., dict[str, str]], web: Callable[[str], Any]
) -> None:
    service = web(stack()["Cluster"])
    resources = client("cloudformation").describe_stack_resources(StackName="shop")["StackResources"]
    found = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    assert found == {
        "Cluster": service["clusterArn"].rsplit("/", 1)[-1],
        "Definition": service["taskDefinition"],
        "Service": service["serviceArn"],
    }


def test_an_update_changes_the_service_and_replaces_the_task_definition(
    client: Callable[[str], Any], stack: Callable[..., dict[str, str]], web: Callable[[str], Any]
) -> None:
    stack()
    container = {**CONTAINER, "Image": "nginx:2"}
    made = stack(
        "update_stack", Definition={"ContainerDefinitions": [container]}, Service={"DesiredCount": 3}
    )
    service = web(made["Cluster"])
    assert service["desiredCount"] == 3
    assert service["taskDefinition"].endswith("/web:2")
    first = client("ecs").describe_task_definition(taskDefinition="web:1")["taskDefinition"]
    assert first["status"] == "INACTIVE"


def test_another_name_replaces_a_service_and_the_old_one_goes(
    client: Callable[[str], Any], stack: Callable[..., dict[str, str]], web: Callable[[str], Any]
) -> None:
    stack()
    made = stack("update_stack", Service={"ServiceName": "api"})
    assert made["Service"] == "api"
    assert web(made["Cluster"])["status"] == "INACTIVE"
    (arn,) = client("ecs").list_services(cluster=made["Cluster"])["serviceArns"]
    assert arn.endswith("/api")


def test_an_update_changes_settings_capacity_and_tags_of_a_cluster(
    client: Callable[[str], Any], stack: Callable[..., dict[str, str]]
) -> None:
    before = stack()["Cluster"]
    properties = {
        "ClusterSettings": [{"Name": "containerInsights", "Value": "disabled"}],
        "CapacityProviders": ["FARGATE"],
        "Tags": [{"Key": "other", "Value": "b"}],
    }
    assert stack("update_stack", Cluster=properties)["Cluster"] == before
    answer = client("ecs").describe_clusters(clusters=[before], include=["SETTINGS", "TAGS"])
    cluster = answer["clusters"][0]
    assert cluster["settings"][0]["value"] == "disabled"
    assert cluster["capacityProviders"] == ["FARGATE"]
    assert cluster["tags"] == [{"key": "other", "value": "b"}]


def test_a_deleted_stack_takes_everything_with_it(
    client: Callable[[str], Any], stack: Callable[..., dict[str, str]]
) -> None:
    cluster = stack()["Cluster"]
    client("cloudformation").delete_stack(StackName="shop")
    ecs = client("ecs")
    assert ecs.describe_clusters(clusters=[cluster])["clusters"][0]["status"] == "INACTIVE"
    assert ecs.list_clusters()["clusterArns"] == []
    assert ecs.list_task_definitions()["taskDefinitionArns"] == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Service": {"DesiredCount": -1}}, "DesiredCount can not be lesser than 0 (Service: AmazonECS"),
        ({"Cluster": {"Colour": "red"}}, "extraneous key [Colour] is not permitted"),
    ],
)
def test_what_ecs_refuses_leaves_no_half_of_a_stack(
    client: Callable[[str], Any],
    stack: Callable[..., dict[str, str]],
    changed: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(ClientError) as refused:
        stack(**changed)
    assert words in refused.value.response["Error"]["Message"]
    assert client("ecs").list_clusters()["clusterArns"] == []
    assert client("cloudformation").list_stacks()["StackSummaries"] == []


def test_capacity_providers_are_made_and_given_to_a_cluster(client: Callable[[str], Any]) -> None:
    template = {
        "Resources": {
            "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "shop"}},
            "Provider": {
                "Type": "AWS::ECS::CapacityProvider",
                "Properties": {"AutoScalingGroupProvider": {"AutoScalingGroupArn": "group"}},
            },
            "Both": {
                "Type": "AWS::ECS::ClusterCapacityProviderAssociations",
                "Properties": {
                    "Cluster": {"Ref": "Cluster"},
                    "CapacityProviders": [{"Ref": "Provider"}],
                    "DefaultCapacityProviderStrategy": [{"CapacityProvider": {"Ref": "Provider"}}],
                },
            },
        }
    }
    cloudformation, ecs = client("cloudformation"), client("ecs")
    cloudformation.create_stack(StackName="capacity", TemplateBody=json.dumps(template))
    (name,) = ecs.describe_clusters(clusters=["shop"])["clusters"][0]["capacityProviders"]
    cloudformation.delete_stack(StackName="capacity")
    gone = ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"][0]
    assert gone["status"] == "INACTIVE"
