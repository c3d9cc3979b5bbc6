"""The AWS CLI does the same acts on the same local AWS, and pipectl shows them right."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.acts.conftest import REGION, Shop, deploy
from tests.local.codepipeline.conftest import approval, stage

Aws = Callable[..., Any]


@pytest.fixture
def aws(shop: Shop, environment: dict[str, str | None]) -> Aws:
    """Type a command of the AWS CLI"""
    given = {name: value for name, value in environment.items() if value is not None}

    def aws(*words: str) -> Any:
        command = [sys.executable, "-m", "awscli", "--endpoint-url", shop.server.url, "--region", REGION]
        done = subprocess.run(
            [*command, "codepipeline", *words], env=given, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout) if done.stdout.strip() else None

    return aws


def test_a_stop_by_the_aws_cli_is_seen(shop: Shop, aws: Aws) -> None:
    execution = shop.create(stage("Gate", approval()), stage("Deploy", deploy(shop)))
    shop.asked()
    where = ("--pipeline-name", "shop", "--pipeline-execution-id", execution)
    aws("stop-pipeline-execution", *where, "--abandon", "--reason", "bad build")
    shop.ends(execution, "Stopped")
    assert "nothing runs in shop: execution E1 was stopped AGO" in shop.refuses("stop")
    assert shop.data("stop", "--execution", execution[:8])["changed"] is False
    assert shop.data("status")["stages"][1]["status"] == "Stopped"
    assert shop.data("retry", "Gate")["execution"] == execution


def test_an_approval_and_a_hold_by_the_aws_cli_are_seen(shop: Shop, aws: Aws) -> None:
    execution = shop.create(stage("Gate", approval()), stage("Deploy", deploy(shop)))
    where = ("--pipeline-name", "shop", "--stage-name")
    hold = ("--transition-type", "Inbound", "--reason", "freeze")
    token = shop.asked()
    aws("disable-stage-transition", *where, "Deploy", *hold)
    answer = ("--action-name", "Approve", "--token", token, "--result", "status=Approved,summary=fine")
    aws("put-approval-result", *where, "Gate", *answer)
    shop.waits_at(execution, "Deploy")
    assert "no approval is asked for in shop: execution E1 is before Deploy" in shop.refuses("approve")
    told = shop.data("enable-transition", "Deploy", "--wait")
    assert (told["execution"], told["wait"]["good"]) == (execution, True)


def test_a_retry_by_the_aws_cli_is_seen(shop: Shop, aws: Aws) -> None:
    execution = shop.create(stage("Gate", approval()), stage("Deploy", deploy(shop)))
    shop.answer("Rejected")
    shop.ends(execution, "Failed")
    where = ("--pipeline-name", "shop", "--stage-name", "Gate")
    told = aws(
        "retry-stage-execution",
        *where,
        "--pipeline-execution-id",
        execution,
        "--retry-mode",
        "FAILED_ACTIONS",
    )
    assert told == {"pipelineExecutionId": execution}
    shop.asked()
    assert "Gate is not failed: execution E1 runs in it" in shop.refuses("retry", "Gate")
    assert shop.data("approve", "--wait")["wait"]["good"]


def test_a_rollback_by_the_aws_cli_is_seen(shop: Shop, aws: Aws) -> None:
    first = shop.working(stage("Deploy", deploy(shop)))
    shop.ends(shop.again(), "Succeeded")
    where = ("--pipeline-name", "shop", "--stage-name", "Deploy")
    back = aws("rollback-stage", *where, "--target-pipeline-execution-id", first)["pipelineExecutionId"]
    shop.ends(back, "Succeeded")
    said = shop.refuses("rollback", "Deploy")
    assert "Deploy was rolled back to E1 already, by execution E3 AGO" in said
    newest = shop.data("history")[0]
    assert (newest["id"], newest["rollback_target"]) == (back, first)
