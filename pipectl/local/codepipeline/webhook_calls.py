"""Calls of webhooks: whether what a Git host sends (webhook_door) may start the pipeline."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any

from pipectl.local.service import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonpath_ng.jsonpath import JSONPath

    from pipectl.local.webhook_door import Call


Shape = dict[str, Any]
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def authenticate(definition: Shape, call: Call) -> None:
    """API reference, WebhookDefinition: GitHub's signature, an address in the range, or nothing."""
    settings = definition["authenticationConfiguration"]
    kind = definition["authentication"]
    if kind == "GITHUB_HMAC" and not call.is_signed(settings["SecretToken"]):
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
