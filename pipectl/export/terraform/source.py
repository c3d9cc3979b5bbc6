"""aws_codecommit_repository."""

from collections.abc import Iterator

from pipectl.engine.values import Resource
from pipectl.export.terraform.values import Entry, Names, words
from pipectl.export.wording import Name

TYPE = "aws_codecommit_repository"


def entries(resource: Resource, names: Names) -> Iterator[Entry]:
    """The repository."""
    said, lost, ignored = words(TYPE, resource.request)
    label = names.of(resource)
    arn = names.account.arn("codecommit", resource.name)
    yield Entry(
        TYPE,
        label,
        resource,
        {**said, **names.tags(resource)},
        resource.name,
        gives={arn: (Name(f"{TYPE}.{label}.arn"),)},
        lost=lost,
        ignored=ignored,
    )
