"""Variables reach the actions that come later; conditions decide at a stage's doors (facts 3.8, 3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Runs, approval, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = dict[str, Any]


def _rule(provider: str, name: str = "Check", **configuration: str) -> Shape:
    identity = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "ruleTypeId": identity, "configuration": configuration}


def _variable(value: str, wanted: str, operator: str = "EQ") -> Shape:
    return _rule("VariableCheck", Variable=value, Value=wanted, Operator=operator)


def _condition(result: str, *rules: Shape) -> Shape:
    return {"conditions": [{"result": result, "rules": list(rules)}]}


PASSES = _variable("a", "a")
FAILS = _variable("a", "b")


# variables


def test_variables_are_resolved_just_before_an_action_runs(runs: Runs) -> None:
    data = "#{variables.release} of #{Source.VersionId} in #{codepipeline.PipelineExecutionId}"
    first = runs.create(
        stage("Gate", approval(configuration={"CustomData": data})),
        first=stage("Source", runs.source(namespace="Source")),
        variables=[{"name": "release", "defaultValue": "none"}],
    )
    until(runs.token)
    version = runs.summary(first)["sourceRevisions"][0]["revisionId"]
    approve, fetch = runs.rows(first)
    assert approve["input"]["configuration"] == {"CustomData": data}
    assert approve["input"]["resolvedConfiguration"] == {"CustomData": f"none of {version} in {first}"}
    assert fetch["output"]["outputVariables"]["ObjectKey"] == "source.zip"
    shown = runs.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=first)
    assert shown["pipelineExecution"]["variables"] == [{"name": "release", "resolvedValue": "none"}]


def test_a_start_gives_variables_their_values(runs: Runs) -> None:
    runs.create(stage("Gate", approval()), variables=[{"name": "release", "defaultValue": "none"}])
    execution = runs.start(variables=[{"name": "release", "value": "42"}])
    shown = runs.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
    assert shown["pipelineExecution"]["variables"] == [{"name": "release", "resolvedValue": "42"}]


def test_a_reference_that_nothing_resolves_fails_the_action(runs: Runs) -> None:
    first = runs.create(
        stage("Gate", approval(configuration={"CustomData": "#{Source.Nothing}"})),
        first=stage("Source", runs.source(namespace="Source")),
    )
    runs.ends(first, "Failed")
    assert runs.problem(first)[1] == (
        "An action in this pipeline failed because one or more variables could not be resolved: "
        "Action name=Approve."
    )


# conditions


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        (_variable("main", "main"), True),
        (_variable("main", "main", "NE"), False),
        (_variable("release-1", "release-[0-9]+", "MATCHES"), True),
        (_variable("release-1", "[0-9]+", "MATCHES"), False),
        (_variable("a long text", "long", "CONTAINS"), True),
        (_variable("a", "a", "ABOUT"), False),
        (_rule("DeploymentWindow", Cron="* * * * ? *"), True),
        (_rule("DeploymentWindow", Cron="0/1 0-23 ? * MON-SUN *", TimeZone="Europe/Berlin"), True),
        (_rule("DeploymentWindow", Cron="* * * * ? 1999"), False),
        (_rule("DeploymentWindow", Cron="* * 0-23 ? * MON-SUN"), True),
        (_rule("CloudWatchAlarm", AlarmName="nowhere"), False),
    ],
)
def test_a_rule_lets_in_or_fails_the_stage(runs: Runs, rule: Shape, *, passes: bool) -> None:
    first = runs.create(stage("Gate", approval(), beforeEntry=_condition("FAIL", rule)))
    if passes:
        runs.answer()
        runs.ends(first, "Succeeded")
    else:
        runs.ends(first, "Failed")
        assert runs.stage_status("Gate") == (first, "Failed")
        assert runs.actions(first) == [("Source", "Succeeded")]
    state = runs.stage("Gate")["beforeEntryConditionState"]["latestExecution"]["status"]
    assert state == ("Succeeded" if passes else "Failed")
    rules = runs.api.list_rule_executions(pipelineName="shop")["ruleExecutionDetails"]
    assert [(each["ruleName"], each["status"]) for each in rules] == [("Check", state)]


def test_an_alarm_fails_its_rule(runs: Runs, client: Callable[..., Any]) -> None:
    watch = client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="errors",
        MetricName="Errors",
        Namespace="Shop",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarm = _rule("CloudWatchAlarm", AlarmName="errors", AlarmStates="ALARM")
    gate = stage("Gate", approval(), onSuccess=_condition("FAIL", alarm))
    first = runs.create(gate)
    runs.answer()
    runs.ends(first, "Succeeded")
    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    second = runs.start()
    runs.enters(second, "Gate")
    runs.answer()
    runs.ends(second, "Failed")
    assert runs.stage("Gate")["onSuccessConditionState"]["latestExecution"]["status"] == "Failed"


def test_a_stage_whose_condition_says_skip_is_passed_by(runs: Runs) -> None:
    gate = stage("Gate", approval(), beforeEntry=_condition("SKIP", FAILS))
    first = runs.create(gate, stage("End", approval("Last")))
    runs.answer(stage_name="End", name="Last")
    runs.ends(first, "Succeeded")
    assert runs.stage_status("Gate") == (first, "Skipped")


def test_one_failed_rule_fails_its_condition(runs: Runs) -> None:
    both = _condition("FAIL", {**PASSES, "name": "Good"}, {**FAILS, "name": "Bad"})
    first = runs.create(stage("Gate", approval(), beforeEntry=both))
    runs.ends(first, "Failed")
    states = runs.stage("Gate")["beforeEntryConditionState"]["conditionStates"][0]["ruleStates"]
    assert {each["ruleName"]: each["latestExecution"]["status"] for each in states} == {
        "Good": "Succeeded",
        "Bad": "Failed",
    }


def test_a_failed_condition_is_overridden(runs: Runs) -> None:
    first = runs.create(stage("Gate", approval(), beforeEntry=_condition("FAIL", FAILS)))
    runs.ends(first, "Failed")
    which = {"pipelineName": "shop", "stageName": "Gate", "pipelineExecutionId": first}
    with pytest.raises(runs.api.exceptions.ConditionNotOverridableException):
        runs.api.override_stage_condition(**which, conditionType="ON_SUCCESS")
    runs.api.override_stage_condition(**which, conditionType="BEFORE_ENTRY")
    runs.answer()
    runs.ends(first, "Succeeded")
    state = runs.stage("Gate")["beforeEntryConditionState"]["latestExecution"]["status"]
    assert state == "Overridden"
    with pytest.raises(runs.api.exceptions.ConditionNotOverridableException):
        runs.api.override_stage_condition(**which, conditionType="BEFORE_ENTRY")


def test_a_condition_after_success_may_roll_back(runs: Runs) -> None:
    release = [{"name": "release", "defaultValue": "good"}]
    rule = _variable("#{variables.release}", "good")
    gate = stage("Gate", approval(), onSuccess=_condition("ROLLBACK", rule))
    first = runs.create(gate, variables=release)
    runs.answer()
    runs.ends(first, "Succeeded")
    second = runs.start(variables=[{"name": "release", "value": "bad"}])
    runs.enters(second, "Gate")
    runs.answer()
    runs.ends(second, "Failed")
    third = until(lambda: next((each for each in runs.ids() if each not in (first, second)), None))
    assert runs.summary(third)["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}


def test_a_condition_after_failure_decides_on_the_rollback(runs: Runs) -> None:
    release = [{"name": "release", "defaultValue": "good"}]
    rule = _variable("#{variables.release}", "good")
    gate = stage("Gate", approval(), onFailure=_condition("ROLLBACK", rule))
    first = runs.create(gate, variables=release)
    runs.answer()
    runs.ends(first, "Succeeded")
    second = runs.start()
    runs.enters(second, "Gate")
    runs.answer("Rejected")
    runs.ends(second, "Failed")
    assert len(runs.ids()) == 2
    third = runs.start(variables=[{"name": "release", "value": "bad"}])
    runs.enters(third, "Gate")
    runs.answer("Rejected")
    runs.ends(third, "Failed")
    until(lambda: len(runs.ids()) == 4)
