"""What ran, as a list: executions that really ran, and the versions of a definition"""

import json
from collections.abc import Callable

import pytest

from tests.shop import GATE, RELEASE, Shop

Told = Callable[..., None]


def test_executions_are_listed_with_who_started_them_and_where_they_are_live(shop: Shop, told: Told) -> None:
    first = shop.create(GATE, RELEASE, variables={"RELEASE": {"default": "none"}})
    shop.answer("Approved")
    shop.ends(first, "Succeeded")
    rejected = shop.execution(shop.push("Remind friends twice"))
    shop.answer("Rejected", "the ad is not out")
    shop.ends(rejected, "Failed")
    stopped = shop.execution(shop.push("Remind friends thrice"))
    shop.reaches(stopped, "Gate", "InProgress")
    shop.api.stop_pipeline_execution(
        pipelineName="shop", pipelineExecutionId=stopped, abandon=True, reason="the ad is wrong"
    )
    shop.ends(stopped, "Stopped")
    back = shop.api.rollback_stage(pipelineName="shop", stageName="Release", targetPipelineExecutionId=first)[
        "pipelineExecutionId"
    ]
    shop.ends(back, "Succeeded")
    started = shop.api.start_pipeline_execution(name="shop", variables=[{"name": "RELEASE", "value": "42"}])[
        "pipelineExecutionId"
    ]
    shop.reaches(started, "Gate", "InProgress")
    told("history", shop.ask("history"))
    assert [each["id"] for each in json.loads(shop.ask("history", "--failed", "-o", "json").stdout)] == [
        rejected
    ]
    listed = json.loads(shop.ask("history", "--stage", "Gate", "-n", "2", "-o", "json").stdout)
    assert [(each["id"], each["stage"]["status"]) for each in listed] == [
        (started, "InProgress"),
        (stopped, "Stopped"),
    ]


def test_the_variables_and_the_trigger_are_data(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE, variables={"RELEASE": {"default": "7"}}), "Succeeded")
    (entry,) = json.loads(shop.ask("history", "-o", "json").stdout)
    assert (entry["trigger"], entry["variables"]) == ("CreatePipeline", {"RELEASE": "7"})
    assert (entry["revision"], entry["live_in"]) == (shop.commits[0], ["Source", "Release"])
    assert shop.ask("history", "-o", "yaml").stdout.startswith("- id: ")


def test_what_is_older_is_left_out(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    assert shop.ask("history", "--since", "1h").stdout
    told = shop.ask("history", "--since", "2999-01-01")
    assert (told.exit_code, told.stdout) == (0, "")
    assert "no execution of shop fits" in told.stderr


def test_versions_are_listed_with_what_they_changed(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    for question in ("Is the ad out?", "Is it really?"):
        gate = {"name": "Gate", "actions": [{"provider": "Manual", "custom_data": question}]}
        shop.declare(gate, RELEASE)
    told("history_definition", shop.ask("history", "--definition"))
    told("history_definition_two", shop.ask("history", "--definition", "1", "3"))
    told("history_definition_one", shop.ask("history", "--definition", "3"))
    listed = json.loads(shop.ask("history", "--definition", "-o", "json").stdout)
    assert [each["version"] for each in listed] == [3, 2, 1]
    assert listed[0]["differences"] == [
        {
            "path": "stages.Gate.actions.Gate.configuration.CustomData",
            "before": "Is the ad out?",
            "after": "Is it really?",
        }
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("3",), "only goes with `--definition`"),
        (("--definition", "1", "2", "3"), "at most two"),
        (("--definition", "--failed"), "not executions"),
        (("--definition", "1"), "is the first"),
        (("--definition", "9"), "AWS has no version 9 of shop"),
        (("--stage", "Relaese"), "no stage `Relaese`"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop: Shop, words: tuple[str, ...], said: str) -> None:
    shop.create(RELEASE)
    refused = shop.ask("history", *words)
    assert refused.exit_code in (1, 2)
    assert said in refused.stderr


def test_a_pipeline_is_named_when_there_may_be_several(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    assert shop.ask("history", "-p", "shop").stdout
    assert shop.ask("history", "-p", "nowhere").exit_code == 1
