"""Conditions that the grammar has no words for stand under `aws:`, in AWS's own."""

from typing import TYPE_CHECKING, Any

import pytest

from pipectl.arrive.looking import Look
from pipectl.arrive.proven import proven
from tests.arrive.shapes import REGION

if TYPE_CHECKING:
    from tests.conftest import World


def rule(**more: Any) -> dict[str, Any]:
    kind = {"category": "Rule", "owner": "AWS", "provider": "DeploymentWindow", "version": "1"}
    return {"name": "Hours", "ruleTypeId": {**kind, **more}, "configuration": {"Cron": "* * * ? * * *"}}


def declared(before_entry: dict[str, Any]) -> dict[str, Any]:
    kind = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    actions = [{"name": "Ask", "actionTypeId": kind}]
    return {"name": "web", "stages": [{"name": "Gate", "actions": actions, "beforeEntry": before_entry}]}


def values() -> dict[str, Any]:
    said = {"name": "Hours", "provider": "DeploymentWindow", "configuration": {"Cron": "* * * ? * * *"}}
    gate = {"before_entry": {"result": "FAIL", "rules": [said]}}
    stage = {"name": "Gate", **gate, "actions": [{"name": "Ask", "provider": "Manual"}]}
    return {"pipectl": 1, "name": "web", "region": REGION, "codepipeline": {"web": {"stages": [stage]}}}


def stage_of(world: "World", before_entry: dict[str, Any]) -> dict[str, Any]:
    look = Look(world.connection.cloud(REGION))
    said = proven(look, values(), {"web": declared(before_entry)})
    stage: dict[str, Any] = said["codepipeline"]["web"]["stages"][0]
    return stage


def test_a_condition_that_means_the_same_stays_in_our_words(world: "World") -> None:
    stage = stage_of(world, {"conditions": [{"result": "FAIL", "rules": [rule()]}]})
    assert "aws" not in stage
    assert stage["before_entry"]["result"] == "FAIL"


@pytest.mark.parametrize(
    "raw",
    [
        {"conditions": [{"result": "FAIL", "rules": [rule(version="2")]}]},
        {"conditions": [{"result": "FAIL", "rules": [rule()]}, {"result": "SKIP", "rules": [rule()]}]},
    ],
    ids=["another version", "two conditions"],
)
def test_a_condition_that_means_more_stands_as_aws_tells_it(world: "World", raw: dict[str, Any]) -> None:
    stage = stage_of(world, raw)
    assert "before_entry" not in stage
    assert stage["aws"] == {"beforeEntry": raw}
