"""Deploy/S3: unpack an artifact into a bucket, or put it there as it is (user guide, S3 deploy action)."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.records import new_id

from . import zips
from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome


def start(job: Job) -> Outcome:
    """Put the objects."""
    bucket = job.configuration["BucketName"]
    data = job.read(job.input())
    objects = _objects(job, data)
    with job.world.lock:
        s3 = job.moto("s3")
        if bucket not in s3.buckets:
            raise ActionFailedError(
                f"The bucket {bucket} does not exist or cannot be accessed", "PermissionError"
            )
        for key, content in objects.items():
            _put(job, s3, bucket, key, content)
    url = f"https://{job.region}.console.aws.amazon.com/s3/buckets/{bucket}"
    job.tell(entity_url=url, external_url=url, targets=_targets(job, bucket))
    return Done(f"Deployment of {len(objects)} objects to {bucket} succeeded")


def _objects(job: Job, data: bytes) -> dict[str, bytes]:
    """Extract=true unpacks below ObjectKey; else ObjectKey names the one object."""
    key = job.configuration.get("ObjectKey", "")
    if job.configuration["Extract"].lower() == "true":
        prefix = f"{key.strip('/')}/" if key.strip("/") else ""
        return {prefix + name: content for name, content in zips.members(data)}
    if not key:
        raise ActionFailedError(
            f"Action configuration for action '{job.name}' needs ObjectKey when Extract is false",
            "ConfigurationError",
        )
    stamp = job.world.now().strftime("%Y-%m-%d_%H-%M-%S")
    return {key.replace("{datetime}", stamp).replace("{uuid}", new_id()): data}


def _put(job: Job, s3: Any, bucket: str, key: str, content: bytes) -> None:
    from moto.s3.models import get_canned_acl

    stored = s3.put_object(bucket, key, content)
    metadata = {"Content-Type": mimetypes.guess_type(key)[0] or "application/octet-stream"}
    if "CacheControl" in job.configuration:
        metadata["Cache-Control"] = job.configuration["CacheControl"]
    stored.set_metadata(metadata)
    if "CannedACL" in job.configuration:
        stored.set_acl(get_canned_acl(job.configuration["CannedACL"]))


def _targets(job: Job, bucket: str) -> list[dict[str, Any]]:
    """What ListDeployActionExecutionTargets tells (shape from the model, content inferred)."""
    now = job.world.now()
    return [
        {
            "targetId": bucket,
            "targetType": "S3Bucket",
            "status": "Succeeded",
            "startTime": now,
            "endTime": now,
        }
    ]
