"""Approval/Manual: waits for PutApprovalResult (user guide, approvals)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from .action import ActionFailedError, Pending

if TYPE_CHECKING:
    from collections.abc import Container

    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

SEVEN_DAYS_IN_MINUTES = 7 * 24 * 60  # User guide, limits
LONGEST_NAME = 24  # of a pipeline or action in the subject (recorded: docs/aws/codepipeline.md, 3.9)


def start(job: Job) -> Outcome:
    """Hand out the action execution's id as the token, and wait for it to come back (recorded, as above)."""
    minutes = job.run.declaration.get("timeoutInMinutes") or SEVEN_DAYS_IN_MINUTES
    token = job.run.id
    job.tell(external_id=token, entity_url=job.configuration.get("ExternalEntityLink"))
    if "NotificationArn" in job.configuration:
        _notify(job, token, minutes)
    job.tell(token=token)
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
    subject = f"APPROVAL NEEDED: AWS CodePipeline {_short(pipeline)} for action {_short(job.name)}"
    with job.world.lock:
        sns = job.world.moto("sns", job.account, topic.split(":")[3])
        _refuse_topic(topic, sns.topics)
        sns.publish(json.dumps(message), arn=topic, subject=subject[:100])


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "..."


def _refuse_topic(topic: str, topics: Container[str]) -> None:
    """Fail for a topic that cannot be told (codes and words recorded: docs/aws/codepipeline.md, 3.9)."""
    if topic.endswith(".fifo"):
        raise ActionFailedError(
            f"An invalid topic ARN ({topic}) was provided. Update your pipeline to use a valid topic, or "
            "create a new one to use in your pipeline.",
            "ConfigurationError",
        )
    if topic not in topics:
        raise ActionFailedError(
            f"No Amazon SNS topic with the ARN {topic} was found. Update your pipeline to use an existing "
            "topic, or create a new one to use in your pipeline.",
            "ConfigurationError",
        )
