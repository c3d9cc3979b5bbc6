"""Compute/Commands: shell commands on artifacts (user guide, Commands action)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipectl.local.service import Refused

from .action import ActionFailedError
from .codebuild import follow

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome


def start(job: Job) -> Outcome:
    """Run the commands in a build without a project."""
    declaration = job.run.declaration
    files = {each["name"]: each.get("files", []) for each in declaration.get("outputArtifacts", [])}
    try:
        build = job.service("codebuild").start_commands(
            job.trip.pipeline.name,
            declaration.get("commands", []),
            inputs={artifact.name: job.for_build(artifact) for artifact in job.inputs},
            outputs={artifact.name: files.get(artifact.name, []) for artifact in job.outputs},
            stored={artifact.name: job.stored(artifact) for artifact in (*job.inputs, *job.outputs)},
            exported=declaration.get("outputVariables", []),
            environment=declaration.get("environmentVariables", []),
            role=job.role,
        )
    except Refused as refused:
        raise ActionFailedError(refused.message, "ConfigurationError") from None
    return follow(job, build)
