"""Sets in another order than they were sent, always the same one: the reverse.

Which lists are sets, the service model says: those that a request which creates or changes something takes,
and an answer gives back. `pipectl/facts/order.py` has those whose order means something or that AWS keeps.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from pipectl.facts.order import is_kept
from pipectl.local import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipectl.local.wire import Answer, Request
    from pipectl.local.world import World

SERVICES = frozenset({"ecs", "codebuild", "codepipeline", "codecommit", "ecr", "events", "logs"})
"""Services of JSON whose answers are re-ordered; `xml` has the others."""

WRITING = ("Create", "Update", "Put", "Register", "Set", "Tag")
"""How operations begin that take settings."""

LISTED = ("tags", "Tags")
"""Lists of a List operation that are settings; what else it lists has its order from the pages.

Targets come by their Id (recorded in radkawar/stackd, testdata/aws/eventbridge/kinesis_targets.json).
"""

Member = tuple[str, str]
"""Name of a member, and of the shape of its list."""


def answered(_world: World, request: Request, answer: Answer) -> Answer:
    """The answer with its sets re-ordered"""
    if request.service not in SERVICES or not _has_sets(request.service, request.operation):
        return answer
    output = model.operation_model(request.service, request.operation)
    shape = output.output_shape if output else None
    said = answer.json()
    if not request.operation.startswith("List"):
        return answer.with_json(arranged(request.service, shape, said))
    listed = {
        name: said[name][::-1]
        for name in LISTED
        if isinstance(said.get(name), list) and not is_kept(request.service, name)
    }
    return answer.with_json({**said, **listed}) if listed else answer


def arranged(service: str, shape: Shape | None, value: Any) -> Any:
    """A value of a shape with its sets, at every depth, in reverse"""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name: _member(service, name, shape.members[name], part) if name in shape.members else part
            for name, part in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [arranged(service, shape.member, part) for part in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: arranged(service, shape.value, part) for name, part in value.items()}
    return value


def _member(service: str, name: str, shape: Shape, value: Any) -> Any:
    inside = arranged(service, shape, value)
    is_set = isinstance(inside, list) and (name, shape.name) in sets(service)
    return list(reversed(inside)) if is_set else inside


@functools.cache
def sets(service: str) -> frozenset[Member]:
    """The lists that are sent as settings and whose order AWS does not keep"""
    described = model.service_model(service)
    if described is None:
        return frozenset()
    inputs = [
        described.operation_model(name).input_shape
        for name in described.operation_names
        if name.startswith(WRITING)
    ]
    found = {member for shape in inputs for member in _lists(shape, ())}
    return frozenset(member for member in found if not is_kept(service, member[0]))


def _lists(shape: Shape | None, seen: tuple[str, ...]) -> Iterator[Member]:
    """Every list at every depth; a shape within itself is looked at once"""
    if shape is None or shape.name in seen:
        return
    inside = (*seen, shape.name)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if isinstance(member, ListShape):
                yield name, member.name
            yield from _lists(member, inside)
    elif isinstance(shape, ListShape):
        yield from _lists(shape.member, inside)
    elif isinstance(shape, MapShape):
        yield from _lists(shape.value, inside)


@functools.cache
def _has_sets(service: str, operation: str) -> bool:
    """Whether an answer may have one, so that others are not even read"""
    described = model.operation_model(service, operation)
    return described is not None and any(
        member in sets(service) for member in _lists(described.output_shape, ())
    )
