"""Source/CodeCommit: the tip of a branch as a zip file (user guide, CodeCommit action)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

SUMMARY_LENGTH = 2048  # API reference, ExecutionSummary


def start(job: Job) -> Outcome:
    """Fetch the commit that the start asked for, else the tip of the branch."""
    repository, branch = job.configuration["RepositoryName"], job.configuration["BranchName"]
    codecommit = job.service("codecommit")
    with job.world.lock:
        identity = job.override.get("revisionValue") or tip(codecommit, repository, branch)
        commit = codecommit.commit(repository, identity)
    full_clone = job.configuration.get("OutputArtifactFormat") == "CODEBUILD_CLONE_REF"
    if full_clone:
        reference = {"repository": repository, "branch": branch, "commit": identity, "service": "codecommit"}
        job.write(job.outputs[0], json.dumps(reference).encode())
    else:
        job.write(job.outputs[0], codecommit.archive(repository, identity))
    return _done(job, repository, branch, commit, full_clone=full_clone)


def tip(codecommit: Any, repository: str, branch: str) -> str:
    """The commit at the end of a branch. Raises ActionFailedError when there is none."""
    found: str | None = None
    if repository in codecommit.repositories:
        found = codecommit.branch_tip(repository, branch)
    if found is None:
        raise _no_branch(codecommit, repository, branch)
    return found


def _no_branch(codecommit: Any, repository: str, branch: str) -> ActionFailedError:
    """User guide, troubleshooting, for the repository; the wording for the branch is inferred."""
    if repository not in codecommit.repositories:
        return ActionFailedError(
            f"Could not access the CodeCommit repository {repository}. Make sure that the pipeline IAM role "
            "has sufficient permissions to access the repository.",
            "PermissionError",
        )
    return ActionFailedError(
        f"No branch [{branch}] found for CodeCommit repository [{repository}]", "ConfigurationError"
    )


def _done(job: Job, repository: str, branch: str, commit: dict[str, Any], *, full_clone: bool) -> Done:
    identity, message = commit["commitId"], commit.get("message", "")
    url = (
        f"https://{job.region}.console.aws.amazon.com/codesuite/codecommit/repositories/{repository}"
        f"/commit/{identity}?region={job.region}"
    )
    job.tell(
        external_id=identity,
        entity_url=f"https://{job.region}.console.aws.amazon.com/codesuite/codecommit/repositories/{repository}"
        f"/browse/refs/heads/{branch}/--/?region={job.region}",
    )
    summary = message[:SUMMARY_LENGTH] or None
    return Done(
        summary,
        {
            "AuthorDate": moment(commit["author"]["date"]),
            "BranchName": branch,
            "CommitId": identity,
            "CommitMessage": message,
            "CommitterDate": moment(commit["committer"]["date"]),
            "RepositoryName": repository,
        },
        job.revision(identity, summary, url),
        full_clone,
    )


def moment(date: str) -> str:
    """A date of git (seconds and offset) as the variables show it (user guide, variables)."""
    return datetime.fromtimestamp(int(date.split(maxsplit=1)[0]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
