"""Build/CodeBuild and Test/CodeBuild: a build with the action's artifacts (user guide, CodeBuild action)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

from . import codebuild_batch
from .action import ActionFailedError, Done, Pending
from .codebuild_request import check_identifiers, is_on, reason, refusal, request

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

LONGEST_BUILD_S = 36 * 3600 + 8 * 3600  # 36 hours of building after 8 hours in the queue are a project's most


def start(job: Job) -> Outcome:
    """Start the build; it runs in CodeBuild's own threads."""
    primary = job.input(job.configuration.get("PrimarySource")) if job.inputs else None  # rules may have none
    check_identifiers(job, primary)
    if is_on(job.configuration, "BatchEnabled"):
        return codebuild_batch.start(job, primary)
    try:
        build = job.service("codebuild").start_for_pipeline(
            job.configuration["ProjectName"],
            inputs={artifact.name: job.for_build(artifact) for artifact in job.inputs},
            primary=primary.name if primary else "",
            outputs=[artifact.name for artifact in job.outputs],
            stored={artifact.name: job.stored(artifact) for artifact in (*job.inputs, *job.outputs)},
            **request(job, primary),
        )
    except Refused as refused:
        raise refusal("startBuild", refused) from None
    return follow(job, build)


def follow(job: Job, build: str) -> Pending:
    """Wait for the end of a build, then take its artifacts and exported variables."""
    project = build.partition(":")[0]
    console = (
        f"https://{job.region}.console.aws.amazon.com/codesuite/codebuild/{job.account}/projects/{project}"
    )
    job.tell(
        external_id=build,
        # Recorded: docs/aws/codepipeline.md, 9.
        external_url=f"https://console.aws.amazon.com/codebuild/home?region={job.region}#/builds/{build}/view/new",
        entity_url=f"{console}?region={job.region}",
    )

    def look() -> Done | None:
        found = job.call("codebuild", "BatchGetBuilds", ids=[build])["builds"]
        if not found:
            raise ActionFailedError(f"Build {build} was deleted")
        if not found[0]["buildComplete"]:
            return None
        return _ended(job, build, found[0])

    return Pending(look, LONGEST_BUILD_S, "The build did not end in time")


def _ended(job: Job, build: str, found: dict[str, Any]) -> Done:
    if found["buildStatus"] != "SUCCEEDED":
        raise ActionFailedError(f"Build terminated with state: {found['buildStatus']}{reason(found)}")
    codebuild = job.service("codebuild")
    made = codebuild.outputs_of(build)
    for artifact in job.outputs:
        if artifact.name in made:  # one that the build did not make is missed by whoever reads it
            job.from_build(artifact, made[artifact.name])
    # No summary (recorded: docs/aws/codepipeline.md, 9).
    return Done(variables=codebuild.exported_variables(build))
