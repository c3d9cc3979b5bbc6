"""EventBridge of the local AWS: limits and roles are checked, tags stay when a rule is put again"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.local.refusals import refusal

Client = Callable[..., Any]
PATTERN = '{"source": ["aws.codecommit"]}'


@pytest.fixture
def events(client: Client) -> Any:
    found = client("events")
    found.put_rule(
        Name="Shop", EventPattern=PATTERN, Description="d", Tags=[{"Key": "pipectl:stack", "Value": "shop"}]
    )
    return found


@pytest.fixture
def pipeline(account: str) -> str:
    return f"arn:aws:codepipeline:eu-west-1:{account}:Shop"


@pytest.fixture
def role(client: Client) -> str:
    return made_role(client, "starter", "events.amazonaws.com")


def made_role(client: Client, name: str, service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])


def test_putting_a_rule_again_forgets_what_is_left_out_and_keeps_the_tags(events: Any, account: str) -> None:
    events.put_rule(Name="Shop", EventPattern=PATTERN, Tags=[{"Key": "other", "Value": "x"}])
    found = events.describe_rule(Name="Shop")
    assert "Description" not in found
    tags = events.list_tags_for_resource(ResourceARN=f"arn:aws:events:eu-west-1:{account}:rule/Shop")["Tags"]
    assert tags == [{"Key": "pipectl:stack", "Value": "shop"}]


@pytest.mark.parametrize("name", ["a b", "x" * 65, "ä"])
def test_a_rule_name_has_a_form(events: Any, name: str) -> None:
    code, message = refusal(events.put_rule, Name=name, EventPattern=PATTERN)
    assert code == "ValidationException"
    assert f"Value '{name}' at 'name' failed to satisfy constraint: Member must" in message


@pytest.mark.parametrize("pattern", ["{nope", '{"source": "aws.codecommit"}', "[]"])
def test_a_pattern_is_read(events: Any, pattern: str) -> None:
    assert refusal(events.put_rule, Name="Other", EventPattern=pattern)[0] == "InvalidEventPatternException"


def test_a_rule_needs_a_pattern_or_a_schedule(events: Any) -> None:
    assert refusal(events.put_rule, Name="Other") == (
        "ValidationException",
        "Parameter(s) EventPattern or ScheduleExpression must be specified.",
    )


@pytest.mark.parametrize("operation", ["describe_rule", "list_targets_by_rule"])
def test_a_missing_rule_is_missing(events: Any, operation: str) -> None:
    key = "Rule" if operation == "list_targets_by_rule" else "Name"
    found = refusal(getattr(events, operation), **{key: "Nowhere"})
    assert found == ("ResourceNotFoundException", "Rule Nowhere does not exist on EventBus default.")


def test_a_pipeline_target_needs_a_role(events: Any, pipeline: str) -> None:
    found = refusal(events.put_targets, Rule="Shop", Targets=[{"Id": "pipeline", "Arn": pipeline}])
    assert found == ("ValidationException", f"RoleArn is required for target {pipeline}.")
    assert events.list_targets_by_rule(Rule="Shop")["Targets"] == []


def test_a_target_comes_back_as_put(events: Any, pipeline: str, role: str) -> None:
    target = {"Id": "pipeline", "Arn": pipeline, "RoleArn": role}
    assert events.put_targets(Rule="Shop", Targets=[target])["FailedEntryCount"] == 0
    assert events.list_targets_by_rule(Rule="Shop")["Targets"] == [target]


def test_the_role_of_a_target_must_exist_and_trust_eventbridge(
    events: Any, client: Client, pipeline: str, account: str
) -> None:
    other = made_role(client, "builder", "codebuild.amazonaws.com")
    for arn in (other, f"arn:aws:iam::{account}:role/nobody"):
        target = {"Id": "pipeline", "Arn": pipeline, "RoleArn": arn}
        assert refusal(events.put_targets, Rule="Shop", Targets=[target]) == (
            "ValidationException",
            f"Provided role '{arn}' cannot be assumed by principal 'events.amazonaws.com'.",
        )


def test_the_role_of_a_rule_must_trust_eventbridge(events: Any, account: str) -> None:
    arn = f"arn:aws:iam::{account}:role/nobody"
    found = refusal(events.put_rule, Name="Shop", EventPattern=PATTERN, RoleArn=arn)
    assert found[0] == "ValidationException"


def test_a_rule_has_at_most_five_targets(events: Any, account: str) -> None:
    targets = [{"Id": f"t{number}", "Arn": f"arn:aws:sqs:eu-west-1:{account}:q"} for number in range(6)]
    events.put_targets(Rule="Shop", Targets=targets[:5])
    assert refusal(events.put_targets, Rule="Shop", Targets=targets[5:])[0] == "LimitExceededException"
    events.put_targets(Rule="Shop", Targets=targets[:5])  # the same ones again


def test_targets_of_a_missing_rule_are_refused(events: Any, pipeline: str, role: str) -> None:
    target = {"Id": "pipeline", "Arn": pipeline, "RoleArn": role}
    found = refusal(events.put_targets, Rule="Nowhere", Targets=[target])
    assert found == ("ResourceNotFoundException", "Rule Nowhere does not exist on EventBus default.")


def test_a_rule_with_targets_stays(events: Any, account: str) -> None:
    events.put_targets(Rule="Shop", Targets=[{"Id": "t", "Arn": f"arn:aws:sqs:eu-west-1:{account}:q"}])
    assert refusal(events.delete_rule, Name="Shop") == (
        "ValidationException",
        "Rule can't be deleted since it has targets.",
    )
    events.remove_targets(Rule="Shop", Ids=["t"])
    events.delete_rule(Name="Shop")
    events.delete_rule(Name="Shop")  # a missing one is no error (API reference, DeleteRule)


def test_rules_of_another_bus_are_found_there(events: Any, role: str, pipeline: str) -> None:
    events.create_event_bus(Name="bus")
    events.put_rule(Name="Shop", EventBusName="bus", EventPattern=PATTERN)
    target = {"Id": "pipeline", "Arn": pipeline}
    found = refusal(events.put_targets, Rule="Shop", EventBusName="bus", Targets=[target])
    assert found[0] == "ValidationException"
    missing = refusal(events.describe_rule, Name="Nowhere", EventBusName="bus")
    assert missing == ("ResourceNotFoundException", "Rule Nowhere does not exist on EventBus bus.")
