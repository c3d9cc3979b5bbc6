"""What the service remembers of pull requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit.rules import sha256

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.codecommit.records import Repository, Template


@dataclass
class Rule:
    """An approval rule of one pull request; `template` is where it came from."""

    identity: str
    name: str
    content: str
    created: datetime
    modified: datetime
    user: str
    template: Template | None = None

    def described(self) -> dict[str, Any]:
        """API reference, ApprovalRule"""
        origin = self.template and {
            "approvalRuleTemplateId": self.template.identity,
            "approvalRuleTemplateName": self.name,
        }
        return {
            "approvalRuleId": self.identity,
            "approvalRuleName": self.name,
            "approvalRuleContent": self.content,
            "ruleContentSha256": sha256(self.content),
            "creationDate": self.created,
            "lastModifiedDate": self.modified,
            "lastModifiedUser": self.user,
            "originApprovalRuleTemplate": origin,
        }


@dataclass
class PullRequest:
    """One pull request; references are full names, commits are full IDs."""

    identity: str
    repository: Repository
    title: str
    description: str | None
    author: str
    token: str | None
    source: str
    destination: str
    source_commit: str
    destination_commit: str
    base: str | None
    created: datetime
    active: datetime
    revision: str
    is_open: bool = True
    merge: dict[str, Any] = field(default_factory=lambda: {"isMerged": False})
    rules: list[Rule] = field(default_factory=list)
    approvers: dict[str, list[str]] = field(default_factory=dict)  # by revision
    overriders: dict[str, str] = field(default_factory=dict)  # by revision
    events: list[dict[str, Any]] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        """API reference, PullRequest"""
        return {
            "pullRequestId": self.identity,
            "title": self.title,
            "description": self.description,
            "lastActivityDate": self.active,
            "creationDate": self.created,
            "pullRequestStatus": self.status,
            "authorArn": self.author,
            "pullRequestTargets": [
                {
                    "repositoryName": self.repository.name,
                    "sourceReference": self.source,
                    "destinationReference": self.destination,
                    "destinationCommit": self.destination_commit,
                    "sourceCommit": self.source_commit,
                    "mergeBase": self.base,
                    "mergeMetadata": dict(self.merge),
                }
            ],
            "clientRequestToken": self.token,
            "revisionId": self.revision,
            "approvalRules": [rule.described() for rule in self.rules],
        }

    @property
    def status(self) -> str:
        return "OPEN" if self.is_open else "CLOSED"
