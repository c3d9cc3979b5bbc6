"""EventBridge: archives, replays, and lists in pages.

Recorded in localstack/localstack, tests/aws/services/events/test_archive_and_replay.snapshot.json, and
told in radkawar/stackd, docs/eventbridge.md, "Archives and replay".
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipectl.local import paging
from pipectl.local.eventbridge import delivery
from pipectl.local.gaps.event_buses import missing_bus
from pipectl.local.wire import Answer, Forward, Refused, Request

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
_OK = 200
_MOST_LISTED = 100  # the model's maximum of Limit


def list_archives(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """Archives of a bus that does not exist are refused."""
    bus = str(asked.get("EventSourceArn", "")).rpartition("event-bus/")[2]
    if bus and bus not in world.moto("events", request.account, request.region).event_buses:
        raise missing_bus(bus)
    return _page(asked, forward(request), "Archives")


def list_replays(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """Replays come in pages; the form of a token is inferred."""
    return _page(asked, forward(request), "Replays")


def list_targets(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """Targets in pages; moto's token names an ARN, which several targets may have."""
    whole = {name: value for name, value in asked.items() if name not in ("Limit", "NextToken")}
    return _page(asked, forward(request.with_json(whole)), "Targets")


def _page(asked: Shape, answered: Answer, member: str) -> Answer:
    """A token that nobody gave out is refused; the words are inferred"""
    if answered.status != _OK:
        return answered
    try:
        part, token = paging.page(
            answered.json()[member], asked.get("NextToken"), asked.get("Limit", _MOST_LISTED)
        )
    except paging.BadToken:
        raise Refused("ValidationException", "Parameter NextToken is not valid.") from None
    return answered.with_json({member: part, **({"NextToken": token} if token else {})})


def start(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """Events of the interval go the way of all events, with new IDs and a `replay-name`."""
    if asked["EventStartTime"] >= asked["EventEndTime"]:
        raise Refused(
            "ValidationException",
            "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
        )
    archives = world.moto("events", request.account, request.region).archives
    archive = archives.get(asked["EventSourceArn"].rpartition("/")[2])
    kept: list[Shape] = archive.events if archive else []
    try:
        if archive:
            archive.events = []  # moto would send them by itself
        answered = forward(request)
    finally:
        if archive:
            archive.events = kept
    if answered.status == _OK:
        bus = asked["Destination"]["Arn"].rpartition("/")[2]
        for event in kept:
            if asked["EventStartTime"] <= _second(event) < asked["EventEndTime"]:
                replayed = {**event, "id": str(uuid.uuid4()), "replay-name": asked["ReplayName"]}
                delivery.deliver(world, request.account, request.region, replayed, bus)
    return answered


def _second(event: Shape) -> float:
    """By the event's own time (user guide: "the time frame of the events to replay"; inferred)"""
    return datetime.fromisoformat(event["time"]).timestamp()
