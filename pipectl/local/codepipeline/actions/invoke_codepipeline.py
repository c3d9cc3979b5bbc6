"""Invoke/CodePipeline: another pipeline of the account, and its end (user guide, pipeline invoke action)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.records import RUNNING

from .action import ActionFailedError, Done, Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

SEVEN_DAYS_S = 7 * 24 * 3600  # inferred


def start(job: Job) -> Outcome:
    """Start the pipeline and wait for its execution."""
    name = job.configuration["PipelineName"]
    request: dict[str, Any] = {"name": name}
    for key, member in (("Variables", "variables"), ("SourceRevisions", "sourceRevisions")):
        if key in job.configuration:
            request[member] = _listed(key, job.configuration[key])
    execution = job.call("codepipeline", "StartPipelineExecution", **request)["pipelineExecutionId"]
    job.tell(
        external_id=execution,
        external_url=f"https://{job.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/{name}"
        f"/executions/{execution}/timeline?region={job.region}",
    )

    def look() -> Done | None:
        found = job.call(
            "codepipeline", "GetPipelineExecution", pipelineName=name, pipelineExecutionId=execution
        )["pipelineExecution"]
        if found["status"] in RUNNING:
            return None
        if found["status"] != "Succeeded":
            raise ActionFailedError(f"Execution {execution} of pipeline {name} ended as {found['status']}")
        return Done(f"Execution {execution} of pipeline {name} succeeded")

    return Pending(look, SEVEN_DAYS_S)


def _listed(key: str, text: str) -> list[dict[str, Any]]:
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, list):
        raise ActionFailedError(f"{key} is not a JSON list", "ConfigurationError")
    return given
