"""SNS: a subscription that a person has to confirm is pending until then."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

_CONFIRMED = ("email", "email-json", "http", "https")
"""Protocols whose endpoints confirm (API reference, Subscribe); sqs, lambda and sms need not."""

_ARN = re.compile(r"<SubscriptionArn>([^<]+)</SubscriptionArn>")
_OK = 200


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """Let moto answer, and say who has not confirmed"""
    asked = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
    pending = world.beside("sns pending", request.account, request.region)
    if request.operation == "ConfirmSubscription":
        return _confirm(pending, asked)
    answered = forward(request)
    text = answered.body.decode()
    if answered.status != _OK or not request.operation.startswith(("Subscribe", "ListSubscriptions")):
        return answered
    if request.operation == "Subscribe":
        arn = _ARN.search(text)
        if arn and asked.get("Protocol") in _CONFIRMED:
            pending[arn[1]] = asked.get("TopicArn")
        if asked.get("ReturnSubscriptionArn") == "true":
            return answered
        return replace(answered, body=_told(text, pending, "pending confirmation").encode())
    return replace(answered, body=_told(text, pending, "PendingConfirmation").encode())


def _told(text: str, pending: dict[str, str], word: str) -> str:
    """API reference, Subscribe and Subscription: a word stands for the ARN"""
    return _ARN.sub(
        lambda arn: f"<SubscriptionArn>{word if arn[1] in pending else arn[1]}</SubscriptionArn>", text
    )


def _confirm(pending: dict[str, str], asked: dict[str, str]) -> Answer:
    """The token is sent to the endpoint; nothing leaves here, so the end of the ARN is one (inferred)"""
    for arn, topic in list(pending.items()):
        if topic == asked.get("TopicArn") and arn.endswith(f":{asked.get('Token')}"):
            del pending[arn]
            text = (
                '<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">'
                f"<ConfirmSubscriptionResult><SubscriptionArn>{arn}</SubscriptionArn></ConfirmSubscriptionResult>"
                "</ConfirmSubscriptionResponse>"
            )
            return Answer(_OK, {"Content-Type": "text/xml"}, text.encode())
    raise Refused("InvalidParameter", "Invalid parameter: Token")
