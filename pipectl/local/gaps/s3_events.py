"""What S3 tells EventBridge of the objects of a bucket.

User guide of S3, "EventBridge event message structure".
Moto builds such events itself, but delivers them past our EventBridge: to no pipeline, and without patterns.
"""

from __future__ import annotations

import functools
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipectl.local.world import World

_REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}
_TAG_OPERATIONS = ("PutObjectTagging", "DeleteObjectTagging")
_DELETIONS = {"Delete": "Permanently Deleted", "DeleteMarkerCreated": "Delete Marker Created"}


def listen(world: World, operation: str) -> None:
    """Have moto's S3 hand the events of an operation to the EventBridge of a world"""
    from moto.s3 import notifications

    vars(notifications)["_send_event_bridge_message"] = functools.partial(_emit, world, operation)


def _emit(world: World, operation: str, account: str, bucket: Any, event: Any, key: Any) -> None:
    """Moto sends an event of tags with every object; S3 only when tags are put or deleted (user guide)"""
    from moto.s3 import notifications

    name = str(getattr(event, "value", event))
    if name.startswith("s3:ObjectTagging") and operation not in _TAG_OPERATIONS:
        return
    world.emit(
        account,
        bucket.region_name,
        source="aws.s3",
        detail_type=vars(notifications)["_detail_type"](name),
        resources=[bucket.arn],
        detail={
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": _object(bucket, key),
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": account,
            "source-ip-address": "127.0.0.1",
            **_how(*name.removeprefix("s3:").split(":")),
        },
    )


def _object(bucket: Any, key: Any) -> dict[str, Any]:
    """The object; its version where the bucket has versions. The sequencer is inferred: it only grows"""
    version = {"version-id": key.version_id} if bucket.versioning_status else {}
    return {
        "key": key.name,
        "size": key.size,
        "etag": key.etag.strip('"'),
        **version,
        "sequencer": f"{int(key.last_modified.timestamp() * 1_000_000):018X}",
    }


def _how(kind: str, means: str = "") -> dict[str, str]:
    """The request that caused an event, and what kind of deletion it was"""
    if kind == "ObjectRemoved":
        return {"reason": "DeleteObject", "deletion-type": _DELETIONS.get(means, "Permanently Deleted")}
    return {"reason": _REASONS[means]} if kind == "ObjectCreated" and means in _REASONS else {}
