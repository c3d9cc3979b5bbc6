"""A source that has nothing to fetch: its branch is not there, so no retry helps, but a push does."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipectl.aws.cloud import Cloud
from pipectl.errors import PipectlError
from pipectl.runs.actions import ActionRun, of_execution
from pipectl.runs.clone import clone_url, clone_urls
from pipectl.runs.values import Execution, MissingBranch, StageState

_NO_BRANCH = re.compile(r"\bno branch\b", re.IGNORECASE)
"""How a source action of CodeCommit says it: "no branch named main was found in the selected AWS CodeCommit
repository shop" (as users of AWS quote it; GitHub issues); the local AWS's wording is inferred."""

Urls = dict[str, str]
"""The URLs of repositories that were asked for already."""


def is_missing(provider: str | None, error: str | None) -> bool:
    """Whether a source action failed because its branch is not there."""
    return provider == "CodeCommit" and bool(_NO_BRANCH.search(error or ""))


def waits_for_first_push(stages: Sequence[StageState]) -> bool:
    """The same as far as the stages alone tell it: the source found no branch, and nothing came through."""
    if not stages or stages[0].status != "Failed":
        return False
    errors = [each.error or "" for each in stages[0].actions]
    is_branch = any("CodeCommit" in error and _NO_BRANCH.search(error) for error in errors)
    return is_branch and not any(stage.status or stage.inbound for stage in stages[1:])


def with_missing_branches(
    stages: Sequence[StageState], executions: Sequence[Execution], urls: Urls
) -> tuple[StageState, ...]:
    """The stages; a first stage that failed for want of a branch says where to push to."""
    repository, branch = _missing(stages)
    if not branch:
        return tuple(stages)
    is_first = not any(each.revision for each in executions)
    missing = MissingBranch(repository, branch, urls.get(repository, ""), is_first=is_first)
    return (replace(stages[0], missing=missing), *stages[1:])


def awaited(cloud: Cloud, pipeline: str, newest: Sequence[Execution]) -> MissingBranch | None:
    """The branch whose first push a pipeline waits for, by its newest executions; None when it does not.

    One call more, and that only where no execution ever had a commit.
    """
    if not newest or newest[0].status != "Failed" or any(each.revisions for each in newest):
        return None
    runs = of_execution(cloud, pipeline, newest[0].id)
    found = next((run for run in runs if is_missing(run.provider, run.error)), None)
    return of_run(cloud, found) if found else None


def of_run(cloud: Cloud, run: ActionRun) -> MissingBranch:
    """The branch that a source action did not find, with its URL as far as AWS tells it."""
    repository = run.configuration.get("RepositoryName", "")
    try:
        url = clone_url(cloud, repository)
    except PipectlError:  # the rest is right without it
        url = ""
    return MissingBranch(repository, run.configuration.get("BranchName", ""), url, is_first=True)


def urls_of(cloud: Cloud, pipelines: Iterable[Sequence[StageState]]) -> Urls:
    """Where to push what pipelines miss, in one call for all; none where AWS does not tell it."""
    repositories = dict.fromkeys(_missing(stages)[0] for stages in pipelines)
    try:
        return clone_urls(cloud, [name for name in repositories if name])
    except PipectlError:  # the rest is right without it
        return {}


def _missing(stages: Sequence[StageState]) -> tuple[str, str]:
    """The repository and the branch that the first stage did not find; empty otherwise."""
    actions = stages[0].actions if stages and stages[0].status == "Failed" else ()
    action = next((each for each in actions if is_missing(each.provider, each.error)), None)
    repository, _, branch = ((action and action.target) or "").rpartition(" ")
    return (repository, branch) if repository else ("", "")
