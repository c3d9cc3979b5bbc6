"""Capacity providers: Fargate's, which every account has, and those of Auto Scaling groups."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from pipectl.local.ecs.names import client_error, invalid, last_part, tag_list, tag_map, unsupported
from pipectl.local.ecs.paging import page
from pipectl.local.ecs.state import CapacityProvider, Cluster, State

if TYPE_CHECKING:
    from collections.abc import Container

    from pipectl.local.service import Caller

BUILT_IN_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
DESCRIBED_AT_ONCE = 10  # API reference, DescribeCapacityProviders.maxResults
_NAME = re.compile(r"(?!(?i:aws|ecs|fargate))[A-Za-z0-9_-]{1,255}")
# API reference, ManagedScaling; that they are answered, also when nothing of it was sent: acceptance test
# TestAccECSCapacityProvider_basic of hashicorp/terraform-provider-aws
_SCALING = {
    "status": "DISABLED",
    "targetCapacity": 100,
    "minimumScalingStepSize": 1,
    "maximumScalingStepSize": 10000,
    "instanceWarmupPeriod": 300,
}


class Capacity(State):
    """The operations on capacity providers"""

    def create_capacity_provider(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Create a provider of an Auto Scaling group, which is not looked up

        The words of the refusals are public: of a bad name (its rule: aws/aws-cdk#17321), and of one that
        exists (aws/containers-roadmap#688). That two providers may name the same group is unlike AWS
        (aws/containers-roadmap#632): the group may be invented here.
        """
        name = request["name"]
        if not _NAME.fullmatch(name):
            raise invalid(
                "The specified capacity provider name is invalid. Up to 255 characters are allowed, "
                "including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot "
                'be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.'
            )
        if "managedInstancesProvider" in request:
            raise unsupported("run Amazon ECS Managed Instances: take managedInstancesProvider out")
        if "autoScalingGroupProvider" not in request:
            raise invalid("Auto Scaling group provider cannot be empty.")  # inferred words
        existing = self.providers.get(name)
        if existing is not None and existing.status == "ACTIVE":
            raise client_error(
                "The specified capacity provider already exists. To change the configuration of an existing "
                "capacity provider, update the capacity provider."
            )
        provider = CapacityProvider(
            name=name,
            arn=self.arn(f"capacity-provider/{name}"),
            group=_completed(request["autoScalingGroupProvider"]),
            tags=tag_map(request.get("tags")),
        )
        self.providers[name] = provider
        return {"capacityProvider": _described(provider, tags=True)}

    def update_capacity_provider(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Change what is sent; the rest stays (API reference, UpdateCapacityProvider)"""
        provider = self._existing(request["name"])
        if "managedInstancesProvider" in request:
            raise unsupported("run Amazon ECS Managed Instances: take managedInstancesProvider out")
        sent = request.get("autoScalingGroupProvider", {})
        scaling = {**provider.group["managedScaling"], **sent.get("managedScaling", {})}
        group = {**provider.group, **sent, "managedScaling": scaling}
        _check_group(group)
        provider.group, provider.update = group, {"updateStatus": "UPDATE_COMPLETE"}
        return {"capacityProvider": _described(provider, tags=True)}

    def delete_capacity_provider(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Delete a provider that no cluster has; one that a cluster has answers DELETE_FAILED

        API reference, DeleteCapacityProvider; the failed deletion: ekristen/aws-nuke#542 (its reason is in
        inferred words). A deleted provider is INACTIVE (API reference, CapacityProvider.status).
        """
        name = last_part(request["capacityProvider"])
        if name in BUILT_IN_PROVIDERS:
            raise invalid("The specified capacity provider is reserved and cannot be deleted.")  # inferred
        provider = self._existing(name)
        holding = [each.name for each in self.clusters.values() if _holds(each, name)]
        if holding:
            provider.update = {
                "updateStatus": "DELETE_FAILED",
                "updateStatusReason": (
                    "The capacity provider cannot be deleted because it is associated with cluster: "
                    f"{holding[0]}. Remove the capacity provider from the cluster and try again."
                ),
            }
        else:
            provider.status, provider.update = "INACTIVE", {"updateStatus": "DELETE_COMPLETE"}
        return {"capacityProvider": _described(provider, tags=True)}

    def _existing(self, reference: str) -> CapacityProvider:
        provider = self.providers.get(last_part(reference))
        if provider is None or provider.status != "ACTIVE":
            # hashicorp/terraform-provider-aws waits for "capacity provider does not exist"
            raise client_error("The specified capacity provider does not exist. Specify a valid name or ARN.")
        return provider

    def describe_capacity_providers(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Describe providers by name or ARN, without any all that there are (API reference)"""
        every = {name: self._built_in(name) for name in BUILT_IN_PROVIDERS} | self.providers
        if cluster := request.get("cluster"):
            every = {name: every[name] for name in self.active_cluster(cluster).capacity_providers}
        references = request.get("capacityProviders") or []
        names = [last_part(each) for each in references] or list(every)
        missing = [name for name in names if name not in every]
        answer = page(
            (((name,), name) for name in dict.fromkeys(names) if name in every),
            request,
            "capacityProviders",
            default=DESCRIBED_AT_ONCE,
        )
        tags = "TAGS" in request.get("include", [])
        answer["capacityProviders"] = [
            _described(every[name], tags=tags) for name in answer["capacityProviders"]
        ]
        answer["failures"] = [
            {"arn": self.arn(f"capacity-provider/{name}"), "reason": "MISSING"} for name in missing
        ]
        return answer

    def _built_in(self, name: str) -> CapacityProvider:
        return CapacityProvider(name, self.arn(f"capacity-provider/{name}"), {}, {})


def _completed(sent: dict[str, Any]) -> dict[str, Any]:
    group = {
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
        **copy.deepcopy(sent),
        "managedScaling": {**_SCALING, **sent.get("managedScaling", {})},
    }
    _check_group(group)
    return group


def _check_group(group: dict[str, Any]) -> None:
    """Termination protection needs managed scaling (API reference, AutoScalingGroupProvider; inferred words)

    The words of the first sentence: hashicorp/terraform-provider-aws#11338.
    """
    protected = group["managedTerminationProtection"] == "ENABLED"
    if protected and group["managedScaling"]["status"] != "ENABLED":
        raise client_error(
            "The managed termination protection setting for the capacity provider is invalid. To enable "
            "managed termination protection for a capacity provider, managed scaling must be enabled."
        )


def _holds(cluster: Cluster, name: str) -> bool:
    return cluster.status == "ACTIVE" and name in cluster.capacity_providers


def _described(provider: CapacityProvider, *, tags: bool) -> dict[str, Any]:
    """API reference, CapacityProvider; `type` is not documented for providers of a group but in the model"""
    kind = provider.name if provider.name in BUILT_IN_PROVIDERS else "EC2_AUTOSCALING"
    return {
        "capacityProviderArn": provider.arn,
        "name": provider.name,
        "status": provider.status,
        "autoScalingGroupProvider": provider.group or None,
        **provider.update,
        "tags": tag_list(provider.tags) if tags else [],
        "type": kind,
    }


def associated(names: list[str], providers: dict[str, CapacityProvider]) -> list[str]:
    """The providers of a cluster by name, each once

    The words of the refusal as in terraform-aws-modules/terraform-aws-ecs#53.
    """
    short = [last_part(name) for name in names]
    for name in short:
        _check_there(name, providers)
    return list(dict.fromkeys(short))


def _check_there(name: str, providers: dict[str, CapacityProvider]) -> None:
    if name in BUILT_IN_PROVIDERS:
        return
    provider = providers.get(name)
    if provider is None or provider.status != "ACTIVE":
        raise invalid(
            "The specified capacity provider was not found. Specify a valid capacity provider and try again."
        )


def strategy_items(
    sent: list[dict[str, Any]],
    providers: dict[str, CapacityProvider],
    cluster: Cluster | Container[str] | None = None,
) -> list[dict[str, Any]]:
    """A capacity provider strategy with its defaults filled in (API reference: weight 0, base 0)

    RunTask takes providers of the cluster alone, in the words of dask/dask-cloudprovider#328, and so does a
    cluster's default strategy. CreateService and UpdateService are not given a cluster here: they take every
    provider that exists, as the acceptance tests of hashicorp/terraform-provider-aws use them
    (TestAccECSService_CapacityProviderStrategy_basic names a provider that its cluster does not have), though
    the API reference asks for an association there too. A strategy with two bases, without weights or that
    mixes Fargate and groups is refused (API reference, CapacityProviderStrategyItem; of the mixture the words
    are in aws/aws-cdk#23955, of the others they are inferred).
    """
    items = [
        {
            "capacityProvider": last_part(item["capacityProvider"]),
            "weight": item.get("weight", 0),
            "base": item.get("base", 0),
        }
        for item in sent
    ]
    names = [item["capacityProvider"] for item in items]
    own = cluster.capacity_providers if isinstance(cluster, Cluster) else cluster
    for name in names:
        _check_there(name, providers)
        if own is not None and name not in own:
            raise invalid(
                "The specified capacity provider strategy cannot contain a capacity provider that is not "
                "associated with the cluster. Associate the capacity provider with the cluster or specify a "
                "valid capacity provider and try again."
            )
    _check_mixture(names)
    _check_numbers(items)
    return items


def _check_mixture(names: list[str]) -> None:
    if len({name in BUILT_IN_PROVIDERS for name in names}) > 1:
        raise invalid(
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling "
            "groups and Fargate providers. Specify one or the other and try again."
        )


def _check_numbers(items: list[dict[str, Any]]) -> None:
    if sum(item["base"] > 0 for item in items) > 1:
        raise invalid("Only one capacity provider in a capacity provider strategy can have a base defined.")
    if len(items) > 1 and all(item["weight"] == 0 for item in items):
        raise invalid("At least one capacity provider in the strategy must have a weight greater than 0.")
