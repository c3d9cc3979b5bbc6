"""ECR Public: the login; moto has no such service."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

_TOKEN_LIFE = timedelta(hours=12)  # API reference of ECR Public, GetAuthorizationToken


def answer(world: World, request: Request, _forward: Forward) -> Answer:
    """A token for user AWS; other operations are refused, as there are no public repositories here"""
    if request.operation != "GetAuthorizationToken":
        raise Refused(
            "UnknownOperationException", f"The local AWS does not have ecr-public:{request.operation}"
        )
    token = base64.b64encode(f"AWS:{uuid.uuid4().hex}".encode()).decode()
    expires = (world.now() + _TOKEN_LIFE).timestamp()
    return json_answer({"authorizationData": {"authorizationToken": token, "expiresAt": expires}})
