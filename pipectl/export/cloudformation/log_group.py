"""AWS::Logs::LogGroup."""

from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names

TYPE = "AWS::Logs::LogGroup"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The log group. Its attribute `Arn` ends in `:*` (template reference), as the kinds' statements do."""
    properties: dict[str, Any] = {"LogGroupName": resource.name}
    if days := resource.stated.get("retention_days"):
        properties["RetentionInDays"] = days
    logical = names.of(resource)
    arn = names.account.arn("logs", f"log-group:{resource.name}:*")
    yield Entry(
        logical,
        TYPE,
        resource,
        {**properties, **names.tags(resource)},
        identifier={"LogGroupName": resource.name},
        gives={arn: f"{logical}.Arn"},
    )
