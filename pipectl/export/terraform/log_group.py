"""aws_cloudwatch_log_group."""

from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.terraform.values import Entry, Names
from pipectl.export.wording import Name

TYPE = "aws_cloudwatch_log_group"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The log group; a retention that the spec does not state is left as it is."""
    body: dict[str, Any] = {"name": resource.name}
    days = resource.stated.get("retention_days")
    if days is not None:
        body["retention_in_days"] = days
    label = names.of(resource)
    arn = names.account.arn("logs", f"log-group:{resource.name}")
    yield Entry(
        TYPE,
        label,
        resource,
        {**body, **names.tags(resource)},
        resource.name,
        gives={f"{arn}:*": (Name(f"{TYPE}.{label}.arn"), ":*")},
        ignored={} if days is not None else {"retention_in_days": "the spec leaves it to others"},
    )
