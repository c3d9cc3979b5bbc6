"""How AWS says no (IAM User Guide, "Troubleshoot access denied error messages")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipectl.local.permissions.decision import Decision


def sentence(arn: str, action: str, resource: str | None, decision: Decision) -> str:
    """Who may not do what, and which kind of policy is the reason"""
    quoted = (
        f'"{resource}"' if action.startswith("s3:") else resource
    )  # S3 quotes (its guide, "Troubleshoot 403")
    place = f" on resource: {quoted}" if resource else ""
    return f"User: {arn} is not authorized to perform: {action}{place} {_reason(action, decision)}"


def _reason(action: str, decision: Decision) -> str:
    if decision.explicit:
        article = "an" if decision.policy[0] in "aeiou" else "a"
        return f"with an explicit deny in {article} {decision.policy}"
    return f"because no {decision.policy} allows the {action} action"
