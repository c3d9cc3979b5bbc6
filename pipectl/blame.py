"""Where the rooms meet to tell who changed what a plan would change: CloudTrail's event history is asked."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipectl import flow
from pipectl.aws.account import partition
from pipectl.aws.permissions import NO_RESOURCE, Need, Purpose, needs
from pipectl.engine.values import Change, Plan, Remark, Step
from pipectl.errors import AwsError

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.kinds.kind import Kind

Say = Callable[[str], None]
Words = Callable[[Change], str]

AT_ONCE = 50
"""Events that one LookupEvents answers at most, newest first (API reference)."""
TAGGING = ("TagResource", "UntagResource", "TagRole", "UntagRole", "PutBucketTagging", "TagLogGroup")
"""What changes tags, in all services."""
GLOBAL = ("iam role",)
"""Kinds of global services, whose events are told in one Region of the partition only (CloudTrail user guide,
"Global service events")."""
HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Partition -> that Region. The last two are inferred: IAM is there (botocore, endpoints.json)."""


def with_blame(
    plans: Sequence[Plan], stacks: Sequence[flow.Stack], connection: "Connection", words: Words, say: Say
) -> tuple[Plan, ...]:
    """The plans, each pending step of what was there with who changed it last, as far as that is told.

    The history goes back 90 days, and misses what happened in the last minutes (CloudTrail user guide).
    """
    told = []
    histories: dict[str, _History] = {}
    for plan, stack in zip(plans, stacks, strict=True):
        region = stack.cloud.account.region
        history = histories.setdefault(region, _History(connection, region, say))
        told.append(replace(plan, steps=tuple(_blamed(step, history, words) for step in plan.steps)))
    return tuple(told)


def permissions() -> Iterator[Need]:
    """What asking the history needs."""
    # `*`: LookupEvents knows no resources (Service Authorization Reference, AWS CloudTrail)
    yield from needs(Purpose.PLAN, [NO_RESOURCE], "cloudtrail:LookupEvents")


def _blamed(step: Step, history: "_History", words: Words) -> Step:
    from pipectl.kinds import KINDS

    if not step.differences:
        return step
    kind = next(kind for kind in KINDS if kind.name == step.resource.kind)
    change = history.last(step.resource.name, _events(step, kind), globally=kind.name in GLOBAL)
    if change is None:
        return step
    return replace(step, remarks=(*step.remarks, Remark(words(change))))


def _events(step: Step, kind: "Kind") -> tuple[str, ...]:
    """A thing that is not there was deleted; tags have operations of their own."""
    if step.before is None:
        return tuple(name for name in kind.events if name.startswith("Delete") and not _is_part(name))
    tags = any(each.path.startswith("tags.") for each in step.differences)
    others = any(not each.path.startswith("tags.") for each in step.differences)
    changes = [name for name in kind.events if others and (_is_part(name) or not name.startswith("Delete"))]
    return (*changes, *(TAGGING if tags else ()))


def _is_part(name: str) -> bool:
    """Whether an operation deletes a part of a thing, and not the thing."""
    return name.endswith(("Policy", "Lifecycle", "Block"))


class _History:
    """The event history of a Region; each operation is asked for once, one after the other.

    LookupEvents answers two calls a second (API reference); the client tries throttled ones again.
    """

    def __init__(self, connection: "Connection", region: str, say: Say) -> None:
        self._connection = connection
        self._region = region
        self._say = say
        self._known: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        self._is_closed = False

    def last(self, resource: str, operations: Iterable[str], *, globally: bool) -> Change | None:
        """The newest of these operations on a resource, which may be one of a global service."""
        region = HOMES.get(partition(self._region), self._region) if globally else self._region
        found = [
            change
            for operation in operations
            for event in self._events(operation, region)
            if (change := _change(event, resource)) is not None
        ]
        return max(found, key=lambda change: change.when, default=None)

    def _events(self, operation: str, region: str) -> list[Mapping[str, Any]]:
        key = (region, operation)
        if key not in self._known and not self._is_closed:
            self._known[key] = self._asked(self._connection.cloud(key[0]), operation)
        return self._known.get(key, [])

    def _asked(self, door: "Cloud", operation: str) -> list[Mapping[str, Any]]:
        attribute = {"AttributeKey": "EventName", "AttributeValue": operation}
        try:
            answer = door.call(
                "cloudtrail", "lookup_events", LookupAttributes=[attribute], MaxResults=AT_ONCE
            )
        except AwsError as error:
            self._is_closed = True
            self._say(f"who changed it cannot be told: {error.message}")
            return []
        return list(answer.get("Events") or [])


def _change(event: Mapping[str, Any], resource: str) -> Change | None:
    """The event as a change of the resource; None when it is about something else, or was refused."""
    told = json.loads(event.get("CloudTrailEvent") or "{}")
    if told.get("errorCode") or not _is_about(told.get("requestParameters"), resource):
        return None
    who = (told.get("userIdentity") or {}).get("arn") or event.get("Username") or "somebody"
    return Change(event["EventName"], who, event["EventTime"])


def _is_about(parameters: Any, resource: str) -> bool:
    """Whether the request names the resource, by its name or at the end of an ARN, or every part of it."""
    said = set(_names(parameters))
    return resource in said or all(part in said for part in resource.split("/"))


def _names(parameters: Any) -> Iterator[str]:
    """What a request names: its own texts, and the `name` of what it carries, as UpdatePipeline does."""
    for value in (parameters or {}).values():
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            yield value["name"]
        if isinstance(value, str):
            yield value
            if value.startswith("arn:"):
                rest = value.split(":", 5)[-1]
                yield from (rest.rpartition(":")[2], rest.rpartition("/")[2], rest.partition("/")[2])
