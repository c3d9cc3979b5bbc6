"""Artifact stores: one, or one for each Region that has an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .context import action_declaration, every_action, validation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context


def declared(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    """API reference, PipelineDeclaration: one or the other (the wording is inferred)."""
    if bool(declaration.get("artifactStore")) == bool(declaration.get("artifactStores")):
        yield validation("Pipeline must declare either 'artifactStore' or 'artifactStores', but not both")


def regions(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    """Yield actions in a Region that has no artifact store."""
    for _, action in every_action(declaration):
        yield from _stays_at_home(action, context)
    needed = {context.region} | {
        action["region"] for _, action in every_action(declaration) if action.get("region")
    }
    stores = declaration.get("artifactStores")
    if stores is None and len(needed) > 1:
        yield validation(
            "Your pipeline contains actions in more than one region. Use 'pipeline.artifactStores' instead "
            "of 'pipeline.artifactStore' to declare an artifact store, such as an artifact bucket, for each "
            "region where you have an action."
        )
    for region in sorted(needed - set(stores or needed)):
        yield validation(
            "Your pipeline must have an artifact store, such as an artifact bucket, for each region where "
            f"you have an action. The following region is missing in 'pipeline.artifactStores': {region}."
        )


def _stays_at_home(action: dict[str, Any], context: Context) -> Iterator[Refused]:
    """User guide, cross-Region actions: not for source, third-party and custom ones (wording inferred)."""
    identity = action["actionTypeId"]
    abroad = action.get("region", context.region) != context.region
    if abroad and (identity["category"] == "Source" or identity["owner"] != "AWS"):
        yield action_declaration(
            f"Action {action['name']} cannot be in region {action['region']}: source, third-party and custom "
            "actions must be in the region of the pipeline"
        )
