"""Calls that Git hosts make when something was pushed: their payload, and whether they are signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNATURES = (("sha256", "HTTP_X_HUB_SIGNATURE_256"), ("sha1", "HTTP_X_HUB_SIGNATURE"))


def payload(body: bytes, environ: Mapping[str, Any]) -> Any:
    """What was sent: JSON, or a form whose `payload` is JSON (GitHub docs, "Creating webhooks")"""
    text = body
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        text = parse_qs(body.decode(errors="replace")).get("payload", [""])[0].encode()
    try:
        return json.loads(text)
    except ValueError:
        raise Refused("ValidationException", "The body of the call is not JSON", 400) from None


def is_signed(secret: str, body: bytes, environ: Mapping[str, Any]) -> bool:
    """GitHub docs, "Validating webhook deliveries": HMAC of the body, the newer header first."""
    for digest, header in _SIGNATURES:
        if header in environ:
            expected = hmac.new(secret.encode(), body, getattr(hashlib, digest)).hexdigest()
            return hmac.compare_digest(f"{digest}={expected}".encode(), str(environ[header]).encode())
    return False
