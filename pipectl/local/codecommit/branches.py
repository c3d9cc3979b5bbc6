"""Branches: where they point, and how they are made, moved and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import objects, store
from pipectl.local.codecommit.events import MoveEvents
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller


class BranchOperations(MoveEvents):
    """GetBranch to DeleteBranch."""

    def get_branch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(_needed(request, "repositoryName", "RepositoryNameRequiredException"))
        branch = _needed(request, "branchName", "BranchNameRequiredException")
        return {"branch": {"branchName": branch, "commitId": self.branch_commit(repository, branch)}}

    def list_branches(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(request["repositoryName"])
        names = list(store.references(repository.folder, store.BRANCHES))
        shown, token = self.page(names, request.get("nextToken"))
        return {"branches": shown, "nextToken": token}

    def update_default_branch(self, request: dict[str, Any], caller: Caller) -> None:
        repository = self.found(request["repositoryName"])
        branch = request["defaultBranchName"]
        self.branch_commit(repository, branch)
        repository.default_branch = branch
        repository.modified = self.world.now()
        store.point_head(repository.folder, branch)

    def create_branch(self, request: dict[str, Any], caller: Caller) -> None:
        repository = self.found(request["repositoryName"])
        branch = request["branchName"]
        check_branch_name(branch)
        if store.tip(repository.folder, branch):
            raise Refused("BranchNameExistsException", f"Branch {branch} already exists")
        commit = self._existing(repository, request["commitId"])
        self.moved(repository, [_move(repository, branch, None, commit)], caller.arn)

    def delete_branch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: the default branch cannot be deleted, a missing branch is no error"""
        repository = self.found(request["repositoryName"])
        branch = request["branchName"]
        check_branch_name(branch)
        if branch == repository.default_branch:
            raise Refused(
                "DefaultBranchCannotBeDeletedException",
                f"Branch {branch} is the default branch of the repository and cannot be deleted",
            )
        commit = store.tip(repository.folder, branch)
        if commit is None:
            return {}
        self.moved(repository, [_move(repository, branch, commit, None)], caller.arn)
        return {"deletedBranch": {"branchName": branch, "commitId": commit}}

    def branch_commit(self, repository: Repository, branch: str) -> str:
        check_branch_name(branch)
        commit = store.tip(repository.folder, branch)
        if commit is None:
            raise Refused("BranchDoesNotExistException", f"Branch {branch} does not exist")
        return commit

    def _existing(self, repository: Repository, commit: str) -> str:
        if not store.is_object_id(commit):
            raise Refused("InvalidCommitIdException", f"{commit} is not a full commit id")
        with store.opened(repository.folder) as git:
            if objects.commit(git, commit) is None:
                raise Refused("CommitDoesNotExistException", f"Commit {commit} does not exist")
        return commit


def check_branch_name(name: str) -> None:
    if not store.is_branch_name(name):
        raise Refused("InvalidBranchNameException", f"Invalid branch name: {name}")


def _move(repository: Repository, branch: str, before: str | None, after: str | None) -> store.Move:
    try:
        return store.move(repository.folder, store.BRANCHES + branch, before, after)
    except OSError as error:
        # another push came first, or the name is a folder of other branches ("a" beside "a/b")
        raise Refused("InvalidBranchNameException", f"Branch {branch} cannot be changed: {error}") from error


def _needed(request: dict[str, Any], member: str, code: str) -> str:
    """GetBranch' model requires neither member, the service does (API reference, GetBranch, errors)"""
    if not request.get(member):
        raise Refused(code, f"{member} is required")
    return str(request[member])
