"""The IAM actions of S3's operations (Service Authorization Reference, "Amazon S3")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.wire import Request

ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
"""Operation -> action, where their names differ."""

VERSIONED = {
    "DeleteObject": "DeleteObjectVersion",
    "GetObject": "GetObjectVersion",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
}
"""Action -> the one that a request for a certain version needs."""

_HEADERS = {"x-amz-acl": "s3:PutObjectAcl", "x-amz-tagging": "s3:PutObjectTagging"}


def asked(request: Request, partition: str) -> Iterator[tuple[str, str]]:
    """Actions and resources of one request"""
    bucket, key = place(request)
    action = ACTIONS.get(request.operation, request.operation)
    if "versionId" in parse_qs(request.query):
        action = VERSIONED.get(action, action)
    if action == "ListAllMyBuckets":
        yield "s3:ListAllMyBuckets", "*"
        return
    resource = f"arn:{partition}:s3:::{bucket}" + (f"/{key}" if key else "")
    if request.operation == "DeleteObjects":
        resource += "/*"
    yield f"s3:{action}", resource
    if action == "PutObject":
        yield from ((needed, resource) for header, needed in _HEADERS.items() if header in request.headers)
    if source := request.headers.get("x-amz-copy-source"):
        copied = unquote(source).partition("?")[0].strip("/")
        yield "s3:GetObject", f"arn:{partition}:s3:::{copied}"


def place(request: Request) -> tuple[str, str]:
    """Bucket and key, be the bucket in the path or in the host's name"""
    host = request.headers.get("host", "").partition(":")[0]
    if host.endswith(".localhost"):
        return host.removesuffix(".localhost"), request.path.lstrip("/")
    bucket, _, key = request.path.lstrip("/").partition("/")
    return bucket, key
