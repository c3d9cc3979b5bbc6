"""`status --all` and `history --all`: every pipeline in a line, those first that need a person."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.shop import GATE, RELEASE, Shape, Shop, until

Told = Callable[..., None]
Data = Callable[[Result], Any]
Run = Callable[..., Result]


@pytest.fixture
def several(shop: Shop) -> Shop:
    """The shop waits for an approval; others have failed, are held, have gone through"""
    asked = shop.create(GATE, RELEASE)
    shop.reaches(asked, "Gate", "InProgress")
    made(shop, "shop-broken", branch="nowhere")
    made(shop, "shop-live")
    made(shop, "shop-held")
    shop.api.disable_stage_transition(
        pipelineName="shop-held", stageName="Release", transitionType="Inbound", reason="freeze"
    )
    return shop


def made(shop: Shop, name: str, branch: str = "main") -> None:
    """A pipeline beside the shop, from its source to its release, run to its end"""
    declaration: Shape = shop.api.get_pipeline(name="shop")["pipeline"]
    source, release = declaration["stages"][0], declaration["stages"][-1]
    action = source["actions"][0]
    configuration = {**action["configuration"], "BranchName": branch}
    stages = [{**source, "actions": [{**action, "configuration": configuration}]}, release]
    shop.api.create_pipeline(pipeline={**declaration, "name": name, "stages": stages})
    until(lambda: status(shop, name) in ("Succeeded", "Failed"))


def status(shop: Shop, name: str) -> str | None:
    found = shop.api.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
    return str(found[0]["status"]) if found else None


def test_those_that_need_a_person_come_first(several: Shop, told: Told, data: Data) -> None:
    told("status_all", several.ask("status", "--all"))
    found = data(several.ask("status", "--all", "-o", "json"))
    assert [(each["pipeline"], each["standing"], each["needs_person"]) for each in found] == [
        ("shop", "waiting for approval", True),
        ("shop-broken", "waiting for the first push", True),
        ("shop-held", "held", False),
        ("shop-live", "succeeded", False),
    ]


def test_the_newest_execution_of_each_is_listed(several: Shop, told: Told, data: Data) -> None:
    result = several.ask("history", "--all")
    assert [line.split()[1] for line in result.stdout.splitlines()[:4]] == [
        "shop", "shop-broken", "shop-held", "shop-live",
    ]  # fmt: skip
    assert "..." not in result.stdout
    found = data(several.ask("history", "--all", "-o", "json"))
    assert [each["newest"]["status"] for each in found] == ["InProgress", "Failed", "Succeeded", "Succeeded"]


def test_a_pattern_and_a_spec_choose(several: Shop, data: Data, tmp_path: Path, run: Run) -> None:
    chosen = data(several.ask("status", "--all", "-p", "shop-h*", "-o", "json"))
    assert [each["pipeline"] for each in chosen] == ["shop-held"]
    of_spec = data(run("status", "--all", str(tmp_path / "shop.yaml"), "-o", "json"))
    assert [each["pipeline"] for each in of_spec] == ["shop"]
    gone = data(several.ask("status", "--all", "-p", "shopp", "-o", "json"))
    assert [(each["standing"], each["error"]) for each in gone] == [("not readable", "it is not there")]
    nothing = several.ask("status", "--all", "-p", "x*")
    assert nothing.exit_code == 1
    assert nothing.stderr.startswith("error: no pipeline fits `x*`\n")


def test_one_that_cannot_be_read_does_not_hide_the_others(
    several: Shop, faults: Callable[..., None], data: Data
) -> None:
    faults({"operation": "GetPipelineState", "code": "AccessDeniedException", "times": 1})
    found = data(several.ask("status", "--all", "-o", "json"))
    assert len(found) == 4
    assert [each["standing"] for each in found].count("not readable") == 1


def test_one_that_never_ran_is_told_also_where_executions_are_denied(
    shop: Shop, faults: Callable[..., None], data: Data
) -> None:
    shop.create(RELEASE, execution_mode="PARALLEL")
    faults({"operation": "ListPipelineExecutions", "code": "AccessDeniedException"})
    (found,) = data(shop.ask("status", "--all", "-o", "json"))
    assert found["standing"] == "not readable"
