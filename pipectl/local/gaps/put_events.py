"""EventBridge, PutEvents: each entry is checked for itself and delivered as the events of services are."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipectl.local.eventbridge import delivery
from pipectl.local.wire import Answer, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
_REQUIRED = ("Source", "DetailType", "Detail")
_SIZED = (*_REQUIRED, "Resources", "TraceHeader")
_SIZE_LIMIT = 256 * 1024
"""Recorded in localstack/localstack, tests/aws/services/events/test_events.snapshot.json, "too_big"."""


def answer(world: World, request: Request, asked: Shape) -> Answer:
    """API reference, PutEvents: failed entries are told in their place, the others go on"""
    size = sum(len(str(entry.get(member, ""))) for entry in asked["Entries"] for member in _SIZED)
    if size > _SIZE_LIMIT:
        raise Refused("ValidationException", "Total size of the entries in the request is over the limit.")
    said = [_put(world, request, entry) for entry in asked["Entries"]]
    failed = sum("ErrorCode" in each for each in said)
    return json_answer({"FailedEntryCount": failed, "Entries": said})


def _put(world: World, request: Request, entry: Shape) -> Shape:
    for member in _REQUIRED:
        if not entry.get(member):
            reason = f"Parameter {member} is not valid. Reason: {member} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason}
    if entry["Source"].startswith("aws."):
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    event = _event(world, request, entry, detail)
    account, region, bus = _bus(request, entry.get("EventBusName", "default"))
    delivery.deliver(world, account, region, event, bus)
    return {"EventId": event["id"]}


def _bus(request: Request, name: str) -> tuple[str, str, str]:
    """Account, Region and name of a bus; what is sent to one that does not exist is accepted and lost.

    Recorded in localstack/localstack, tests/aws/services/events/test_events.snapshot.json,
    test_put_events_nonexistent_event_bus.
    """
    if not name.startswith("arn:"):
        return request.account, request.region, name
    _, _, _, region, account, resource = name.split(":", 5)
    return account, region, resource.removeprefix("event-bus/")


def _event(world: World, request: Request, entry: Shape, detail: Shape) -> Shape:
    time = entry.get("Time")
    moment = datetime.fromtimestamp(time, UTC) if isinstance(time, int | float) else world.now()
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": request.account,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": request.region,
        "resources": entry.get("Resources") or [],
        "detail": detail,
    }
