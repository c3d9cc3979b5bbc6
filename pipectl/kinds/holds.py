"""Holds of stages that a change takes away: who set them, and which stage takes each stage's place.

A hold is a transition that a person disabled. It belongs to a stage's name, so AWS drops it with the stage.
Where another stage takes that place the hold is carried over, and nothing can pass in between: the first
update keeps the held stage, as a manual approval, before the stage in its place; that one is then disabled,
and only the last update takes the held stage away. A run that was cut off is finished by the next.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipectl.aws.cloud import Cloud, find
from pipectl.engine.values import Remark, State, Step
from pipectl.errors import Declined

HOLDS = "(holds)"
"""What was found of the holds of a pipeline whose stages change; no spec states it."""
CLOSED_BY_SPEC = "Closed by the spec"
"""The reason of a transition that the spec disables without a reason of its own."""
KEEPER = "HeldByPipectl"
"""The only action of a held stage between the two updates that carry its hold over."""
MOST_STAGES = 50
"""Of a pipeline (user guide, "Quotas in AWS CodePipeline")."""
MISSING = ("PipelineNotFoundException",)


@dataclass(frozen=True)
class Hold:
    """A disabled inbound transition: its stage, and why, by whom (an ARN) and since when it is disabled."""

    stage: str
    reason: str
    changed_by: str | None = None
    changed_at: datetime | None = None

    def __str__(self) -> str:
        """Stage, person, moment and reason: `the hold of Deploy (by ann, since ...: "freeze")`."""
        who = f"by {self.changed_by.rsplit('/', 1)[-1].rsplit(':', 1)[-1]}" if self.changed_by else ""
        when = f"since {self.changed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.changed_at else ""
        known = ", ".join(filter(None, (who, when)))
        return f'the hold of {self.stage} ({known}{": " if known else ""}"{self.reason}")'


def holds(stages: Iterable[Mapping[str, Any]]) -> tuple[Hold, ...]:
    """Every hold in the stage states of GetPipelineState's answer."""
    transitions = [(stage["stageName"], stage.get("inboundTransitionState") or {}) for stage in stages]
    return tuple(
        Hold(
            name,
            transition.get("disabledReason") or CLOSED_BY_SPEC,
            transition.get("lastChangedBy"),
            transition.get("lastChangedAt"),
        )
        for name, transition in transitions
        if transition.get("enabled") is False
    )


def read(cloud: Cloud, pipeline: str) -> tuple[Hold, ...]:
    """The holds of a pipeline; none of one that does not exist."""
    answer = find(MISSING, cloud, "codepipeline", "get_pipeline_state", name=pipeline)
    return holds(answer["stageStates"]) if answer else ()


def changes_stages(wanted: State, found: State) -> bool:
    """Whether a stage that was found is not wanted any more, or is to change places with another."""
    stages, now = _ordered(wanted), _ordered(found)
    return [name for name in stages if name in now] != list(now)


def carried(holds_: Iterable[Hold], wanted: State, found: State, opened: Sequence[str]) -> dict[str, str]:
    """Held stage that goes -> the stage in its place, which can be held too.

    `wanted` and `found` are a pipeline in words. A stage that the spec enables (`opened`) is not
    held, nor is the first one: nothing comes before it.
    """
    places = successors(_ordered(wanted), _ordered(found))
    first = next(iter(_ordered(wanted)), None)
    return {
        hold.stage: place
        for hold in holds_
        if (place := places.get(hold.stage)) is not None and place != first and place not in opened
    }


def _ordered(words: State) -> dict[str, Mapping[str, Any]]:
    stages: Mapping[str, Mapping[str, Any]] = words.get("stages") or {}
    return dict(sorted(stages.items(), key=lambda item: int(item[1]["order"])))


Stages = Mapping[str, Mapping[str, Any]]
"""Stages by name, in their order."""


def successors(wanted: Stages, found: Stages) -> dict[str, str]:
    """Stage that goes -> the stage that takes its place, for those that have one.

    A stage takes the place of another when it does the same, or when it is new between the same neighbours.
    Of several it is the one at the same position, or else the first: what comes behind is then held as well.
    """
    gone = [name for name in found if name not in wanted]
    new = [name for name in wanted if name not in found]
    places = {name: place for name in gone if (place := _kept_before(name, found, wanted))}
    places |= _same_work(gone, new, wanted, found, places)
    for group in _groups(gone, found):
        left = [name for name in group if name not in places]
        gap = [name for name in _gap(group, wanted, found) if name in new]
        free = [name for name in gap if name not in places.values()]
        for number, name in enumerate(left):
            if place := free[number] if len(free) == len(left) else next(iter(free or gap), None):
                places[name] = place
    return places


def _kept_before(name: str, found: Stages, wanted: Stages) -> str | None:
    """The stage behind one that an interrupted run has kept only for its hold."""
    if list(found[name].get("actions") or ()) != [KEEPER]:
        return None
    names = list(found)
    behind = names[names.index(name) + 1 :]
    return next((other for other in behind if other in wanted), None)


def _same_work(
    gone: Sequence[str], new: Sequence[str], wanted: Stages, found: Stages, taken: Mapping[str, str]
) -> dict[str, str]:
    places: dict[str, str] = {}
    for name in gone:
        same = [other for other in new if _work(wanted[other]) == _work(found[name])]
        free = [other for other in same if other not in (*taken.values(), *places.values())]
        if name not in taken and free:
            places[name] = free[0]
    return places


def _work(stage: Mapping[str, Any]) -> list[str]:
    """What a stage does, whatever its actions are called."""
    actions: Iterable[Mapping[str, Any]] = (stage.get("actions") or {}).values()
    return sorted(
        str((action.get("provider"), sorted((action.get("configuration") or {}).items(), key=str)))
        for action in actions
    )


def _groups(gone: Sequence[str], found: Stages) -> Iterator[list[str]]:
    """The stages that go, those side by side together."""
    group: list[str] = []
    for name in found:
        if name in gone:
            group.append(name)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _gap(group: Sequence[str], wanted: Stages, found: Stages) -> list[str]:
    """What is wanted behind the last stage that stays before the group, up to the next that stays."""
    before = list(found)[: list(found).index(group[0])]
    names = list(wanted)
    last = next((name for name in reversed(before) if name in wanted), None)
    gap: list[str] = []
    for name in names[names.index(last) + 1 if last else 0 :]:
        if name in found:
            break
        gap.append(name)
    return gap


def remarks(step: Step) -> Iterator[Remark]:
    """What becomes of each hold whose stage goes: it is carried over, or a person is asked."""
    before, stated = step.before or {}, step.resource.stated
    opened = step.resource.request.get("opened", ())
    found: Sequence[Hold] = before.get(HOLDS) or ()
    places = carried(found, stated, before, opened)
    for hold in found:
        if hold.stage in stated["stages"]:
            yield from _moved(hold, stated, before)
        elif place := places.get(hold.stage):
            yield Remark(f"{hold} is carried over to {place}, which takes its place")
        elif hold.reason != CLOSED_BY_SPEC:
            yield Remark(f"{hold} is lost: {_why_lost(hold, stated, before, opened)}", asks=True)


def _moved(hold: Hold, stated: State, before: State) -> Iterator[Remark]:
    """What becomes of a hold whose stage stays, when stages change places."""
    first = next(iter(_ordered(stated)))
    if hold.stage == first != next(iter(_ordered(before))):
        yield Remark(f"{hold} is lost: as the first stage it cannot be held", asks=True)
    else:
        yield Remark(f"{hold} stays with its stage")


def _why_lost(hold: Hold, stated: State, before: State, opened: Sequence[str]) -> str:
    place = successors(_ordered(stated), _ordered(before)).get(hold.stage)
    if place in opened:
        return f"the spec enables {place}, which takes its place"
    if place:
        return f"{place} takes its place as the first stage, which cannot be held"
    return "its stage is removed and no stage takes its place"


def refuse_new(now: Iterable[Hold], step: Step) -> None:
    """Raise Declined when a stage that goes was held after the plan was made: nobody was asked about that."""
    before, stated = step.before or {}, step.resource.stated
    planned = {hold.stage for hold in before.get(HOLDS) or ()}
    for hold in now:
        if hold.stage not in stated["stages"] and hold.stage not in planned:
            raise Declined(
                f"{hold} was set meanwhile, and this change removes its stage; nothing was changed",
                hint="run it again: the plan then shows what becomes of the hold",
            )


def is_kept(places: Mapping[str, str], found: State) -> bool:
    """Whether an interrupted run has come so far that each held stage is kept only for its hold."""
    stages = _ordered(found)
    return all(
        place in stages and list(stages[held].get("actions") or ()) == [KEEPER]
        for held, place in places.items()
    )


def between(declaration: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """The declaration with each held stage kept, as an approval, before the stage in its place."""
    stages: list[Any] = []
    for stage in declaration["stages"]:
        stages += [_keeper(held) for held, place in places.items() if place == stage["name"]]
        stages.append(stage)
    return {**declaration, "stages": stages}


def _keeper(stage: str) -> dict[str, Any]:
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    return {"name": stage, "actions": [{"name": KEEPER, "actionTypeId": kind, "runOrder": 1}]}
