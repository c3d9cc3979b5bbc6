"""What CreatePipeline and UpdatePipeline refuse, one file per kind of mistake.

A check yields the refusals it finds in a completed declaration; the service answers with the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import actions, conditions, features, roles, stores, structure, triggers, wiring

if TYPE_CHECKING:
    from .context import Context

CHECKS = (
    stores.declared,
    structure.found,
    actions.found,
    wiring.found,
    wiring.namespaces,
    wiring.references,
    stores.regions,
    features.found,
    conditions.found,
    triggers.found,
    roles.found,
)


def refuse_mistakes(declaration: dict[str, Any], context: Context) -> None:
    """Raise the first mistake of a declaration, in the order of CHECKS (the order is inferred)."""
    for check in CHECKS:
        for refusal in check(declaration, context):
            raise refusal
