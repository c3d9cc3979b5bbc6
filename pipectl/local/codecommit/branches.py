"""Branches: where they point, and the events when one is made, moved or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import store
from pipectl.local.codecommit.base import Base
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller


class BranchOperations(Base):
    """GetBranch, ListBranches, UpdateDefaultBranch."""

    def get_branch(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(_needed(request, "repositoryName", "RepositoryNameRequiredException"))
        branch = _needed(request, "branchName", "BranchNameRequiredException")
        return {"branch": {"branchName": branch, "commitId": self.branch_commit(repository, branch)}}

    def list_branches(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        repository = self.found(request["repositoryName"])
        names, token = self.page(
            list(store.references(repository.folder, store.BRANCHES)), request.get("nextToken")
        )
        return {"branches": names, "nextToken": token}

    def update_default_branch(self, request: dict[str, Any], caller: Caller) -> None:
        repository = self.found(request["repositoryName"])
        branch = request["defaultBranchName"]
        self.branch_commit(repository, branch)
        repository.default_branch = branch
        repository.modified = self.world.now()
        store.point_head(repository.folder, branch)

    def branch_commit(self, repository: Repository, branch: str) -> str:
        check_branch_name(branch)
        commit = store.tip(repository.folder, branch)
        if commit is None:
            raise Refused("BranchDoesNotExistException", f"Branch {branch} does not exist")
        return commit


def check_branch_name(name: str) -> None:
    if not store.is_branch_name(name):
        raise Refused("InvalidBranchNameException", f"Invalid branch name: {name}")


def _needed(request: dict[str, Any], member: str, code: str) -> str:
    """GetBranch' model requires neither member, the service does (API reference, GetBranch, errors)"""
    if not request.get(member):
        raise Refused(code, f"{member} is required")
    return str(request[member])
