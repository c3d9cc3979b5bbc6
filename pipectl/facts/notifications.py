"""Event types of notification rules, what they are called, and the limits of rules.

Developer Tools console user guide, "Notification concepts" (event types of repositories, build projects and
pipelines) and "Quotas for notifications".
"""

from collections.abc import Mapping
from dataclasses import dataclass

SERVICE_PRINCIPAL = "codestar-notifications.amazonaws.com"
"""Who publishes to the topics; their policies must allow it (user guide, "Configure Amazon SNS topics")."""

LINKED_ROLE = "AWSServiceRoleForCodeStarNotifications"
"""The role that the first rule of an account makes (user guide, "Using service-linked roles")."""

RULES_PER_RESOURCE = 10
RULES_PER_ACCOUNT = 1000
TARGETS_PER_RULE = 10

CHATBOT_TYPES: Mapping[str, str] = {
    "slack-channel": "AWSChatbotSlack",
    "microsoft-teams-channel": "AWSChatbotMicrosoftTeams",
}
"""Kind of a channel configuration, as its ARN says it -> the type of target (API reference, Target)."""

_PIPELINE = ("started", "succeeded", "failed", "canceled", "resumed", "superseded")
_STAGE = ("started", "succeeded", "failed", "canceled", "resumed")
_ACTION = ("started", "succeeded", "failed", "canceled")
_APPROVAL = ("needed", "succeeded", "failed")


@dataclass(frozen=True)
class EventType:
    """One event type: its id, its name in the console, and whose events they are."""

    id: str
    name: str
    service: str
    resource: str


def _pipeline(kind: str, title: str, states: tuple[str, ...]) -> dict[str, EventType]:
    return {
        f"codepipeline-pipeline-{kind}-{state}": EventType(
            f"codepipeline-pipeline-{kind}-{state}",
            f"{title}: {state.capitalize()}",
            "CodePipeline",
            "Pipeline",
        )
        for state in states
    }


def _listed(service: str, resource: str, names: Mapping[str, str]) -> dict[str, EventType]:
    begin = f"{service}-{resource}".lower()
    return {
        f"{begin}-{key}": EventType(f"{begin}-{key}", name, service, resource) for key, name in names.items()
    }


EVENT_TYPES: Mapping[str, EventType] = {
    **_pipeline("pipeline-execution", "Pipeline execution", _PIPELINE),
    **_pipeline("stage-execution", "Stage execution", _STAGE),
    **_pipeline("action-execution", "Action execution", _ACTION),
    **_pipeline("manual-approval", "Manual approval", _APPROVAL),
    **_listed("CodeBuild", "Project", {
        "build-state-failed": "Build state: Failed",
        "build-state-succeeded": "Build state: Succeeded",
        "build-state-in-progress": "Build state: In-progress",
        "build-state-stopped": "Build state: Stopped",
        "build-phase-failure": "Build phase: Failure",
        "build-phase-success": "Build phase: Success",
    }),
    **_listed("CodeCommit", "Repository", {
        "comments-on-commits": "Comments: On commits",
        "comments-on-pull-requests": "Comments: On pull requests",
        "approvals-status-changed": "Approvals: Status changed",
        "approvals-rule-override": "Approvals: Rule override",
        "pull-request-created": "Pull request: Created",
        "pull-request-source-updated": "Pull request: Source updated",
        "pull-request-status-changed": "Pull request: Status changed",
        "pull-request-merged": "Pull request: Merged",
        "branches-and-tags-created": "Branches and tags: Created",
        "branches-and-tags-deleted": "Branches and tags: Deleted",
        "branches-and-tags-updated": "Branches and tags: Updated",
    }),
}  # fmt: skip
"""Id -> event type. Names are `Category: Event` (AWS CLI, examples of codestar-notifications)."""

PIPELINE_WORDS: Mapping[str, str] = {
    **{state: f"codepipeline-pipeline-pipeline-execution-{state}" for state in _PIPELINE},
    **{f"approval_{state}": f"codepipeline-pipeline-manual-approval-{state}" for state in _APPROVAL},
    **{f"stage_{state}": f"codepipeline-pipeline-stage-execution-{state}" for state in _STAGE},
    **{f"action_{state}": f"codepipeline-pipeline-action-execution-{state}" for state in _ACTION},
}
"""A spec's word for an event of a pipeline -> the id of its type."""


def target_type(address: str) -> str | None:
    """The type of a target by its ARN; None for an ARN that no notification rule can send to."""
    parts = address.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":  # noqa: PLR2004  the parts of an ARN
        return None
    if parts[2] == "sns":
        return "SNS"
    kind = parts[5].removeprefix("chat-configuration/").partition("/")[0]
    return CHATBOT_TYPES.get(kind) if parts[2] == "chatbot" else None
