"""What a check may know besides the declaration itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline import providers
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipectl.local.codepipeline.providers import Provider

Shape = dict[str, Any]
Identity = tuple[str, str, str, str]


@dataclass(frozen=True)
class Context:
    """The account and Region in which a pipeline is declared."""

    region: str
    custom_types: dict[Identity, Shape]
    assumable: Callable[[str, str], bool]  # (role ARN, principal) -> may this principal assume it

    def provider(self, action: Shape) -> Provider | None:
        """The provider of an action, or None when the Region has no such action type."""
        return providers.find(action["actionTypeId"], self.custom_types)


def every_action(declaration: Shape) -> Iterator[tuple[Shape, Shape]]:
    """All actions with their stages, in the order of the declaration."""
    for stage in declaration["stages"]:
        for action in stage["actions"]:
            yield stage, action


def structure(message: str) -> Refused:
    """Refuse the shape of the whole pipeline."""
    return Refused("InvalidStructureException", message)


def stage_declaration(message: str) -> Refused:
    """Refuse a stage."""
    return Refused("InvalidStageDeclarationException", message)


def action_declaration(message: str) -> Refused:
    """Refuse an action."""
    return Refused("InvalidActionDeclarationException", message)


def validation(message: str) -> Refused:
    """Refuse a value."""
    return Refused("ValidationException", message)
