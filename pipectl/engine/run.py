"""Observe and apply: the two moments that touch a cloud."""

import contextvars
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from pipectl.engine.plan import Found, overwritten
from pipectl.engine.values import Action, Outcome, Resource, Result, State, Step
from pipectl.errors import Declined, Interrupted, PipectlError
from pipectl.stop import Stop

WORKERS = 16
"""Steps of one wave that are carried out at the same time."""
MOMENT = 0.5
"""Seconds after which it is looked what has ended, also without a word."""

current_step: contextvars.ContextVar[Step | None] = contextvars.ContextVar("current_step", default=None)
"""The step that the running thread works for: what is said while it waits belongs to that line."""


class Reader(Protocol):
    """What observe wants to know of a kind."""

    @property
    def name(self) -> str:
        """The kind's name."""

    @property
    def read(self) -> Callable[[Any, Mapping[str, State]], dict[str, State]]:
        """(cloud, name -> what is stated of it) -> the state of those that exist."""


class Worker(Protocol):
    """What apply wants to know of a kind."""

    @property
    def create(self) -> Callable[[Any, Resource], None]:
        """Make a thing that is not there, whole."""

    @property
    def update(self) -> Callable[[Any, Step], None]:
        """Change what differs, and no more."""

    @property
    def delete(self) -> Callable[[Any, Step], None]:
        """Take a thing away; what has gone already is no error."""

    @property
    def release(self) -> Callable[[Any, Step], None]:
        """Take our tags off, and leave the thing where it is."""


@dataclass(frozen=True)
class Started:
    """A step that is being carried out now."""

    step: Step


Watch = Callable[[Started | Outcome], None]


def observe(cloud: Any, wanted: Iterable[Resource], kinds: Sequence[Reader]) -> Found:
    """What AWS has of the wanted resources. All kinds are read side by side, each once for all its names."""
    named: dict[str, dict[str, State]] = {kind.name: {} for kind in kinds}
    for resource in wanted:
        known = named[resource.kind].get(resource.name, {})
        named[resource.kind][resource.name] = {**known, **resource.stated}
    asked = [kind for kind in kinds if named[kind.name]]
    found: dict[tuple[str, str], State] = {}
    with ThreadPoolExecutor(max(len(asked), 1)) as pool:
        answers = [pool.submit(kind.read, cloud, named[kind.name]) for kind in asked]
    for kind, answer in zip(asked, answers, strict=True):
        found.update({(kind.name, name): state for name, state in answer.result().items()})
    return found


def apply(
    waves: Sequence[Sequence[str]],
    steps: Sequence[tuple[Any, Step]],
    kinds: Mapping[str, Worker],
    watch: Watch,
    stop: Stop,
) -> Iterator[Outcome]:
    """Carry out pending steps, each with its own cloud, wave by wave; a wave's steps run side by side.

    A failed step does not stop its wave; the waves after it are not tried. Ctrl-C sets `stop`, waits for the
    calls that are under way, and then everything that is not done is reported as not tried.
    """
    halted = False
    for wave in waves:
        members = [(cloud, step) for cloud, step in steps if step.resource.kind in wave]
        if halted or not members:
            yield from (Outcome(step, Result.NOT_TRIED) for _, step in members)
            continue
        outcomes = _wave(members, kinds, watch, stop)
        halted = stop.is_set() or any(outcome.result is not Result.DONE for outcome in outcomes)
        yield from outcomes


def looked_at_again(
    outcomes: Sequence[Outcome],
    changed: Sequence[tuple[Any, Step]],
    look: Callable[[Any, Sequence[Resource]], Found],
) -> list[Outcome]:
    """The outcomes of a run that went well, with a failure for each thing that somebody else changed too.

    Of two at once the last to end sees it: each looks when all that it changes is changed. Who cannot look
    has changed it all the same, and is told that.
    """
    if any(outcome.result is not Result.DONE for outcome in outcomes):
        return list(outcomes)
    errors: dict[int, PipectlError] = {}
    for door in {id(cloud): cloud for cloud, _ in changed}.values():
        steps = [step for cloud, step in changed if cloud is door]
        try:
            found = look(door, [step.resource for step in steps])
        except PipectlError as error:
            errors |= {id(step): _unseen(error) for step in steps}
        else:
            said = [(step, overwritten(step, found.get(step.resource.key))) for step in steps]
            errors |= {id(step): _theirs(text) for step, text in said if text}
    return [_judged(outcome, errors.get(id(outcome.step))) for outcome in outcomes]


def _unseen(error: PipectlError) -> PipectlError:
    return PipectlError(
        f"it was changed, but could not be looked at again: {error.message}",
        hint="run it again: it sees whether somebody else changed it at the same time",
    )


def _theirs(text: str) -> PipectlError:
    return Declined(text, hint="run it again: the plan then shows what they changed")


def _judged(outcome: Outcome, error: PipectlError | None) -> Outcome:
    return replace(outcome, result=Result.FAILED, error=error) if error else outcome


def _wave(
    members: Sequence[tuple[Any, Step]], kinds: Mapping[str, Worker], watch: Watch, stop: Stop
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    ended: SimpleQueue[object] = SimpleQueue()
    pool = ThreadPoolExecutor(min(len(members), WORKERS))
    try:
        running = [
            pool.submit(contextvars.copy_context().run, _carry_out, cloud, step, kinds, watch, stop)
            for cloud, step in members
        ]
        for future in running:
            future.add_done_callback(ended.put)
        while running:
            _pause(ended, stop)
            for future in [each for each in running if each.done()]:
                running.remove(future)
                outcomes.append(future.result())
                watch(outcomes[-1])
    except BaseException as error:
        at_once = isinstance(error, KeyboardInterrupt) and stop.is_set()
        stop.set()  # the pool waits for its threads: none may begin a step, or wait for AWS, meanwhile
        pool.shutdown(wait=not at_once)
        raise
    pool.shutdown()
    return outcomes


def _pause(ended: SimpleQueue[object], stop: Stop) -> None:
    """Wait until a step has ended, or a moment. Ctrl-C lets what is under way end; a second is let through.

    An interrupt cannot leave this queue locked (stop.py tells of it), but it may take the word with it, and
    one that comes just before the wait is heard only after it: so nobody waits for long.
    """
    try:
        with suppress(Empty):
            ended.get(timeout=MOMENT)
    except KeyboardInterrupt:
        if stop.is_set():
            raise
        stop.set()


def _carry_out(cloud: Any, step: Step, kinds: Mapping[str, Worker], watch: Watch, stop: Stop) -> Outcome:
    if stop.is_set():
        return Outcome(step, Result.NOT_TRIED)
    current_step.set(step)
    watch(Started(step))
    started = time.monotonic()
    kind = kinds[step.resource.kind]
    try:
        match step.action:
            case Action.CREATE:
                kind.create(cloud, step.resource)
            case Action.DELETE:
                kind.delete(cloud, step)
            case Action.RELEASE:
                kind.release(cloud, step)
            case _:
                kind.update(cloud, step)
    except Interrupted:
        return Outcome(step, Result.NOT_TRIED)
    except PipectlError as error:
        return Outcome(step, Result.FAILED, error, time.monotonic() - started)
    return Outcome(step, Result.DONE, seconds=time.monotonic() - started)
