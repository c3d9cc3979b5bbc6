"""Several gates at once, holds with an end, and opening those whose end has passed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import Result

from tests.shop import GATE, RELEASE, Shop

Data = Callable[[Result], Any]

OVER = "Release freeze (until 2026-01-05 09.00 UTC)"


@pytest.fixture
def three(shop: Shop) -> Shop:
    """The shop and two pipelines beside it; only the shop has a Gate"""
    shop.create(GATE, RELEASE)
    declaration = shop.api.get_pipeline(name="shop")["pipeline"]
    stages = [declaration["stages"][0], declaration["stages"][-1]]
    for name in ("shop-mail", "tools"):
        shop.api.create_pipeline(pipeline={**declaration, "name": name, "stages": stages})
    return shop


def gates(shop: Shop) -> dict[str, str | None]:
    """pipeline/stage -> the reason of each closed gate"""
    return {
        f"{name}/{stage['stageName']}": stage["inboundTransitionState"].get("disabledReason")
        for name in ("shop", "shop-mail", "tools")
        for stage in shop.api.get_pipeline_state(name=name)["stageStates"]
        if not stage.get("inboundTransitionState", {}).get("enabled", True)
    }


def test_a_pattern_and_several_stages_choose_what_is_there(three: Shop) -> None:
    result = three.ask("disable-transition", "Gate", "Release", "-p", "shop*", "--reason", "freeze", "--yes")
    assert result.exit_code == 0, result.output
    assert gates(three) == dict.fromkeys(["shop/Gate", "shop/Release", "shop-mail/Release"], "freeze")
    assert result.stderr == (
        "3 transitions are to be closed\n  shop/Gate\n  shop/Release\n  shop-mail/Release\n"
    )
    assert result.stdout == (
        'Gate of shop is closed: "freeze"\n'
        'Release of shop is closed: "freeze"\n'
        'Release of shop-mail is closed: "freeze"\n'
    )


def test_without_a_terminal_and_a_yes_nothing_is_written(three: Shop) -> None:
    refused = three.ask("disable-transition", "Release", "-p", "*", "--reason", "freeze")
    assert refused.exit_code == 1
    assert refused.stderr.endswith(
        "error: nothing was written: 3 transitions are to be closed\nhint: `--yes` answers yes\n"
    )
    assert gates(three) == {}


def test_a_named_pipeline_must_have_the_stage_and_a_pattern_must_fit_one(three: Shop) -> None:
    named = three.ask("enable-transition", "Gate", "-p", "shop", "-p", "shop-mail", "--yes")
    assert (named.exit_code, named.stdout) == (1, "")
    assert "error: no stage `Gate` in shop-mail" in named.stderr
    nothing = three.ask("enable-transition", "Gate", "-p", "tool?", "--yes")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "no pipeline that fits has a stage `Gate`" in nothing.stderr


def test_several_are_told_as_a_list_and_what_is_open_is_not_sent(three: Shop, data: Data) -> None:
    three.hold("Gate")
    told = data(three.ask("enable-transition", "Gate", "Release", "-p", "shop", "--yes", "-o", "json"))
    assert [(each["pipeline"], each["stage"], each["changed"]) for each in told] == [
        ("shop", "Gate", True), ("shop", "Release", False),
    ]  # fmt: skip
    assert gates(three) == {}


def test_the_way_out_of_several_is_turned_too(three: Shop) -> None:
    result = three.ask(
        "disable-transition", "Source", "-p", "shop*", "--outbound", "--reason", "freeze", "--yes"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith('the way out of Source of shop is closed: "freeze"\n')


def test_the_end_of_a_hold_is_kept_in_its_reason_and_shown(three: Shop, data: Data) -> None:
    words = ("disable-transition", "Gate", "-p", "shop", "--reason", "freeze", "--until", "3d")
    result = three.ask(*words)
    assert re.fullmatch(
        r'Gate of shop is closed, until \w{3} \d\d:\d\d \(in [23] days\): "freeze"\n'
        r"  it does not open by itself: `pipectl enable-transition --expired -p shop` opens it then\n",
        result.stdout,
    )
    assert re.fullmatch(r"freeze \(until \d{4}-\d\d-\d\d \d\d\.\d\d UTC\)", str(gates(three)["shop/Gate"]))
    screen = " ".join(three.ask("status", "-p", "shop").stdout.replace("│", "").split())
    assert re.search(
        r'closed by root, \w{3} \d\d:\d\d \(.*\), until \w{3} \d\d:\d\d \(in [23] days\): "freeze"', screen
    )
    told = data(three.ask("status", "-p", "shop", "-o", "json"))["stages"][1]["transition"]
    until = datetime.fromisoformat(told["until"])
    assert timedelta(days=2, hours=23) < until - datetime.now(UTC) <= timedelta(days=3, minutes=1)
    assert told["reason"].startswith("freeze (until ")


@pytest.mark.parametrize(("when", "said"), [("soon", "is no moment"), ("2026-01-05", "is over")])
def test_an_end_that_is_none_is_refused(when: str, said: str, three: Shop) -> None:
    refused = three.ask("disable-transition", "Gate", "-p", "shop", "--reason", "freeze", "--until", when)
    assert refused.exit_code == 2
    assert f"`{when}` {said}" in refused.stderr
    assert gates(three) == {}


def test_only_holds_whose_end_has_passed_are_opened(three: Shop) -> None:
    three.hold("Gate", OVER)
    three.hold("Release", "Release freeze")
    three.api.disable_stage_transition(
        pipelineName="tools", stageName="Release", transitionType="Inbound", reason=OVER
    )
    three.api.disable_stage_transition(
        pipelineName="shop-mail",
        stageName="Release",
        transitionType="Inbound",
        reason="freeze (until 2999-01-05 09.00 UTC)",
    )
    screen = three.ask("status", "-p", "shop").stdout
    assert "which is over" in screen
    assert "`pipectl enable-transition --expired -p shop` opens it" in " ".join(
        screen.replace("│", "").split()
    )
    result = three.ask("enable-transition", "--expired")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if not line.startswith("  ")] == [
        "Gate of shop is open", "Release of tools is open",
    ]  # fmt: skip
    assert sorted(gates(three)) == ["shop-mail/Release", "shop/Release"]
    again = three.ask("enable-transition", "--expired")
    assert (again.exit_code, again.stdout) == (0, "no hold has come to its end\n")


def test_a_stage_must_be_named_unless_the_ends_decide(three: Shop) -> None:
    assert "no STAGE is named" in three.ask("enable-transition").stderr
    assert three.ask("enable-transition", "--expired", "--outbound").exit_code == 2


def test_a_pipeline_that_cannot_be_read_leaves_no_other_hold_closed(
    three: Shop, faults: Callable[..., None]
) -> None:
    for name in ("shop", "tools"):
        three.api.disable_stage_transition(
            pipelineName=name, stageName="Release", transitionType="Inbound", reason=OVER
        )
    faults({"operation": "GetPipelineState", "code": "AccessDeniedException", "times": 1})
    result = three.ask("enable-transition", "--expired")
    faults()
    assert result.exit_code == 1
    assert result.stderr.startswith("error: 1 pipeline could not be read: ")
    three.ask("enable-transition", "--expired")
    assert gates(three) == {}
    assert "Release of" in result.stdout


def test_a_stage_that_no_pipeline_has_is_refused_also_for_holds_that_are_over(three: Shop) -> None:
    result = three.ask("enable-transition", "Relaese", "--expired")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no pipeline that fits has a stage `Relaese`" in result.stderr
