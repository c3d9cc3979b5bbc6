"""AWS::IAM::Role with its inline policy, and AWS::IAM::ManagedPolicy for what is too large for it."""

import json
from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Fn, Names
from pipectl.kinds.role_policies import POLICY


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The role. Whoever takes its ARN waits for its policy too, since both are one resource."""
    request = resource.request
    inline = (
        [{"PolicyName": POLICY, "PolicyDocument": json.loads(request["policy"])}] if request["policy"] else []
    )
    properties: dict[str, Any] = {
        "RoleName": resource.name,
        "Path": resource.stated["path"],
        "Description": request["description"],
        "AssumeRolePolicyDocument": json.loads(request["trust"]),
        **({"Policies": inline} if inline else {}),
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
    for name, text in request["policies"].items():
        attached = {
            "ManagedPolicyName": name,
            "Path": resource.stated["path"],
            "PolicyDocument": json.loads(text),
            "Roles": [Fn("Ref", logical)],
        }
        identifier = {"PolicyArn": names.account.arn("iam", f"policy{resource.stated['path']}{name}")}
        yield Entry(
            f"{logical}{name.rpartition('-')[2]}", "AWS::IAM::ManagedPolicy", resource, attached, identifier
        )
