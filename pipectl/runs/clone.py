"""Where git pushes to a CodeCommit repository."""

from collections.abc import Sequence

from pipectl.aws.cloud import Cloud
from pipectl.command import is_elsewhere, profile


def clone_url(cloud: Cloud, repository: str) -> str:
    """The URL for git-remote-codecommit; another endpoint than AWS's says itself where it takes a push."""
    if is_elsewhere():
        answer = cloud.call("codecommit", "get_repository", repositoryName=repository)
        return str(answer["repositoryMetadata"]["cloneUrlHttp"])
    return _of_helper(cloud, repository)


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
