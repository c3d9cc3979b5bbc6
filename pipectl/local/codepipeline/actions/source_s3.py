"""Source/S3: an object of a versioned bucket (user guide, S3 source action)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome


def start(job: Job) -> Outcome:
    """Copy the object's latest version, or the version or key that the start asked for."""
    bucket, key, version = job.configuration["S3Bucket"], _key(job), _version(job)
    with job.world.lock:
        found = _object(job, bucket, key, version)
        data, etag, version = bytes(found.value), str(found.etag).strip('"'), str(found.version_id)
    job.write(job.outputs[0], data)
    url = f"https://{job.region}.console.aws.amazon.com/s3/object/{bucket}?prefix={key}&versionId={version}"
    job.tell(external_id=version, entity_url=url)
    summary = f"Amazon S3 version id: {version}"
    variables = {"BucketName": bucket, "ETag": etag, "ObjectKey": key, "VersionId": version}
    return Done(summary, variables, job.revision(version, summary, url))


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


def _object(job: Job, bucket: str, key: str, version: str | None) -> Any:
    """The object, or why there is none (user guide, S3 source action; wording inferred)."""
    s3 = job.moto("s3")
    if bucket not in s3.buckets:
        raise ActionFailedError(
            f"The bucket {bucket} does not exist or cannot be accessed", "PermissionError"
        )
    if not s3.buckets[bucket].is_versioned:
        raise ActionFailedError(f"The bucket {bucket} must have versioning enabled", "ConfigurationError")
    found = s3.get_object(bucket, key, version)
    if found is None or not hasattr(found, "etag"):  # a delete marker has none
        raise ActionFailedError(
            f"The object with key '{key}' does not exist in bucket '{bucket}'", "RevisionUnavailable"
        )
    return found
