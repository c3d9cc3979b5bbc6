"""Where git pushes to a CodeCommit repository."""

from collections.abc import Sequence

from pipectl.aws.cloud import Cloud
from pipectl.command import is_elsewhere, profile


def clone_url(cloud: Cloud, repository: str) -> str:
    """The URL for git-remote-codecommit, of another endpoint its own one; empty where there is no repository.

    Roles of `pipectl policy` may ask for several (BatchGetRepositories), so one is asked for like them.
    """
    return clone_urls(cloud, [repository]).get(repository, "")


def clone_urls(cloud: Cloud, repositories: Sequence[str]) -> dict[str, str]:
    """The URLs of those repositories that are there: at most 100 (API reference, BatchGetRepositories)."""
    if not repositories or not is_elsewhere():
        return {name: _of_helper(cloud, name) for name in repositories}
    names = list(repositories)[:100]
    answer = cloud.call("codecommit", "batch_get_repositories", repositoryNames=names)
    return {each["repositoryName"]: str(each["cloneUrlHttp"]) for each in answer["repositories"]}


def _of_helper(cloud: Cloud, repository: str) -> str:
    """As git-remote-codecommit reads it."""
    named = profile()
    return f"codecommit::{cloud.account.region}://{f'{named}@' if named else ''}{repository}"
