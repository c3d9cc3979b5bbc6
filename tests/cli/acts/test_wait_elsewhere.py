"""`--wait` of `enable-transition` and `create`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.acts.conftest import Shop, deploy
from tests.local.codepipeline.conftest import stage

Screen = Callable[..., None]


def held(shop: Shop) -> str:
    """An execution that waits before a closed gate"""
    shop.working(stage("Deploy", deploy(shop)))
    shop.gate("Deploy", enabled=False)
    execution = shop.again()
    shop.waits_at(execution, "Deploy")
    return execution


def test_what_waited_before_the_gate_is_followed(
    shop: Shop, followed: Callable[[str, Result, int], None]
) -> None:
    execution = held(shop)
    result, writes = shop.writes("enable-transition", "Deploy", "--wait")
    assert (result.exit_code, writes) == (0, ["EnableStageTransition"])
    followed("opened", result, 0)
    shop.ends(execution, "Succeeded")


def test_it_is_told_as_data(shop: Shop) -> None:
    execution = held(shop)
    told = shop.data("enable-transition", "Deploy", "--wait")
    assert (told["transition"]["enabled"], told["changed"]) == (True, True)
    assert (told["execution"], told["wait"]["good"]) == (execution, True)


def test_of_a_queue_the_oldest_is_followed(shop: Shop) -> None:
    shop.working(stage("Deploy", deploy(shop)), executionMode="QUEUED")
    shop.gate("Deploy", enabled=False)
    oldest = shop.again()
    shop.waits_at(oldest, "Deploy")
    shop.waits_at(shop.again(), "Deploy")
    assert shop.data("enable-transition", "Deploy", "--wait")["execution"] == oldest


def test_where_nothing_waits_there_is_nothing_to_follow(shop: Shop) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    result, writes = shop.writes("enable-transition", "Deploy", "--wait")
    assert (result.exit_code, writes) == (0, [])
    assert "nothing waits before Deploy, so there is nothing to follow" in result.stdout
    assert shop.data("enable-transition", "Deploy", "--wait")["wait"] is None


def test_what_waited_for_more_than_30_days_is_not_followed(shop: Shop) -> None:
    """The gate is opened all the same, as it was asked for"""
    shop.working(stage("Deploy", deploy(shop)))
    month = 31 * 24 * 3600
    shop.server.world.clock.advance(-month)
    shop.gate("Deploy", enabled=False)
    shop.server.world.clock.advance(month)
    execution = shop.again()
    shop.waits_at(execution, "Deploy")
    result, writes = shop.writes("enable-transition", "Deploy", "--wait")
    assert (result.exit_code, writes) == (1, ["EnableStageTransition"])
    assert "does not go on: Deploy was closed for more than 30 days" in result.stderr
    assert shop.status(execution) == "InProgress"


@pytest.mark.parametrize("words", [("Deploy", "Source"), ("Deploy", "--outbound"), ("--expired",)])
def test_only_one_gate_can_be_followed(shop: Shop, words: tuple[str, ...]) -> None:
    result = shop.type("enable-transition", *words, "--wait")
    assert result.exit_code == 2
    assert "`--wait` follows the one execution" in result.stderr


def spec(shop: Shop, folder: Path) -> str:
    """A pipeline of an S3 source, whose first execution succeeds"""
    shop.push()
    file = folder / "shop.yaml"
    file.write_text(
        f"""\
pipectl: 1
name: shop
region: eu-west-1
codepipeline:
  shop:
    stages:
      - name: Source
        actions:
          - {{provider: S3, bucket: {shop.bucket}, key: source.zip}}
      - name: Deploy
        actions:
          - provider: S3
            category: Deploy
            configuration: {{BucketName: {shop.bucket}, Extract: "true", ObjectKey: live}}
""",
        encoding="utf-8",
    )
    return str(file)


@pytest.fixture
def create(shop: Shop, run: Callable[..., Result], tmp_path: Path) -> Callable[..., Result]:
    file = spec(shop, tmp_path)
    return lambda *words: run("create", file, "--wait", *words)


def test_the_first_execution_is_followed(shop: Shop, create: Callable[..., Result]) -> None:
    result = create()
    assert result.exit_code == 0, result.output
    assert "✓ execution E1 (V1) succeeded after TIME" in shop.masked(result.stdout)
    again = create()
    assert again.exit_code == 0
    assert "nothing runs in shop, so there is nothing to follow" in again.stdout


def test_a_first_execution_that_fails_ends_with_4(shop: Shop, create: Callable[..., Result]) -> None:
    shop.s3.delete_object(Bucket=shop.bucket, Key="source.zip")
    result = create("-o", "json")
    assert result.exit_code == 4, result.output
    (told,) = json.loads(result.stdout.splitlines()[-1])["wait"]
    assert (told["pipeline"], told["status"], told["stage"]) == ("shop", "Failed", "Source")
    assert "failed in Source" in result.stderr


def waiting(name: str) -> str:
    """The block of a pipeline that waits for an approval"""
    return f"""\
  {name}:
    stages:
      - name: Source
        actions: [{{provider: S3, bucket: BUCKET, key: source.zip}}]
      - name: Gate
        actions: [{{provider: Manual}}]
"""


def test_when_the_time_is_over_for_several_that_is_no_failure_of_theirs(
    shop: Shop, run: Callable[..., Result], tmp_path: Path
) -> None:
    shop.push()
    file = tmp_path / "shop.yaml"
    head = "pipectl: 1\nname: shop\nregion: eu-west-1\ncodepipeline:\n"
    text = (head + waiting("shop") + waiting("shop-two")).replace("BUCKET", shop.bucket)
    file.write_text(text, encoding="utf-8")
    result = run("create", str(file), "--wait", "--timeout", "0", "-o", "json")
    assert result.exit_code == 5, result.output
    assert "the executions of 2 of 2 pipelines did not succeed" in result.stderr
    assert [each["good"] for each in json.loads(result.stdout.splitlines()[-1])["wait"]] == [False, False]


def test_a_look_that_is_denied_does_not_hide_what_was_made_or_opened(
    shop: Shop, create: Callable[..., Result], faults: Callable[..., None]
) -> None:
    denied = {"operation": "GetPipelineExecution", "code": "AccessDeniedException", "message": "no"}
    faults(denied)
    made = create("-o", "json")
    faults()
    assert (made.exit_code, json.loads(made.stdout.splitlines()[-1])["wait"]) == (1, [])
    shop.ends(shop.ids()[0], "Succeeded")
    shop.gate("Deploy", enabled=False)
    execution = shop.start()
    shop.waits_at(execution, "Deploy")
    faults(denied)
    opened = shop.type("enable-transition", "Deploy", "--wait", "-o", "json")
    faults()
    told = json.loads(opened.stdout.splitlines()[-1])
    assert (opened.exit_code, told["changed"], told["execution"], told["wait"]) == (1, True, execution, None)


def test_without_waiting_the_document_says_nothing_of_it(
    shop: Shop, run: Callable[..., Result], tmp_path: Path
) -> None:
    result: Any = run("create", spec(shop, tmp_path), "-o", "json")
    assert "wait" not in json.loads(result.stdout)
