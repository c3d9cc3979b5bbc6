"""What follows when a reference moved, by push or by API: the default branch, the event, the triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import notices, store
from pipectl.local.codecommit.pull_events import PullEvents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipectl.local.codecommit.records import Repository
    from pipectl.local.codecommit.store import Move

_USUAL_DEFAULTS = ("main", "master")


class MoveEvents(PullEvents):
    """Tells EventBridge about moved branches and tags."""

    def moved(
        self,
        repository: Repository,
        moves: Iterable[Move],
        caller_arn: str,
        details: dict[str, Any] | None = None,
    ) -> None:
        """User guide, "Monitoring CodeCommit events": one per reference; call it under the world's lock

        `details` are the members that a merge adds to the event.
        """
        told = [move for move in moves if move.reference.startswith((store.BRANCHES, store.TAGS))]
        if not told:
            return
        repository.modified = self.world.now()
        self._settle_default(repository, told)
        for move in told:
            self._emit(repository, move, caller_arn, details or {})
            self.follow(repository, move, caller_arn)
        notices.notify(self.world, repository, self.arn(repository.name), told, caller_arn)

    def _settle_default(self, repository: Repository, moves: list[Move]) -> None:
        """User guide: the first branch pushed is the default; of several at once main or master (inferred)"""
        made = [move.reference.removeprefix(store.BRANCHES) for move in moves if move.after]
        branches = [name for name in made if not name.startswith(store.TAGS)]
        if repository.default_branch is None and branches:
            usual = [name for name in _USUAL_DEFAULTS if name in branches]
            repository.default_branch = (usual or branches)[0]
            store.point_head(repository.folder, repository.default_branch)

    def _emit(self, repository: Repository, move: Move, caller_arn: str, details: dict[str, Any]) -> None:
        kind = "branch" if move.reference.startswith(store.BRANCHES) else "tag"
        prefix = store.BRANCHES if kind == "branch" else store.TAGS
        detail = {
            "event": _event(move),
            **repository.named(),
            "referenceType": kind,
            "referenceName": move.reference.removeprefix(prefix),
            "referenceFullName": move.reference,
            "commitId": move.after,
            "oldCommitId": move.before,
            "callerUserArn": caller_arn,
        }
        self.tell(repository, "Repository State Change", _stated(detail | details))


def _event(move: Move) -> str:
    if move.after is None:
        return "referenceDeleted"
    return "referenceUpdated" if move.before else "referenceCreated"


def _stated(detail: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in detail.items() if value is not None}
