"""The resource types AWS::ECS::* that the local ECS makes (CloudFormation template reference, each its page).

What Ref and Fn::GetAtt answer, what an update replaces, and the default of DesiredCount stand there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from pipectl.local.stacks import properties
from pipectl.local.stacks.context import call, current, failed

Properties = dict[str, Any]


class Resource(ABC):
    """One resource of a stack, in the methods that moto calls"""

    TYPE: ClassVar[str]
    NAME: ClassVar[str] = ""  # the property that names it; "" for none
    REPLACED_BY: ClassVar[tuple[str, ...]] = ()  # a change of these makes a new resource
    RENAMED: ClassVar[dict[str, str]] = {}
    IGNORED: ClassVar[frozenset[str]] = frozenset()
    ATTRIBUTES: ClassVar[tuple[str, ...]] = ()

    cf_resource_type: str
    logical_resource_id: str

    def __init__(self, name: str, given: Properties, account: str, region: str) -> None:
        self.name = name
        self.given = given
        self.account = account
        self.region = region
        self.physical_resource_id = name
        self.attributes: dict[str, str] = {}

    @classmethod
    def cloudformation_type(cls) -> str:
        """Name the type"""
        return cls.TYPE

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """Name the property that names the resource"""
        return cls.NAME

    @classmethod
    def create_from_cloudformation_json(
        cls, name: str, resource: Properties, account: str, region: str, **_about: Any
    ) -> Self:
        """Make the resource in the local ECS"""
        given = resource.get("Properties", {})
        made = cls(str(given.get(cls.NAME) or name), given, account, region)
        made.create()
        return made

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> Self:
        """Change the resource, or make another one and delete this one when the whole update is done"""
        given = cloudformation_json.get("Properties", {})
        before = original_resource
        after = cls(str(given.get(cls.NAME) or before.name), given, account_id, region_name)
        if before.replaced(given):
            after.name = after.physical_resource_id = str(given.get(cls.NAME) or new_resource_name)
            after.create()
            current.get().replaced.append(before.remove)
            return after
        after.physical_resource_id, after.attributes = before.physical_resource_id, before.attributes
        after.update(before)
        return after

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether Fn::GetAtt knows an attribute"""
        return attr in cls.ATTRIBUTES

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Answer Fn::GetAtt"""
        from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

        if attribute_name not in self.attributes:
            raise UnformattedGetAttTemplateException
        return self.attributes[attribute_name]

    def is_created(self) -> bool:
        """Say yes: moto's stacks do not wait (on AWS a stack waits for its services to be steady)"""
        return True

    def delete(self, _account: str, _region: str) -> None:
        """Delete the resource with its stack"""
        self.remove()

    def replaced(self, given: Properties) -> bool:
        """Whether other properties need another resource"""
        return any(given.get(name) != self.given.get(name) for name in self.REPLACED_BY)

    def request(self, operation: str, *without: str) -> Properties:
        """The properties as a request, but some of them"""
        ignored = self.IGNORED | frozenset(without)
        return properties.request(operation, self.given, self.RENAMED, ignored)

    def call(self, operation: str, request: Properties) -> Properties:
        """Call the local ECS"""
        return call(self.account, self.region, operation, request)

    def tag(self, before: Self, arn: str) -> None:
        """Give the resource the tags of its new properties"""
        old, new = _tags(before.given), _tags(self.given)
        if gone := [key for key in old if key not in new]:
            self.call("UntagResource", {"resourceArn": arn, "tagKeys": gone})
        if new:
            tags = [{"key": key, "value": value} for key, value in new.items()]
            self.call("TagResource", {"resourceArn": arn, "tags": tags})

    @abstractmethod
    def create(self) -> None:
        """Make it"""

    @abstractmethod
    def update(self, before: Self) -> None:
        """Change it"""

    @abstractmethod
    def remove(self) -> None:
        """Delete it"""


class Cluster(Resource):
    """AWS::ECS::Cluster; Ref answers its name"""

    TYPE, NAME = "AWS::ECS::Cluster", "ClusterName"
    REPLACED_BY = ("ClusterName",)
    RENAMED: ClassVar = {"ClusterSettings": "Settings"}
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Make it"""
        cluster = self.call("CreateCluster", {**self.request("CreateCluster"), "clusterName": self.name})
        self.attributes = {"Arn": cluster["cluster"]["clusterArn"]}

    def update(self, before: Self) -> None:
        """Change settings, capacity providers and tags"""
        capacity = ("CapacityProviders", "DefaultCapacityProviderStrategy")
        rest = self.request("UpdateCluster", "ClusterName", "Tags", *capacity)
        self.call("UpdateCluster", {**rest, "cluster": self.name})
        if any(self.given.get(name) != before.given.get(name) for name in capacity):
            asked = {name: self.given.get(name, []) for name in capacity}
            request = properties.request("PutClusterCapacityProviders", asked, {}, frozenset())
            self.call("PutClusterCapacityProviders", {**request, "cluster": self.name})
        self.tag(before, self.attributes["Arn"])

    def remove(self) -> None:
        """Delete it, which ECS refuses while services or tasks are in it"""
        self.call("DeleteCluster", {"cluster": self.name})


class TaskDefinition(Resource):
    """AWS::ECS::TaskDefinition; Ref answers the ARN of its revision, and every change makes another one"""

    TYPE, NAME = "AWS::ECS::TaskDefinition", "Family"
    ATTRIBUTES = ("TaskDefinitionArn",)

    def create(self) -> None:
        """Register a revision"""
        request = {**self.request("RegisterTaskDefinition"), "family": self.name}
        arn = self.call("RegisterTaskDefinition", request)["taskDefinition"]["taskDefinitionArn"]
        self.physical_resource_id, self.attributes = arn, {"TaskDefinitionArn": arn}

    def replaced(self, given: Properties) -> bool:
        """Every change but one of tags"""
        return {**given, "Tags": None} != {**self.given, "Tags": None}

    def update(self, before: Self) -> None:
        """Change tags"""
        self.tag(before, self.physical_resource_id)

    def remove(self) -> None:
        """Deregister the revision"""
        self.call("DeregisterTaskDefinition", {"taskDefinition": self.physical_resource_id})


class Service(Resource):
    """AWS::ECS::Service; Ref answers its ARN"""

    TYPE, NAME = "AWS::ECS::Service", "ServiceName"
    REPLACED_BY = ("Cluster", "ServiceName", "LaunchType", "Role", "SchedulingStrategy")
    RENAMED: ClassVar = {"PlacementStrategies": "PlacementStrategy"}
    IGNORED = frozenset({"ForceNewDeployment"})
    ATTRIBUTES = ("Name", "ServiceArn")
    FIXED = ("Tags", "ServiceName", "LaunchType", "Role", "SchedulingStrategy", "ClientToken")
    EMPTIED = ("LoadBalancers", "ServiceRegistries", "PlacementConstraints", "PlacementStrategies")

    def create(self) -> None:
        """Make it; without a desired count it wants one task"""
        request = {**self.request("CreateService"), "serviceName": self.name}
        if self.given.get("SchedulingStrategy", "REPLICA") == "REPLICA":
            request.setdefault("desiredCount", 1)
        arn = self.call("CreateService", request)["service"]["serviceArn"]
        self.physical_resource_id, self.attributes = arn, {"Name": self.name, "ServiceArn": arn}

    def update(self, before: Self) -> None:
        """Send what is stated, empty lists for what is stated no more, and force when asked to"""
        request = self.request("UpdateService", *self.FIXED)
        for name in self.EMPTIED:
            if name in before.given and name not in self.given:
                empty: Properties = {self.RENAMED.get(name, name): []}
                request |= properties.request("UpdateService", empty, {}, frozenset())
        if "ServiceConnectConfiguration" in before.given and "ServiceConnectConfiguration" not in self.given:
            request["serviceConnectConfiguration"] = {"enabled": False}
        if self.given.get("ForceNewDeployment") != before.given.get("ForceNewDeployment"):
            request["forceNewDeployment"] = True
        self.call("UpdateService", {**request, "service": self.name})
        self.tag(before, self.physical_resource_id)

    def remove(self) -> None:
        """Delete it by force, and wait for its tasks: a stack's cluster is deleted after it"""
        cluster = self.given.get("Cluster", "default")
        self.call("DeleteService", {"cluster": cluster, "service": self.name, "force": True})
        current.get().world.service("ecs", self.account, self.region).drain_now(cluster, self.name)


class CapacityProvider(Resource):
    """AWS::ECS::CapacityProvider; Ref answers its name"""

    TYPE, NAME = "AWS::ECS::CapacityProvider", "Name"
    REPLACED_BY = ("Name",)

    def create(self) -> None:
        """Make it"""
        self.call("CreateCapacityProvider", {**self.request("CreateCapacityProvider"), "name": self.name})

    def update(self, before: Self) -> None:
        """Change its Auto Scaling group's settings and tags"""
        group = {
            name: value
            for name, value in self.given.get("AutoScalingGroupProvider", {}).items()
            if name != "AutoScalingGroupArn"
        }
        asked = {"AutoScalingGroupProvider": group}
        request = properties.request("UpdateCapacityProvider", asked, {}, frozenset())
        answer = self.call("UpdateCapacityProvider", {**request, "name": self.name})
        self.tag(before, answer["capacityProvider"]["capacityProviderArn"])

    def remove(self) -> None:
        """Delete it, which ECS refuses while a cluster has it"""
        answer = self.call("DeleteCapacityProvider", {"capacityProvider": self.name})["capacityProvider"]
        if answer["updateStatus"] == "DELETE_FAILED":
            raise failed(answer["updateStatusReason"])


class ClusterCapacityProviderAssociations(Resource):
    """AWS::ECS::ClusterCapacityProviderAssociations; Ref answers the cluster's name"""

    TYPE = "AWS::ECS::ClusterCapacityProviderAssociations"
    REPLACED_BY = ("Cluster",)

    def create(self) -> None:
        """Give the cluster its providers"""
        self.physical_resource_id = str(self.given.get("Cluster", "default"))
        request = self.request("PutClusterCapacityProviders")
        self.call("PutClusterCapacityProviders", {"defaultCapacityProviderStrategy": [], **request})

    def update(self, before: Self) -> None:
        """Give the cluster its providers anew"""
        del before
        self.create()

    def remove(self) -> None:
        """Take the cluster's providers away; moto may have deleted the cluster before"""
        found = self.call("DescribeClusters", {"clusters": [self.physical_resource_id]})["clusters"]
        if not any(cluster["status"] == "ACTIVE" for cluster in found):
            return
        none: Properties = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
        self.call("PutClusterCapacityProviders", {**none, "cluster": self.physical_resource_id})


MODELS: tuple[type[Resource], ...] = (
    Cluster,
    TaskDefinition,
    Service,
    CapacityProvider,
    ClusterCapacityProviderAssociations,
)


def _tags(given: Properties) -> dict[str, str]:
    return {tag["Key"]: str(tag.get("Value", "")) for tag in given.get("Tags", [])}
