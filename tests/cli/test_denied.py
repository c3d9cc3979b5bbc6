"""What must not be seen hides nothing else: the picture has a part, and says which permission it lacks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.shop import BUILD, DEPLOY, IMAGES, RELEASE, Shop, builds, serves

Told = Callable[..., None]
Faults = Callable[..., None]


def denied(operation: str) -> dict[str, Any]:
    return {"operation": operation, "code": "AccessDeniedException", "message": "not for you"}


def test_a_service_that_must_not_be_seen_hides_no_stage(shop: Shop, faults: Faults, told: Told) -> None:
    shop.ends(shop.create(DEPLOY, blocks=serves(), files=IMAGES), "Succeeded")
    faults(denied("DescribeServices"))
    told("status_denied", shop.ask("status"))
    watched = shop.ask("status", "--watch")
    assert watched.exit_code == 0
    assert "web                 is not to be seen" in watched.stdout


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        ("GetPipeline", "codepipeline:GetPipeline"),
        ("ListPipelineExecutions", "codepipeline:ListPipelineExecutions"),
    ],
)
def test_stages_and_the_newest_execution_are_told_whatever_else_is_denied(
    shop: Shop, faults: Faults, operation: str, permission: str
) -> None:
    execution = shop.create(RELEASE)
    shop.ends(execution, "Succeeded")
    faults(denied(operation))
    seen = json.loads(shop.ask("status", "-o", "json").stdout)
    assert seen["not_allowed"] == [permission]
    assert seen["execution"]["id"] == execution
    assert [each["status"] for each in seen["stages"]] == ["Succeeded", "Succeeded"]
    watched = json.loads(shop.ask("status", "--watch", "-o", "json").stdout)
    assert watched["not_allowed"] == [permission]
    assert watched["execution"]["id"] == execution


def test_without_the_stages_there_is_no_picture(shop: Shop, faults: Faults) -> None:
    shop.create(RELEASE)
    faults(denied("GetPipelineState"))
    result = shop.ask("status")
    assert result.exit_code == 1
    assert "codepipeline:GetPipelineState" in result.stderr


def test_a_build_log_that_must_not_be_read_hides_no_other_action(shop: Shop, faults: Faults) -> None:
    shop.ends(shop.create(BUILD, DEPLOY, blocks={**builds("true"), **serves()}, files=IMAGES), "Succeeded")
    faults(denied("BatchGetBuilds"))
    for words in (["logs"], ["logs", "--follow"]):
        result = shop.ask(*words)
        assert result.exit_code == 1
        assert "(service web) has reached a steady state." in result.stdout
        assert "codebuild:BatchGetBuilds" in result.stderr
