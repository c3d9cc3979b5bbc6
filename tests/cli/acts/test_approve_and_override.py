"""`approve`, `reject` and `override`, typed at executions that really wait."""

from collections.abc import Callable

from tests.cli.acts.conftest import Shop, condition, deploy
from tests.local.codepipeline.conftest import approval, stage, until

Screen = Callable[..., None]


def waiting(shop: Shop) -> str:
    execution = shop.create(stage("Gate", approval()))
    shop.asked()
    return execution


def test_the_only_approval_is_given(shop: Shop, screen: Screen) -> None:
    execution = waiting(shop)
    result, writes = shop.writes("approve", "--comment", "looks good")
    assert (result.exit_code, writes) == (0, ["PutApprovalResult"])
    screen("approve", result.stdout)
    shop.ends(execution, "Succeeded")
    assert shop.stage("Gate")["actionStates"][0]["latestExecution"]["summary"] == "looks good"


def test_a_rejection_fails_the_execution(shop: Shop, screen: Screen) -> None:
    execution = waiting(shop)
    screen("reject", shop.type("reject", "--comment", "not on a Friday").stdout)
    shop.ends(execution, "Failed")


def test_an_answer_takes_three_calls_and_is_told_as_data(shop: Shop) -> None:
    execution = waiting(shop)
    shop.server.requests.clear()
    told = shop.data("approve", "-p", "shop")
    asked = sorted(call.operation for call in shop.server.requests.all())
    assert asked == ["GetPipelineState", "ListPipelineExecutions", "PutApprovalResult"]
    assert {key: told[key] for key in ("act", "pipeline", "execution", "stage", "action", "changed")} == {
        "act": "approve",
        "pipeline": "shop",
        "execution": execution,
        "stage": "Gate",
        "action": "Approve",
        "changed": True,
    }
    assert (told["comment"], told["wait"]) == (None, None)


def test_of_several_approvals_one_must_be_named(shop: Shop, screen: Screen) -> None:
    execution = shop.create(stage("Gate", approval("Security"), approval("Product")))
    shop.asked("Gate", "Security")
    shop.asked("Gate", "Product")
    screen("approve_refused_several", shop.refuses("approve"), types=False)
    assert shop.data("approve", "--action", "Product")["action"] == "Product"
    assert shop.data("approve", "--stage", "Gate")["action"] == "Security"
    shop.ends(execution, "Succeeded")


def test_where_nothing_waits_it_is_said_what_runs(shop: Shop, screen: Screen) -> None:
    execution = waiting(shop)
    shop.data("approve")
    shop.ends(execution, "Succeeded")
    screen("approve_refused_nothing", shop.refuses("approve"))
    newer = shop.again()
    shop.asked()
    said = shop.refuses("approve", "--execution", execution[:8])
    assert "E1 waits for no approval: it succeeded" in said
    assert "one is asked for in Gate/Approve (execution E2)" in said
    assert "did you mean `Gate`?" in shop.refuses("reject", "--stage", "Gat")
    assert "no action `Aprove` in Gate" in shop.refuses("reject", "--stage", "Gate", "--action", "Aprove")
    assert "did you mean `Approve`? Its actions are" in shop.refuses("reject", "--action", "Aprove")
    assert shop.status(newer) == "InProgress"


def test_executions_side_by_side_each_have_their_approval(shop: Shop, screen: Screen) -> None:
    first = shop.create(stage("Gate", approval()), executionMode="PARALLEL")
    second = shop.again()
    for each in (first, second):
        until(lambda each=each: ("Approve", "InProgress") in shop.actions(each))  # type: ignore[misc]
    said = shop.refuses("approve")
    assert "2 approvals are asked for in shop" in said
    assert "say which, as in `pipectl approve --execution E2`" in said
    assert "AWS does not tell which condition holds an execution of shop" in shop.refuses("override", "Gate")
    assert shop.data("approve", "--execution", first[:8])["execution"] == first
    shop.ends(first, "Succeeded")
    assert shop.data("reject")["execution"] == second
    shop.ends(second, "Failed")


def test_an_approval_by_plain_boto3_is_seen(shop: Shop) -> None:
    execution = waiting(shop)
    shop.answer()
    shop.ends(execution, "Succeeded")
    assert "no approval is asked for in shop" in shop.refuses("approve")
    told = shop.data("status", "-p", "shop")
    assert told["stages"][1]["actions"][0]["status"] == "Succeeded"


def test_a_failed_condition_is_overridden(shop: Shop, screen: Screen) -> None:
    execution = shop.create(stage("Deploy", deploy(shop), beforeEntry=condition("FAIL", passes=False)))
    shop.ends(execution, "Failed")
    screen("retry_refused_condition", shop.refuses("retry", "Deploy"))
    result, writes = shop.writes("override", "Deploy")
    assert (result.exit_code, writes) == (0, ["OverrideStageCondition"])
    screen("override", result.stdout)
    shop.ends(execution, "Succeeded")
    assert "no condition holds Deploy" in shop.refuses("override", "Deploy")


def test_what_no_condition_holds_is_not_overridden(shop: Shop, screen: Screen) -> None:
    first = shop.create(
        stage("Build", deploy(shop)),
        stage("Deploy", deploy(shop), onSuccess=condition("FAIL", passes=True)),
    )
    shop.ends(first, "Succeeded")
    screen("override_refused_passed", shop.refuses("override", "Deploy"))
    assert "Build has no condition" in shop.refuses("override", "Build")
    assert "no stage `Deplyo`" in shop.refuses("override", "Deplyo")
