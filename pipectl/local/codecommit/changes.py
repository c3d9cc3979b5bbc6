"""Commits made through the API: CreateCommit, PutFile, DeleteFile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.branches import BranchOperations, check_branch_name
from pipectl.local.codecommit.drafts import Author, Draft, write_commit
from pipectl.local.codecommit.paths import clean
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.repo import Repo

    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller

_MOST_FILES = 100  # user guide, quotas: files in one commit of the API
_LARGEST_COMMIT = 20 * 1024 * 1024  # user guide, quotas: all contents of one commit together


class ChangeOperations(BranchOperations):
    """Written as a push would: the branch moves from where the caller saw it, and an event tells."""

    def create_commit(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(request["repositoryName"])
        _check_entries(request)
        with store.opened(repository.folder) as git:
            parent = self._parent(git, repository, request)
            draft = Draft.of(git, parent)
            before = dict(draft.files)
            _apply(git, draft, request)
            if draft.files == before:
                raise Refused("NoChangeException", "The commit would not change anything")
            commit, tree = self._commit(
                git, repository, draft, parent, author_of(request, caller, "authorName")
            )
        self._point(repository, request["branchName"], parent, commit, caller)
        return {"commitId": commit, "treeId": tree, **_outcome(before, draft.files)}

    def put_file(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, path = self.found(request["repositoryName"]), clean(request["filePath"])
        with store.opened(repository.folder) as git:
            parent = self._parent(git, repository, request)
            draft = Draft.of(git, parent)
            before = draft.files.get(path)
            draft.put(git, path, request["fileContent"], request.get("fileMode"))
            if draft.files[path] == before:
                raise Refused("SameFileContentException", f"{path} has this content already")
            request = {"commitMessage": f"{'Edited' if before else 'Added'} {path}"} | request
            commit, tree = self._commit(git, repository, draft, parent, author_of(request, caller, "name"))
        self._point(repository, request["branchName"], parent, commit, caller)
        return {"commitId": commit, "blobId": draft.files[path].blob, "treeId": tree}

    def delete_file(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository, path = self.found(request["repositoryName"]), clean(request["filePath"])
        with store.opened(repository.folder) as git:
            parent = self._parent(git, repository, request)
            draft = Draft.of(git, parent)
            gone = draft.delete(git, path, keep_folder=request.get("keepEmptyFolders", False))
            request = {"commitMessage": f"Deleted {path}"} | request
            commit, tree = self._commit(git, repository, draft, parent, author_of(request, caller, "name"))
        self._point(repository, request["branchName"], parent, commit, caller)
        return {"commitId": commit, "blobId": gone.blob, "treeId": tree, "filePath": path}

    def _parent(self, git: Repo, repository: Repository, request: dict[str, Any]) -> str | None:
        """API reference: the first commit needs no parent, every other one names the tip of its branch"""
        branch, stated = request["branchName"], request.get("parentCommitId")
        check_branch_name(branch)
        if branch in store.references(repository.folder, store.TAGS):
            raise Refused("BranchNameIsTagNameException", f"{branch} is the name of a tag")
        branches = store.references(repository.folder, store.BRANCHES)
        if branch not in branches and branches:
            raise Refused("BranchDoesNotExistException", f"Branch {branch} does not exist")
        if stated is not None:
            _check_commit(git, stated)
        if branch in branches and stated is None:
            raise Refused(
                "ParentCommitIdRequiredException", "A parent commit id is required: the branch exists"
            )
        if branch in branches and stated != branches[branch]:
            raise Refused("ParentCommitIdOutdatedException", f"The tip of {branch} is {branches[branch]}")
        return branches.get(branch)

    def _commit(
        self, git: Repo, repository: Repository, draft: Draft, parent: str | None, author: Author
    ) -> tuple[str, str]:
        return write_commit(git, draft, [parent] if parent else [], author, self.world.now())

    def _point(
        self, repository: Repository, branch: str, parent: str | None, commit: str, caller: Caller
    ) -> None:
        try:
            move = store.move(repository.folder, store.BRANCHES + branch, parent, commit)
        except store.StaleError as error:
            raise Refused("ParentCommitIdOutdatedException", f"The tip of {branch} has moved") from error
        except OSError as error:
            raise Refused("InvalidBranchNameException", f"Branch {branch} cannot be made: {error}") from error
        self.moved(repository, [move], caller.arn)


def _apply(git: Repo, draft: Draft, request: dict[str, Any]) -> None:
    for gone in request.get("deleteFiles", []):
        draft.delete(git, clean(gone["filePath"]), keep_folder=request.get("keepEmptyFolders", False))
    for put in request.get("putFiles", []):
        _put(git, draft, put)
    for mode in request.get("setFileModes", []):
        draft.set_mode(clean(mode["filePath"]), mode["fileMode"])


def _put(git: Repo, draft: Draft, put: dict[str, Any]) -> None:
    path, content, source = clean(put["filePath"]), put.get("fileContent"), put.get("sourceFile")
    if content is not None and source is not None:
        raise Refused("FileContentAndSourceFileSpecifiedException", f"{path} has both a content and a source")
    if source is not None:
        draft.copy(
            clean(source["filePath"]), path, moved=source.get("isMove", False), mode=put.get("fileMode")
        )
    elif content is not None:
        draft.put(git, path, content, put.get("fileMode"))
    else:
        raise Refused("SourceFileOrContentRequiredException", f"{path} needs a content or a source")


def _check_entries(request: dict[str, Any]) -> None:
    """API reference, CreateCommit: something to do, not too much, and each path once"""
    entries = [
        entry for kind in ("putFiles", "deleteFiles", "setFileModes") for entry in request.get(kind, [])
    ]
    if not entries:
        raise Refused("FileEntryRequiredException", "The commit has no file to put, delete or change")
    if len(entries) > _MOST_FILES:
        raise Refused("MaximumFileEntriesExceededException", f"A commit has at most {_MOST_FILES} files")
    if sum(len(put.get("fileContent", b"")) for put in request.get("putFiles", [])) > _LARGEST_COMMIT:
        raise Refused(
            "FolderContentSizeLimitExceededException", "The contents together are larger than 20 MB"
        )
    paths = [clean(entry["filePath"]) for entry in entries]
    if len(set(paths)) < len(paths):
        raise Refused("SamePathRequestException", "A file stands in the request twice")


def _check_commit(git: Repo, identity: str) -> None:
    if not store.is_object_id(identity):
        raise Refused("InvalidParentCommitIdException", f"{identity} is not a full commit id")
    if objects.commit(git, identity) is None:
        raise Refused("ParentCommitDoesNotExistException", f"Commit {identity} does not exist")


def author_of(request: dict[str, Any], caller: Caller, name: str) -> Author:
    """Who commits; API reference: without a name the caller's, without an email none"""
    return Author(
        name=request.get(name) or caller.arn.rpartition("/")[2].rpartition(":")[2],
        email=request.get("email", ""),
        message=request.get("commitMessage", ""),
    )


def _outcome(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        "filesAdded": [after[path].told(path) for path in sorted(after.keys() - before.keys())],
        "filesUpdated": [
            after[path].told(path)
            for path in sorted(after.keys() & before.keys())
            if after[path] != before[path]
        ],
        "filesDeleted": [before[path].told(path) for path in sorted(before.keys() - after.keys())],
    }
