"""STS: who calls."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pipectl.local.wire import Answer, Forward, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

_IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>{arn}</Arn><UserId>{user}</UserId><Account>{account}</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Moto names `arn:aws:sts::ACCOUNT:user/moto`, a form that AWS does not have"""
    if request.operation != "GetCallerIdentity":
        return forward(request)
    user, arn = caller(world, request.account, request.region, request.access_key)
    text = _IDENTITY.format(arn=escape(arn), user=escape(user), account=request.account, request=uuid.uuid4())
    return Answer(200, {"Content-Type": "text/xml"}, text.encode())


def caller(world: World, account: str, region: str, access_key: str) -> tuple[str, str]:
    """Find user id and ARN; an account's own key is its root user (API reference, GetCallerIdentity)"""
    root = (account, f"arn:{world.partition(region)}:iam::{account}:root")
    if access_key == account or not access_key:
        return root
    user, arn, _ = world.moto("sts", account, region).get_caller_identity(access_key, region)
    return root if arn.endswith(":user/moto") else (user, arn)
