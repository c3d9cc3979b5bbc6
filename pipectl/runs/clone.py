"""Where git pushes to a CodeCommit repository."""

from pipectl.aws.cloud import Cloud
from pipectl.command import is_elsewhere, profile


def clone_url(cloud: Cloud, repository: str) -> str:
    """The URL for git-remote-codecommit; another endpoint than AWS's says itself where it takes a push."""
    if is_elsewhere():
        answer = cloud.call("codecommit", "get_repository", repositoryName=repository)
        return str(answer["repositoryMetadata"]["cloneUrlHttp"])
    named = profile()
    return f"codecommit::{cloud.account.region}://{f'{named}@' if named else ''}{repository}"
