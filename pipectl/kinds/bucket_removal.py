"""How the artifact bucket goes: emptied of every version, then deleted."""

from collections.abc import Iterator
from typing import Any

from pipectl.aws.cloud import Cloud, find
from pipectl.engine.values import Step
from pipectl.errors import AwsError
from pipectl.kinds.kind import listed, remaining_tags

MISSING = ("NoSuchBucket", "404")
LISTED = 1000
"""Versions of one ListObjectVersions, and the most that one DeleteObjects takes (API reference)."""


def look(cloud: Cloud, name: str) -> str | None:
    """How many objects and older versions are in the bucket; delete markers alone are nothing to lose."""
    answer = find(MISSING, cloud, "s3", "list_object_versions", **_named(cloud, name), MaxKeys=LISTED)
    versions = (answer or {}).get("Versions") or []
    more = " or more" if (answer or {}).get("IsTruncated") else ""
    return f"{len(versions)}{more} object{'s' if len(versions) > 1 else ''}" if versions else None


def delete(cloud: Cloud, step: Step) -> None:
    """Empty the bucket as far as the plan has said, then take it away.

    A bucket whose plan found nothing is not emptied: an artifact that came meanwhile makes S3 refuse. What
    the look does not count, delete markers and uploads that never ended, makes it refuse too, and goes then.
    """
    name = step.resource.name
    if step.deletes_contents:
        _empty(cloud, name)
    try:
        find(MISSING, cloud, "s3", "delete_bucket", **_named(cloud, name))
    except AwsError as error:
        if error.code != "BucketNotEmpty" or (not step.deletes_contents and look(cloud, name)):
            raise
        _empty(cloud, name)
        find(MISSING, cloud, "s3", "delete_bucket", **_named(cloud, name))


def release(cloud: Cloud, step: Step) -> None:
    """Take our tags off: PutBucketTagging replaces them all, and an empty set is a call of its own."""
    pairs = listed(remaining_tags(step), "Key", "Value")
    common = _named(cloud, step.resource.name)
    if pairs:
        cloud.call("s3", "put_bucket_tagging", **common, Tagging={"TagSet": pairs})
    else:
        cloud.call("s3", "delete_bucket_tagging", **common)


def _named(cloud: Cloud, name: str) -> dict[str, str]:
    return {"Bucket": name, "ExpectedBucketOwner": cloud.account.id}


def _empty(cloud: Cloud, name: str) -> None:
    for batch in _versions(cloud, name):
        answer = cloud.call(
            "s3", "delete_objects", **_named(cloud, name), Delete={"Objects": batch, "Quiet": True}
        )
        for failed in answer.get("Errors") or []:  # which come with a status of 200
            raise AwsError("s3", "delete_objects", failed["Code"], f"{failed['Key']}: {failed['Message']}")
    uploads = find(MISSING, cloud, "s3", "list_multipart_uploads", **_named(cloud, name)) or {}
    for upload in uploads.get("Uploads") or []:
        key, number = upload["Key"], upload["UploadId"]
        cloud.call("s3", "abort_multipart_upload", **_named(cloud, name), Key=key, UploadId=number)


def _versions(cloud: Cloud, name: str) -> Iterator[list[dict[str, Any]]]:
    """Versions and delete markers, page by page: each page is gone before the next is asked for."""
    while True:
        answer = (
            find(MISSING, cloud, "s3", "list_object_versions", **_named(cloud, name), MaxKeys=LISTED) or {}
        )
        found = [*(answer.get("Versions") or []), *(answer.get("DeleteMarkers") or [])]
        if not found:
            return
        yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        if not answer.get("IsTruncated"):
            return
