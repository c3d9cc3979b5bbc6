"""aws_cloudwatch_event_rule and aws_cloudwatch_event_target."""

import json
from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Expression, Json
from pipectl.export.terraform.values import Entry, Names

TYPE = "aws_cloudwatch_event_rule"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The rule and its target."""
    label = names.of(resource)
    body = {
        "name": resource.name,
        "description": resource.request["description"],
        "event_pattern": Json(json.loads(resource.request["pattern"])),
        "state": resource.stated["state"],
    }
    yield Entry(TYPE, label, resource, {**body, **names.tags(resource)}, resource.name)
    for name, target in resource.stated["targets"].items():
        said = {
            "rule": Expression(f"{TYPE}.{label}.name"),
            "target_id": name,
            "arn": target["arn"],
            "role_arn": target["role"],
        }
        identifier = f"{resource.name}/{name}"
        yield Entry("aws_cloudwatch_event_target", label, resource, said, identifier, needs=(target["role"],))
