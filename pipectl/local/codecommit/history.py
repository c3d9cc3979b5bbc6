"""The history of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dulwich.walk import ORDER_TOPO

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.contents import ContentOperations
from pipectl.local.codecommit.paths import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dulwich.objects import Commit, ObjectID
    from dulwich.repo import Repo

    from pipectl.local.service import Caller

_PAGE = 100  # inferred: the API reference names no default


class HistoryOperations(ContentOperations):
    """ListFileCommitHistory."""

    def list_file_commit_history(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference, FileVersion: the commits that changed the file, newest first (order inferred)

        A deletion is no version of the file (inferred: `blobId` names its content). A path without history
        has an empty list (inferred: the model has no error for it).
        """
        repository, path = self.found(request["repositoryName"]), clean(request["filePath"])
        size = self.page_size(request, _PAGE)
        with store.opened(repository.folder) as git:
            start = self.specified(git, repository, request.get("commitSpecifier"))
            versions = list(_versions(git, start, path))
        shown, token = self.page(versions, request.get("nextToken"), size)
        return {"revisionDag": shown, "nextToken": token}


def _versions(git: Repo, start: Commit, path: str) -> Iterator[dict[str, Any]]:
    newer: dict[ObjectID, list[str]] = {start.id: []}
    for walked in git.get_walker(include=[start.id], order=ORDER_TOPO):
        commit = walked.commit
        children = newer.pop(commit.id, [])
        blob = _blob(git, commit, path)
        is_version = blob is not None and _changes(git, commit, path, blob)
        for parent in commit.parents:
            waiting = newer.setdefault(parent, [])
            passed = [commit.id.decode()] if is_version else children
            waiting.extend(child for child in passed if child not in waiting)
        if blob is not None and is_version:
            yield {
                "commit": objects.described(commit),
                "blobId": blob.decode(),
                "path": path,
                "revisionChildren": children,
            }


def _changes(git: Repo, commit: Commit, path: str, blob: ObjectID) -> bool:
    """Whether the file differs from all parents, as `git log` leaves merges out that take one side"""
    parents = [objects.commit(git, parent.decode()) for parent in commit.parents]
    return all(parent is None or _blob(git, parent, path) != blob for parent in parents)


def _blob(git: Repo, commit: Commit, path: str) -> ObjectID | None:
    mode, identity = objects.entry(git, commit, path) or (0, None)
    return identity if mode in objects.FILE_MODES else None
