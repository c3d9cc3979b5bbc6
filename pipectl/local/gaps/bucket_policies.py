"""Bucket policies: read before they are kept, and kept with strings where a condition held booleans."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipectl.local.gaps import documents
from pipectl.local.wire import Refused

if TYPE_CHECKING:
    from pipectl.local.world import World

_LIMIT = 20_480  # User guide of S3, "bucket policies"


def accepted(world: World, bucket: Any, body: bytes) -> bytes:
    """Answer the policy as S3 keeps it, or refuse it (texts as seen in public issues)"""
    document = _parsed(body)
    _check_statements(document, bucket.name)
    stranger = documents.stranger(world, document)
    if stranger:
        raise _malformed("Invalid principal in policy")
    if len(body) > _LIMIT:
        raise Refused("PolicyTooLarge", "Policy exceeds the maximum allowed document size.", 400)
    block = bucket.public_access_block
    if block is not None and block.block_public_policy and _is_public(document):
        raise Refused("AccessDenied", "Access Denied: public policies are blocked by BlockPublicPolicy", 403)
    return json.dumps(_stringified(document), separators=(",", ":")).encode()


def permission(bucket: Any, action: str, resource: str) -> Any:
    """What moto's reading of the policy says, which knows no conditions

    A statement about what comes without TLS is left out: nothing here is asked for from another machine.
    """
    from moto.iam.access_control import IAMPolicy, PermissionResult

    document = json.loads(bucket.policy or "{}")
    said = [each for each in documents.statements(document) if not _is_about_tls(each)]
    if not said:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({**document, "Statement": said})).is_action_permitted(action, resource)


def _is_about_tls(statement: dict[str, Any]) -> bool:
    return statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from None
    if not isinstance(document, dict):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    return document


def _check_statements(document: dict[str, Any], bucket: str) -> None:
    if not documents.statements(document):
        raise _malformed("Missing required field Statement")
    for statement in documents.statements(document):
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise _malformed("Missing required field Effect")
        for field in ("Principal", "Action", "Resource"):
            if field not in statement and f"Not{field}" not in statement:
                raise _malformed(f"Missing required field {field}")
        if not all(_is_inside(arn, bucket) for arn in documents.listed(statement.get("Resource"))):
            raise _malformed("Policy has invalid resource")


def _is_inside(arn: str, bucket: str) -> bool:
    name = arn.rpartition(":::")[2]
    return arn.startswith("arn:") and (name == bucket or name.startswith((f"{bucket}/", f"{bucket}*")))


def _is_public(document: dict[str, Any]) -> bool:
    """User guide of S3, "the meaning of public": everybody is allowed, and no condition narrows it"""
    return any(
        statement["Effect"] == "Allow"
        and not statement.get("Condition")
        and statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
        for statement in documents.statements(document)
    )


def _stringified(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stringified(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_stringified(part) for part in value]
    return str(value).lower() if isinstance(value, bool) else value


def _malformed(message: str) -> Refused:
    return Refused("MalformedPolicy", message, 400)
