"""Rules of stage conditions decide with the role that pipectl makes, and not without a permission"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests import roles
from tests.permissions.rehearsal import Rehearsal
from tests.permissions.test_actions import BUILDS
from tests.permissions.test_denials import ACCOUNT, REGION
from tests.permissions.test_providers import QUIET, function, nothing
from tests.roles import allow

Shape = dict[str, Any]
RULE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/rules"
PIPELINE_ROLE = f"shop-{REGION}-shop-pipeline"


def alarm(rehearsal: Rehearsal) -> None:
    rehearsal.aws("cloudwatch").put_metric_alarm(
        AlarmName="hot",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="Heat",
        Namespace="Shop",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )


def rule_role(rehearsal: Rehearsal) -> None:
    """A role of the rule's own: pipectl makes the pipeline's, which takes it on"""
    iam = rehearsal.aws("iam")
    alarm(rehearsal)
    roles.make(iam, "rules", "codepipeline", statements=(allow("cloudwatch:DescribeAlarms"),))
    trust = roles.trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    iam.update_assume_role_policy(RoleName="rules", PolicyDocument=trust)


@dataclass(frozen=True)
class Case:
    """A rule, what must be there for it, and the permissions without each of which it does not pass"""

    rule: Mapping[str, Any]
    needs: tuple[str, ...]
    prepare: Callable[[Rehearsal], None] = nothing


ALARM = {"provider": "CloudWatchAlarm", "configuration": {"AlarmName": "hot"}}
CASES = {
    "CodeBuild": Case(
        {"provider": "CodeBuild", "configuration": {"ProjectName": "shop"}, "inputs": ["SourceOutput"]},
        ("codebuild:StartBuild", "codebuild:BatchGetBuilds"),
    ),
    "Commands": Case(
        {"provider": "Commands", "commands": ["true"], "inputs": ["SourceOutput"]},
        ("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    "CloudWatchAlarm": Case(ALARM, ("cloudwatch:DescribeAlarms",), alarm),
    "LambdaInvoke": Case(
        {"provider": "LambdaInvoke", "configuration": {"FunctionName": "judge"}},
        ("lambda:InvokeFunction",),
        function,
    ),
    "rule with a role": Case({**ALARM, "role": RULE_ROLE}, ("sts:AssumeRole",), rule_role),
}
PLACES = ("before_entry", "on_success")


def decided(rehearsal: Rehearsal, name: str, place: str, without: str = "") -> tuple[str, str]:
    """Run a pipeline with the rule in that condition; the rule's status and message"""
    case = CASES[name]
    case.prepare(rehearsal)
    condition = {"result": "FAIL", "rules": [{"name": "Check", **case.rule}]}
    act = {"name": "Act", "actions": [{"provider": "Commands", "commands": ["true"]}], place: condition}
    rehearsal.create(
        {
            "pipectl": 1,
            "name": "shop",
            "region": REGION,
            "codecommit": {"shop": {}},
            "codepipeline": {"shop": {"stages": [QUIET, act]}},
            **(BUILDS if name == "CodeBuild" else {}),
        }
    )
    if without:
        rehearsal.take_away(PIPELINE_ROLE, without)
    rehearsal.push("shop", {"a": "1"})
    rehearsal.run("shop")
    state = rehearsal.aws("codepipeline").get_pipeline_state(name="shop")["stageStates"][1]
    key = {"before_entry": "beforeEntryConditionState", "on_success": "onSuccessConditionState"}[place]
    rule = state[key]["conditionStates"][0]["ruleStates"][0]["latestExecution"]
    return rule["status"], rule.get("errorDetails", {}).get("message", "")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CASES)
def test_a_rule_passes_with_the_role_that_is_made(rehearsal: Rehearsal, name: str, place: str) -> None:
    assert decided(rehearsal, name, place) == ("Succeeded", "")


LACKING = [(name, permission) for name, case in CASES.items() for permission in case.needs]


@pytest.mark.parametrize(("name", "permission"), LACKING)
def test_a_rule_whose_role_lacks_one_permission_does_not_pass(
    rehearsal: Rehearsal, name: str, permission: str
) -> None:
    status, message = decided(rehearsal, name, "before_entry", permission)
    assert status == "Failed"
    assert f"is not authorized to perform: {permission} on resource: " in message
