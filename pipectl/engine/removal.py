"""What is to be done about a stack's things when they shall go. Pure, as `plan`, and with its care."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pipectl.engine.plan import Found
from pipectl.engine.values import ADOPTED_TAG, OWNER_TAG, Action, Remark, Resource, State, Step

Key = tuple[str, str]


NOT_DELETED = "not deleted: "
"""What the remark begins with on what was adopted, shall be deleted, and is only released."""


@dataclass(frozen=True)
class Wishes:
    """What the user has said: whose contents go too, what stays, and what goes although it was adopted."""

    contents: frozenset[str] = frozenset()
    keep: frozenset[Key] = frozenset()
    adopted: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class Held:
    """What a thing holds and what would be lost with it; `option` says that it may go."""

    text: str
    option: str


class Traits(Protocol):
    """What removal wants to know of a kind."""

    @property
    def name(self) -> str:
        """The kind's name, as resources carry it."""

    @property
    def stays(self) -> Callable[[Step, Sequence[Step]], str | None]:
        """Why a thing must stay when all these steps are carried out; None when it need not."""

    @property
    def misses(self) -> Callable[[Step, Sequence[Step]], str | None]:
        """What a thing that stays is without when all these steps are carried out; None for nothing."""

    @property
    def named(self) -> Callable[[str], Sequence[str]]:
        """The words by which others name a thing, of which all must be there."""

    @property
    def loses(self) -> Callable[[State], str | None]:
        """What goes with a thing that was found so, in words; None when nothing is to be said."""


@dataclass(frozen=True)
class Facts:
    """What AWS said: what is there, and what it holds."""

    found: Found
    held: Mapping[Key, Held]


def removal(
    resources: Sequence[Resource],
    facts: Facts,
    kinds: Sequence[Traits],
    stack: str,
    wishes: Wishes,
    beside: Sequence[Step] = (),
) -> tuple[Step, ...]:
    """One step for each thing, in the given order: DELETE, RELEASE, or KEEP with the reason.

    What stays, or is released, keeps what it uses, and that what it uses in turn: users are made later than
    what they use, so those are decided first. What no stack owns may have been released by a run before.
    `beside` is what becomes of other stacks meanwhile.
    """
    traits = {kind.name: kind for kind in kinds}
    order = {kind.name: number for number, kind in enumerate(kinds)}
    steps = [_step(each, facts, stack, wishes, traits[each.kind].loses) for each in resources]
    staying = [
        each.resource for each in steps if each.before is not None and each.action is not Action.DELETE
    ]
    decided: dict[Key, Step] = {}
    for step in sorted(steps, key=lambda each: order[each.resource.kind], reverse=True):
        users = _users(step, staying, order, traits[step.resource.kind].named)
        others = (*decided.values(), *beside)
        decided[step.resource.key] = _told(_spared(step, others, traits, users), others, traits)
        if decided[step.resource.key].action is not step.action:
            staying.append(step.resource)
    return tuple(decided[step.resource.key] for step in steps)


def _step(
    resource: Resource,
    facts: Facts,
    stack: str,
    wishes: Wishes,
    loses: Callable[[State], str | None],
) -> Step:
    before = facts.found.get(resource.key)
    if before is None:
        return Step(resource, Action.KEEP)
    tags: Mapping[str, str] = before.get("tags") or {}
    owner = tags.get(OWNER_TAG)
    if owner != stack:
        whose = f"it belongs to the stack `{owner}`" if owner else "no stack owns it"
        return _kept(resource, before, whose)
    if resource.key in wishes.keep:
        return _kept(resource, before, "`--keep` names it")
    if ADOPTED_TAG in tags and resource.key not in wishes.adopted:
        return Step(resource, Action.RELEASE, before)
    held = facts.held.get(resource.key)
    if held and held.option not in wishes.contents:
        return _kept(resource, before, f"it holds {held.text}; `--{held.option}` deletes that too")
    told = [f"with it go {held.text}"] if held else []
    told += filter(None, [loses(before)])
    remarks = tuple(map(Remark, told))
    return Step(resource, Action.DELETE, before, remarks=remarks, deletes_contents=held is not None)


def _kept(resource: Resource, before: State, why: str) -> Step:
    return Step(resource, Action.KEEP, before, remarks=(Remark(f"stays: {why}"),))


def _spared(
    step: Step, steps: Sequence[Step], traits: Mapping[str, Traits], users: Sequence[Resource]
) -> Step:
    """The step; where something that stays needs the thing a KEEP, or the RELEASE of what was adopted."""
    if step.action is not Action.DELETE:
        return step
    if users:
        why: str | None = f"{users[0].kind} `{users[0].name}` stays and uses it"
    else:
        why = traits[step.resource.kind].stays(step, steps)
    if why is None:
        return step
    before = step.before or {}
    if ADOPTED_TAG in (before.get("tags") or {}):
        return Step(step.resource, Action.RELEASE, before, remarks=(Remark(f"{NOT_DELETED}{why}"),))
    return _kept(step.resource, before, why)


def _told(step: Step, steps: Sequence[Step], traits: Mapping[str, Traits]) -> Step:
    """The step; with a thing that stays, what it is without."""
    if step.before is None or step.action is Action.DELETE:
        return step
    missed = traits[step.resource.kind].misses(step, steps)
    return replace(step, remarks=(*step.remarks, Remark(missed))) if missed else step


def _users(
    step: Step,
    staying: Sequence[Resource],
    order: Mapping[str, int],
    named: Callable[[str], Sequence[str]],
) -> list[Resource]:
    """Those that stay and name the thing, its ARN or an image of it; what is made later is never used."""
    shapes = [
        re.compile(rf"(.*/)?{re.escape(word)}([:@].*)?", re.DOTALL) for word in named(step.resource.name)
    ]
    return [
        each
        for each in staying
        if order[each.kind] > order[step.resource.kind]
        and all(any(map(shape.fullmatch, _said(each))) for shape in shapes)
    ]


def _said(resource: Resource) -> list[str]:
    """All texts of a thing but its tags, which name the stack, and that may be called like its cluster."""
    stated = {key: value for key, value in resource.stated.items() if key != "tags"}
    return list(_texts([stated, resource.request]))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, Iterable):
        for item in value:
            yield from _texts(item)
