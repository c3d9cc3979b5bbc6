"""Custom actions: a job worker of the user does them (user guide, create a custom action)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .action import Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

ONE_DAY_S = 24 * 3600  # User guide, limits


def start(job: Job) -> Outcome:
    """Put a job up and wait for its result."""
    with job.world.lock:
        worker = job.trip.engine.service.open_job(job)
    return Pending(worker.look, ONE_DAY_S, "The job worker did not report in time")
