"""The gates between stages: stored per stage and side, shown with who, when and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import approval, source, stage

Shape = dict[str, Any]
Declare = Callable[..., Shape]


@pytest.fixture(autouse=True)
def _pipeline(codepipeline: Any, declare: Declare) -> None:
    codepipeline.create_pipeline(pipeline=declare())


def _gate(codepipeline: Any, name: str = "Gate") -> Shape:
    states = codepipeline.get_pipeline_state(name="shop")["stageStates"]
    return next(dict(each["inboundTransitionState"]) for each in states if each["stageName"] == name)


def _close(
    codepipeline: Any, reason: str = "Release freeze", name: str = "Gate", side: str = "Inbound"
) -> None:
    codepipeline.disable_stage_transition(
        pipelineName="shop", stageName=name, transitionType=side, reason=reason
    )


def _open(codepipeline: Any, name: str = "Gate", side: str = "Inbound") -> None:
    codepipeline.enable_stage_transition(pipelineName="shop", stageName=name, transitionType=side)


def test_a_closed_gate_says_who_when_and_why(codepipeline: Any, client: Callable[..., Any]) -> None:
    assert _gate(codepipeline) == {"enabled": True}
    _close(codepipeline)
    gate = _gate(codepipeline)
    assert gate["enabled"] is False
    assert gate["disabledReason"] == "Release freeze"
    assert gate["lastChangedBy"] == client("sts").get_caller_identity()["Arn"]
    assert gate["lastChangedAt"].tzinfo is not None


def test_closing_again_overwrites_the_reason(codepipeline: Any) -> None:
    _close(codepipeline)
    _close(codepipeline, "Still frozen")
    assert _gate(codepipeline)["disabledReason"] == "Still frozen"


def test_opening_drops_the_reason_and_opening_again_changes_nothing(codepipeline: Any) -> None:
    _close(codepipeline)
    _open(codepipeline)
    opened = _gate(codepipeline)
    assert opened["enabled"] is True
    assert "disabledReason" not in opened
    _open(codepipeline)
    assert _gate(codepipeline) == opened


def test_the_outbound_side_does_not_show_on_the_inbound_one(codepipeline: Any) -> None:
    _close(codepipeline, side="Outbound", name="Source")
    assert _gate(codepipeline, "Source") == {"enabled": True}
    assert _gate(codepipeline) == {"enabled": True}


def test_a_hold_survives_an_update_and_goes_with_its_stage(codepipeline: Any, declare: Declare) -> None:
    _close(codepipeline)
    codepipeline.update_pipeline(pipeline=declare())
    assert _gate(codepipeline)["disabledReason"] == "Release freeze"
    codepipeline.update_pipeline(pipeline=declare(stage("Source", source()), stage("Other", approval())))
    codepipeline.update_pipeline(pipeline=declare())
    assert _gate(codepipeline) == {"enabled": True}


@pytest.mark.parametrize("reason", ["no, never", "it's", "a/b", "x" * 301, "Giữ lại"])
def test_a_reason_outside_the_pattern_is_refused(codepipeline: Any, reason: str) -> None:
    with pytest.raises(ClientError) as refused:
        _close(codepipeline, reason)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "'reason'" in refused.value.response["Error"]["Message"]
    assert _gate(codepipeline) == {"enabled": True}


def test_unknown_stages_are_refused(codepipeline: Any) -> None:
    with pytest.raises(codepipeline.exceptions.StageNotFoundException):
        _close(codepipeline, name="Nowhere")
    with pytest.raises(codepipeline.exceptions.StageNotFoundException):
        _open(codepipeline, name="Nowhere")
