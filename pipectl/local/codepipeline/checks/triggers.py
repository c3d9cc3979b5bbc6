"""Pipeline variables and Git triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .context import every_action, structure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.service import Refused

    from .context import Context


def found(declaration: dict[str, Any], context: Context) -> Iterator[Refused]:
    """Yield variables declared twice and triggers that cannot work."""
    seen: set[str] = set()
    for variable in declaration.get("variables") or []:
        if variable["name"] in seen:
            yield structure(
                "Variable names must be unique. The following variable name is already in use: "
                + variable["name"]
            )
        seen.add(variable["name"])
    connections = {
        action["name"]
        for _, action in every_action(declaration)
        if action["actionTypeId"]["provider"] == "CodeStarSourceConnection"
    }
    for trigger in declaration.get("triggers") or []:
        if trigger["gitConfiguration"]["sourceActionName"] not in connections:
            yield structure("Triggers for connections must reference a CodeStarSourceConnection action.")
        yield from _filters(trigger["gitConfiguration"])


def _filters(git: dict[str, Any]) -> Iterator[Refused]:
    """User guide, "Automate starting pipelines using triggers and filtering": which filters go together.

    The guide names tags alone, branches alone, branches with file paths; its page "Trigger filtering in the
    pipeline JSON (CLI)" has an example with all three, which AWS takes (issue
    hashicorp/terraform-provider-aws#43105: tags with branches were refused, all three were not). Tags with
    file paths are not among them.
    """
    for push in git.get("push") or []:
        if "tags" in push and ("branches" in push) != ("filePaths" in push):
            yield structure(
                "The trigger configuration for the source action is not valid. "
                "Make sure to choose valid filter combinations."
            )
