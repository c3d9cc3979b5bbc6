"""Calls of webhooks: what Git hosts send to a webhook's URL, and whether it may start the pipeline.

The URL leads to this server, where on AWS it is `https://REGION.webhooks.aws/trigger?t=TOKEN&v=1`. What the
service answers to the caller is not documented: code and words of these answers are inferred.
"""

from __future__ import annotations

import ipaddress
import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipectl.local import git_calls
from pipectl.local.service import Refused
from pipectl.local.wire import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonpath_ng.jsonpath import JSONPath

    from pipectl.local.service import Service
    from pipectl.local.world import World

    from .webhooks import Webhooks

Shape = dict[str, Any]
PREFIX = "/webhooks/codepipeline/"
_PATH = re.compile(PREFIX + r"(?P<account>\d{12})/(?P<region>[a-z0-9-]+)/trigger")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Call:
    """A call of a webhook's URL."""

    url: str
    body: bytes
    environ: Mapping[str, Any]

    def payload(self) -> Any:
        """What was sent"""
        return git_calls.payload(self.body, self.environ)


def url(service: Service) -> str:
    """Make a new URL of a webhook."""
    place = f"{service.world.url}{PREFIX}{service.account}/{service.region}/trigger"
    return f"{place}?t={secrets.token_urlsafe(48)}&v=1"


def answer(world: World, environ: Mapping[str, Any], body: bytes) -> Answer:
    """Answer a call of a webhook: 200 whether it starts the pipeline or is ignored, 403 without authority"""
    path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if path is None or environ["REQUEST_METHOD"] != "POST":
        return json_answer({"message": "There is no webhook here; call the URL of PutWebhook with POST"}, 404)
    service: Webhooks = world.service("codepipeline", path["account"], path["region"])
    called = f"{world.url}{path[0]}?{environ.get('QUERY_STRING', '')}"
    try:
        with world.lock:
            started = service.called(Call(called, body, environ))
    except Refused as refused:
        return json_answer({"message": refused.message}, refused.status or 400)
    return json_answer({"message": "started" if started else "ignored: the filters do not match"})


def authenticate(definition: Shape, call: Call) -> None:
    """API reference, WebhookDefinition: GitHub's signature, an address in the range, or nothing."""
    settings = definition["authenticationConfiguration"]
    kind = definition["authentication"]
    if kind == "GITHUB_HMAC" and not git_calls.is_signed(settings["SecretToken"], call.body, call.environ):
        raise Refused("AccessDeniedException", "The signature of the call is missing or wrong", 403)
    address = ipaddress.ip_address(call.environ.get("REMOTE_ADDR", "127.0.0.1"))
    if kind == "IP" and address not in ipaddress.ip_network(settings["AllowedIPRange"], strict=False):
        raise Refused("AccessDeniedException", f"{address} is not in the range of the webhook", 403)


def is_path(text: str) -> bool:
    """Whether a filter's path can be read."""
    from jsonpath_ng.exceptions import JSONPathError

    try:
        _path(text)
    except JSONPathError:
        return False
    return text.startswith("$")


def _path(text: str) -> JSONPath:
    from jsonpath_ng import parser  # takes a fifth of a second

    return parser.parse(text)


def passes(definition: Shape, configuration: Mapping[str, str], call: Call) -> bool:
    """API reference, WebhookFilterRule: all filters select a value that equals theirs.

    `{Branch}` stands for that property of the source action. A filter without `matchEquals` only wants that
    there is a value (inferred).
    """
    payload = call.payload()
    return all(_matches(rule, configuration, payload) for rule in definition["filters"])


def _matches(rule: Shape, configuration: Mapping[str, str], payload: Any) -> bool:
    found = [each.value for each in _path(rule["jsonPath"]).find(payload)]
    if "matchEquals" not in rule:
        return bool(found)
    wanted = _PLACEHOLDER.sub(lambda name: configuration.get(name[1], name[0]), rule["matchEquals"])
    return any((each if isinstance(each, str) else json.dumps(each)) == wanted for each in found)
