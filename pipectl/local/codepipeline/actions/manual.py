"""Approval/Manual: waits for PutApprovalResult (user guide, approvals)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.codepipeline.records import new_id

from .action import Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

SEVEN_DAYS_IN_MINUTES = 7 * 24 * 60  # User guide, limits


def start(job: Job) -> Outcome:
    """Hand out a token and wait for it to come back."""
    minutes = job.run.declaration.get("timeoutInMinutes") or SEVEN_DAYS_IN_MINUTES
    token = new_id()
    job.tell(token=token, external_id=token)
    return Pending(None, minutes * 60, "The approval request has expired")
