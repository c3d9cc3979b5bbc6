"""What holds for every kind: create is complete, repeatable, and can be cut off anywhere."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.engine.fingerprint import desired, found
from pipectl.errors import PipectlError

if TYPE_CHECKING:
    from pipectl.spec.spec import Spec
    from tests.conftest import World

Look = Callable[[str], dict[str, Any]]
Prepare = Callable[..., None]
Values = Callable[[str], dict[str, Any]]

PARTS = 4
"""Into how many tests the cuts of a spec are divided, so that several processes share them."""


def test_a_second_run_writes_nothing(world: "World", prepare: Prepare, look: Look, file: Path) -> None:
    prepare(file)
    spec = world.load(file)
    world.made(spec)
    made = look(str(spec.region))
    second = world.create(spec)
    assert second.lines == []
    assert second.writes == []
    assert look(str(spec.region)) == made


def cut_off(world: "World", spec: "Spec", calls: int, *, last_has_effect: bool) -> None:
    """Run create, and let the line be cut after so many calls"""
    refusal = {"code": "AccessDenied", "status": 403}
    last = [{"after": calls, "times": 1, "after_effect": True, **refusal}] if last_has_effect else []
    world.server.faults.order([*last, {"after": calls, **refusal}])
    with suppress(PipectlError):  # the plan needs answers too
        world.create(spec)
    world.heal()


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The things that are not the same, each in both shapes"""
    return [
        f"{name}: {before.get(name)} -> {after.get(name)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("last_has_effect", [True, False])
def test_a_run_cut_off_at_any_call_is_finished_by_the_next(
    world: "World", look: Look, named: Callable[[str], Path], part: int, last_has_effect: bool
) -> None:
    spec = world.load(named("friendreminders"))
    whole_run = world.made(spec)
    whole = look(str(spec.region))
    planning = whole_run.calls.total() - len(whole_run.writes) - 1
    for calls in range(planning + part, whole_run.calls.total() + 1, PARTS):
        world.server.reset()
        finishes(world, look, spec, whole, calls, last_has_effect=last_has_effect)


@pytest.mark.parametrize("last_has_effect", [True, False])
def test_every_kind_cut_off_somewhere_is_finished_by_the_next(
    world: "World", prepare: Prepare, look: Look, file: Path, last_has_effect: bool
) -> None:
    """A few cuts through everything that a spec can say; which calls they hit, the threads decide"""
    prepare(file)
    spec = world.load(file)
    whole_run = world.made(spec)
    whole = look(str(spec.region))
    writes = len(whole_run.writes)
    for calls in (whole_run.calls.total() - writes + writes * part // 4 for part in (1, 2, 3)):
        world.server.reset()
        prepare(file)
        finishes(world, look, spec, whole, calls, last_has_effect=last_has_effect)


def finishes(
    world: "World", look: Look, spec: "Spec", whole: dict[str, Any], calls: int, *, last_has_effect: bool
) -> None:
    cut_off(world, spec, calls, last_has_effect=last_has_effect)
    second = world.made(spec)
    # the same state as that of the whole run, after which the next writes nothing (the first test)
    assert changed(whole, look(str(spec.region))) == [], f"cut after {calls} calls, then {second.writes}"


@pytest.mark.parametrize("part", range(PARTS))
def test_an_update_cut_off_at_any_call_is_finished_by_the_next(
    world: "World", look: Look, values: Values, part: int
) -> None:
    before, after = world.load(values("friendreminders")), changed_everywhere(values("friendreminders"))
    region = str(before.region)
    world.made(before)
    spec = world.load(after)
    update = world.made(spec)
    whole = look(region)
    assert len(update.writes) > 10
    assert world.create(spec).writes == []
    for calls in range(update.calls.total() - len(update.writes) + part, update.calls.total(), PARTS):
        world.server.reset()
        world.made(before)
        cut_off(world, spec, calls, last_has_effect=calls // PARTS % 2 == 0)
        second = world.made(spec)
        assert changed(whole, look(region)) == [], f"cut after {calls} calls, then {second.writes}"


def changed_everywhere(spec: dict[str, Any]) -> dict[str, Any]:
    """Another value for something of every kind"""
    spec["tags"] = {"team": "reminders"}
    spec["codecommit"]["FriendReminders"]["description"] = "Reminders for friends"
    spec["ecr"]["rails_app"] |= {"keep_images": 10, "scan_on_push": False}
    service = spec["ecs"]["friendreminders"]["services"]["remindersmgt"]
    service["desired_count"] = 3
    service["task_definition"]["containers"]["rails"]["environment"] = {"RAILS_ENV": "production"}
    service["log_retention_days"] = 30
    spec["codebuild"]["FriendRemindersBuild"]["compute"] = "BUILD_GENERAL1_LARGE"
    stages = spec["codepipeline"]["FriendReminders"]["stages"]
    stages[0]["actions"][0]["branch"] = "main"
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    return spec


def test_a_run_that_loses_the_answer_of_every_creation_is_whole(
    world: "World", look: Look, values: Values
) -> None:
    """The call is sent again and finds what it has made; only a revision could be there twice"""
    described = values("friendreminders")
    described["codepipeline"]["FriendReminders"]["stages"][2]["transition"] = "disabled"
    spec = world.load(described)
    whole_run = world.made(spec)
    whole = look(str(spec.region))
    world.server.reset()
    lost = {tuple(call.split()) for call in whole_run.writes} - {("ecs", "register_task_definition")}
    names = [(service, "".join(word.title() for word in operation.split("_"))) for service, operation in lost]
    world.server.faults.order(
        [
            {"service": service, "operation": name, "close": True, "after_effect": True, "times": 1}
            for service, name in names
        ]
    )
    world.server.requests.clear()
    run = world.made(spec)
    assert changed(whole, look(str(spec.region))) == []
    assert run.writes == whole_run.writes
    calls = world.calls()
    again = calls.index("codepipeline CreatePipeline") + 1
    assert calls[again : again + 2] == ["codepipeline CreatePipeline", "codepipeline DisableStageTransition"]


def test_a_creation_that_was_sent_once_may_not_meet_its_thing(world: "World", values: Values) -> None:
    """Somebody else made it between plan and act: that is not ours to go on with"""
    spec = world.load(values("friendreminders"))
    said = {"code": "RepositoryAlreadyExistsException", "message": "it exists"}
    world.fault(service="ecr", operation="CreateRepository", **said)
    assert world.create(spec).failed == [
        "failed ecr repository rails_app: AWS said RepositoryAlreadyExistsException: it exists"
    ]


def test_a_plan_that_is_made_again_is_the_same(world: "World", prepare: Prepare, file: Path) -> None:
    """`create --plan` compares them: what changes by itself must not be part of it"""
    prepare(file)
    spec = world.load(file)
    prints = {
        (desired(plans, b"salt"), found(plans, b"salt")) for plans in (world.plan(spec), world.plan(spec))
    }
    assert len(prints) == 1
    world.made(spec)
    after = {
        (desired(plans, b"salt"), found(plans, b"salt")) for plans in (world.plan(spec), world.plan(spec))
    }
    assert len(after) == 1
    assert not prints & after
