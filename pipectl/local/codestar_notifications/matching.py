"""Which event type an event is of, and of which resource it tells.

The ids are those of the user guide, "Notification concepts". Which events stand behind an id is documented by
its name only: the states are inferred from the events of each service ("Monitoring CodePipeline events",
"Build notifications input format reference", "Monitoring CodeCommit events in EventBridge").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Shape = dict[str, Any]

_LEVELS = {
    "CodePipeline Pipeline Execution State Change": "pipeline-execution",
    "CodePipeline Stage Execution State Change": "stage-execution",
    "CodePipeline Action Execution State Change": "action-execution",
}
_APPROVALS = {"STARTED": "needed", "SUCCEEDED": "succeeded", "FAILED": "failed"}
_BUILDS = {
    "FAILED": "failed",
    "SUCCEEDED": "succeeded",
    "IN_PROGRESS": "in-progress",
    "STOPPED": "stopped",
}
_REFERENCES = {
    "referenceCreated": "branches-and-tags-created",
    "referenceUpdated": "branches-and-tags-updated",
    "referenceDeleted": "branches-and-tags-deleted",
}
_PULLS = {
    "pullRequestCreated": "pull-request-created",
    "pullRequestSourceBranchUpdated": "pull-request-source-updated",
    "pullRequestStatusChanged": "pull-request-status-changed",
    "pullRequestMergeStatusUpdated": "pull-request-merged",
    "pullRequestApprovalStateChanged": "approvals-status-changed",
    "pullRequestApprovalRuleOverridden": "approvals-rule-override",
}
_COMMENTS = {
    "CodeCommit Comment on Commit": "comments-on-commits",
    "CodeCommit Comment on Pull Request": "comments-on-pull-requests",
}


def event_types(event: Shape) -> Iterator[str]:
    """The ids of the event types that an event is of; none for an event that no rule knows"""
    kind, detail = event["detail-type"], event["detail"]
    if kind in _LEVELS:
        yield f"codepipeline-pipeline-{_LEVELS[kind]}-{str(detail['state']).lower()}"
        if is_approval(event) and detail["state"] in _APPROVALS:
            yield f"codepipeline-pipeline-manual-approval-{_APPROVALS[detail['state']]}"
    elif kind == "CodeBuild Build State Change":
        if detail["build-status"] in _BUILDS:
            yield f"codebuild-project-build-state-{_BUILDS[detail['build-status']]}"
    elif kind == "CodeBuild Build Phase Change":
        is_success = detail["completed-phase-status"] == "SUCCEEDED"
        yield f"codebuild-project-build-phase-{'success' if is_success else 'failure'}"
    elif kind in _COMMENTS:
        yield f"codecommit-repository-{_COMMENTS[kind]}"
    elif event["source"] == "aws.codecommit":
        found = {**_REFERENCES, **_PULLS}.get(detail.get("event", ""))
        if found:
            yield f"codecommit-repository-{found}"


def is_approval(event: Shape) -> bool:
    """Whether an event tells of an approval action"""
    return bool(event["detail"].get("type", {}).get("category") == "Approval")


def resource(event: Shape) -> str:
    """The ARN of the pipeline, project or repository; events of builds name the build"""
    arn = str(event["resources"][0])
    if event["source"] != "aws.codebuild":
        return arn
    return f"{arn.partition(':build/')[0]}:project/{event['detail']['project-name']}"
