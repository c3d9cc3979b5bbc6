"""ECS cluster: the name that services live in, insights and capacity providers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, find, in_batches
from pipectl.aws.permissions import Condition, Need, Purpose, needs
from pipectl.engine.values import Action, Resource, State, Step, exactly
from pipectl.kinds import namespaces, raw
from pipectl.kinds.kind import OUR_TAGS, Kind, Wanted, listed, mapped, merged, tag_changes, tags
from pipectl.kinds.service_block import CapacityProvider, Service
from pipectl.spec.block import Block
from pipectl.spec.spec import Spec

NAME = "ecs cluster"
BATCH = 100
"""Clusters of one DescribeClusters (API reference)."""


class Cluster(Block):
    """A cluster and its services."""

    container_insights: Literal["enabled", "disabled", "enhanced"] | None = Field(
        None, description="the account's default when it is not stated"
    )
    capacity_providers: list[str] | None = Field(
        None, max_length=20, description="FARGATE, FARGATE_SPOT or your own"
    )
    default_capacity_provider_strategy: list[CapacityProvider] | None = Field(
        None, description="for services that state neither `launch_type` nor a strategy"
    )
    services: dict[str, Service] = Field(default_factory=dict, description="the services that run in it")


def design(spec: Spec, account: Account) -> Iterable[Resource]:
    """One resource for each entry of `ecs`."""
    for name, block in spec.all(Cluster).items():
        if not block.managed:
            yield Resource(NAME, name, managed=False)
            continue
        request = merged(_request(name, block), block.aws)
        stated = {"tags": tags(spec, block.tags), **_stated(request)}
        if block.aws:
            stated["aws"] = raw.compared(raw.CLUSTER, block.aws)
        yield Resource(NAME, name, stated, request=request)


def _request(name: str, block: Cluster) -> dict[str, Any]:
    request: dict[str, Any] = {"clusterName": name}
    if block.container_insights:
        request["settings"] = [{"name": "containerInsights", "value": block.container_insights}]
    if block.capacity_providers is not None:
        request["capacityProviders"] = block.capacity_providers
    if block.default_capacity_provider_strategy is not None:
        strategy = [provider.request() for provider in block.default_capacity_provider_strategy]
        request["defaultCapacityProviderStrategy"] = strategy
    return request


PARAMETERS = {
    "container_insights": "settings",
    "capacity_providers": "capacityProviders",
    "default_capacity_provider_strategy": "defaultCapacityProviderStrategy",
}
"""Word of the spec -> parameter of CreateCluster."""


def _stated(request: Mapping[str, Any]) -> dict[str, Any]:
    said = _words(request)
    asked = [word for word, parameter in PARAMETERS.items() if parameter in request]
    return {word: exactly(said[word]) for word in asked if said[word] is not None}


def _words(cluster: Mapping[str, Any]) -> dict[str, Any]:
    settings = {each["name"]: each["value"] for each in cluster.get("settings") or []}
    strategy = cluster.get("defaultCapacityProviderStrategy") or []
    return {
        "container_insights": settings.get("containerInsights"),
        "capacity_providers": sorted(cluster.get("capacityProviders") or []),
        "default_capacity_provider_strategy": {
            each["capacityProvider"]: {"weight": each.get("weight", 0), "base": each.get("base", 0)}
            for each in strategy
        },
    }


def read(cloud: Cloud, wanted: Wanted) -> dict[str, State]:
    """All clusters in one call. A deleted one stays visible as INACTIVE and counts as not there."""
    return {
        cluster["clusterName"]: {
            **_words(cluster),
            "tags": mapped(cluster.get("tags")),
            "aws": namespaces.as_stated(cloud, wanted[cluster["clusterName"]].get("aws"), cluster),
        }
        for cluster in in_batches(_describe, cloud, wanted, BATCH)
        if cluster["status"] != "INACTIVE"
    }


def _describe(cloud: Cloud, batch: list[str]) -> list[dict[str, Any]]:
    # Without `include`, settings and tags come back empty and would look like differences (API reference).
    include = ["SETTINGS", "TAGS", "CONFIGURATIONS"]
    return list(cloud.call("ecs", "describe_clusters", clusters=batch, include=include)["clusters"])


def create(cloud: Cloud, resource: Resource) -> None:
    """Make the cluster; ECS answers with the existing one when it is asked for the same twice."""
    cloud.call("ecs", "create_cluster", **resource.request, tags=listed(resource.stated["tags"]))


def update(cloud: Cloud, step: Step) -> None:
    """Set what differs."""
    request = step.resource.request
    name = step.resource.name
    if step.changes("container_insights", "aws"):
        names = ("settings", "configuration", "serviceConnectDefaults")
        params = {key: request[key] for key in names if key in request}
        cloud.call("ecs", "update_cluster", cluster=name, **params)
    if step.changes("capacity_providers", "default_capacity_provider_strategy"):
        _put_providers(cloud, step)
    if changed := tag_changes(step):
        arn = cloud.account.arn("ecs", f"cluster/{name}")
        cloud.call("ecs", "tag_resource", resourceArn=arn, tags=listed(changed))


def _put_providers(cloud: Cloud, step: Step) -> None:
    """PutClusterCapacityProviders replaces both lists, so the one that is not stated is sent as found."""
    before = (step.before or {}).get("aws", {})
    both = {
        key: step.resource.request.get(key, before.get(key) or [])
        for key in ("capacityProviders", "defaultCapacityProviderStrategy")
    }
    cloud.call("ecs", "put_cluster_capacity_providers", cluster=step.resource.name, **both)


def delete(cloud: Cloud, step: Step) -> None:
    """Take the cluster away; its services have been deleted, and Patient waits until they have drained."""
    find(["ClusterNotFoundException"], cloud, "ecs", "delete_cluster", cluster=step.resource.name)


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off."""
    arn = cloud.account.arn("ecs", f"cluster/{step.resource.name}")
    cloud.call("ecs", "untag_resource", resourceArn=arn, tagKeys=OUR_TAGS)


def stays(step: Step, steps: Sequence[Step]) -> str | None:
    """A cluster with others' services or instances in it cannot be deleted (API reference, DeleteCluster)."""
    found = (step.before or {}).get("aws") or {}
    name = step.resource.name
    gone = [
        each
        for each in steps
        if each.action is Action.DELETE
        and each.resource.name.startswith(f"{name}/")
        and "aws" in (each.before or {})
    ]
    services = found.get("activeServicesCount", 0) - len(gone)
    if services > 0:
        return f"{services} more {'service lives' if services == 1 else 'services live'} in it"
    if instances := found.get("registeredContainerInstancesCount", 0):
        return (
            f"{instances} container {'instance is' if instances == 1 else 'instances are'} registered in it"
        )
    return None


def permissions(account: Account, resource: Resource) -> Iterable[Need]:
    """Service Authorization Reference, Amazon ECS."""
    arns = [account.arn("ecs", f"cluster/{resource.name}")]
    yield from needs(Purpose.PLAN, arns, "ecs:DescribeClusters")
    if not resource.managed:
        return
    yield from needs(Purpose.DESTROY, arns, "ecs:DescribeClusters", "ecs:DeleteCluster", "ecs:UntagResource")
    yield from needs(Purpose.CREATE, arns, "ecs:CreateCluster", "ecs:TagResource")
    yield from service_linked_role(account)
    yield from namespaces.looking_up(account, resource.stated.get("aws"))
    if {"container_insights", "aws"} & resource.stated.keys():
        yield from needs(Purpose.CREATE, arns, "ecs:UpdateCluster")
    if {"capacity_providers", "default_capacity_provider_strategy"} & resource.stated.keys():
        yield from needs(Purpose.CREATE, arns, "ecs:PutClusterCapacityProviders")


def service_linked_role(account: Account) -> Iterable[Need]:
    """ECS makes its own role in the caller's name, at the first use in an account.

    Developer guide, "Using service-linked roles".
    """
    role = account.arn("iam", "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
    maker = Condition("iam:AWSServiceName", "ecs.amazonaws.com")
    yield from needs(Purpose.CREATE, [role], "iam:CreateServiceLinkedRole", condition=maker)


KIND = Kind(
    NAME,
    design,
    read,
    create,
    update,
    {"ecs": Cluster},
    delete=delete,
    release=release,
    stays=stays,
    permissions=permissions,
    events=("UpdateCluster", "UpdateClusterSettings", "PutClusterCapacityProviders", "DeleteCluster"),
)
