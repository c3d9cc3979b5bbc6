"""Deploy/S3: unpack an artifact into a bucket, or put it there as it is (user guide, S3 deploy action).

Keys, types, words and codes are recorded (docs/aws/codepipeline.md, 11).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pipectl.local.codepipeline.records import new_id

from . import zips
from .action import ActionFailedError, Done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.codepipeline.engine.job import Job

    from .action import Outcome

ANYTHING = "application/octet-stream"
CONTENT_TYPES = {
    ".css": "text/css",
    ".htm": "text/html",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "application/x-javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
}
"""Of unpacked files by the end of their names; others, fonts too, are ANYTHING (.htm and .jpeg inferred)."""


def start(job: Job) -> Outcome:
    """Put the objects one by one; what was put before one fails stays there."""
    bucket, key = job.configuration["BucketName"], job.configuration.get("ObjectKey", "")
    host = f"https://console.aws.amazon.com/s3/buckets/{bucket}"
    job.tell(entity_url=f"{host}/?region={job.region}&tab=overview")
    extract = _extract(job, key)
    data = job.read(job.input())
    objects = _members(key, data) if extract else iter([(_named(job, key), data, ANYTHING)])
    with job.world.lock:
        s3 = job.moto("s3")
        if bucket not in s3.buckets:
            raise ActionFailedError(
                f"The bucket {bucket} does not exist or cannot be accessed", "PermissionError"
            )
        for name, content, content_type in objects:
            _put(job, s3, name, content, content_type)
    job.tell(external_id=f"{bucket}/{key}" if key else bucket, targets=_targets(job, bucket))
    return Done("Deployment Succeeded")


def _extract(job: Job, key: str) -> bool:
    """Whether to unpack; CreatePipeline takes any value, the action only two."""
    stated = job.configuration["Extract"]
    if stated not in ("true", "false"):
        raise ActionFailedError(
            f"Invalid value for configuration property '{stated}': 'Extract'. Edit your pipeline and set "
            "'Extract' to either 'true' or 'false'.",
            "ConfigurationError",
        )
    if stated == "false" and not key:
        raise ActionFailedError(
            "When the extract feature is disabled, you must provide an object. Edit your pipeline to fix the "
            "configuration.",
            "ConfigurationError",
        )
    return stated == "true"


def _named(job: Job, key: str) -> str:
    """User guide, S3 deploy action: a time and a UUID may stand in the key."""
    stamp = job.world.now().strftime("%Y-%m-%d_%H-%M-%S")
    return key.replace("{datetime}", stamp).replace("{uuid}", new_id())


def _members(key: str, data: bytes) -> Iterator[tuple[str, bytes, str]]:
    """The files of the archive: the key is set before each name with a slash, whatever both look like."""
    for name, content in zips.entries(data):
        plain = name.replace("\\", "/")
        if "../" in plain:
            raise ActionFailedError(
                f"The file name {name} contains invalid sequence: dot-dot-slash.", "ConfigurationError"
            )
        ending = PurePosixPath(plain).suffix.lower()
        yield f"{key}/{plain}" if key else plain, content, CONTENT_TYPES.get(ending, ANYTHING)


def _put(job: Job, s3: Any, key: str, content: bytes, content_type: str) -> None:
    from moto.s3.models import get_canned_acl

    kms = job.configuration.get("KMSEncryptionKeyARN")
    encryption = {"encryption": "aws:kms", "kms_key_id": kms} if kms else {}
    stored = s3.put_object(job.configuration["BucketName"], key, content, **encryption)
    metadata = {"Content-Type": content_type}
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
