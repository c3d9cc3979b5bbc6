"""Approval/Manual: waits for PutApprovalResult (user guide, approvals)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from pipectl.local.codepipeline.records import new_id

from .action import ActionFailedError, Pending

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

SEVEN_DAYS_IN_MINUTES = 7 * 24 * 60  # User guide, limits


def start(job: Job) -> Outcome:
    """Hand out a token and wait for it to come back."""
    minutes = job.run.declaration.get("timeoutInMinutes") or SEVEN_DAYS_IN_MINUTES
    token = new_id()
    if "NotificationArn" in job.configuration:
        _notify(job, token, minutes)
    job.tell(token=token, external_id=token, external_url=job.configuration.get("ExternalEntityLink"))
    return Pending(None, minutes * 60, "The approval request has expired")


def _notify(job: Job, token: str, minutes: int) -> None:
    """User guide, "JSON data format for manual approval notifications"."""
    topic = job.configuration["NotificationArn"]
    pipeline = job.trip.pipeline.name
    console = (
        f"https://console.aws.amazon.com/codesuite/codepipeline/pipelines/{pipeline}/view?region={job.region}"
    )
    expires = job.world.now() + timedelta(minutes=minutes)
    stage = job.run.stage
    approval = {
        "pipelineName": pipeline,
        "stageName": stage,
        "actionName": job.name,
        "token": token,
        "expires": expires.strftime("%Y-%m-%dT%H:%MZ"),
        "externalEntityLink": job.configuration.get("ExternalEntityLink"),
        "approvalReviewLink": f"{console}#/{stage}/{job.name}/approve/{token}",
        "customData": job.configuration.get("CustomData"),
    }
    message = {"region": job.region, "consoleLink": console, "approval": approval}
    subject = f"APPROVAL NEEDED: AWS CodePipeline {pipeline} for action {job.name}"
    with job.world.lock:
        sns = job.world.moto("sns", job.account, topic.split(":")[3])
        if topic not in sns.topics:
            raise ActionFailedError(f"The topic {topic} does not exist", "ConfigurationError")
        sns.publish(json.dumps(message), arn=topic, subject=subject[:100])
