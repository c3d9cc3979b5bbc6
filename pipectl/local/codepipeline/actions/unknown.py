"""Providers that can be declared, but that the local AWS does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .action import ActionFailedError

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome


def start(job: Job) -> Outcome:
    """Fail, and say why."""
    identity = job.run.declaration["actionTypeId"]
    raise ActionFailedError(
        f"The local AWS does not run actions of {identity['category']}/{identity['provider']} "
        f"(owner {identity['owner']}, version {identity['version']})",
        "ConfigurationError",
    )
