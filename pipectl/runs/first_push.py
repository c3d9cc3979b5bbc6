"""A source that has nothing to fetch: its branch is not there, so no retry helps, but a push does."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipectl.aws.cloud import Cloud
from pipectl.errors import PipectlError
from pipectl.runs.clone import clone_urls
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
    stages: Sequence[StageState], executions: Sequence[Execution], urls: Urls
) -> tuple[StageState, ...]:
    """The stages; a first stage that failed for want of a branch says where to push to."""
    repository, branch = _missing(stages)
    if not branch:
        return tuple(stages)
    is_first = not any(each.revision for each in executions)
    missing = MissingBranch(repository, branch, urls.get(repository, ""), is_first=is_first)
    return (replace(stages[0], missing=missing), *stages[1:])


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
