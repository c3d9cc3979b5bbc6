"""Transitions have three values, and UpdatePipeline must not lose a hold (design, section 1)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipectl import flow
from pipectl.engine.values import Action
from pipectl.kinds import pipeline as pipelines
from pipectl.kinds import transition

if TYPE_CHECKING:
    from pipectl.aws.account import Account
    from pipectl.engine.values import Step
    from tests.conftest import World

REGION = "ap-southeast-1"
Described = dict[str, Any]


@pytest.fixture
def described(values: Callable[[str], Described]) -> Described:
    return values("friendreminders")


@pytest.fixture
def stages(described: Described) -> list[Described]:
    found: list[Described] = described["codepipeline"]["FriendReminders"]["stages"]
    return found


@pytest.fixture
def codepipeline(world: "World") -> Any:
    return world.client("codepipeline", REGION)


def hold(codepipeline: Any, stage: str, reason: str = "Mine") -> None:
    codepipeline.disable_stage_transition(
        pipelineName="FriendReminders", stageName=stage, transitionType="Inbound", reason=reason
    )


def gates(codepipeline: Any) -> dict[str, str | bool]:
    """Stage -> open, or the reason of its hold"""
    states = codepipeline.get_pipeline_state(name="FriendReminders")["stageStates"]
    return {
        state["stageName"]: state["inboundTransitionState"].get("disabledReason")
        or state["inboundTransitionState"]["enabled"]
        for state in states
    }


def test_a_hold_that_a_person_set_survives_every_create(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    assert world.create(world.load(described)).lines == []
    stages[0]["actions"][0]["branch"] = "main"
    run = world.made(world.load(described))
    assert "codepipeline update_pipeline" in run.writes
    assert gates(codepipeline) == {"Source": True, "Build": True, "Deploy": "Mine"}
    assert world.create(world.load(described)).writes == []


def test_a_stage_that_the_spec_holds_is_closed_directly_after_the_creation(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages[1]["transition"] = "disabled"
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze until Monday"}
    spec = world.load(described)
    world.server.requests.clear()
    world.made(spec)
    calls = [call for call in world.calls() if call.startswith("codepipeline ")]
    made = calls.index("codepipeline CreatePipeline")
    assert calls[made : made + 3] == [
        "codepipeline CreatePipeline",
        "codepipeline DisableStageTransition",
        "codepipeline DisableStageTransition",
    ]
    assert calls.count("codepipeline DisableStageTransition") == 2
    closed = {"Source": True, "Build": "Closed by the spec", "Deploy": "Release freeze until Monday"}
    assert gates(codepipeline) == closed


def test_a_run_that_was_cut_off_before_the_closing_is_finished_by_the_next(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    spec = world.load(described)
    world.fault(operation="DisableStageTransition", code="AccessDenied", status=403)
    assert len(world.create(spec).failed) == 1
    world.heal()
    run = world.made(spec)
    assert run.writes == ["codepipeline disable_stage_transition"]
    assert gates(codepipeline)["Deploy"] == "Release freeze"


def test_a_hold_is_lifted_only_when_the_spec_says_enabled(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy", "Waiting for the audit")
    stages[2]["transition"] = "enabled"
    (plan,) = world.plan(world.load(described))
    (step,) = plan.pending
    assert (step.before or {})["reason"] == "Waiting for the audit"
    assert (step.before or {})["changed_by"]
    assert (step.before or {})["changed_at"]
    run = world.made(world.load(described))
    assert run.lines == ["transition FriendReminders/Deploy enabled: False -> True"]
    assert gates(codepipeline)["Deploy"] is True


def test_whose_hold_it_is_does_not_matter_when_no_reason_is_stated(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2]["transition"] = "disabled"
    assert world.create(world.load(described)).writes == []
    assert gates(codepipeline)["Deploy"] == "Mine"


def test_another_reason_is_a_difference_when_one_is_stated(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy")
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    assert world.made(world.load(described)).lines == [
        "transition FriendReminders/Deploy reason: Mine -> Release freeze"
    ]
    assert gates(codepipeline)["Deploy"] == "Release freeze"


def test_a_stage_that_is_added_with_a_hold_is_closed(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    approval = {"name": "Approve", "transition": "disabled", "actions": [{"provider": "Manual"}]}
    stages.insert(2, approval)
    run = world.made(world.load(described))
    assert "transition FriendReminders/Approve enabled: True -> False" in run.lines
    assert gates(codepipeline)["Approve"] == "Closed by the spec"
    assert world.create(world.load(described)).writes == []


class Forgetful:
    """An AWS that opens all gates with UpdatePipeline: nobody documents that it does not"""

    def __init__(self, world: "World", codepipeline: Any) -> None:
        self._cloud = world.connection.cloud(REGION)
        self._codepipeline = codepipeline
        self.writes: list[str] = []

    @property
    def account(self) -> "Account":
        return self._cloud.account

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        if not operation.startswith("get_"):
            self.writes.append(operation)
        answer = self._cloud.call(service, operation, **params)
        if operation == "update_pipeline":
            for stage in ("Build", "Deploy"):
                self._codepipeline.enable_stage_transition(
                    pipelineName="FriendReminders", stageName=stage, transitionType="Inbound"
                )
        return answer


def pending(world: "World", described: Described, kind: str) -> "Step":
    (plan,) = world.plan(world.load(described))
    return next(step for step in plan.pending if step.resource.kind == kind)


def test_a_hold_that_aws_lost_is_put_back_with_its_reason(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    hold(codepipeline, "Deploy", "Waiting for the audit")
    stages[0]["actions"][0]["branch"] = "main"
    cloud = Forgetful(world, codepipeline)
    pipelines.KIND.update(cloud, pending(world, described, "pipeline"))
    assert cloud.writes == ["update_pipeline", "disable_stage_transition"]
    assert gates(codepipeline) == {"Source": True, "Build": True, "Deploy": "Waiting for the audit"}


def test_a_hold_of_a_stage_that_the_update_removes_is_not_missed(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(2, {"name": "Approve", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    hold(codepipeline, "Approve")
    del stages[2]
    cloud = Forgetful(world, codepipeline)
    pipelines.KIND.update(cloud, pending(world, described, "pipeline"))
    assert cloud.writes == ["update_pipeline"]


def test_without_holds_the_gates_are_not_looked_at_again(
    world: "World", described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    stages[0]["actions"][0]["branch"] = "main"
    world.server.requests.clear()
    world.made(world.load(described))
    assert world.calls().count("codepipeline GetPipelineState") == 1


def test_an_equal_declaration_is_never_sent(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    """UpdatePipeline raises the version even when nothing differs (API reference, UpdatePipeline)"""
    world.made(world.load(described))
    described["tags"] = {"team": "reminders"}
    stages[2]["transition"] = "disabled"
    run = world.made(world.load(described))
    assert "codepipeline update_pipeline" not in run.writes
    assert codepipeline.get_pipeline(name="FriendReminders")["pipeline"]["version"] == 1


def test_a_declaration_with_the_defaults_of_aws_is_no_difference(
    world: "World", codepipeline: Any, described: Described
) -> None:
    world.made(world.load(described))
    declaration = codepipeline.get_pipeline(name="FriendReminders")["pipeline"]
    for stage in declaration["stages"]:
        for action in stage["actions"]:
            action["region"] = REGION
            action.pop("runOrder", None)
    codepipeline.update_pipeline(pipeline=declaration)
    assert world.create(world.load(described)).lines == []


def test_a_running_execution_is_named_before_a_change_that_cancels_it(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(1, {"name": "Approve", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    push(world)
    execution = wait_for_approval(codepipeline)
    stages[0]["actions"][0]["branch"] = "main"
    (plan,) = world.plan(world.load(described))
    (step,) = plan.questions
    assert step.resource.kind == "pipeline"
    asking = [remark.text for remark in step.remarks if remark.asks]
    words = (
        f"execution {execution[:8]} is in Approve; this change cancels it when its running actions have ended"
    )
    assert asking == [words]
    assert [remark.execution for remark in step.remarks] == [execution]


def test_of_a_stage_that_holds_an_execution_it_is_said_that_it_changes(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(1, {"name": "Approve", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    push(world)
    execution = wait_for_approval(codepipeline)
    stages[1]["actions"][0]["custom_data"] = "Is the ad out?"
    (step,) = world.plan(world.load(described))[0].questions
    (remark,) = step.remarks
    assert remark.text.startswith(f"execution {execution[:8]} is in Approve, which changes; ")


def test_an_execution_before_a_closed_gate_is_told_to_wait_there(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(1, {"name": "Approve", "transition": "disabled", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    push(world)
    execution = codepipeline.start_pipeline_execution(name="FriendReminders")["pipelineExecutionId"]
    wait_before(codepipeline, "Approve")
    stages[1]["actions"][0]["custom_data"] = "Is the ad out?"
    (step,) = world.plan(world.load(described))[0].questions
    told = [remark.text for remark in step.remarks]
    assert told == [f"execution {execution[:8]} waits before Approve; this change cancels it"]


def test_executions_of_a_parallel_pipeline_run_on_and_nobody_is_asked(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    described["codepipeline"]["FriendReminders"]["execution_mode"] = "PARALLEL"
    stages.insert(1, {"name": "Approve", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    push(world)
    execution = codepipeline.start_pipeline_execution(name="FriendReminders")["pipelineExecutionId"]
    stages[1]["actions"][0]["custom_data"] = "Is the ad out?"
    (plan,) = world.plan(world.load(described))
    assert plan.questions == ()
    told = [remark.text for step in plan.pending for remark in step.remarks]
    assert f"execution {execution[:8]} runs on as it began" in told


def test_a_pipeline_that_somebody_changed_after_the_plan_is_left_as_it_is(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    world.made(world.load(described))
    stages[0]["actions"][0]["branch"] = "main"
    stacks = flow.design([world.load(described)], world.connection, flow.Aws())
    plans = flow.plan(stacks)
    theirs = codepipeline.get_pipeline(name="FriendReminders")["pipeline"]
    theirs["stages"][0]["actions"][0]["configuration"]["BranchName"] = "next"
    codepipeline.update_pipeline(pipeline=theirs)
    outcomes = flow.apply(plans, stacks, world.connection, lambda _: None)
    (failed,) = [outcome for outcome in outcomes if outcome.error]
    assert str(failed.error).startswith(
        "somebody else changed the pipeline meanwhile: it has version 2, not 1; it was left as it is"
    )
    kept = codepipeline.get_pipeline(name="FriendReminders")["pipeline"]
    assert kept["stages"][0]["actions"][0]["configuration"]["BranchName"] == "next"


def test_an_execution_that_began_after_the_plan_is_not_cancelled(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(1, {"name": "Approve", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    stages[1]["actions"][0]["custom_data"] = "Is the ad out?"
    stacks = flow.design([world.load(described)], world.connection, flow.Aws())
    plans = flow.plan(stacks)
    push(world)
    execution = wait_for_approval(codepipeline)
    (outcome,) = flow.apply(plans, stacks, world.connection, lambda _: None)
    assert outcome.error is not None
    assert outcome.error.message == (
        f"execution {execution[:8]} began to run meanwhile, and is in Approve; the pipeline was left as it is"
    )
    assert codepipeline.get_pipeline(name="FriendReminders")["pipeline"]["version"] == 1


def test_an_execution_that_came_before_a_closed_gate_after_the_plan_is_not_cancelled(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(1, {"name": "Approve", "transition": "disabled", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    stages[1]["actions"][0]["custom_data"] = "Is the ad out?"
    stacks = flow.design([world.load(described)], world.connection, flow.Aws())
    plans = flow.plan(stacks)
    push(world)
    wait_before(codepipeline, "Approve")
    (outcome,) = flow.apply(plans, stacks, world.connection, lambda _: None)
    assert "began to run meanwhile, and waits before Approve" in str(outcome.error)
    assert codepipeline.get_pipeline(name="FriendReminders")["pipeline"]["version"] == 1


def test_a_running_execution_does_not_matter_to_tags_and_gates(
    world: "World", codepipeline: Any, described: Described, stages: list[Described]
) -> None:
    stages.insert(1, {"name": "Approve", "actions": [{"provider": "Manual"}]})
    world.made(world.load(described))
    push(world)
    codepipeline.start_pipeline_execution(name="FriendReminders")
    wait_for_approval(codepipeline)
    described["tags"] = {"team": "reminders"}
    stages[3]["transition"] = "disabled"
    (plan,) = world.plan(world.load(described))
    assert plan.pending
    assert plan.questions == ()


def push(world: "World") -> None:
    world.client("codecommit", REGION).put_file(
        repositoryName="FriendReminders", branchName="master", filePath="README.md", fileContent=b"Reminders"
    )


def wait_before(codepipeline: Any, name: str) -> None:
    for _ in range(2000):
        states = codepipeline.get_pipeline_state(name="FriendReminders")["stageStates"]
        if any("inboundExecution" in state for state in states if state["stageName"] == name):
            return
    raise AssertionError(states)


def wait_for_approval(codepipeline: Any) -> str:
    """The execution that asks for it"""
    for _ in range(2000):
        states = codepipeline.get_pipeline_state(name="FriendReminders")["stageStates"]
        for state in states:
            if any("token" in action.get("latestExecution", {}) for action in state["actionStates"]):
                return str(state["latestExecution"]["pipelineExecutionId"])
    raise AssertionError(states)


def test_a_gate_of_a_pipeline_that_is_not_there_yet_is_open() -> None:
    class Nothing:
        account = None

        def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
            from pipectl.errors import AwsError

            raise AwsError(service, operation, "PipelineNotFoundException", "no such pipeline")

    found = transition.read(Nothing(), {"web/Deploy": {"enabled": False}})  # type: ignore[arg-type]  # it needs no account
    assert found == {"web/Deploy": {"enabled": True, "reason": None}}


def test_a_gate_that_is_already_as_wanted_is_not_set_again(
    world: "World", described: Described, stages: list[Described]
) -> None:
    """Between plan and act somebody may have done the same"""
    world.made(world.load(described))
    stages[2]["transition"] = {"enabled": False, "reason": "Release freeze"}
    step = pending(world, described, "transition")
    assert step.action is Action.UPDATE
    hold(world.client("codepipeline", REGION), "Deploy", "Release freeze")
    world.server.requests.clear()
    transition.KIND.update(world.connection.cloud(REGION), step)
    assert world.calls() == ["codepipeline GetPipelineState"]
