"""Source/CodeStarSourceConnection: a local Git repository behind a connection (user guide, connections).

CODEBUILD_CLONE_REF hands on the files too, without history: a build cannot clone from the host that
the connection names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local import connections
from pipectl.local.codecommit import archives, store

from .action import ActionFailedError, Done
from .source_codecommit import SUMMARY_LENGTH, moment

if TYPE_CHECKING:
    from pathlib import Path

    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome


def start(job: Job) -> Outcome:
    """Fetch the commit that was pushed, else the tip of the branch."""
    name = job.configuration["FullRepositoryId"]
    folder = _folder(job, name)
    branch = job.override.get("branch") or job.configuration["BranchName"]
    identity = job.override.get("revisionValue") or store.tip(folder, branch)
    commit = archives.commit_of(folder, identity) if identity else None
    if commit is None:
        raise ActionFailedError(
            f"[CodeConnections] No Branch [{branch}] found for FullRepositoryName [{name}]",
            "ConfigurationError",
        )
    job.write(job.outputs[0], archives.packed(folder, commit["commitId"]))
    return _done(job, name, branch, commit)


def _folder(job: Job, name: str) -> Path:
    arn = job.configuration["ConnectionArn"]
    folder = connections.repository(job.world, arn, name)
    if folder is None:
        raise ActionFailedError(
            f"Unable to use Connection: {arn}. The local AWS knows no Git repository behind it; "
            f"in your clone of {name}, `pipectl local connect {arn} .` links it",
            "PermissionError",
        )
    return folder


def _done(job: Job, name: str, branch: str, commit: dict[str, Any]) -> Done:
    identity, message = commit["commitId"], commit.get("message", "")
    job.tell(external_id=identity)
    variables = {
        "AuthorDate": moment(commit["author"]["date"]),
        "BranchName": branch,
        "CommitId": identity,
        "CommitMessage": message,
        "ConnectionArn": job.configuration["ConnectionArn"],
        "FullRepositoryName": name,
        "ProviderType": "GitHub",
    }
    summary = message[:SUMMARY_LENGTH] or None
    return Done(summary, variables, job.revision(identity, summary))
