"""Whom a private server answers: those who know its key, which stands in the user's own state folder."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING

from pipectl.local import routing
from pipectl.local.wire import Answer, Refused, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

HEALTH = "/_pipectl/health"
KEY_HEADER = "HTTP_X_PIPECTL_KEY"
_DIGITS = 12  # of the account, in front of the key
_ASK = {"Content-Type": "text/plain", "WWW-Authenticate": 'Basic realm="pipectl local"'}
# As IAM words a key that it does not know (seen in public reports)
_UNKNOWN = Refused(
    "UnrecognizedClientException", "The security token included in the request is invalid.", 403
)


def new_key() -> str:
    """A key that nobody guesses"""
    return secrets.token_hex(10)


def turned_away(environ: Mapping[str, str], key: str) -> Answer | None:
    """Answer a request that does not know the key; None: it may come in"""
    path = environ.get("PATH_INFO", "/")
    if path == HEALTH or _knows(environ, path, key):
        return None
    if path.startswith("/git/"):
        return Answer(401, _ASK, b"the user name is the access key that `pipectl local env` prints\n")
    return refusal("json", _UNKNOWN)


def _knows(environ: Mapping[str, str], path: str, key: str) -> bool:
    if path.startswith("/git/"):
        shown = _user(environ.get("HTTP_AUTHORIZATION", ""))[_DIGITS:]
    elif path.startswith("/_pipectl/"):
        shown = environ.get(KEY_HEADER, "")
    else:
        shown = routing.access_key(environ)[_DIGITS:]
    return secrets.compare_digest(shown.encode(), key.encode())


def _user(authorization: str) -> str:
    """The user name of HTTP's Basic authentication"""
    try:
        plain = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return plain.partition(":")[0]
