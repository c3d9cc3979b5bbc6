"""CloudTrail: LookupEvents over what was written here; moto has trails only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipectl.local import paging
from pipectl.local.gaps.requests import from_json
from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.trail import Event
    from pipectl.local.world import World

_AT_ONCE = 50
_KEPT = timedelta(days=90)  # API reference, LookupEvents
_MEMBERS = {
    "EventName": "EventName", "EventId": "EventId", "EventSource": "EventSource", "ReadOnly": "ReadOnly",
    "Username": "Username", "AccessKeyId": "AccessKeyId",
}  # fmt: skip


def answer(world: World, request: Request, forward: Forward) -> Answer:
    """LookupEvents is answered here, newest first; moto answers the rest"""
    if request.operation != "LookupEvents":
        return forward(request)
    asked = from_json(request, "InvalidLookupAttributesException")
    attributes = asked.get("LookupAttributes") or []
    if len(attributes) > 1:  # API reference: "Currently the list can contain only one item."
        raise Refused("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    oldest = max((world.now() - _KEPT).timestamp(), _moment(asked.get("StartTime"), 0.0))
    newest = _moment(asked.get("EndTime"), float("inf"))
    if newest < oldest:
        raise Refused("InvalidTimeRangeException", "The start time must be before the end time.")
    found = [
        each.answer()
        for each in world.trail.newest_first(request.account, request.region)
        if oldest <= each.time.timestamp() <= newest and all(_fits(each, wanted) for wanted in attributes)
    ]
    try:
        page, token = paging.page(found, asked.get("NextToken"), asked.get("MaxResults") or _AT_ONCE)
    except paging.BadToken:
        raise Refused("InvalidNextTokenException", "The token is not valid.") from None
    return json_answer({"Events": page, **({"NextToken": token} if token else {})})


def _fits(event: Event, wanted: dict[str, Any]) -> bool:
    """Resources are not kept, so nothing is found by them"""
    member = _MEMBERS.get(wanted["AttributeKey"])
    return member is not None and event.answer()[member] == wanted["AttributeValue"]


def _moment(value: Any, otherwise: float) -> float:
    return otherwise if value is None else float(value)
