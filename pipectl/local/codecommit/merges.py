"""Merges of branches, and merge commits that no branch names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import resolutions, store
from pipectl.local.codecommit.branches import BranchOperations, check_branch_name
from pipectl.local.codecommit.changes import author_of
from pipectl.local.codecommit.drafts import write_commit
from pipectl.local.codecommit.merge_reads import MergeReadOperations, level_of
from pipectl.local.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY
from pipectl.local.codecommit.records import Merged
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from dulwich.repo import Repo

    from pipectl.local.codecommit.merging import Merge
    from pipectl.local.codecommit.records import Repository
    from pipectl.local.service import Caller


class MergeOperations(MergeReadOperations, BranchOperations):
    """CreateUnreferencedMergeCommit, MergeBranchesByFastForward, ...BySquash, ...ByThreeWay."""

    def create_unreferenced_merge_commit(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """API reference: not with the fast-forward strategy, which makes no commit"""
        repository = self.found(request["repositoryName"])
        if request["mergeOption"] == FAST_FORWARD:
            raise Refused(
                "InvalidMergeOptionException", "A fast-forward merge does not create a merge commit"
            )
        with self.planned(request) as (git, merge):
            commit, tree = self._write(git, merge, request, caller, option=request["mergeOption"])
        detail = {"event": "unreferencedMergeCommitCreated", **repository.named(), "commitId": commit}
        details = _details(merge, request, request["mergeOption"])
        self.tell(
            repository,
            "Repository State Change",
            detail | details | {"callerUserArn": caller.arn},
        )
        return {"commitId": commit, "treeId": tree}

    def merge_branches_by_fast_forward(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._merge_branches(request, caller, FAST_FORWARD)

    def merge_branches_by_squash(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._merge_branches(request, caller, SQUASH)

    def merge_branches_by_three_way(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._merge_branches(request, caller, THREE_WAY)

    def merge_into(
        self, request: dict[str, Any], caller: Caller, option: str, branch: str
    ) -> tuple[str, str]:
        """Merge the request's commits and move the branch there; commit ID and tree ID"""
        repository = self.found(request["repositoryName"])
        with self.planned(request) as (git, merge):
            before = merge.destination.id.decode()
            commit, tree = self._write(git, merge, request, caller, option=option)
        if commit == before:
            return commit, tree
        try:
            move = store.move(repository.folder, store.BRANCHES + branch, before, commit)
        except OSError as error:
            raise Refused(
                "ConcurrentReferenceUpdateException",
                "The merge cannot be completed because the target branch has been modified. Another user"
                " might have modified the target branch while the merge was in progress. Wait a few minutes,"
                " and then try again.",
            ) from error
        if option != FAST_FORWARD:
            repository.merges.append(Merged(merge.source.id.decode(), before, commit))
        self.moved(repository, [move], caller.arn, _details(merge, request, option))
        return commit, tree

    def _merge_branches(self, request: dict[str, Any], caller: Caller, option: str) -> dict[str, Any]:
        branch = self._target(self.found(request["repositoryName"]), request)
        commit, tree = self.merge_into(request, caller, option, branch)
        return {"commitId": commit, "treeId": tree}

    def _target(self, repository: Repository, request: dict[str, Any]) -> str:
        """The branch to move; without `targetBranch` the destination must be a branch (inferred)"""
        stated = request.get("targetBranch")
        branch = str(stated or request["destinationCommitSpecifier"]).removeprefix(store.BRANCHES)
        check_branch_name(branch)
        if store.tip(repository.folder, branch):
            return branch
        if branch in store.references(repository.folder, store.TAGS):
            raise Refused(
                "BranchNameIsTagNameException",
                "The specified branch name is not valid because it is a tag name. Enter the name of a branch"
                " in the repository.",
            )
        if stated:
            raise Refused("BranchDoesNotExistException", f"Branch {branch} does not exist")
        with store.opened(repository.folder) as git:
            self._side(git, repository, request["destinationCommitSpecifier"])
        raise Refused(
            "InvalidTargetBranchException", f"The specified target branch is not valid: {branch} is no branch"
        )

    def _write(
        self, git: Repo, merge: Merge, request: dict[str, Any], caller: Caller, *, option: str
    ) -> tuple[str, str]:
        """Write the merge's commit; a fast-forward has the source's (user guide, "Merge a pull request")"""
        if option == FAST_FORWARD:
            if not merge.is_fast_forward:
                raise resolutions.manual_merge()
            return merge.source.id.decode(), merge.source.tree.decode()
        draft = resolutions.resolve(git, merge, request)
        parents = [merge.destination, merge.source] if option == THREE_WAY else [merge.destination]
        author = author_of({"commitMessage": _message(request)} | request, caller, "authorName")
        return write_commit(git, draft, [parent.id.decode() for parent in parents], author, self.world.now())


def _details(merge: Merge, request: dict[str, Any], option: str) -> dict[str, Any]:
    """User guide, "Monitoring CodeCommit events", referenceUpdated and unreferencedMergeCommitCreated"""
    details = {**merge.ids(), "mergeOption": option}
    if option == FAST_FORWARD:
        return details
    return details | {
        "conflictDetailsLevel": level_of(request),
        "conflictResolutionStrategy": request.get("conflictResolutionStrategy", "NONE"),
    }


def _message(request: dict[str, Any]) -> str:
    """Inferred: the API reference names no default message"""
    source, destination = (request[f"{side}CommitSpecifier"] for side in ("source", "destination"))
    return f"Merge {source} into {destination}"
