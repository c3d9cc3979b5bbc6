"""What the service remembers of comments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.codecommit.records import Repository


@dataclass
class Thread:
    """Where comments stand: the compared commits, perhaps a file and a line, perhaps a pull request."""

    repository: Repository
    before: str | None
    after: str
    location: dict[str, Any] | None = None
    before_blob: str | None = None
    after_blob: str | None = None
    pull: str | None = None

    def described(self) -> dict[str, Any]:
        """API reference, CommentsForPullRequest and CommentsForComparedCommit, without the comments"""
        place = {
            "repositoryName": self.repository.name,
            "beforeCommitId": self.before,
            "afterCommitId": self.after,
            "beforeBlobId": self.before_blob,
            "afterBlobId": self.after_blob,
            "location": self.location,
        }
        return place | ({"pullRequestId": self.pull} if self.pull else {})

    def place(self) -> tuple[Any, ...]:
        """What two threads at the same place have in common"""
        return (self.repository.identity, self.before, self.after, self.pull, str(self.location))


@dataclass
class Comment:
    """One comment; its content is None when it was deleted, `reactions` are short codes by user."""

    identity: str
    thread: Thread
    content: str | None
    author: str
    created: datetime
    modified: datetime
    token: str | None
    reply_to: str | None = None
    reactions: dict[str, str] = field(default_factory=dict)

    def described(self, caller_arn: str) -> dict[str, Any]:
        """API reference, Comment; reactions are named as in AWS CLI, get-comment: THUMBSUP"""
        names = {user: code.strip(":").upper() for user, code in self.reactions.items()}
        return {
            "commentId": self.identity,
            "content": self.content,
            "inReplyTo": self.reply_to,
            "creationDate": self.created,
            "lastModifiedDate": self.modified,
            "authorArn": self.author,
            "deleted": self.content is None,
            "clientRequestToken": self.token,
            "callerReactions": [names[caller_arn]] if caller_arn in names else [],
            "reactionCounts": dict(Counter(names.values())),
        }
