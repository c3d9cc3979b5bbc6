"""Source/S3: an object of a versioned bucket (user guide, S3 source action)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.records import Revision

from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome


def start(job: Job) -> Outcome:
    """Copy the object's latest version, or the version or key that the start asked for."""
    bucket, key, version = job.configuration["S3Bucket"], _key(job), _version(job)
    with job.world.lock:
        found = find(job.moto("s3"), bucket, key, version)
        data, etag, version = bytes(found.value), str(found.etag).strip('"'), str(found.version_id)
    job.write(job.outputs[0], data)
    job.tell(external_id=version, entity_url=entity_url(job.region))
    summary = f"Amazon S3 version id: {version}"
    variables = {"BucketName": bucket, "ETag": etag, "ObjectKey": key, "VersionId": version}
    return Done(summary, variables, Revision(version, None, summary))


def entity_url(region: str) -> str:
    """Where the console shows the source: all of S3 (recorded: docs/aws/codepipeline.md, 4)."""
    return f"https://console.aws.amazon.com/s3/home?region={region}#"


def _key(job: Job) -> str:
    """User guide, source overrides: another key only where the action allows it."""
    if job.override.get("revisionType") != "S3_OBJECT_KEY":
        return job.configuration["S3ObjectKey"]
    if job.configuration.get("AllowOverrideForS3ObjectKey", "false").lower() != "true":
        raise ActionFailedError(
            f"Action {job.name} does not allow the S3 object key to be overridden", "ConfigurationError"
        )
    return str(job.override["revisionValue"])


def _version(job: Job) -> str | None:
    wanted = job.override.get("revisionType") == "S3_OBJECT_VERSION_ID"
    return str(job.override["revisionValue"]) if wanted else None


def find(s3: Any, bucket: str, key: str, version: str | None = None) -> Any:
    """The object. Raises ActionFailedError when there is none to be read.

    The words for what is missing are recorded (docs/aws/codepipeline.md, 3.11); the wording about versioning
    is inferred.
    """
    kept = s3.buckets.get(bucket)
    if kept is not None and not kept.is_versioned:
        raise ActionFailedError(f"The bucket {bucket} must have versioning enabled", "ConfigurationError")
    found = s3.get_object(bucket, key, version) if kept is not None else None
    if found is None or not hasattr(found, "etag"):  # a delete marker has none
        raise ActionFailedError(
            f'Could not access the Amazon S3 object: "{bucket}/{key}". Make sure that the names of the '
            "bucket and object are both correct.",
            "ConfigurationError",
        )
    return found
