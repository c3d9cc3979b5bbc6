"""aws_iam_role with its inline policy, and aws_iam_policy for what is too large for it."""

import json
from collections.abc import Iterator
from typing import Any

from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Expression, Json
from pipectl.export.terraform.values import Entry, Names
from pipectl.export.wording import Name
from pipectl.kinds.role_policies import POLICY

TYPE = "aws_iam_role"
POLICY_TYPE = "aws_iam_role_policy"
MANAGED_TYPE = "aws_iam_policy"
ATTACHMENT_TYPE = "aws_iam_role_policy_attachment"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The role and its policies."""
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
    if request["policy"]:
        policy = {
            "name": POLICY,
            "role": Expression(f"{TYPE}.{label}.name"),
            "policy": Json(json.loads(request["policy"])),
        }
        yield Entry(POLICY_TYPE, label, resource, policy, f"{resource.name}:{POLICY}")
    for name, text in request["policies"].items():
        yield from _managed(resource, names, label, name, text)


def _managed(resource: Resource, names: Names, label: str, name: str, text: str) -> Iterator[Entry]:
    """A managed policy with a part of the statements, and that it is attached."""
    own = f"{label}_{name.rpartition('-')[2]}"
    path = resource.stated["path"]
    policy_arn = names.account.arn("iam", f"policy{path}{name}")
    body = {"name": name, "path": path, "policy": Json(json.loads(text))}
    yield Entry(MANAGED_TYPE, own, resource, {**body, **names.tags(resource)}, policy_arn)
    attached = {
        "role": Expression(f"{TYPE}.{label}.name"),
        "policy_arn": Expression(f"{MANAGED_TYPE}.{own}.arn"),
    }
    yield Entry(ATTACHMENT_TYPE, own, resource, attached, f"{resource.name}/{policy_arn}")
