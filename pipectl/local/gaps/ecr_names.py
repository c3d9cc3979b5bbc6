"""ECR: sentences about what is missing, which several calls answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable


def missing_repository(name: str, account: str) -> Refused:
    """Return the refusal of a repository that does not exist."""
    said = f"The repository with name '{name}' does not exist in the registry with id '{account}'"
    return Refused("RepositoryNotFoundException", said)


def missing_layers(digests: Iterable[str], name: str, account: str) -> Refused:
    """Return the refusal of an image whose layers are not there.

    Words as recorded in radkawar/stackd, testdata/aws/ecr (foreign_repository_layers).
    """
    said = (
        f"Layers with digests '[{','.join(digests)}]' required for pushing image into repository with name "
        f"'{name}' in the registry with id '{account}' do not exist"
    )
    return Refused("LayersNotFoundException", said)
