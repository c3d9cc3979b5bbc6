"""A Cloud that writes down what would be written, so that the code of `create` also tells it."""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipectl.aws.account import Account
from pipectl.aws.cloud import Cloud, writes
from pipectl.aws.readonly import ReadOnly
from pipectl.engine.values import Action, Plan, Step
from pipectl.kinds import KINDS, WAVES


@dataclass(frozen=True)
class Call:
    """One writing call, as it would be sent."""

    service: str
    operation: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Recorded:
    """One step of a plan, and the calls that carry it out."""

    plan: Plan
    step: Step
    calls: tuple[Call, ...]


class Recording:
    """Lets reads through, writes down writes, and answers them with what their names tell."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = ReadOnly(cloud)
        self._lock = threading.Lock()
        self._thread = threading.get_ident()
        self._entries: list[tuple[bool, Call]] = []
        self._known: list[Call] = []

    @property
    def account(self) -> Account:
        """The account behind the door."""
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Send a read, or write a call down."""
        if not writes(operation):
            return self._cloud.call(service, operation, **params)
        # a token is of one sending: what is written down may be sent by others, and again
        call = Call(service, operation, {key: value for key, value in params.items() if key != "clientToken"})
        with self._lock:
            if call not in self._known:  # a gate that its pipeline's creation has closed is found open here
                self._known.append(call)
                self._entries.append((threading.get_ident() == self._thread, call))
        if operation == "register_task_definition":
            # ECS takes a family for its newest revision (API reference, CreateService and UpdateService),
            # and which number that gets nobody knows before.
            return {"taskDefinition": {"taskDefinitionArn": params["family"]}}
        return {}

    def take(self) -> tuple[Call, ...]:
        """What was written down since the last time; what is sent side by side is in order of its names."""
        entries, self._entries = self._entries, []
        return tuple(call for alone, group in groupby(entries, _first) for call in _ordered(alone, group))


def _first(entry: tuple[bool, Call]) -> bool:
    return entry[0]


def _ordered(alone: bool, group: Iterable[tuple[bool, Call]]) -> list[Call]:
    calls = [call for _, call in group]
    return calls if alone else sorted(calls, key=lambda each: (each.service, each.operation, _text(each)))


def _text(call: Call) -> str:
    return json.dumps(call.params, sort_keys=True, default=str)


def recorded(plans: Sequence[Plan], clouds: Sequence[Cloud]) -> Iterator[list[Recorded]]:
    """Every pending step with its calls, wave by wave, in the order in which `create` sends them."""
    kinds = {kind.name: kind for kind in KINDS}
    recordings = [Recording(cloud) for cloud in clouds]
    for wave in WAVES:
        names = {kind.name for kind in wave}
        yield [
            Recorded(plan, step, _calls(recording, kinds[step.resource.kind], step))
            for plan, recording in zip(plans, recordings, strict=True)
            for step in plan.pending
            if step.resource.kind in names
        ]


def _calls(recording: Recording, kind: Any, step: Step) -> tuple[Call, ...]:
    if step.action is Action.CREATE:
        kind.create(recording, step.resource)
    else:
        kind.update(recording, step)
    return recording.take()
