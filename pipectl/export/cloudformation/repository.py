"""AWS::ECR::Repository, with its lifecycle and its policy."""

import json
from collections.abc import Iterator
from typing import Any

from pipectl.aws.policy import VERSION, written
from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names
from pipectl.export.shapes import say
from pipectl.kinds import lifecycle
from pipectl.kinds.repository import uri

TYPE = "AWS::ECR::Repository"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The repository."""
    properties, lost = say("cloudformation", TYPE, resource.request)
    logical = names.of(resource)
    arn = names.account.arn("ecr", f"repository/{resource.name}")
    yield Entry(
        logical,
        TYPE,
        resource,
        {**properties, **policies(resource), **names.tags(resource)},
        identifier={"RepositoryName": resource.name},
        gives={arn: f"{logical}.Arn", uri(names.account, resource.name): f"{logical}.RepositoryUri"},
        lost=lost,
    )


def policies(resource: Resource) -> dict[str, Any]:
    """Lifecycle and repository policy, which the API has calls of their own for."""
    said: dict[str, Any] = {}
    if rules := lifecycle.written(resource.stated):
        said["LifecyclePolicy"] = {"LifecyclePolicyText": json.dumps({"rules": rules}, indent=2)}
    if "policy" in resource.stated:
        said["RepositoryPolicyText"] = repository_policy(resource)
    return said


def repository_policy(resource: Resource) -> dict[str, Any]:
    """The policy document, as the kind sends it."""
    statements = written(resource.stated["policy"])
    return {"Version": VERSION, "Statement": statements}
