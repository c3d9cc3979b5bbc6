"""What only pipelines of type V2 can do, and which mode goes with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .context import action_declaration, every_action, stage_declaration, structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context

CONDITION_MEMBERS = ("beforeEntry", "onSuccess", "onFailure")
V2_ONLY = " can only be used with V2 pipelines"


def uses_v2(declaration: dict[str, Any], context: Context) -> bool:
    """Whether a declaration needs type V2 (user guide, pipeline types: using V2 parameters makes it V2)."""
    return any(True for _ in _needing_v2(declaration, context))


def found(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    """Yield V2 features of a V1 pipeline."""
    if declaration["pipelineType"] == "V1":
        yield from _needing_v2(declaration, context)


def _needing_v2(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    if declaration.get("executionMode", "SUPERSEDED") != "SUPERSEDED":
        yield structure("QUEUED or PARALLEL mode" + V2_ONLY)
    if declaration.get("variables"):  # recorded (docs/aws/codepipeline.md, 2.4)
        yield structure("Pipeline variable" + V2_ONLY)
    if declaration.get("triggers"):
        yield structure("Triggers on tag" + V2_ONLY)
    if any(member in stage for stage in declaration["stages"] for member in CONDITION_MEMBERS):
        yield stage_declaration("Stage level conditions" + V2_ONLY + ".")
    for _, action in every_action(declaration):
        provider = context.provider(action)
        if provider is not None and provider.v2_only:
            yield action_declaration(f"{provider.name} Action" + V2_ONLY + ".")
