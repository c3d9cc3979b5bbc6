"""The providers of actions: one file each, all with `start(job)`.

A provider that is not listed can be declared; its action fails when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import manual, source_codecommit, unknown

if TYPE_CHECKING:
    from .action import Action

PROVIDERS: dict[tuple[str, str], Action] = {
    ("Source", "CodeCommit"): source_codecommit,
    ("Approval", "Manual"): manual,
}


def of(identity: dict[str, Any]) -> Action:
    """The provider of an action type."""
    if identity["owner"] != "AWS":
        return unknown
    return PROVIDERS.get((identity["category"], identity["provider"]), unknown)
