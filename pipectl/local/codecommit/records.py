"""What the service remembers of a repository beside its git objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit.rules import sha256

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class Merged:
    """A merge commit that the API made: what was merged, into what, and the commit; full IDs."""

    source: str
    destination: str
    commit: str


@dataclass
class Repository:
    """One repository; `identity` stays the same when it is renamed, and names its folder."""

    identity: str
    name: str
    description: str
    kms_key: str
    created: datetime
    modified: datetime
    folder: Path
    default_branch: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    triggers: list[dict[str, Any]] = field(default_factory=list)
    triggers_id: str | None = None
    merges: list[Merged] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)  # IDs of approval rule templates

    def named(self) -> dict[str, Any]:
        return {"repositoryName": self.name, "repositoryId": self.identity}


@dataclass
class Template:
    """An approval rule template; `identity` stays the same when it is renamed."""

    identity: str
    name: str
    content: str
    description: str | None
    created: datetime
    modified: datetime
    user: str

    def described(self) -> dict[str, Any]:
        """API reference, ApprovalRuleTemplate"""
        return {
            "approvalRuleTemplateId": self.identity,
            "approvalRuleTemplateName": self.name,
            "approvalRuleTemplateDescription": self.description,
            "approvalRuleTemplateContent": self.content,
            "ruleContentSha256": sha256(self.content),
            "creationDate": self.created,
            "lastModifiedDate": self.modified,
            "lastModifiedUser": self.user,
        }
