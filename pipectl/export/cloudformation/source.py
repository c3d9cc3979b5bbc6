"""AWS::CodeCommit::Repository."""

from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.cloudformation.values import Entry, Names
from pipectl.export.shapes import say

TYPE = "AWS::CodeCommit::Repository"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The repository. An import names it by its id, which only AWS knows (schema, primaryIdentifier)."""
    properties, lost = say("cloudformation", TYPE, resource.request)
    logical = names.of(resource)
    yield Entry(
        logical,
        TYPE,
        resource,
        {**properties, **names.tags(resource)},
        identifier={"RepositoryId": None},
        gives={names.account.arn("codecommit", resource.name): f"{logical}.Arn"},
        lost=lost,
    )
