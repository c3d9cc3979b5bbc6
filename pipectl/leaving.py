"""Where the rooms meet to leave: what a stack owns, found by its spec and by its tag, and how it goes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pipectl import flow
from pipectl.engine import removal, run
from pipectl.engine.values import OWNER_TAG, Action, Outcome, Plan, Resource, State, Step

if TYPE_CHECKING:
    from pipectl.aws.cloud import Cloud
    from pipectl.aws.session import Connection
    from pipectl.engine.plan import Found
    from pipectl.engine.removal import Facts, Held, Wishes
    from pipectl.kinds.kind import Kind
    from pipectl.kinds.owned import Entry
    from pipectl.spec.spec import Spec

Say = Callable[[str], None]


@dataclass(frozen=True)
class Owned:
    """What is to be removed of one stack, if it is there; `staying` are the things that go on being used."""

    stack: flow.Stack
    resources: tuple[Resource, ...]
    staying: tuple[Resource, ...] = ()


Ahead = Mapping[str, "Future[list[Entry]]"]
"""By Region: what carries the tags of the stacks, as it was when it was asked for."""


def ahead(specs: "Sequence[Spec]", connection: "Connection", aws: flow.Aws, say: Say) -> Ahead:
    """Look for what carries the stacks' tags already while STS is asked for the account.

    Raises WrongUsage before anything is sent when the command line names another Region than a spec.
    """
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import owned, role

    regions: dict[str, dict[str, str]] = {}
    for spec in specs:
        flow.refuse_other_region(spec, aws.region)
    for spec in specs:
        regions.setdefault(connection.region(spec.region), {})[spec.name] = role.role_path(spec)
    pool = ThreadPoolExecutor(len(regions))
    asked = {
        region: pool.submit(owned.owned, ReadOnly(connection.cloud(region)), region, paths, say)
        for region, paths in regions.items()
    }
    pool.shutdown(wait=False)
    return asked


def looking_once(stacks: Sequence[flow.Stack]) -> list[flow.Stack]:
    """The same stacks behind doors that send the same read once: what is an orphan is looked at to go too."""
    from pipectl.aws.once import Once

    doors = {id(stack.cloud): Once(stack.cloud) for stack in stacks}
    return [replace(stack, cloud=doors[id(stack.cloud)]) for stack in stacks]


def with_orphans(stacks: Sequence[flow.Stack], say: Say, looked: Ahead | None = None) -> tuple[Plan, ...]:
    """The plans of `create`, each with what carries its stack's tag beyond its spec. Nothing is written.

    `looked` was asked `ahead`, and nobody had to be waited for since.
    """
    from pipectl.aws.cloud import side_by_side

    plans, found = side_by_side([partial(flow.plan, stacks), partial(orphans, stacks, say, looked)])
    return tuple(
        _with_holds(stack, replace(plan, orphans=left))
        for stack, plan, left in zip(stacks, plans, found, strict=True)
    )


def _with_holds(stack: flow.Stack, plan: Plan) -> Plan:
    """The plan, with what becomes of the holds of pipelines that its spec names no longer."""
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import replaced_pipelines

    steps = replaced_pipelines.with_holds(ReadOnly(stack.cloud), plan.steps, plan.orphans)
    return replace(plan, steps=steps)


def plan(stacks: Sequence[flow.Stack], wishes: "Wishes", say: Say) -> tuple[Plan, ...]:
    """How everything goes that the stacks own. Nothing is written."""
    from pipectl.aws.cloud import side_by_side

    stacks = looking_once(stacks)
    named = [_of_the_spec(stack, wishes) for stack in stacks]
    facts, found = side_by_side([partial(_facts, named), partial(orphans, stacks, say)])
    left = [
        Owned(stack, resources, tuple(_kept(stack, wishes)))
        for stack, resources in zip(stacks, found, strict=True)
    ]
    known = [facts, _facts(left)]
    alone = [_plan(pair, known, wishes) for pair in zip(named, left, strict=True)]
    together = [
        _plan(pair, known, wishes, _beside(pair[0].stack, stacks, alone))
        for pair in zip(named, left, strict=True)
    ]
    return tuple(_told(each, stack.cloud) for each, stack in zip(together, stacks, strict=True))


def _beside(stack: flow.Stack, stacks: Sequence[flow.Stack], alone: Sequence[Plan]) -> list[Step]:
    """What becomes of the other stacks behind the same door: their services leave a shared cluster too."""
    return [
        step
        for other, each in zip(stacks, alone, strict=True)
        if other is not stack and other.cloud is stack.cloud
        for step in each.steps
    ]


def prune(stacks: Sequence[flow.Stack], plans: Sequence[Plan], wishes: "Wishes") -> tuple[Plan, ...]:
    """How the orphans of the plans go. Nothing is written."""
    left = [Owned(stack, each.orphans, stack.resources) for stack, each in zip(stacks, plans, strict=True)]
    facts = _facts(left)
    return tuple(_told(_plan([each], [facts], wishes), each.stack.cloud) for each in left)


def apply(
    plans: Sequence[Plan], stacks: Sequence[flow.Stack], connection: "Connection", watch: run.Watch
) -> Iterator[Outcome]:
    """Remove what the plans say, wave by wave, what starts runs first."""
    from pipectl.kinds import KINDS, REMOVAL_WAVES

    steps = [(stack.cloud, step) for each, stack in zip(plans, stacks, strict=True) for step in each.pending]
    waves = [[kind.name for kind in wave] for wave in REMOVAL_WAVES]
    return run.apply(waves, steps, {kind.name: kind for kind in KINDS}, watch, connection.stop)


def orphans(
    stacks: Sequence[flow.Stack], say: Say, looked: Ahead | None = None
) -> tuple[tuple[Resource, ...], ...]:
    """What carries each stack's tag and stands in none of the specs: found by tag, then looked at itself.

    The Tagging API tells of deleted things for a while (API reference, GetResources), so each candidate is
    read before it counts.
    """
    from pipectl.aws.cloud import side_by_side

    doors = list({id(stack.cloud): stack.cloud for stack in stacks}.values())
    answers = side_by_side(
        [partial(_orphans, door, _behind(door, stacks), say, looked or {}) for door in doors]
    )
    found = {id(door): answer for door, answer in zip(doors, answers, strict=True)}
    return tuple(found[id(stack.cloud)].pop(stack.spec.name, ()) for stack in stacks)


def _behind(door: "Cloud", stacks: Sequence[flow.Stack]) -> list[flow.Stack]:
    return [stack for stack in stacks if stack.cloud is door]


def _orphans(
    door: "Cloud", stacks: Sequence[flow.Stack], say: Say, looked: Ahead
) -> dict[str, tuple[Resource, ...]]:
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import KINDS, owned, role

    region = door.account.region
    named = {stack.spec.name: {each.key for other in stacks for each in other.resources} for stack in stacks}
    paths = {stack.spec.name: role.role_path(stack.spec) for stack in stacks}
    carrying = (
        looked[region].result() if region in looked else owned.owned(ReadOnly(door), region, paths, say)
    )
    candidates = [
        Resource(kind, name, {"tags": {OWNER_TAG: stack}})
        for stack, kind, name in carrying
        if (kind, name) not in named[stack]
    ]
    if not candidates:
        return {}
    found = _looked_at(door, candidates)
    order = {kind.name: number for number, kind in enumerate(KINDS)}
    there = [each for each in candidates if _owner(found.get(each.key)) == each.stated["tags"][OWNER_TAG]]
    there.sort(key=lambda each: (order[each.kind], each.name))
    return {
        stack: tuple(each for each in there if each.stated["tags"][OWNER_TAG] == stack) for stack in named
    }


def _looked_at(door: "Cloud", candidates: Sequence[Resource]) -> "Found":
    """What is there of them. Whoever may not look believes the tag: policies name what specs name."""
    from pipectl.aws.cloud import for_each
    from pipectl.errors import AccessDenied

    def look(kind: str) -> "Found":
        those = [each for each in candidates if each.kind == kind]
        try:
            return _read(door, [(each, ()) for each in those])
        except AccessDenied:
            return {each.key: each.stated for each in those}

    answers = for_each(look, {each.kind for each in candidates})
    return {key: state for answer in answers for key, state in answer.items()}


def _owner(state: State | None) -> str | None:
    owner: str | None = ((state or {}).get("tags") or {}).get(OWNER_TAG)
    return owner


def _of_the_spec(stack: flow.Stack, wishes: "Wishes") -> Owned:
    from pipectl.kinds import transition

    resources = [each for each in stack.resources if each.managed and each.kind != transition.NAME]
    return Owned(stack, tuple(resources), tuple(_kept(stack, wishes)))


def _kept(stack: flow.Stack, wishes: "Wishes") -> list[Resource]:
    return [each for each in stack.resources if each.key in wishes.keep]


def _facts(owned: Sequence[Owned]) -> "dict[int, Facts]":
    """By door: what is there of all that shall go, and what it holds, asked side by side."""
    from pipectl.aws.cloud import side_by_side
    from pipectl.engine.removal import Facts

    facts = {}
    for door in {id(each.stack.cloud): each.stack.cloud for each in owned}.values():
        resources = [
            (resource, each.staying)
            for each in owned
            if each.stack.cloud is door
            for resource in each.resources
        ]
        found, held = side_by_side([partial(_read, door, resources), partial(_held, door, resources)])
        facts[id(door)] = Facts(found, held)
    return facts


Asked = Iterable[tuple[Resource, Sequence[Resource]]]
"""Each resource, and those that stay."""


def _read(door: "Cloud", asked: Asked) -> "Found":
    from pipectl.aws.readonly import ReadOnly
    from pipectl.kinds import READING_ORDER

    wanted = [
        replace(resource, stated=_kind(resource).leaving(resource, staying)) for resource, staying in asked
    ]
    return run.observe(ReadOnly(door), wanted, READING_ORDER)


def _held(door: "Cloud", asked: Asked) -> "dict[tuple[str, str], Held]":
    from pipectl.aws.cloud import for_each
    from pipectl.aws.readonly import ReadOnly
    from pipectl.engine.removal import Held

    looked = [(resource, contents) for resource, _ in asked if (contents := _kind(resource).contents)]
    texts = for_each(lambda each: each[1].look(ReadOnly(door), each[0].name), looked)
    return {
        resource.key: Held(text, contents.option)
        for (resource, contents), text in zip(looked, texts, strict=True)
        if text
    }


def _kind(resource: Resource) -> "Kind":
    from pipectl.kinds import KINDS

    return next(kind for kind in KINDS if kind.name == resource.kind)


def _plan(
    owned: Sequence[Owned],
    facts: "Sequence[Mapping[int, Facts]]",
    wishes: "Wishes",
    beside: Sequence[Step] = (),
) -> Plan:
    from pipectl.engine.removal import Facts
    from pipectl.kinds import KINDS, REMOVAL_WAVES

    stack = owned[0].stack
    known = [each[id(stack.cloud)] for each in facts if id(stack.cloud) in each]
    all_facts = Facts(
        {key: state for each in known for key, state in each.found.items()},
        {key: held for each in known for key, held in each.held.items()},
    )
    resources = [
        replace(resource, stated={**resource.stated, **_kind(resource).leaving(resource, each.staying)})
        for each in owned
        for resource in each.resources
    ]
    steps = removal.removal(resources, all_facts, KINDS, stack.spec.name, wishes, beside)
    order = {kind.name: number for number, kind in enumerate(kind for wave in REMOVAL_WAVES for kind in wave)}
    going = sorted(steps, key=lambda step: order[step.resource.kind])
    account = stack.cloud.account
    return Plan(stack.spec.name, account.id, account.region, tuple(going))


def _told(plan: Plan, door: "Cloud") -> Plan:
    """The plan, and with each thing that goes what ends with it."""
    from pipectl.aws.cloud import for_each

    return replace(plan, steps=tuple(for_each(partial(_ending, door), plan.steps)))


def _ending(door: "Cloud", step: Step) -> Step:
    from pipectl.aws.readonly import ReadOnly

    if step.action is not Action.DELETE:
        return step
    ends = _kind(step.resource).ending(ReadOnly(door), step)
    return replace(step, remarks=(*step.remarks, *ends))
