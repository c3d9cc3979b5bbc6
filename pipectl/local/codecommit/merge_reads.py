"""What a merge would do: its options, its conflicts, its commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import conflicts, merging, store
from pipectl.local.codecommit.contents import ContentOperations
from pipectl.local.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY
from pipectl.local.codecommit.paths import clean
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dulwich.objects import Commit
    from dulwich.repo import Repo

    from pipectl.local.codecommit.merging import Merge
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_PAGE = 1000  # inferred: the API reference names no page sizes for conflicts and hunks


class MergeReadOperations(ContentOperations):
    """GetMergeOptions, GetMergeCommit, GetMergeConflicts, (Batch)DescribeMergeConflicts."""

    def get_merge_options(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        with self.planned(request) as (_, merge):
            options = [FAST_FORWARD] if merge.is_fast_forward else []
            options += [] if merge.conflicts else [SQUASH, THREE_WAY]
            return {"mergeOptions": options, **merge.ids()}

    def get_merge_commit(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: after a fast-forward merge there is no merge commit"""
        repository = self.found(request["repositoryName"])
        with self.planned(request) as (_, merge):
            ids = merge.ids()
            destination = ids["destinationCommitId"]
            made = [
                merged
                for merged in repository.merges
                if merged.source == ids["sourceCommitId"]
                and destination in (merged.destination, merged.commit)
            ]
            pushed = destination if merge.source.id in merge.destination.parents[1:] else None
            return {**ids, "mergedCommitId": made[-1].commit if made else pushed}

    def get_merge_conflicts(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: the list is empty for FAST_FORWARD_MERGE; it holds what the strategy leaves open"""
        size = _limit(request, "maxConflictFiles", "InvalidMaxConflictFilesException")
        with self.planned(request) as (git, merge):
            is_fast = request["mergeOption"] == FAST_FORWARD
            shown, token = self.page(
                [] if is_fast else sorted(merge.conflicts), request.get("nextToken"), size
            )
            return {
                "mergeable": merge.is_fast_forward if is_fast else not merge.conflicts,
                "conflictMetadataList": [_metadata(git, merge, path, request) for path in shown],
                "nextToken": token,
                **merge.ids(),
            }

    def describe_merge_conflicts(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: FAST_FORWARD_MERGE is refused, it has no conflicts to describe"""
        _refuse_fast_forward(request)
        size = _limit(request, "maxMergeHunks", "InvalidMaxMergeHunksException")
        path = clean(request["filePath"])
        with self.planned(request) as (git, merge):
            if path not in merge.versions and path not in merge.conflicts:
                raise _no_file(path)
            hunks, token = self.page(_hunks(git, merge, path), request.get("nextToken"), size)
            return {
                "conflictMetadata": _metadata(git, merge, path, request),
                "mergeHunks": hunks,
                "nextToken": token,
                **merge.ids(),
            }

    def batch_describe_merge_conflicts(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: without paths all conflicting files; a missing path is an error of its own"""
        _refuse_fast_forward(request)
        size = _limit(request, "maxConflictFiles", "InvalidMaxConflictFilesException")
        most = _limit(request, "maxMergeHunks", "InvalidMaxMergeHunksException")
        with self.planned(request) as (git, merge):
            paths = [clean(path) for path in request.get("filePaths", [])] or sorted(merge.conflicts)
            present = [path for path in paths if path in merge.versions or path in merge.conflicts]
            shown, token = self.page(present, request.get("nextToken"), size)
            return {
                "conflicts": [
                    {
                        "conflictMetadata": _metadata(git, merge, path, request),
                        "mergeHunks": _hunks(git, merge, path)[:most],
                    }
                    for path in shown
                ],
                "errors": [_error(path) for path in paths if path not in present],
                "nextToken": token,
                **merge.ids(),
            }

    @contextmanager
    def planned(self, request: dict[str, Any]) -> Iterator[tuple[Repo, Merge]]:
        """The open repository and the merge that the request's specifiers, level and strategy describe"""
        repository = self.found(request["repositoryName"])
        with store.opened(repository.folder) as git:
            source = self._side(git, repository, request["sourceCommitSpecifier"])
            destination = self._side(git, repository, request["destinationCommitSpecifier"])
            level, strategy = level_of(request), request.get("conflictResolutionStrategy", "NONE")
            yield git, merging.merge(git, source, destination, level=level, strategy=strategy)

    def _side(self, git: Repo, repository: Repository, specifier: str) -> Commit:
        if not specifier:
            raise Refused("CommitRequiredException", "A commit was not specified.")
        return self.specified(git, repository, specifier)


def level_of(request: dict[str, Any]) -> str:
    """The conflict detail level; FILE_LEVEL is the default (API reference, GetMergeConflicts)"""
    return str(request.get("conflictDetailLevel", "FILE_LEVEL"))


def _metadata(git: Repo, merge: Merge, path: str, request: dict[str, Any]) -> dict[str, Any]:
    versions = merge.conflicts.get(path) or merge.versions[path]
    return conflicts.metadata(git, path, versions, level_of(request), is_open=path in merge.conflicts)


def _hunks(git: Repo, merge: Merge, path: str) -> list[dict[str, Any]]:
    versions = merge.conflicts.get(path) or merge.versions[path]
    return conflicts.hunks(git, versions)


def _limit(request: dict[str, Any], member: str, code: str) -> int:
    size = request.get(member, _PAGE)
    if size < 1:
        raise Refused(code, f"{member} must be a positive number")
    return int(size)


def _refuse_fast_forward(request: dict[str, Any]) -> None:
    if request["mergeOption"] == FAST_FORWARD:
        raise Refused(
            "InvalidMergeOptionException",
            "The specified merge option is not valid for this operation. Not all merge strategies are"
            " supported for all operations.",
        )


def _no_file(path: str) -> Refused:
    return Refused("FileDoesNotExistException", f"There is no file {path} in the source or the destination")


def _error(path: str) -> dict[str, str]:
    refusal = _no_file(path)
    return {"filePath": path, "exceptionName": refusal.code, "message": refusal.message}
