"""A person's hold survives the renaming of its stage, and is asked about when the stage goes"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.errors import PipectlError
from pipectl.kinds import holds

if TYPE_CHECKING:
    from pipectl.engine.values import Plan, Remark
    from tests.conftest import World

REGION = "ap-southeast-1"
PIPELINE = "FriendReminders"
FREEZE = "Release freeze until Monday"
Described = dict[str, Any]
Held = dict[str, str]


@pytest.fixture
def described(values: Callable[[str], Described]) -> Described:
    return values("friendreminders")


@pytest.fixture
def stages(described: Described) -> list[Described]:
    found: list[Described] = described["codepipeline"][PIPELINE]["stages"]
    return found


@pytest.fixture
def codepipeline(world: "World") -> Any:
    return world.client("codepipeline", REGION)


def hold(codepipeline: Any, stage: str, reason: str = FREEZE) -> None:
    codepipeline.disable_stage_transition(
        pipelineName=PIPELINE, stageName=stage, transitionType="Inbound", reason=reason
    )


def held(codepipeline: Any) -> Held:
    """Stage -> the reason of its hold"""
    states = codepipeline.get_pipeline_state(name=PIPELINE)["stageStates"]
    return {
        state["stageName"]: state["inboundTransitionState"]["disabledReason"]
        for state in states
        if not state["inboundTransitionState"]["enabled"]
    }


def names(codepipeline: Any) -> list[str]:
    return [stage["name"] for stage in codepipeline.get_pipeline(name=PIPELINE)["pipeline"]["stages"]]


def remarks(world: "World", described: Described) -> "list[Remark]":
    (plan,) = world.plan(world.load(described))
    return [remark for step in plan.pending if step.resource.kind == "pipeline" for remark in step.remarks]


def approval(name: str) -> Described:
    return {"name": name, "actions": [{"provider": "Manual"}]}


def test_the_hold_of_a_renamed_stage_is_named_and_carried_over(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2]["name"] = "Release"
    (remark,) = remarks(world, described)
    assert remark.text.startswith("the hold of Deploy (by root, since 20")
    assert remark.text.endswith(f'UTC: "{FREEZE}") is carried over to Release, which takes its place')
    assert not remark.asks
    world.made(world.load(described))
    assert held(codepipeline) == {"Release": FREEZE}
    assert names(codepipeline) == ["Source", "Build", "Release"]
    assert world.create(world.load(described)).writes == []


def test_the_stage_in_its_place_is_held_before_the_held_stage_goes(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2]["name"] = "Release"
    run = world.made(world.load(described))
    kept = codepipeline.get_pipeline(name=PIPELINE, version=2)["pipeline"]["stages"]
    assert [stage["name"] for stage in kept] == ["Source", "Build", "Deploy", "Release"]
    assert [action["actionTypeId"]["provider"] for action in kept[2]["actions"]] == ["Manual"]
    assert [write for write in run.writes if "transition" in write] == [
        "codepipeline disable_stage_transition"
    ]


WRITES = ("UpdatePipeline", "DisableStageTransition")
CUTS = [
    *((operation, after, late) for operation in WRITES for after in (0, 1) for late in (False, True)),
    *(("GetPipelineState", after, False) for after in range(5)),
]


@pytest.mark.parametrize(("operation", "after", "late"), CUTS)
def test_cut_off_at_any_call_the_hold_is_never_lost_and_the_next_run_ends_the_same(
    world: "World",
    codepipeline: Any,
    described: Described,
    stages: list[Described],
    operation: str,
    after: int,
    late: bool,
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2]["name"] = "Release"
    world.fault(operation=operation, code="AccessDenied", status=403, after=after, after_effect=late)
    with suppress(PipectlError):  # a plan that is refused raises
        world.create(world.load(described))
    world.heal()
    order, closed = names(codepipeline), held(codepipeline)
    first = next(name for name in order if name in ("Deploy", "Release"))
    assert closed[first] == FREEZE
    world.made(world.load(described))
    assert held(codepipeline) == {"Release": FREEZE}
    assert names(codepipeline) == ["Source", "Build", "Release"]
    assert world.create(world.load(described)).writes == []


def test_a_hold_whose_stage_goes_without_another_in_its_place_is_asked_about(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(2, approval("Approve"))
    world.made(world.load(described))
    hold(codepipeline, "Approve")
    del stages[2]
    (remark,) = remarks(world, described)
    assert remark.asks
    assert remark.text.startswith("the hold of Approve (by root")
    assert remark.text.endswith("is lost: its stage is removed and no stage takes its place")


def test_a_hold_is_asked_about_where_the_spec_enables_the_stage_in_its_place(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2] |= {"name": "Release", "transition": "enabled"}
    (remark,) = remarks(world, described)
    assert remark.asks
    assert remark.text.endswith("is lost: the spec enables Release, which takes its place")


def test_the_hold_of_the_spec_itself_goes_with_its_stage_unasked(
    world: "World", described: Described, stages: list[Described]
) -> None:
    stages.insert(2, {**approval("Approve"), "transition": "disabled"})
    world.made(world.load(described))
    del stages[2]
    assert remarks(world, described) == []


def test_the_reason_of_the_spec_wins_where_it_holds_the_stage_in_the_place(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy", "Mine")
    stages[2] |= {"name": "Release", "transition": {"enabled": False, "reason": FREEZE}}
    world.made(world.load(described))
    assert held(codepipeline) == {"Release": FREEZE}


def test_a_new_stage_that_the_spec_holds_is_closed_with_the_update_itself(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    stages.insert(2, {**approval("Approve"), "transition": "disabled"})
    world.server.requests.clear()
    world.made(world.load(described))
    calls = [call for call in world.calls() if call.startswith("codepipeline ")]
    sent = calls.index("codepipeline UpdatePipeline")
    assert calls[sent : sent + 3] == [
        "codepipeline UpdatePipeline",
        "codepipeline GetPipelineState",
        "codepipeline DisableStageTransition",
    ]


def test_a_hold_moves_with_its_stage_and_the_plan_says_so(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(2, approval("Approve"))
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2], stages[3] = stages[3], stages[2]
    (remark,) = remarks(world, described)
    assert remark.text.endswith("stays with its stage")
    world.made(world.load(described))
    assert held(codepipeline) == {"Deploy": FREEZE}


def test_several_holds_are_carried_over_together(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Build", "No builds")
    hold(codepipeline, "Deploy")
    stages[1]["name"], stages[2]["name"] = "Compile", "Release"
    world.made(world.load(described))
    assert held(codepipeline) == {"Compile": "No builds", "Release": FREEZE}
    assert names(codepipeline) == ["Source", "Compile", "Release"]


def test_a_hold_that_was_set_after_the_plan_is_not_lost(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    from pipectl import flow

    stages.insert(2, approval("Approve"))
    world.made(world.load(described))
    del stages[2]
    stacks = flow.design([world.load(described)], world.connection, flow.Aws())
    plans = flow.plan(stacks)
    hold(codepipeline, "Approve")
    (outcome,) = flow.apply(plans, stacks, world.connection, lambda _: None)
    assert outcome.error is not None
    assert "was set meanwhile, and this change removes its stage" in outcome.error.message
    assert held(codepipeline) == {"Approve": FREEZE}


def words(*stages: str, **works: str) -> dict[str, Any]:
    """Stages in their order, each with one action that does what `works` says, or its name"""
    return {
        name: {
            "order": number,
            "actions": {"Do": {"provider": "CodeBuild", "configuration": {"P": works.get(name, name)}}},
        }
        for number, name in enumerate(stages, 1)
    }


PLACES = {
    "renamed": (("S", "B", "D"), ("S", "B", "X"), {"D": "X"}),
    "removed": (("S", "A", "D"), ("S", "D"), {}),
    "split": (("S", "D", "V"), ("S", "D1", "D2", "V"), {"D": "D1"}),
    "merged": (("S", "B", "D", "V"), ("S", "X", "V"), {"B": "X", "D": "X"}),
    "both renamed": (("S", "B", "D"), ("S", "X", "Y"), {"B": "X", "D": "Y"}),
    "removed and another added elsewhere": (("S", "A", "D"), ("S", "D", "X"), {}),
}


@pytest.mark.parametrize("case", PLACES)
def test_which_stage_takes_the_place_of_another(case: str) -> None:
    found, wanted, places = PLACES[case]
    assert holds.successors(words(*wanted), words(*found)) == places


def test_a_stage_that_does_the_same_takes_the_place_wherever_it_stands() -> None:
    found, wanted = words("S", "B", "D"), words("S", "New", "B", "Release", Release="D")
    assert holds.successors(wanted, found) == {"D": "Release"}


def renamed(described: Described) -> Described:
    """The same system with its pipeline under another name"""
    return {**described, "codepipeline": {"Reminders": described["codepipeline"][PIPELINE]}}


def created(world: "World", described: Described) -> "tuple[Plan, list[str]]":
    """The plan of `create`, which knows of what the spec names no longer, and what failed"""
    from pipectl import flow, leaving

    stacks = flow.design([world.load(described)], world.connection, flow.Aws())
    (plan,) = leaving.with_orphans(stacks, world.said.append)
    outcomes = flow.apply([plan], stacks, world.connection, lambda _: None)
    return plan, [str(outcome.error) for outcome in outcomes if outcome.error]


def reasons(codepipeline: Any, pipeline: str) -> dict[str, str | None]:
    states = codepipeline.get_pipeline_state(name=pipeline)["stageStates"]
    return {state["stageName"]: state["inboundTransitionState"].get("disabledReason") for state in states}


def test_the_hold_of_a_renamed_pipeline_is_carried_over_although_the_run_was_cut_off(
    world: "World", codepipeline: Any, described: Described
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    world.fault(operation="DisableStageTransition", code="AccessDenied", status=403)
    plan, failed = created(world, renamed(described))
    (step,) = [each for each in plan.pending if each.resource.kind == "pipeline"]
    (told,) = [remark.text for remark in step.remarks if "hold" in remark.text]
    assert told.endswith(f'"{FREEZE}") in pipeline {PIPELINE} is carried over')
    assert len(failed) == 1
    assert reasons(codepipeline, "Reminders")["Deploy"] is None
    world.heal()
    plan, failed = created(world, renamed(described))
    assert failed == []
    assert [each.resource.name for each in plan.pending] == ["Reminders/Deploy"]
    assert reasons(codepipeline, "Reminders") == {"Source": None, "Build": None, "Deploy": FREEZE}
    assert created(world, renamed(described))[0].pending == ()


def test_a_person_who_opens_the_carried_hold_is_not_overruled(
    world: "World", codepipeline: Any, described: Described
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    created(world, renamed(described))
    assert reasons(codepipeline, "Reminders")["Deploy"] == FREEZE
    codepipeline.enable_stage_transition(
        pipelineName="Reminders", stageName="Deploy", transitionType="Inbound"
    )
    assert created(world, renamed(described))[0].pending == ()


def test_destroy_names_the_holds_that_go(world: "World", codepipeline: Any, described: Described) -> None:
    from pipectl import flow, leaving
    from pipectl.engine.removal import Wishes

    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stacks = flow.design([world.load(described)], world.connection, flow.Aws())
    (plan,) = leaving.plan(stacks, Wishes(), world.said.append)
    texts = [remark.text for step in plan.steps for remark in step.remarks]
    (told,) = [text for text in texts if text.startswith("the hold of Deploy")]
    assert told.endswith("goes with it")
