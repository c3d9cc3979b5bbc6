"""S3: new buckets are closed, named by the rules, tagged at creation, and belong to their account."""

from __future__ import annotations

import functools
import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pipectl.local import model, motos
from pipectl.local.gaps import bucket_names, bucket_policies, documents, s3_events
from pipectl.local.service import unknown_operation
from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

# moto takes these for the bucket or object itself: it would list, overwrite or delete it
_NOT_IN_MOTO = frozenset(
    (
        "abac",
        "analytics",
        "annotation",
        "intelligent-tiering",
        "metadataAnnotationTable",
        "metadataConfiguration",
        "metadataInventoryTable",
        "metadataJournalTable",
        "metadataTable",
        "metrics",
        "renameObject",
        "requestPayment",
        "session",
        "torrent",
    )
)
_OWNER = "x-amz-expected-bucket-owner"
_DENIED = Refused("AccessDenied", "Access Denied", 403)
_SUCCESS = range(200, 300)
# "By default, the bucket owner pays for downloads" (API reference, GetBucketRequestPayment); Terraform asks
_OWNER_PAYS = Answer(
    200,
    {"Content-Type": "application/xml"},
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<RequestPaymentConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
)


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Check what moto does not, let it answer, and add what AWS adds"""
    if _sub_resource(request.operation) in _NOT_IN_MOTO and request.operation != "GetBucketRequestPayment":
        raise unknown_operation("s3", request.operation)
    s3_events.listen(world, request.operation)
    name = _bucket_name(request)
    owner = motos.backends("s3").bucket_accounts.get(name)
    if request.operation == "CreateBucket":
        return _create(world, request, name, forward)
    if owner is None:
        return forward(request)
    bucket = world.moto("s3", owner[1], owner[0]).buckets.get(name)
    _check_owner(request, owner[1], bucket)
    if request.operation == "GetBucketRequestPayment":
        return _OWNER_PAYS
    if request.operation == "PutBucketPolicy":
        request = replace(request, body=bucket_policies.accepted(world, bucket, request.body))
    answered = forward(request)
    if answered.status in _SUCCESS:
        _after(request.operation, bucket)
        if request.operation == "PutBucketPolicy":
            bucket.get_permission = functools.partial(bucket_policies.permission, bucket)
    if request.operation == "GetBucketNotificationConfiguration":
        return _with_event_bridge(bucket, answered)
    return answered


def _sub_resource(operation: str) -> str:
    described = model.operation_model("s3", operation)
    return described.http["requestUri"].partition("?")[2] if described else ""


def _bucket_name(request: Request) -> str:
    host = request.headers.get("host", "").partition(":")[0]
    if host.endswith(".localhost"):  # SDKs put the bucket in front of a host that has a name
        return host.removesuffix(".localhost")
    return request.path.strip("/").partition("/")[0]


def _create(world: World, request: Request, name: str, forward: Forward) -> Answer:
    """User guide of S3, "bucket naming rules" and "default settings" of new buckets (since April 2023)"""
    if not bucket_names.allowed(name):
        raise Refused("InvalidBucketName", "The specified bucket is not valid.", 400)
    backend = world.moto("s3", request.account, request.region)
    was = backend.buckets.get(name)
    answered = forward(request)
    bucket = backend.buckets.get(name)
    if answered.status in _SUCCESS and bucket is not None and bucket is not was:
        _close(bucket)
        _encrypt(bucket)
        tags = _tags(request.body)
        if tags:
            backend.put_bucket_tagging(name, tags)
    return answered


def _close(bucket: Any) -> None:
    from moto.s3.models import PublicAccessBlock

    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    bucket.ownership_rule = bucket.ownership_rule or "BucketOwnerEnforced"


def _encrypt(bucket: Any) -> None:
    """SSE-S3 cannot be off (User guide of S3, "default bucket encryption")"""
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
    bucket.encryption = {"Rule": default}


def _tags(body: bytes) -> dict[str, str]:
    """CreateBucketConfiguration.Tags (API reference, CreateBucket)"""
    if not body:
        return {}
    found = (
        (element.findtext("{*}Key"), element.findtext("{*}Value"))
        for element in ET.fromstring(body).iterfind("{*}Tags/{*}Tag")  # noqa: S314  from this machine
    )
    return {key: value or "" for key, value in found if key}


def _check_owner(request: Request, owner: str, bucket: Any) -> None:
    expected = request.headers.get(_OWNER)
    if expected is not None and expected != owner:
        raise _DENIED
    is_stranger = bool(request.access_key) and request.account != owner
    if is_stranger and not _invites(bucket, request.account):
        raise _DENIED


def _invites(bucket: Any, account: str) -> bool:
    """Whether a bucket's policy lets an account in; which of its actions, is not looked at"""
    policy = json.loads(bucket.policy) if bucket is not None and bucket.policy else {}
    for statement in documents.statements(policy):
        named = statement.get("Principal")
        listed = documents.listed(named.get("AWS")) if isinstance(named, dict) else documents.listed(named)
        if statement.get("Effect") == "Allow" and any(one == "*" or account in one for one in listed):
            return True
    return False


def _after(operation: str, bucket: Any) -> None:
    if operation == "DeleteBucketEncryption":
        _encrypt(bucket)
    elif operation == "PutBucketLifecycleConfiguration":
        for rule in bucket.rules:  # API reference, LifecycleRule: an ID is made up where none was sent
            rule.id = rule.id or str(uuid.uuid4())


def _with_event_bridge(bucket: Any, answered: Answer) -> Answer:
    """Moto keeps that a bucket sends its events to EventBridge, and does not tell it"""
    kept = bucket.notification_configuration
    if kept is None or kept.event_bridge is None:
        return answered
    root = ET.Element("NotificationConfiguration", xmlns="http://s3.amazonaws.com/doc/2006-03-01/")
    told = ET.fromstring(answered.body) if answered.body else root  # noqa: S314  from moto
    namespace = told.tag.partition("}")[0] + "}" if told.tag.startswith("{") else ""
    ET.SubElement(told, f"{namespace}EventBridgeConfiguration")
    return replace(answered, body=ET.tostring(told, xml_declaration=True, encoding="UTF-8"))
