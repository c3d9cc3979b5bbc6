"""Holds of a pipeline that another one replaces: the spec has another name, and AWS has the old one still.

The new pipeline gets a tag that names the old one, so that a run that was cut off after the creation is
finished by the next: what nobody has touched since is then held too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pipectl.aws.cloud import Cloud, find, for_each
from pipectl.engine.values import Action, Difference, Remark, Resource, Step
from pipectl.kinds import holds, pipeline
from pipectl.kinds.transition import OPEN, transition

REPLACES_TAG = "pipectl:replaces"
"""The tag of a pipeline that was created in the place of another one, whose name it tells."""


def with_holds(cloud: Cloud, steps: Sequence[Step], orphans: Iterable[Resource]) -> tuple[Step, ...]:
    """The steps of a plan, with what becomes of the holds of pipelines that the spec names no longer."""
    gone = [each.name for each in orphans if each.kind == pipeline.NAME]
    ours = [step for step in steps if step.resource.kind == pipeline.NAME and step.resource.managed]
    heirs = [step for step in ours if step.action is Action.CREATE or _replaced(step) in gone]
    if not gone or not heirs:
        return tuple(steps)
    found = dict(zip(gone, for_each(partial(holds.read, cloud), gone), strict=True))
    held = {
        name: [hold for hold in each if hold.reason != holds.CLOSED_BY_SPEC] for name, each in found.items()
    }
    changed = {step.resource.key: _created(step, held) for step in heirs if step.action is Action.CREATE}
    stated = {step.resource.key for step in steps}
    late = [
        step
        for heir in heirs
        if heir.action is not Action.CREATE
        for step in _left_open(cloud, heir, held[str(_replaced(heir))])
        if step.resource.key not in stated
    ]
    return (*(changed.get(step.resource.key, step) for step in steps), *late)


def _replaced(step: Step) -> str | None:
    name: str | None = ((step.before or {}).get("tags") or {}).get(REPLACES_TAG)
    return name


def _created(step: Step, held: Mapping[str, Sequence[holds.Hold]]) -> Step:
    """The creation of a pipeline that holds the stages which were held in the one before."""
    request, remarks, tags = (
        dict(step.resource.request),
        list(step.remarks),
        dict(step.resource.stated["tags"]),
    )
    closed = dict(request["holds"])
    for name, each in held.items():
        for hold in each:
            if _can_hold(step.resource, hold.stage):
                closed.setdefault(hold.stage, hold.reason)
                tags[REPLACES_TAG] = name
                remarks.append(Remark(f"{hold} in pipeline {name} is carried over"))
            else:
                why = f"{step.resource.name} has no such stage that can be held"
                lost = f"{hold} in pipeline {name} is not carried over: {why}"
                remarks.append(Remark(lost, asks=True))
    stated = {**step.resource.stated, "tags": tags}
    resource = replace(step.resource, stated=stated, request={**request, "holds": closed})
    return replace(step, resource=resource, remarks=tuple(remarks))


def _can_hold(resource: Resource, stage: str) -> bool:
    names = [each["name"] for each in resource.request["declaration"]["stages"]]
    return stage in names[1:] and stage not in resource.request["opened"]


def _left_open(cloud: Cloud, heir: Step, held: Sequence[holds.Hold]) -> Iterator[Step]:
    """What an interrupted run has left open: a transition that nobody has touched since the creation."""
    if not held:
        return
    name = heir.resource.name
    answer = find(holds.MISSING, cloud, "codepipeline", "get_pipeline_state", name=name)
    states: Mapping[str, Any] = {
        stage["stageName"]: stage.get("inboundTransitionState") or {}
        for stage in (answer or {}).get("stageStates") or []
    }
    for hold in held:
        state = states.get(hold.stage)
        if state is not None and state.get("enabled", True) and not state.get("lastChangedAt"):
            resource = transition(name, hold.stage, enabled=False, reason=hold.reason)
            differences = (Difference("enabled", True, False), Difference("reason", None, hold.reason))
            told = (Remark(f"{hold} in pipeline {_replaced(heir)} is carried over"),)
            yield Step(resource, Action.UPDATE, OPEN, differences, told)
