"""What an outline (spec/outline.py) says of pipelines, in AWS's shape: stages, actions and what they work on.

It is as much as `status` and the transition commands read, and needs no grammar. `declaration.py` makes the
whole declaration that CreatePipeline is sent; a test compares both.
"""

from collections.abc import Mapping
from typing import Any

from pipectl.kinds.providers import provider
from pipectl.spec.outline import Outline

Block = Mapping[str, Any]


def declaration(outline: Outline, name: str) -> dict[str, Any] | None:
    """The stages and actions of one pipeline as the spec declares them; None where AWS has to be asked.

    That is for a pipeline that the spec only uses, for one with parameters of its own below `aws:`, and for
    one in which a variable is not set.
    """
    pipeline = outline.pipelines[name]
    stages = pipeline.get("stages") or []
    actions = [action for stage in stages for action in stage["actions"]]
    if not _is_managed(pipeline) or not outline.is_whole(name):
        return None
    if any(block.get("aws") for block in (pipeline, *stages, *actions)):
        return None
    return {"name": name, "stages": [_stage(stage, number) for number, stage in enumerate(stages)]}


def transitions(outline: Outline, name: str) -> dict[str, bool]:
    """The stages whose inbound transition the spec states, each with whether it is enabled."""
    pipeline = outline.pipelines[name]
    stated = {stage["name"]: stage.get("transition") for stage in pipeline.get("stages") or []}
    if not _is_managed(pipeline):
        return {}
    return {
        stage: transition == "enabled" if isinstance(transition, str) else transition["enabled"] is True
        for stage, transition in stated.items()
        if transition
    }


def _is_managed(pipeline: Block) -> bool:
    return pipeline.get("managed", True) is not False


def _stage(stage: Block, number: int) -> dict[str, Any]:
    return {"name": stage["name"], "actions": [_action(action, stage, number) for action in stage["actions"]]}


def _action(action: Block, stage: Block, number: int) -> dict[str, Any]:
    known = provider(action["provider"], action.get("category"), first_stage=number == 0)
    category = action.get("category") or (known.category if known else None)
    friendly = {
        theirs: action[ours]
        for ours, theirs in (known.keys if known else {}).items()
        if isinstance(action.get(ours), str)
    }
    return {
        "name": action.get("name") or stage["name"],
        "actionTypeId": {"provider": action["provider"], "category": category or "Invoke"},
        "configuration": {**friendly, **(action.get("configuration") or {})},
        "region": action.get("region"),
    }
