"""Merges of pull requests, which close them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codecommit import store
from pipectl.local.codecommit.merges import MergeOperations
from pipectl.local.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY
from pipectl.local.codecommit.pull_approvals import ApprovalOperations, unsatisfied
from pipectl.local.service import Refused

if TYPE_CHECKING:
    from pipectl.local.codecommit.pull_records import PullRequest
    from pipectl.local.service import Caller


class PullMergeOperations(ApprovalOperations, MergeOperations):
    """MergePullRequestByFastForward, MergePullRequestBySquash, MergePullRequestByThreeWay."""

    def merge_pull_request_by_fast_forward(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._merge_pull(request, caller, FAST_FORWARD)

    def merge_pull_request_by_squash(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._merge_pull(request, caller, SQUASH)

    def merge_pull_request_by_three_way(self, request: dict[str, Any], caller: Caller) -> dict[str, Any]:
        return self._merge_pull(request, caller, THREE_WAY)

    def _merge_pull(self, request: dict[str, Any], caller: Caller, option: str) -> dict[str, Any]:
        """The destination commit stays the one into which was merged (API reference, PullRequestTarget)"""
        pull = self._mergeable(request)
        destination = pull.destination_commit
        sides = {"sourceCommitSpecifier": pull.source_commit, "destinationCommitSpecifier": destination}
        branch = pull.destination.removeprefix(store.BRANCHES)
        message = {"commitMessage": f"Merge pull request {pull.identity}: {pull.title}"}  # inferred
        commit, _ = self.merge_into(message | request | sides, caller, option, branch)
        if pull.is_open:  # a fast-forward closes it as soon as the branch moves
            pull.destination_commit = destination
            self.close_merged(pull, option, commit, caller.arn)
        return {"pullRequest": pull.described()}

    def _mergeable(self, request: dict[str, Any]) -> PullRequest:
        """The pull request, when it is open, of the repository, as the caller saw it, and approved"""
        repository, pull = self.found(request["repositoryName"]), self.open_pull(request)
        if pull.repository is not repository:
            raise Refused(
                "RepositoryNotAssociatedWithPullRequestException",
                "The repository does not contain any pull requests with that pull request ID. Use"
                " GetPullRequest to verify the correct repository name for the pull request ID.",
            )
        stated = request.get("sourceCommitId")
        if stated is not None and not store.is_object_id(stated):
            raise Refused("InvalidCommitIdException", f"{stated} is not a full commit id")
        if stated not in (None, pull.source_commit):
            raise Refused(
                "TipOfSourceReferenceIsDifferentException",
                "The tip of the source branch in the destination repository does not match the tip of the"
                " source branch specified in your request. The pull request might have been updated. Make"
                " sure that you have the latest changes.",
            )
        if unsatisfied(pull) and pull.revision not in pull.overriders:
            raise Refused(
                "PullRequestApprovalRulesNotSatisfiedException",
                "The pull request cannot be merged because one or more approval rules applied to the pull"
                " request have conditions that have not been met.",
            )
        return pull
