"""What differs between two commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dulwich.diff_tree import tree_changes

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.contents import ContentOperations
from pipectl.local.codecommit.paths import clean
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.diff_tree import TreeChange
    from dulwich.objects import Commit, TreeEntry
    from dulwich.repo import Repo

    from pipectl.local.service import Caller

_PAGE = 100  # inferred: the API reference names no default
_TYPES = {"add": "A", "delete": "D", "modify": "M"}


class DifferenceOperations(ContentOperations):
    """GetDifferences."""

    def get_differences(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: without a commit before, everything was added; a path restricts both sides"""
        repository = self.found(request["repositoryName"])
        size = request.get("MaxResults", _PAGE)
        if size < 1:
            raise Refused("InvalidMaxResultsException", "MaxResults must be a positive number")
        with store.opened(repository.folder) as git:
            after = self.specified(git, repository, request["afterCommitSpecifier"])
            stated = request.get("beforeCommitSpecifier")
            before = self.specified(git, repository, stated) if stated else None
            paths = _paths(git, before, after, request)
            changes = tree_changes(git.object_store, before.tree if before else None, after.tree)
            found = [_described(change) for change in changes if _touches(change, paths)]
        shown, token = self.page(found, request.get("NextToken"), size)
        return {"differences": shown, "NextToken": token}


def _paths(git: Repo, before: Commit | None, after: Commit, request: dict[str, Any]) -> list[str]:
    paths = []
    for commit, member in ((before, "beforePath"), (after, "afterPath")):
        path = clean(request.get(member, ""), empty=True)
        if path and commit and objects.entry(git, commit, path) is None:
            raise Refused("PathDoesNotExistException", f"There is no {path} in {commit.id.decode()}")
        if path:
            paths.append(path)
    return paths


def _touches(change: TreeChange, paths: list[str]) -> bool:
    touched = [_path(entry) for entry in (change.old, change.new) if entry and entry.path]
    return not paths or any(
        path == limit or path.startswith(f"{limit}/") for path in touched for limit in paths
    )


def _described(change: TreeChange) -> dict[str, Any]:
    return {
        "beforeBlob": _blob(change.old),
        "afterBlob": _blob(change.new),
        "changeType": _TYPES[change.type],
    }


def _blob(entry: TreeEntry | None) -> dict[str, str] | None:
    if entry is None or entry.sha is None:
        return None
    return {"blobId": entry.sha.decode(), "path": _path(entry), "mode": f"{entry.mode or 0:06o}"}


def _path(entry: TreeEntry) -> str:
    return (entry.path or b"").decode(errors="replace")
