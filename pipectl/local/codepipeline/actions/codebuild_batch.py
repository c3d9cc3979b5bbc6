"""A CodeBuild action with BatchEnabled (user guide of CodeBuild, samples of batch builds)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codebuild.record import PipelineWork
from pipectl.local.service import Refused

from .action import ActionFailedError, Done, Pending
from .codebuild_request import is_on, reason, refusal, request, wrong

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job
    from pipectl.local.codepipeline.records import Artifact

LONGEST_BATCH_S = 36 * 3600  # "timeoutInMins" of a batch is 2160 at most


def start(job: Job, primary: Artifact | None) -> Pending:
    """Start the batch; its builds run in CodeBuild's own threads."""
    combines = is_on(job.configuration, "CombineArtifacts")
    if combines and len(job.outputs) > 1:  # "there is only one output allowed"; the sentence is inferred
        raise wrong("An action with CombineArtifacts has one output artifact only")
    work = PipelineWork(
        {artifact.name: job.for_build(artifact) for artifact in job.inputs},
        primary.name if primary else "",
        tuple(artifact.name for artifact in job.outputs),
        {artifact.name: job.stored(artifact) for artifact in (*job.inputs, *job.outputs)},
    )
    try:
        batch = job.service("codebuild").start_batch_for_pipeline(
            job.configuration["ProjectName"],
            work=work,
            combines=combines,
            **request(job, primary),
        )
    except Refused as refused:
        raise refusal("startBuildBatch", refused) from None
    return _follow(job, batch)


def _follow(job: Job, batch: str) -> Pending:
    """Wait for the end of a batch, then take the artifacts of its builds; both URLs are inferred"""
    project = batch.partition(":")[0]
    console = f"https://{job.region}.console.aws.amazon.com/codesuite/codebuild/{job.account}"
    place = f"{console}/projects/{project}"
    job.tell(
        external_id=batch,
        external_url=f"{place}/batch/{batch}?region={job.region}",
        entity_url=f"{place}?region={job.region}",
    )

    def look() -> Done | None:
        found = job.call("codebuild", "BatchGetBuildBatches", ids=[batch])["buildBatches"]
        if not found:
            raise ActionFailedError(f"Build batch {batch} was deleted")
        return _ended(job, batch, found[0]) if found[0]["complete"] else None

    return Pending(look, LONGEST_BATCH_S, "The batch did not end in time")


def _ended(job: Job, batch: str, found: dict[str, Any]) -> Done:
    """That the variables of its builds are not handed on is inferred"""
    if found["buildBatchStatus"] != "SUCCEEDED":
        raise ActionFailedError(f"Build terminated with state: {found['buildBatchStatus']}{reason(found)}")
    made = job.service("codebuild").batch_outputs(batch)
    for artifact in job.outputs:
        if artifact.name in made:
            job.from_build(artifact, made[artifact.name])
    return Done()
