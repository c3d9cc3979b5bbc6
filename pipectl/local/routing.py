"""Whose call is it: account, Region, service and operation, read from what SDKs and the CLI send."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pipectl.local import motos
from pipectl.local.wire import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.world import World

_CREDENTIAL = re.compile(r"Credential=([^/\s]+)/\d{8}/([^/]*)/([^/]+)/aws4_request")
_PRESIGNED = re.compile(r"^([^/]+)/\d{8}/([^/]*)/([^/]+)/aws4_request$")
_ALIASES = {
    "codestar-connections": "codeconnections",
    "eventbridge": "events",
    "tagging": "resourcegroupstaggingapi",
}
_UNSIGNED = ("", "us-east-1", "")


def read(environ: Mapping[str, Any], body: bytes, world: World) -> Request:
    """Read a call; what is not signed has no service"""
    headers = {
        key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    access_key, region, service = _scope(headers, environ.get("QUERY_STRING", ""))
    return Request(
        service=service,
        operation=_operation(service, headers, environ, body),
        account=world.account(access_key),
        region=region,
        access_key=access_key,
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/"),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=body,
        environ=environ,
    )


def access_key(environ: Mapping[str, Any]) -> str:
    """Read the access key that a request is signed with; "": it is not signed"""
    headers = {"authorization": environ.get("HTTP_AUTHORIZATION", "")}
    return _scope(headers, environ.get("QUERY_STRING", ""))[0]


def is_signed(environ: Mapping[str, Any]) -> bool:
    """Whether a request carries an AWS signature"""
    return "HTTP_AUTHORIZATION" in environ or "X-Amz-Signature" in environ.get("QUERY_STRING", "")


def _scope(headers: Mapping[str, str], query: str) -> tuple[str, str, str]:
    """Signature Version 4, "credential scope": access key, Region, service"""
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    if not found and "X-Amz-Credential" in query:
        found = _PRESIGNED.search(parse_qs(query)["X-Amz-Credential"][0])
    if not found:
        return _UNSIGNED
    access_key, region, service = found.groups()
    return access_key, region, _ALIASES.get(service.lower(), service.lower())


def _operation(service: str, headers: Mapping[str, str], environ: Mapping[str, Any], body: bytes) -> str:
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rpartition(".")[2]
    if headers["content-type"].startswith("application/x-www-form-urlencoded"):
        action = re.search(rb"(?:^|&)Action=(\w+)", body)
        if action:
            return action.group(1).decode()
    action_in_query = re.search(r"(?:^|&)Action=(\w+)", environ.get("QUERY_STRING", ""))
    if action_in_query:
        return action_in_query.group(1)
    return motos.rest_operation(service, environ)


def foreign(environ: Mapping[str, Any]) -> str | None:
    """Say why a request may not come in: a web page could reach us through the browser of the same machine.

    Its origin tells it, or a Host that is no name of this machine (DNS rebinding); a picture or a form
    sends no origin, but the browser says that the site is another one (Fetch Metadata).
    """
    host = _host(f"//{environ.get('HTTP_HOST', '')}")
    if not _is_loopback(host):
        return f"The local AWS answers this machine only, not the host name {host!r}"
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not _is_loopback(_host(origin)):
        return f"The local AWS does not answer web pages of {origin}"
    if environ.get("HTTP_SEC_FETCH_SITE") in _OTHER_SITES:
        return "The local AWS does not answer web pages of other sites"
    return None


_OTHER_SITES = frozenset({"cross-site", "same-site"})


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    return host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")
