"""CloudTrail's event history: what was written, when and by whom. Trails and data events are not kept."""

from __future__ import annotations

import json
import uuid
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pipectl.local.wire import Request

REMEMBERED = 5_000
GLOBAL = {"iam": "us-east-1"}
"""User guide, "Global service events": IAM's are told in one Region only."""
_READING = ("Get", "List", "Describe", "BatchGet", "Head", "Lookup", "Simulate", "Poll")
_DATA = (
    "PutObject",
    "DeleteObject",
    "DeleteObjects",
    "CopyObject",
    "PutLogEvents",
    "UploadPart",
    "PutEvents",
)
"""Data events, which the event history does not have (user guide, "CloudTrail concepts")."""


@dataclass(frozen=True)
class Event:
    """One call that may have written something"""

    account: str
    region: str
    name: str
    source: str
    time: datetime
    user: str
    access_key: str
    told: Mapping[str, Any]

    def answer(self) -> dict[str, Any]:
        """As LookupEvents tells it (API reference, Event)"""
        return {
            "EventId": self.told["eventID"],
            "EventName": self.name,
            "ReadOnly": "false",
            "AccessKeyId": self.access_key,
            "EventTime": self.time.timestamp(),
            "EventSource": self.source,
            "Username": self.user,
            "Resources": [],
            "CloudTrailEvent": json.dumps(self.told),
        }


class Trail:
    """The newest events of all accounts and Regions."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=REMEMBERED)

    def add(self, request: Request, arn: str, time: datetime) -> None:
        """Remember a call that was answered without an error, unless it only read"""
        if not request.operation or request.operation.startswith(_READING) or request.operation in _DATA:
            return
        source = f"{request.service}.amazonaws.com"
        told: dict[str, Any] = {
            "eventVersion": "1.11",
            "eventID": str(uuid.uuid4()),
            "userIdentity": {"type": _type(arn), "arn": arn, "accountId": request.account},
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source,
            "eventName": request.operation,
            "awsRegion": GLOBAL.get(request.service, request.region),
            "requestParameters": dict(_parameters(request)),
            "readOnly": False,
            "managementEvent": True,
        }
        self._events.append(
            Event(
                request.account,
                told["awsRegion"],
                request.operation,
                source,
                time,
                arn.rpartition("/")[2].rpartition(":")[2],
                request.access_key,
                told,
            )
        )

    def newest_first(self, account: str, region: str) -> Iterator[Event]:
        """What an account may look up in a Region"""
        return (
            each for each in reversed(tuple(self._events)) if (each.account, each.region) == (account, region)
        )


def _type(arn: str) -> str:
    if ":assumed-role/" in arn:
        return "AssumedRole"
    return "IAMUser" if ":user/" in arn else "Root"


def _parameters(request: Request) -> Iterator[tuple[str, Any]]:
    """User guide, "CloudTrail record contents": parameters begin with a small letter"""
    if request.service == "s3":
        yield "bucketName", request.path.split("/")[1]
        return
    for name, value in _sent(request).items():
        yield name[:1].lower() + name[1:], value


def _sent(request: Request) -> dict[str, Any]:
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        return dict(parse_qsl(f"{request.query}&{request.body.decode(errors='replace')}"))
    return value if isinstance(value, dict) else {}
