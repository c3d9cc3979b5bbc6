"""The values of a spec as the kinds see them: what a value means is what they design of it."""

from collections.abc import Mapping
from typing import Any

from pipectl.aws.account import Account
from pipectl.engine.values import Resource
from pipectl.kinds import BLOCKS, KINDS
from pipectl.spec.grammar import file_model
from pipectl.spec.places import nothing
from pipectl.spec.spec import Spec

Values = Mapping[str, Any]
Designed = dict[tuple[str, str], Resource]


def spec_of(values: Values) -> Spec:
    """The spec that these values are. Raises ValidationError when the grammar does not take them."""
    settings = file_model(BLOCKS).model_validate(values)
    return Spec(
        name=settings.name,
        file="the imported spec",
        places=nothing("the imported spec"),
        region=settings.region,
        account=settings.account,
        tags=settings.tags,
        artifact_bucket=settings.artifact_bucket,
        permissions_boundary=settings.permissions_boundary,
        role_path=settings.role_path,
        role_prefix=settings.role_prefix or "",
        blocks={key: getattr(settings, key) for key in BLOCKS},
    )


def designed(values: Values, account: Account) -> Designed | None:
    """Everything that these values want; None when the grammar does not take them."""
    from pydantic import ValidationError

    try:
        spec = spec_of(values)
    except ValidationError:
        return None
    return {resource.key: resource for kind in reversed(KINDS) for resource in kind.design(spec, account)}
