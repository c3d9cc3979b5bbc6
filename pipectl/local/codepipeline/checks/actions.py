"""Each action against its provider: known type, keys, artifact counts, commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .context import action_declaration, every_action, validation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.codepipeline.providers import Provider
    from pipectl.local.service import Refused

    from .context import Context

Shape = dict[str, Any]


def found(declaration: Shape, context: Context) -> Iterator[Refused]:
    """Yield what is wrong with single actions."""
    for _, action in every_action(declaration):
        provider = context.provider(action)
        if provider is None:
            yield _unavailable(action, context.region)
            continue
        yield from _keys(action, provider)
        yield from _counts(action, provider)
        yield from _members(action)
        yield from _topic(action, context.region)


def _topic(action: Shape, region: str) -> Iterator[Refused]:
    """A topic of SNS in the pipeline's Region, whether it exists or not.

    Recorded (docs/aws/codepipeline.md, 3.9); the code and the words are inferred.
    """
    topic = action["configuration"].get("NotificationArn")
    is_approval = action["actionTypeId"]["provider"] == "Manual"
    pattern = rf"arn:aws[\w-]*:sns:{region}:\d{{12}}:[\w.-]+"
    if is_approval and topic is not None and "#{" not in topic and not re.fullmatch(pattern, topic):
        yield action_declaration(
            f"Action configuration for action '{action['name']}' contains an invalid NotificationArn: {topic}"
        )


def _unavailable(action: Shape, region: str) -> Refused:
    identity = action["actionTypeId"]
    return action_declaration(
        f"ActionType (Category: '{identity['category']}', Provider: '{identity['provider']}', "
        f"Owner: '{identity['owner']}', Version: '{identity['version']}') in action '{action['name']}' "
        f"is not available in region '{region.upper().replace('-', '_')}'"
    )


def _keys(action: Shape, provider: Provider) -> Iterator[Refused]:
    configuration = action["configuration"]
    start = f"Action configuration for action '{action['name']}'"
    for key in provider.required:
        if key not in configuration:
            yield action_declaration(f"{start} is missing required configuration '{key}'")
    for key in configuration:
        if not provider.knows(key):
            yield action_declaration(f"{start} contains unknown configuration '{key}'")


def _counts(action: Shape, provider: Provider) -> Iterator[Refused]:
    for direction, (least, most) in (("input", provider.inputs), ("output", provider.outputs)):
        count = len(action[f"{direction}Artifacts"])
        start = f"Action {action['name']} declares {count} {direction} artifacts which is"
        if count < least:
            yield action_declaration(f"{start} less than the minimum count ({least})")
        if count > most:
            yield action_declaration(f"{start} more than the maximum count ({most})")


def _members(action: Shape) -> Iterator[Refused]:
    identity = action["actionTypeId"]
    name, kind = action["name"], identity["provider"]
    if kind == "Commands" and not action.get("commands"):
        yield action_declaration(f"Action {name} must have a non-empty commands field")
    if kind != "Commands" and (action.get("commands") or action.get("outputVariables")):
        # API reference, ActionDeclaration: both belong to the Commands action; the wording is inferred.
        yield action_declaration(f"Action {name} cannot have commands or outputVariables")
    if action.get("timeoutInMinutes") is not None and identity["category"] != "Approval":
        # API reference, ActionTimeout: "only applicable to the manual approval action".
        yield validation(f"Timeout cannot be configured for action {name}: it is not a manual approval")
    several = len(action["inputArtifacts"]) > 1
    if kind == "CodeBuild" and several and "PrimarySource" not in action["configuration"]:
        yield action_declaration(
            f"Action configuration for action '{name}' is missing required configuration 'PrimarySource'"
        )
