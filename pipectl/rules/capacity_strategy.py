"""Capacity provider strategies that ECS refuses (API reference, CapacityProviderStrategyItem)."""

from collections.abc import Iterator, Sequence

from pipectl.kinds.cluster import Cluster
from pipectl.kinds.service_block import CapacityProvider
from pipectl.rules._tools import error, key_error, key_warning, services
from pipectl.spec.places import Path
from pipectl.spec.problems import Problem
from pipectl.spec.spec import Spec

RULE = "capacity-strategy"
MOST = 20


def check(spec: Spec) -> Iterator[Problem]:
    """Every strategy, of clusters and of services."""
    clusters = spec.all(Cluster)
    for name, cluster in clusters.items():
        path: Path = ("ecs", name, "default_capacity_provider_strategy")
        strategy = cluster.default_capacity_provider_strategy or ()
        yield from _strategy(spec, path, strategy)
        yield from _known(spec, path, strategy, name, cluster)
    for service in services(spec):
        strategy = service.block.capacity_provider_strategy or ()
        path = (*service.path, "capacity_provider_strategy")
        yield from _strategy(spec, path, strategy)
        yield from _known(spec, path, strategy, service.cluster, clusters[service.cluster])


def _strategy(spec: Spec, path: Path, strategy: Sequence[CapacityProvider]) -> Iterator[Problem]:
    fargate = [each.capacity_provider.startswith("FARGATE") for each in strategy]
    if any(fargate) and not all(fargate):
        message = "a strategy takes Fargate's capacity providers or your own, not both"
        yield key_error(spec, path, RULE, message, "take one kind out")
    if len(strategy) > 1 and not any(each.weight for each in strategy):
        message = "no capacity provider of this strategy has a weight, so no task would be placed"
        yield key_error(spec, path, RULE, message, "give at least one a `weight` above 0")
    if len(strategy) > MOST:
        message = f"a strategy has at most {MOST} capacity providers, and this one {len(strategy)}"
        yield key_error(spec, path, RULE, message, "take some out")
    names = [each.capacity_provider for each in strategy]
    for number in [number for number, name in enumerate(names) if name in names[:number]]:
        message = f"`{names[number]}` stands in this strategy twice"
        yield error(spec, (*path, number, "capacity_provider"), RULE, message, "take one of them out")
    for number in [number for number, each in enumerate(strategy) if each.base][1:]:
        message = "only one capacity provider of a strategy can have a `base`"
        yield error(spec, (*path, number, "base"), RULE, message, "take it out")


def _known(
    spec: Spec, path: Path, strategy: Sequence[CapacityProvider], name: str, cluster: Cluster
) -> Iterator[Problem]:
    """A strategy takes only what is associated with its cluster. What is not stated may be so already."""
    if not cluster.managed:
        return
    stated = cluster.capacity_providers
    for number, each in enumerate(strategy):
        here = (*path, number, "capacity_provider")
        provider = each.capacity_provider
        if stated is not None and provider not in stated:
            message = f"`{provider}` is not among the `capacity_providers` of cluster {name}"
            yield error(spec, here, RULE, message, "add it there")
        elif stated is None and number == 0:
            message = f"cluster {name} does not state its `capacity_providers`, and a new one has none"
            hint = f"write `capacity_providers: [{', '.join(part.capacity_provider for part in strategy)}]`"
            yield key_warning(spec, path, RULE, message, hint)
