"""EventBridge: buses with their times, policies and tags.

Recorded in radkawar/stackd, testdata/aws/eventbridge/control_plane.json, and in localstack/localstack,
tests/aws/services/events/{test_events,test_events_tags}.snapshot.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipectl.local.wire import Answer, Forward, Refused, Request, json_answer

if TYPE_CHECKING:
    from pipectl.local.world import World

Shape = dict[str, Any]
_OK = 200
_MISSING = "ResourceNotFoundException"
_EVERYBODY = "*"


def bus_name(asked: Shape) -> str:
    """Return the name of a bus, which may be given as its ARN."""
    return str(asked.get("EventBusName", "default")).rpartition("/")[2]


def missing_bus(name: str) -> Refused:
    """Return the refusal of a bus that does not exist."""
    return Refused(_MISSING, f"Event bus {name} does not exist.")


def create(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """CreateEventBus answers the description that it was given."""
    answered = forward(request)
    if answered.status != _OK:
        return answered
    kept: Shape = {
        name: asked[name] for name in ("Description", "KmsKeyIdentifier", "DeadLetterConfig") if name in asked
    }
    return answered.with_json({**answered.json(), **kept})


def listed(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """ListEventBuses tells of each bus what DescribeEventBus tells."""
    answered = forward(request)
    if answered.status != _OK:
        return answered
    buses = _buses(world, request)
    answer = answered.json()
    answer["EventBuses"] = [{**bus, **_times(buses[bus["Name"]])} for bus in answer["EventBuses"]]
    return answered.with_json({name: value for name, value in answer.items() if value is not None})


def _times(bus: Any) -> Shape:
    described = {"Description": bus.description} if bus.description else {}
    return {**described, "CreationTime": bus.creation_time, "LastModifiedTime": bus.last_modified_time}


def put_permission(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """A statement takes the place of the one with its ID, a policy that of all statements."""
    bus = _buses(world, request).get(bus_name(asked))
    if bus is None:
        return forward(request)
    statements = bus._statements  # noqa: SLF001  moto has no other door
    before = dict(statements)
    statements.clear()
    answered = forward(request)
    made = dict(statements) if answered.status == _OK else before
    if answered.status == _OK and "Policy" not in asked:
        if asked["Principal"] == _EVERYBODY:
            made[asked["StatementId"]].principal = _EVERYBODY
        made = {**before, **made}
    statements.clear()
    statements.update(made)
    bus.last_modified_time = world.now().timestamp()
    return answered


def remove_permission(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """A bus without a policy has no such statement."""
    bus = _buses(world, request).get(bus_name(asked))
    if bus and not bus.has_permissions() and not asked.get("RemoveAllPermissions"):
        raise Refused(_MISSING, "Statement with the provided id does not exist.")
    return forward(request)


def tags(world: World, request: Request, asked: Shape, forward: Forward) -> Answer:
    """Tags of exactly the resource that is named: moto takes a rule of the same name on another bus."""
    backend = world.moto("events", request.account, request.region)
    arn = _tagged(backend, asked["ResourceARN"])
    if arn is None:
        return forward(request)
    if request.operation == "TagResource":
        backend.tagger.tag_resource(arn, asked["Tags"])
    elif request.operation == "UntagResource":
        backend.tagger.untag_resource_using_names(arn, asked["TagKeys"])
    else:
        return json_answer(backend.tagger.list_tags_for_resource(arn))
    return json_answer({})


def _tagged(backend: Any, arn: str) -> str | None:
    """The ARN of the bus or rule that is there; None: it names neither"""
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    if kind == "event-bus":
        if name not in backend.event_buses:
            raise missing_bus(name)
        return str(backend.event_buses[name].arn)
    if kind != "rule":
        return None
    bus, _, rule = name.rpartition("/")
    bus = bus or "default"
    found = backend.event_buses[bus].rules.get(rule) if bus in backend.event_buses else None
    if found is None:
        raise Refused(_MISSING, f"Rule {rule} does not exist on EventBus {bus}.")
    return str(found.arn)


def _buses(world: World, request: Request) -> dict[str, Any]:
    buses: dict[str, Any] = world.moto("events", request.account, request.region).event_buses
    return buses
