"""What others do with the AWS CLI is told right: a hold, an approval, a stop"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pipectl.local.server import Server
from tests.shop import GATE, REGION, RELEASE, Shop, until

Type = Callable[..., Any]


@pytest.fixture
def aws(server: Server, account: str) -> Type:
    """Type a command of the AWS CLI about pipelines"""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_ENDPOINT_URL": server.url,
        "AWS_PAGER": "",
    }

    def type_(*words: str) -> Any:
        line = [sys.executable, "-m", "awscli", "codepipeline", *words, "--output", "json"]
        ended = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout else None

    return type_


def test_a_hold_an_approval_and_a_stop_by_the_aws_cli_are_told(shop: Shop, aws: Type) -> None:
    execution = shop.create(GATE, RELEASE)
    border = ("--pipeline-name", "shop", "--stage-name", "Release", "--transition-type", "Inbound")
    aws("disable-stage-transition", *border, "--reason", "the ad is not out")
    token = until(lambda: shop.stage("Gate")["actionStates"][0].get("latestExecution", {}).get("token"))
    assert "Gate waits for an approval" in shop.ask("why").stdout
    approval = ("--stage-name", "Gate", "--action-name", "Gate", "--token", token)
    aws(
        "put-approval-result",
        "--pipeline-name",
        "shop",
        *approval,
        "--result",
        "summary=fine,status=Approved",
    )
    shop.waits(execution, "Release")
    held = shop.ask("why").stdout
    assert "waiting before Release" in held
    assert "Release is closed by root since" in held
    assert '"the ad is not out"' in held
    named = ("--pipeline-name", "shop", "--pipeline-execution-id", execution)
    aws("stop-pipeline-execution", *named, "--reason", "wrong ad")
    shop.ends(execution, "Stopped")
    assert f"execution {execution[:8]} was stopped by root after Gate" in shop.ask("why").stdout
    assert 'stopped: "wrong ad"' in shop.ask("history").stdout
