"""Observing and applying: waves, failures, Ctrl-C. The clouds are plain values here; nothing calls AWS."""

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipectl.engine import run
from pipectl.engine.values import Action, Outcome, Resource, Result, State, Step
from pipectl.errors import Interrupted, PipectlError
from pipectl.stop import Stop


@dataclass
class Kind:
    """A kind whose steps are written down, and may do something"""

    done: list[tuple[str, Any, str]] = field(default_factory=list)
    does: Callable[[str], None] = lambda _: None

    def create(self, cloud: Any, resource: Resource) -> None:
        self.does(resource.name)
        self.done.append(("create", cloud, resource.name))

    def update(self, cloud: Any, step: Step) -> None:
        self.does(step.resource.name)
        self.done.append(("update", cloud, step.resource.name))


def step(kind: str, name: str, action: Action = Action.CREATE) -> tuple[str, Step]:
    return f"cloud of {name}", Step(Resource(kind, name), action)


WAVES = (("role", "cluster"), ("service",), ("pipeline",))


def carried_out(
    steps: Sequence[tuple[str, Step]],
    kind: Kind,
    stop: Stop | None = None,
    watch: run.Watch = lambda _: None,
) -> dict[str, Outcome]:
    kinds: Mapping[str, Any] = dict.fromkeys([name for wave in WAVES for name in wave], kind)
    outcomes = run.apply(WAVES, steps, kinds, watch, stop or Stop())
    return {outcome.step.resource.name: outcome for outcome in outcomes}


def results(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    return {name: outcome.result.value for name, outcome in outcomes.items()}


def test_each_step_is_carried_out_with_its_own_cloud() -> None:
    kind = Kind()
    outcomes = carried_out([step("role", "a"), step("service", "b", Action.UPDATE)], kind)
    assert kind.done == [("create", "cloud of a", "a"), ("update", "cloud of b", "b")]
    assert results(outcomes) == {"a": "done", "b": "done"}


def test_an_adopted_thing_is_updated() -> None:
    kind = Kind()
    carried_out([step("role", "a", Action.ADOPT)], kind)
    assert kind.done == [("update", "cloud of a", "a")]


def test_a_wave_begins_when_the_one_before_is_done() -> None:
    kind = Kind()
    carried_out([step("pipeline", "last"), step("service", "second"), step("role", "first")], kind)
    assert [name for _, _, name in kind.done] == ["first", "second", "last"]


def test_the_steps_of_a_wave_run_side_by_side() -> None:
    together = threading.Barrier(5, timeout=10)
    kind = Kind(does=lambda _: _passed(together))
    outcomes = carried_out([step("role", str(number)) for number in range(5)], kind)
    assert set(results(outcomes).values()) == {"done"}


def _passed(barrier: threading.Barrier) -> None:
    barrier.wait()


def refuse(*names: str) -> Callable[[str], None]:
    def does(name: str) -> None:
        if name in names:
            raise PipectlError(f"{name} is refused")

    return does


def test_a_failed_step_does_not_hide_the_others_of_its_wave() -> None:
    kind = Kind(does=refuse("b", "d"))
    outcomes = carried_out([step("role", name) for name in "abcde"], kind)
    assert results(outcomes) == {"a": "done", "b": "failed", "c": "done", "d": "failed", "e": "done"}
    assert str(outcomes["b"].error) == "b is refused"


def test_the_waves_after_a_failed_one_are_not_tried() -> None:
    kind = Kind(does=refuse("role"))
    outcomes = carried_out(
        [step("role", "role"), step("cluster", "cluster"), step("service", "service"), step("pipeline", "p")],
        kind,
    )
    assert results(outcomes) == {
        "role": "failed",
        "cluster": "done",
        "service": "not tried",
        "p": "not tried",
    }
    assert [name for _, _, name in kind.done] == ["cluster"]


def test_after_ctrl_c_what_is_not_begun_is_reported_as_not_tried() -> None:
    stop = Stop()
    stop.set()
    kind = Kind()
    outcomes = carried_out([step("role", "a"), step("service", "b")], kind, stop)
    assert results(outcomes) == {"a": "not tried", "b": "not tried"}
    assert kind.done == []


def test_ctrl_c_lets_the_calls_under_way_end_and_begins_no_other() -> None:
    stop = Stop()
    kind = Kind(does=lambda _: stop.set())
    outcomes = carried_out([step("role", "a"), step("service", "b"), step("pipeline", "c")], kind, stop)
    assert results(outcomes) == {"a": "done", "b": "not tried", "c": "not tried"}


def test_ctrl_c_while_a_wave_is_waited_for_ends_it() -> None:
    stop = Stop()
    begun: list[str] = []
    main = threading.main_thread().ident or 0

    def does(name: str) -> None:
        begun.append(name)
        signal.pthread_kill(main, signal.SIGINT)
        assert stop.wait(10)

    with suppress(KeyboardInterrupt):  # it is seen by `wait`, or a moment before
        carried_out([step("role", "a"), step("service", "b")], Kind(does=does), stop)
    assert stop.is_set()
    assert begun == ["a"]


def test_a_second_ctrl_c_does_not_wait_for_what_is_under_way() -> None:
    stop, waited_for, answered = Stop(), threading.Event(), threading.Event()
    main = threading.main_thread().ident or 0
    ended: list[bool] = []

    def does(name: str) -> None:
        if name == "at once":
            return
        assert waited_for.wait(10)
        signal.pthread_kill(main, signal.SIGINT)
        assert stop.wait(10)  # the first was heard
        signal.pthread_kill(main, signal.SIGINT)
        ended.append(answered.wait(10))

    def watch(event: run.Started | Outcome) -> None:
        if isinstance(event, Outcome):
            waited_for.set()

    try:
        with pytest.raises(KeyboardInterrupt):
            carried_out([step("role", "at once"), step("role", "a")], Kind(does=does), stop, watch)
        assert ended == []
    finally:
        answered.set()


def test_ctrl_c_while_an_outcome_is_shown_begins_no_other_step() -> None:
    stop = Stop()
    many = [step("role", f"waits {number}") for number in range(2 * run.WORKERS)]
    begun: list[str] = []

    def does(name: str) -> None:
        begun.append(name)
        if name != "first":
            assert stop.wait(10)

    def watch(event: run.Started | Outcome) -> None:
        if isinstance(event, Outcome):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carried_out([step("role", "first"), *many], Kind(does=does), stop, watch)
    assert len(begun) <= run.WORKERS + 1


def test_a_step_that_was_interrupted_while_it_waited_is_not_tried() -> None:
    def interrupted(name: str) -> None:
        raise Interrupted(f"interrupted while {name} waited")

    outcomes = carried_out([step("role", "a")], Kind(does=interrupted))
    assert results(outcomes) == {"a": "not tried"}


def test_the_watch_is_told_of_every_beginning_and_end() -> None:
    told: list[str] = []

    def watch(event: run.Started | Outcome) -> None:
        what = "started" if isinstance(event, run.Started) else event.result.value
        told.append(f"{event.step.resource.name} {what}")

    carried_out([step("role", "a"), step("service", "b")], Kind(does=refuse("b")), watch=watch)
    assert told == ["a started", "a done", "b started", "b failed"]


def test_what_is_said_while_a_step_runs_belongs_to_it() -> None:
    said: list[tuple[str, str]] = []

    def does(name: str) -> None:
        working = run.current_step.get()
        assert working is not None
        said.append((name, working.resource.name))

    carried_out([step("role", name) for name in "abc"], Kind(does=does))
    assert sorted(said) == [("a", "a"), ("b", "b"), ("c", "c")]
    assert run.current_step.get() is None


def test_an_outcome_knows_how_long_its_step_took() -> None:
    outcomes = carried_out([step("role", "a"), step("role", "b")], Kind(does=refuse("b")))
    assert all(outcome.seconds > 0 for outcome in outcomes.values())


def test_a_bug_in_a_kind_is_no_outcome() -> None:
    def wrong(_: str) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        carried_out([step("role", "a")], Kind(does=wrong))


def test_who_cannot_look_again_has_changed_it_all_the_same() -> None:
    """And is told that, of every thing behind the door that does not answer"""
    steps = [step("role", "a", Action.UPDATE), step("role", "b", Action.UPDATE)]
    outcomes = [Outcome(each, Result.DONE) for _, each in steps]

    def look(cloud: Any, wanted: Sequence[Resource]) -> dict[tuple[str, str], State]:
        if cloud == "cloud of a":
            raise PipectlError("nobody answers")
        return {each.key: {} for each in wanted}

    told = run.looked_at_again(outcomes, steps, look)
    assert [each.step for each in told] == [each for _, each in steps]
    assert [str(each.error) for each in told if each.result is Result.FAILED] == [
        "it was changed, but could not be looked at again: nobody answers"
    ]


@dataclass
class Reader:
    """A kind that is read, and remembers what it was asked"""

    name: str
    found: dict[str, State]
    asked: list[dict[str, State]] = field(default_factory=list)

    def read(self, cloud: Any, wanted: Mapping[str, State]) -> dict[str, State]:
        self.asked.append(dict(wanted))
        return {name: state for name, state in self.found.items() if name in wanted}


def test_every_kind_is_read_once_for_all_its_names() -> None:
    role, cluster, unused = Reader("role", {"a": {"path": "/"}}), Reader("cluster", {}), Reader("bucket", {})
    wanted = [Resource("role", "a", {"path": "/x"}), Resource("cluster", "c"), Resource("role", "b")]
    found = run.observe(None, wanted, [role, cluster, unused])
    assert found == {("role", "a"): {"path": "/"}}
    assert role.asked == [{"a": {"path": "/x"}, "b": {}}]
    assert cluster.asked == [{"c": {}}]
    assert unused.asked == []


def test_a_thing_wanted_twice_is_asked_for_all_that_is_stated_of_it() -> None:
    role = Reader("role", {})
    run.observe(None, [Resource("role", "a", {"path": "/"}), Resource("role", "a", {"tags": {}})], [role])
    assert role.asked == [{"a": {"path": "/", "tags": {}}}]


def test_nothing_wanted_asks_nothing() -> None:
    assert run.observe(None, [], [Reader("role", {"a": {}})]) == {}


def test_results_are_words_that_can_be_shown() -> None:
    assert [result.value for result in Result] == ["done", "failed", "not tried"]
