"""AWS::ECS::Cluster."""

from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names
from pipectl.export.shapes import say

TYPE = "AWS::ECS::Cluster"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The cluster."""
    properties, lost = say("cloudformation", TYPE, resource.request)
    yield Entry(
        names.of(resource),
        TYPE,
        resource,
        {**properties, **names.tags(resource)},
        {"ClusterName": resource.name},
        lost=lost,
    )
