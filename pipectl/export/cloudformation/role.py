"""AWS::IAM::Role, with its one inline policy."""

import json
from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names
from pipectl.kinds.role import POLICY


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The role. Whoever takes its ARN waits for its policy too, since both are one resource."""
    request = resource.request
    policy = {"PolicyName": POLICY, "PolicyDocument": json.loads(request["policy"])}
    properties: dict[str, Any] = {
        "RoleName": resource.name,
        "Path": resource.stated["path"],
        "Description": request["description"],
        "AssumeRolePolicyDocument": json.loads(request["trust"]),
        "Policies": [policy],
        **names.tags(resource),
    }
    if boundary := resource.stated.get("permissions_boundary"):
        properties["PermissionsBoundary"] = boundary
    logical = names.of(resource)
    arn = names.account.arn("iam", f"role{resource.stated['path']}{resource.name}")
    yield Entry(
        logical,
        "AWS::IAM::Role",
        resource,
        properties,
        {"RoleName": resource.name},
        {arn: f"{logical}.Arn"},
    )
