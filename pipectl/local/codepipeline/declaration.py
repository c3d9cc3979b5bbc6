"""A pipeline's declaration: what the service fills in, and what it hides."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from .checks import features

if TYPE_CHECKING:
    from .checks.context import Context

Shape = dict[str, Any]
MASK = "****"
CONNECTION = "CodeStarSourceConnection"


def completed(wanted: Shape, version: int, context: Context) -> Shape:
    """Fill in what the service fills in (docs/aws/codepipeline.md, 2.2); the version is its own count."""
    declaration = copy.deepcopy(wanted)
    declaration["stages"] = [
        {**stage, "actions": [_completed_action(action) for action in stage["actions"]]}
        for stage in declaration["stages"]
    ]
    declaration["version"] = version
    declaration.setdefault("executionMode", "SUPERSEDED")
    if "pipelineType" not in declaration:
        declaration["pipelineType"] = "V2" if features.uses_v2(declaration, context) else "V1"
    return declaration


def _completed_action(action: Shape) -> Shape:
    """Recorded (docs/aws/codepipeline.md, 2.2): members that are not sent are told all the same."""
    defaults: Shape = {"runOrder": 1, "configuration": {}, "outputArtifacts": [], "inputArtifacts": []}
    return {**defaults, **action}


def masked(declaration: Shape, context: Context) -> Shape:
    """The declaration as it is shown: secret values as `****` (user guide, pipeline structure)."""
    shown = _triggered(copy.deepcopy(declaration))
    for stage in shown["stages"]:
        for action in stage["actions"]:
            for key in _secrets(action, context):
                action["configuration"][key] = MASK
    return shown


def _triggered(shown: Shape) -> Shape:
    """A V2 pipeline that names no triggers gets one for each source with a connection that looks for changes.

    hashicorp/terraform-provider-aws#38409: it is in the answer of a request that has none.
    """
    actions = [action for stage in shown["stages"] for action in stage["actions"]]
    usual = [_default_trigger(action) for action in actions if _is_watched(action)]
    if shown["pipelineType"] != "V2" or shown.get("triggers") or not usual:
        return shown
    return {**shown, "triggers": usual}


def _is_watched(action: Shape) -> bool:
    looks: str = action["configuration"].get("DetectChanges", "true")
    return looks != "false" and bool(action["actionTypeId"]["provider"] == CONNECTION)


def _default_trigger(action: Shape) -> Shape:
    push = [{"branches": {"includes": [action["configuration"].get("BranchName", "")]}}]
    return {
        "providerType": CONNECTION,
        "gitConfiguration": {"sourceActionName": action["name"], "push": push},
    }


def with_secrets(declaration: Shape, previous: Shape | None, context: Context) -> Shape:
    """Put old secrets back where `****` was sent; the action must be the same otherwise.

    User guide, pipeline structure; the message was reported by users (docs/aws/codepipeline.md, 2.2).
    """
    known = {
        (stage["name"], action["name"]): action
        for stage in (previous or {}).get("stages", [])
        for action in stage["actions"]
    }
    restored = copy.deepcopy(declaration)
    for stage in restored["stages"]:
        for action in stage["actions"]:
            for key in _secrets(action, context):
                if action["configuration"][key] == MASK:
                    _restore(action, key, known.get((stage["name"], action["name"])), context)
    return restored


def _restore(action: Shape, key: str, old: Shape | None, context: Context) -> None:
    if old is None or _without_secrets(old, context) != _without_secrets(action, context):
        raise Refused(
            "InvalidActionDeclarationException",
            f"Action configuration for the new action '{action['name']}' contains an invalid configuration "
            f"for the secret property '{key}'. '****' may be used in secret properties only when updating an "
            "existing action.",
        )
    action["configuration"][key] = old["configuration"][key]


def _without_secrets(action: Shape, context: Context) -> Shape:
    hidden = _secrets(action, context)
    kept = {key: value for key, value in action["configuration"].items() if key not in hidden}
    return {**action, "configuration": kept}


def _secrets(action: Shape, context: Context) -> list[str]:
    provider = context.provider(action)
    return [key for key in (provider.secrets if provider else ()) if key in action["configuration"]]
