"""aws_ecr_repository, and its lifecycle and repository policies."""

from collections.abc import Iterator
from typing import Any

from pipectl.aws.policy import VERSION, written
from pipectl.engine.values import Resource
from pipectl.export.terraform.hcl import Expression, Json
from pipectl.export.terraform.values import Entry, Names, words
from pipectl.export.wording import Name
from pipectl.kinds import lifecycle
from pipectl.kinds.repository import uri

TYPE = "aws_ecr_repository"

KNOWN = ("MUTABLE", "IMMUTABLE")
"""What the provider takes as image_tag_mutability (5.100)."""


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The repository."""
    request = resource.request
    said, lost, ignored = words(TYPE, request)
    if said.get("image_tag_mutability", KNOWN[0]) not in KNOWN:
        del said["image_tag_mutability"]
        lost = ("imageTagMutability", *lost)
        ignored["image_tag_mutability"] = f"the provider cannot say {request['imageTagMutability']}"
    label = names.of(resource)
    arn = names.account.arn("ecr", f"repository/{resource.name}")
    gives = {arn: "arn", uri(names.account, resource.name): "repository_url"}
    yield Entry(
        TYPE,
        label,
        resource,
        {**said, **names.tags(resource)},
        resource.name,
        gives={text: (Name(f"{TYPE}.{label}.{attribute}"),) for text, attribute in gives.items()},
        lost=lost,
        ignored=ignored,
    )
    yield from _policies(resource, label)


def _policies(resource: Resource, label: str) -> Iterator[Entry]:
    repository = {"repository": Expression(f"{TYPE}.{label}.name")}
    if rules := lifecycle.written(resource.stated):
        policy: Any = Json({"rules": rules})
        body = {**repository, "policy": policy}
        yield Entry("aws_ecr_lifecycle_policy", label, resource, body, resource.name)
    if "policy" in resource.stated:
        statements = written(resource.stated["policy"])
        policy = Json({"Version": VERSION, "Statement": statements})
        body = {**repository, "policy": policy}
        yield Entry("aws_ecr_repository_policy", label, resource, body, resource.name)
