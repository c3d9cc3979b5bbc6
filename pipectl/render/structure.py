"""Stages and actions that a pipeline gets or loses, each in one line instead of all of its values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipectl.engine.values import Action, Difference, Step
from pipectl.render.text import plain

KIND = "pipeline"
STAGES, ACTIONS, ORDER = "stages", "actions", "order"


@dataclass(frozen=True)
class Part:
    """A stage or an action that comes (`+`) or goes (`-`). `details` are what it does, a line each."""

    sign: str
    text: str
    prefix: str
    """Where its differences begin."""
    details: tuple[str, ...] = ()


def parts(step: Step) -> list[Part]:
    """What comes and what goes, in the order of the pipeline; nothing of another kind or a new pipeline."""
    before, after = _stages(step.before), _stages(step.resource.stated)
    if step.resource.kind != KIND or step.action is Action.CREATE or not before or not after:
        return []
    gone = [Part("-", f"stage {plain(name)}", _prefix(name)) for name in before if name not in after]
    return [*gone, *_new(before, after), *_actions(before, after)]


def without(differences: Iterable[Difference], told: Sequence[Part], step: Step) -> list[Difference]:
    """The differences that no part tells. The places of the other stages change only with their order."""
    left = [each for each in differences if not any(each.path.startswith(part.prefix) for part in told)]
    before, after = _stages(step.before), _stages(step.resource.stated)
    if not told or _common(before, after) != _common(after, before):
        return left
    places = {f"{_prefix(name)}{ORDER}" for name in after}
    return [each for each in left if each.path not in places]


def _stages(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The stages in their order; none where they are not told as a mapping."""
    found = (state or {}).get(STAGES)
    if not isinstance(found, Mapping):
        return {}
    return dict(sorted(found.items(), key=lambda item: item[1].get(ORDER, 0)))


def _common(stages: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    return [name for name in stages if name in others]


def _prefix(stage: str) -> str:
    return f"{STAGES}.{stage}."


def _new(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Part]:
    names = list(after)
    for number, name in enumerate(names):
        if name in before:
            continue
        follower = next((each for each in names[number + 1 :] if each in before), None)
        place = f"before {plain(follower)}" if follower else "at the end"
        details = tuple(_action(each, value) for each, value in after[name].get(ACTIONS, {}).items())
        yield Part("+", f"stage {plain(name)}, {place}", _prefix(name), details)


def _actions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Part]:
    for stage in _common(after, before):
        old, new = before[stage].get(ACTIONS) or {}, after[stage].get(ACTIONS) or {}
        for sign, here, there in (("-", old, new), ("+", new, old)):
            for name in here:
                if name not in there:
                    prefix = f"{_prefix(stage)}{ACTIONS}.{name}."
                    details = (str(here[name].get("provider", "")),) if sign == "+" else ()
                    yield Part(sign, f"action {plain(name)} in {plain(stage)}", prefix, details)


def _action(name: str, value: Mapping[str, Any]) -> str:
    return f"{plain(name)}: {plain(str(value.get('provider', '')))}"
