"""AWS::Events::Rule, with its target."""

import json
from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The rule. An import names it by its ARN (schema, primaryIdentifier)."""
    targets = [
        {"Id": name, "Arn": target["arn"], "RoleArn": target["role"]}
        for name, target in resource.stated["targets"].items()
    ]
    properties = {
        "Name": resource.name,
        "Description": resource.request["description"],
        "EventPattern": json.loads(resource.request["pattern"]),
        "State": resource.stated["state"],
        "Targets": targets,
        **names.tags(resource),
    }
    arn = names.account.arn("events", f"rule/{resource.name}")
    yield Entry(names.of(resource), "AWS::Events::Rule", resource, properties, {"Arn": arn})
