"""Where programs of a build fetch the credentials of its role, as in a container on AWS.

AWS SDKs and Tools Reference Guide, "Container credential provider": AWS_CONTAINER_CREDENTIALS_FULL_URI
names the place (on loopback), AWS_CONTAINER_AUTHORIZATION_TOKEN is sent as the header Authorization.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local.wire import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipectl.local.permissions.sessions import Credentials
    from pipectl.local.world import World

PREFIX = "/_pipectl/credentials/"
_LIFE = timedelta(hours=1)
_KEPT = "container-credentials"


@dataclass(frozen=True)
class Desk:
    """The credentials of one session, handed out to whoever brings its token."""

    path: str
    token: str
    credentials: Credentials
    role: str
    region: str

    def variables(self, url: str) -> dict[str, str]:
        """What a program needs in its environment"""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}{self.path}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }


def open_desk(world: World, role: str, session: str, region: str) -> Desk:
    """Take a role on for something that runs, and hand its credentials out until `close_desk`"""
    credentials = world.sessions.begin(world, role, session, region)
    path = f"{PREFIX}{secrets.token_hex(8)}"
    desk = Desk(path, secrets.token_urlsafe(32), credentials, role, region)
    _desks(world)[path] = desk
    return desk


def close_desk(world: World, desk: Desk) -> None:
    """The session ends: its credentials are refused from now on"""
    _desks(world).pop(desk.path, None)
    world.sessions.end(world, desk.role, desk.region, desk.credentials.access_key)


def answer(world: World, environ: Mapping[str, Any]) -> Answer:
    """Answer one request; a wrong token gets nothing"""
    desk = _desks(world).get(environ.get("PATH_INFO", ""))
    if desk is None:
        return json_answer({"code": "NotFound", "message": "there are no such credentials"}, 404)
    brought = str(environ.get("HTTP_AUTHORIZATION", ""))
    if not secrets.compare_digest(brought.encode(), desk.token.encode()):
        return json_answer({"code": "AccessDenied", "message": "the authorization token is wrong"}, 403)
    expires = world.now() + _LIFE
    return json_answer(desk.credentials.shown(expires), content_type="application/json")


def _desks(world: World) -> dict[str, Desk]:
    return world.beside(_KEPT, "", "")
