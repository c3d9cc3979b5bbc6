"""Invoke/StepFunctions: a state machine, run by moto's interpreter (user guide, Step Functions action)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import zips
from .action import ActionFailedError, Done, Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

SEVEN_DAYS_S = 7 * 24 * 3600  # User guide, limits
FILE = "output.json"  # nobody documents the name (inferred)


def start(job: Job) -> Outcome:
    """Start an execution and wait for its end."""
    machine = job.configuration["StateMachineArn"]
    given = _input(job)
    prefix = job.configuration.get("ExecutionNamePrefix", "")
    with job.world.lock:
        backend = _backend(job, machine)
        try:
            arn = backend.start_execution(machine, f"{prefix}{job.run.id}", given).execution_arn
        except Exception as error:
            raise ActionFailedError(
                f"{machine} could not be started: {error}", "ConfigurationError"
            ) from error
    job.tell(external_id=arn, external_url=_url(job, arn))

    def look() -> Done | None:
        execution = backend.describe_execution(arn)
        if execution.status == "RUNNING":
            return None
        if execution.status != "SUCCEEDED":
            reason = execution.cause or execution.error or ""
            raise ActionFailedError(f"The execution ended as {execution.status}: {reason}".rstrip(": "))
        for artifact in job.outputs:
            job.write(artifact, zips.packed({FILE: json.dumps(execution.output).encode()}))
        return Done("The execution succeeded", {"ExecutionArn": arn, "StateMachineArn": machine})

    return Pending(look, SEVEN_DAYS_S)


def _backend(job: Job, machine: str) -> Any:
    """The state machines where the machine is."""
    _, _, _, region, account, *_ = machine.split(":")
    return job.world.moto("stepfunctions", account, region)


def _input(job: Job) -> str:
    """User guide: a literal, or a file of the input artifact."""
    text = job.configuration.get("Input", "{}")
    if job.configuration.get("InputType", "Literal") == "Literal":
        return text
    content = zips.member(job.read(job.input()), text)
    if content is None:
        raise ActionFailedError(f"File [{text}] does not exist in the input artifact", "ConfigurationError")
    return content.decode(errors="replace")


def _url(job: Job, arn: str) -> str:
    return f"https://{job.region}.console.aws.amazon.com/states/home?region={job.region}#/v2/executions/details/{arn}"
