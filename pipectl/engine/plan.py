"""(wanted, found) -> steps. Pure, and the only place that decides what is to be done."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from pipectl.engine.values import (
    ADOPTED_TAG,
    NOTES,
    OWNER_TAG,
    Action,
    Difference,
    Exactly,
    Obstacle,
    Ordered,
    Remark,
    Resource,
    Sparse,
    State,
    Step,
)

Found = Mapping[tuple[str, str], State]
"""What was read, by kind and name; a missing key is a thing that is not there."""


class Traits(Protocol):
    """What the engine wants to know of a kind."""

    @property
    def name(self) -> str:
        """The kind's name, as resources carry it."""

    @property
    def fixed(self) -> Mapping[str, str]:
        """Dotted paths that AWS cannot change in place -> the way out."""

    @property
    def conflict(self) -> Callable[[Step], Obstacle | None]:
        """Why AWS would refuse the step, from what was found; None when nothing speaks against it."""


def steps(wanted: Iterable[Resource], found: Found, kinds: Iterable[Traits], stack: str) -> tuple[Step, ...]:
    """One step for each wanted resource, in the given order."""
    traits = {kind.name: kind for kind in kinds}
    return tuple(
        _judged(_step(resource, found.get(resource.key), traits[resource.kind], stack), traits[resource.kind])
        for resource in wanted
    )


def _judged(step: Step, kind: Traits) -> Step:
    return step if step.obstacle else replace(step, obstacle=kind.conflict(step))


def differences(stated: State, found: State, prefix: str = "") -> Iterator[Difference]:
    """Every stated value that was found otherwise; what is found beyond the stated is no difference.

    Lists are compared as sets unless the stated one is `Ordered`. In a `Sparse` mapping a value that is
    false, zero or empty equals one that is not there.
    """
    for key, after in stated.items():
        before = found.get(key)
        if not (isinstance(stated, Sparse) and before is None and not after):
            yield from _difference(f"{prefix}{key}", after, before)
    if isinstance(stated, Exactly):
        for key, before in found.items():
            if key not in stated and not is_empty(before):
                yield Difference(f"{prefix}{key}", before, None)


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: AWS leaves out an empty list or mapping, or answers it."""
    return value is None or (isinstance(value, list | dict) and not value)


def _difference(path: str, after: Any, before: Any) -> Iterator[Difference]:
    if isinstance(after, Mapping) and (after or isinstance(after, Exactly)):
        if before is None or isinstance(before, Mapping):
            yield from differences(after, before or {}, f"{path}.")
        else:
            yield Difference(path, before, after)
    elif not _same(after, before):
        yield Difference(path, aligned(after, before), after)


def _same(after: Any, before: Any) -> bool:
    if isinstance(after, Sequence) and not isinstance(after, str) and isinstance(before, Sequence):
        if len(after) != len(before) or isinstance(before, str):
            return False
        if isinstance(after, Ordered):
            return all(map(_same, after, before))
        return list(after) == list(before) or None not in pairs(after, before)
    if isinstance(after, Mapping) and isinstance(before, Mapping):
        return not list(differences(after, before))
    return bool(after == before) or (is_empty(after) and is_empty(before))


def pairs(stated: Sequence[Any], found: Sequence[Any]) -> list[int | None]:
    """For each stated item the place of a found one that is the same, each place once; None for no such one.

    An item that says little may equal several found ones, so that pairs are exchanged until all have one that
    can (Kuhn's matching).
    """
    places: list[int | None] = [None] * len(stated)
    owners: dict[int, int] = {}
    fits: dict[int, list[int]] = {}

    def place(item: int, seen: set[int]) -> bool:
        if item not in fits:
            fits[item] = [number for number, each in enumerate(found) if _same(stated[item], each)]
        for number in fits[item]:
            if number not in seen:
                seen.add(number)
                if number not in owners or place(owners[number], seen):
                    owners[number], places[item] = item, number
                    return True
        return False

    for item in range(len(stated)):
        place(item, set())
    return places


def aligned(stated: Any, found: Any) -> Any:
    """A found value with its lists in the order of the stated one: what differs is seen, not what moved."""
    if isinstance(stated, Mapping) and isinstance(found, Mapping):
        return {key: aligned(stated.get(key), value) for key, value in found.items()}
    if not isinstance(stated, list) or isinstance(stated, Ordered) or not isinstance(found, list):
        return found
    if all(isinstance(each, str) for each in found):
        return sorted(found)
    places = pairs(stated, found)
    others = [each for number, each in enumerate(found) if number not in places]
    left = iter(others)
    first = [
        aligned(each, next(left, None) if place is None else found[place])
        for each, place in zip(stated, places, strict=True)
    ]
    return [*(each for each in first if each is not None), *left]


def _step(resource: Resource, before: State | None, kind: Traits, stack: str) -> Step:
    if before is None:
        return _missing(resource)
    changed = tuple(differences(resource.stated, before)) if resource.managed else ()
    owner = (before.get("tags") or {}).get(OWNER_TAG)
    owned = "tags" in resource.stated and resource.managed
    if owned and owner not in (None, stack):
        return Step(resource, Action.UPDATE, before, changed, obstacle=_foreign(resource, str(owner)))
    stuck = _stuck(resource, changed, kind.fixed)
    if owned and owner is None:
        adopted = _adopted(resource)
        return Step(adopted, Action.ADOPT, before, tuple(differences(adopted.stated, before)), obstacle=stuck)
    notes = tuple(map(Remark, before.get(NOTES) or ())) if resource.managed else ()
    return Step(resource, Action.UPDATE if changed else Action.KEEP, before, changed, notes, stuck)


def overwritten(step: Step, found: State | None) -> str | None:
    """What somebody else has made of a thing that a step changed; None when it is as the step left it.

    AWS may answer late: a value that is still the one of before is nobody's work.
    """
    if found is None:
        return "somebody else took it away meanwhile"
    before = {each.path: each.before for each in step.differences}
    for each in differences(step.resource.stated, found):
        if each.path not in before or not _same(before[each.path], each.before):
            return f"somebody else changed it meanwhile: `{each.path}` is not what this run has made of it"
    return None


def _adopted(resource: Resource) -> Resource:
    """The same, marked as taken over: `destroy` then knows that it was not made for the stack."""
    tags = {**resource.stated["tags"], ADOPTED_TAG: "true"}
    return replace(resource, stated={**resource.stated, "tags": tags})


def _missing(resource: Resource) -> Step:
    if not resource.managed:
        obstacle = Obstacle(
            f"{resource.kind} `{resource.name}` does not exist, and the spec only uses it",
            "create it first, correct its name, or describe it in the spec",
        )
        return Step(resource, Action.CREATE, obstacle=obstacle)
    new = tuple(differences({**resource.stated, **resource.initial}, {}))
    return Step(resource, Action.CREATE, None, tuple(each for each in new if each.after is not None))


def _foreign(resource: Resource, owner: str) -> Obstacle:
    return Obstacle(
        f"{resource.kind} `{resource.name}` belongs to the stack `{owner}`",
        f"use another name, or say `managed: false` to only use it; its tag {OWNER_TAG} says whose it is",
    )


def _stuck(resource: Resource, changed: Sequence[Difference], fixed: Mapping[str, str]) -> Obstacle | None:
    for difference in changed:
        for path, way_out in fixed.items():
            if difference.path == path or difference.path.startswith(f"{path}."):
                return Obstacle(
                    f"`{difference.path}` of {resource.kind} `{resource.name}` cannot be changed in place"
                    f" ({difference.before} -> {difference.after})",
                    way_out,
                )
    return None
