"""Roles: CodePipeline must be able to assume the pipeline's, and the pipeline's role an action's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .context import every_action, structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context

PRINCIPAL = "codepipeline.amazonaws.com"


def found(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    """Yield roles that do not exist or whose trust policy does not name who is to assume them."""
    role = declaration["roleArn"]
    if not context.assumable(role, PRINCIPAL):
        yield structure(f"CodePipeline is not authorized to perform AssumeRole on role {role}")
    for _, action in every_action(declaration):
        own = action.get("roleArn")
        if own and not context.assumable(own, role):
            yield structure(f"{role} is not authorized to perform AssumeRole on role {own}")
