"""aws_iam_role and its one inline policy."""

import json
from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Expression, Json
from pipectl.export.terraform.values import Entry, Names
from pipectl.export.wording import Name
from pipectl.kinds.role import POLICY

TYPE = "aws_iam_role"
POLICY_TYPE = "aws_iam_role_policy"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The role and its policy."""
    request, path = resource.request, resource.stated["path"]
    label = names.of(resource)
    body: dict[str, Any] = {
        "name": resource.name,
        "path": path,
        "description": request["description"],
        "assume_role_policy": Json(json.loads(request["trust"])),
    }
    if boundary := resource.stated.get("permissions_boundary"):
        body["permissions_boundary"] = boundary
    arn = names.account.arn("iam", f"role{path}{resource.name}")
    gives = {arn: (Name(f"{TYPE}.{label}.arn"),)}
    yield Entry(TYPE, label, resource, {**body, **names.tags(resource)}, resource.name, gives)
    policy = {
        "name": POLICY,
        "role": Expression(f"{TYPE}.{label}.name"),
        "policy": Json(json.loads(request["policy"])),
    }
    yield Entry(POLICY_TYPE, label, resource, policy, f"{resource.name}:{POLICY}")
