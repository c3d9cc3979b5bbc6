"""A source that has nothing to fetch: its branch is not there, so no retry helps, but a push does."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipectl.aws.cloud import Cloud
from pipectl.errors import PipectlError
from pipectl.runs.clone import clone_url
from pipectl.runs.values import Execution, MissingBranch, StageState

_NO_BRANCH = re.compile(r"\bno branch\b", re.IGNORECASE)
"""How a source action of CodeCommit says it: "no branch named main was found in the selected AWS CodeCommit
repository shop" (as users of AWS quote it; GitHub issues); the local AWS's wording is inferred."""

Urls = dict[str, str]
"""The URLs of repositories that were asked for already."""


def is_missing(provider: str | None, error: str | None) -> bool:
    """Whether a source action failed because its branch is not there."""
    return provider == "CodeCommit" and bool(_NO_BRANCH.search(error or ""))


def with_missing_branches(
    cloud: Cloud, stages: Sequence[StageState], executions: Sequence[Execution], urls: Urls
) -> tuple[StageState, ...]:
    """The stages; a first stage that failed for want of a branch says where to push to."""
    if not stages or stages[0].status != "Failed":
        return tuple(stages)
    first = stages[0]
    action = next((each for each in first.actions if is_missing(each.provider, each.error)), None)
    repository, _, branch = ((action and action.target) or "").rpartition(" ")
    if not (repository and branch):
        return tuple(stages)
    is_first = not any(each.revision for each in executions)
    if repository not in urls:
        urls[repository] = _url(cloud, repository)
    missing = MissingBranch(repository, branch, urls[repository], is_first=is_first)
    return (replace(first, missing=missing), *stages[1:])


def _url(cloud: Cloud, repository: str) -> str:
    """Where to push to; empty where AWS does not tell it: the rest is right without it."""
    try:
        return clone_url(cloud, repository)
    except PipectlError:
        return ""
