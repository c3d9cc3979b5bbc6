"""What happens to pull requests: their own list of events, EventBridge, and moves of their branches."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import merging, objects, store
from pipectl.local.codecommit.base import Base

if TYPE_CHECKING:
    from datetime import datetime

    from pipectl.local.codecommit.pull_records import PullRequest
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.codecommit.store import Move


class PullEvents(Base):
    """Records and emits the events of pull requests."""

    def tell(self, repository: Repository, kind: str, detail: dict[str, Any]) -> None:
        """Emit an event "CodeCommit KIND" about a repository"""
        self.world.emit(
            self.account,
            self.region,
            source="aws.codecommit",
            detail_type=f"CodeCommit {kind}",
            resources=[self.arn(repository.name)],
            detail=detail,
        )

    def record(
        self, pull: PullRequest, kind: str, caller_arn: str, metadata: dict[str, Any] | None = None
    ) -> None:
        """Add to the events that DescribePullRequestEvents lists"""
        pull.active = self.world.now()
        pull.events.append(
            {
                "pullRequestId": pull.identity,
                "eventDate": pull.active,
                "pullRequestEventType": kind,
                "actorArn": caller_arn,
                **(metadata or {}),
            }
        )

    def tell_pull(self, pull: PullRequest, event: str, caller_arn: str, **more: Any) -> None:
        """User guide, "Monitoring CodeCommit events": the pull request's events, without the mail's text"""
        detail = {
            "event": event,
            "author": pull.author,
            "callerUserArn": caller_arn,
            "creationDate": date(pull.created),
            "lastModifiedDate": date(pull.active),
            "destinationCommit": pull.destination_commit,
            "destinationReference": pull.destination,
            "sourceCommit": pull.source_commit,
            "sourceReference": pull.source,
            "isMerged": str(pull.merge["isMerged"]),
            "pullRequestId": pull.identity,
            "pullRequestStatus": pull.status.capitalize(),
            "repositoryNames": [pull.repository.name],
            "revisionId": pull.revision,
            "title": pull.title,
            **more,
        }
        if pull.description is not None:
            detail["description"] = pull.description
        self.tell(pull.repository, "Pull Request State Change", detail)

    def follow(self, repository: Repository, move: Move, caller_arn: str) -> None:
        """Update or close the open pull requests of a moved branch

        API reference, PullRequestTarget: both commits are the tips of the branches. User guide, "Work with
        pull requests": a push to the source branch makes a new revision, without approvals; "Merge a pull
        request": a push that fast-forwards the destination to the source closes it as merged, and so does
        (without merge) the deletion of either branch.
        """
        for pull in self.pulls.values():
            if not pull.is_open or pull.repository is not repository:
                continue
            if move.after is None:
                if move.reference in (pull.source, pull.destination):
                    self.close(pull, caller_arn)
            elif pull.destination == move.reference:
                if move.after == pull.source_commit:
                    self.close_merged(pull, merging.FAST_FORWARD, move.after, caller_arn)
                else:
                    pull.destination_commit = move.after
            elif pull.source == move.reference:
                self._update_source(pull, move.after, caller_arn)

    def close(self, pull: PullRequest, caller_arn: str) -> None:
        """Close without a merge"""
        pull.is_open = False
        metadata = {"pullRequestStatusChangedEventMetadata": {"pullRequestStatus": "CLOSED"}}
        self.record(pull, "PULL_REQUEST_STATUS_CHANGED", caller_arn, metadata)
        self.tell_pull(pull, "pullRequestStatusChanged", caller_arn)

    def close_merged(self, pull: PullRequest, option: str, commit: str, caller_arn: str) -> None:
        """User guide, "Monitoring CodeCommit events": one event for the merge, which says Closed"""
        pull.is_open = False
        pull.merge = {
            "isMerged": True,
            "mergedBy": caller_arn,
            "mergeCommitId": commit,
            "mergeOption": option,
        }
        metadata = {
            "repositoryName": pull.repository.name,
            "destinationReference": pull.destination,
            "mergeMetadata": dict(pull.merge),
        }
        kind = "PULL_REQUEST_MERGE_STATE_CHANGED"
        self.record(pull, kind, caller_arn, {"pullRequestMergedStateChangedEventMetadata": metadata})
        self.tell_pull(pull, "pullRequestMergeStatusUpdated", caller_arn, mergeOption=option)

    def _update_source(self, pull: PullRequest, commit: str, caller_arn: str) -> None:
        before, pull.source_commit = pull.source_commit, commit
        pull.revision = new_revision()
        pull.base = base_commit(pull.repository, commit, pull.destination_commit)
        metadata = {
            "repositoryName": pull.repository.name,
            "beforeCommitId": before,
            "afterCommitId": commit,
            "mergeBase": pull.base,
        }
        kind = "PULL_REQUEST_SOURCE_REFERENCE_UPDATED"
        self.record(pull, kind, caller_arn, {"pullRequestSourceReferenceUpdatedEventMetadata": metadata})
        self.tell_pull(pull, "pullRequestSourceBranchUpdated", caller_arn)


def new_revision() -> str:
    """A revision ID: 64 hexadecimal digits (user guide, "Work with pull requests", its examples)"""
    return secrets.token_hex(32)


def base_commit(repository: Repository, source: str, destination: str) -> str | None:
    """The ID of the best common ancestor of two commits"""
    with store.opened(repository.folder) as git:
        commits = [objects.commit(git, commit) for commit in (source, destination)]
        if None in commits:
            return None
        base = merging.find_base(git, *(commit for commit in commits if commit))
    return base.id.decode() if base else None


def date(moment: datetime) -> str:
    """A date as events about pull requests and templates write it: Wed Nov 06 19:02:14 UTC 2019"""
    return moment.strftime("%a %b %d %H:%M:%S UTC %Y")
