"""Where Git hosts call when something was pushed: the URLs of webhooks, and what they may send.

The URL leads to this server, where on AWS it is `https://REGION.webhooks.aws/trigger?t=TOKEN&v=1`. It is its
own secret: a private server answers it without its key, since a Git host cannot know that one. What AWS
answers to the caller is not documented: statuses and sentences are inferred.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pipectl.local.service import Refused
from pipectl.local.wire import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.service import Service
    from pipectl.local.world import World

PREFIX = "/webhooks/"
LARGEST_BYTES = 25 * 1024 * 1024
"""GitHub sends no larger payload (GitHub docs, "Webhook events and payloads", payload cap)."""
_PATH = re.compile(
    PREFIX + r"(?P<service>codebuild|codepipeline)/(?P<account>\d{12})/(?P<region>[a-z0-9-]+)/trigger"
)
_SIGNATURES = (("sha256", "HTTP_X_HUB_SIGNATURE_256"), ("sha1", "HTTP_X_HUB_SIGNATURE"))
_NOWHERE = "There is no webhook with this URL; POST to the URL with which it was created"


@dataclass(frozen=True)
class Call:
    """One call of a webhook's URL."""

    url: str
    body: bytes
    environ: Mapping[str, Any]

    def is_of(self, url: str) -> bool:
        """Whether it is the URL that was called; its token is a secret, so the time tells nothing of it"""
        return hmac.compare_digest(self.url.encode(), url.encode())

    def payload(self) -> Any:
        """What was sent: JSON, or a form whose `payload` is JSON (GitHub docs, "Creating webhooks")"""
        text = self.body
        if self.environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            text = parse_qs(text.decode(errors="replace")).get("payload", [""])[0].encode()
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise Refused("ValidationException", "The body of the call is not JSON", 400) from None

    def is_signed(self, secret: str) -> bool:
        """GitHub docs, "Validating webhook deliveries": HMAC of the body, the newer header first"""
        for digest, header in _SIGNATURES:
            if header in self.environ:
                expected = hmac.new(secret.encode(), self.body, getattr(hashlib, digest)).hexdigest()
                return hmac.compare_digest(
                    f"{digest}={expected}".encode(), str(self.environ[header]).encode()
                )
        return False


def new_url(service: Service) -> str:
    """Make the URL of a new webhook"""
    place = f"{service.world.url}{PREFIX}{service.model_name}/{service.account}/{service.region}/trigger"
    return f"{place}?t={secrets.token_urlsafe(48)}&v=1"


def answer(world: World, environ: Mapping[str, Any], body: bytes) -> Answer:
    """Answer a call by its service: 200 whether it starts something or is ignored, 403 without authority"""
    path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if path is None or environ["REQUEST_METHOD"] != "POST":
        return json_answer({"message": _NOWHERE}, 404)
    call = Call(f"{world.url}{path[0]}?{environ.get('QUERY_STRING', '')}", body, environ)
    try:
        with world.lock:
            service = world.made(path["service"], path["account"], path["region"])
            if service is None:
                raise nowhere()
            return json_answer(service.called(call))
    except Refused as refused:
        return json_answer({"message": refused.message}, refused.status or 400)


def nowhere() -> Refused:
    """Refuse a URL that no webhook has"""
    return Refused("ResourceNotFoundException", _NOWHERE, 404)
