"""What looking costs: a minute of `status --watch`, `status --all` of a hundred pipelines, and `why`."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import xform_name
from click.testing import CliRunner, Result

from pipectl.aws.cloud import Cloud
from pipectl.aws.session import Connection, Endpoint
from pipectl.cli import cli
from pipectl.errors import AwsError, NoAnswer, NotConnected, PipectlError
from pipectl.runs.watch import LONGEST, View, views
from tests.conftest import ACCOUNT, Shared
from tests.shop import BUILD, DEPLOY, GATE, REGION, RELEASE, Shop, builds, clients, serves, until

A_MINUTE = 60.0
BUILDING, ROLLING, ASKED, IDLE = 36, 24, 4, 4
"""Calls in a minute: a build at work, a rollout, an approval that is asked for, nothing that runs."""
PARALLEL = 12
"""Calls in a minute before the approval of a PARALLEL pipeline, whose executions are asked each time."""
WHY = 6
"""The pipelines, stages, executions, declaration, the tip of the branch, and who is asking."""
PIPELINES = 100


@pytest.fixture
def shop(shared: Shared, tmp_path: Path) -> Shop:
    shared.server.reset()
    key = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local"}
    env = {**key, "XDG_STATE_HOME": str(tmp_path / "state")}

    def run(*words: str, **more: str) -> Result:
        words = ("--endpoint-url", shared.server.url, *words)
        return CliRunner().invoke(cli, words, env={**env, **more}, prog_name="pipectl")

    return Shop(run, clients(ACCOUNT, shared.server.url), ACCOUNT, tmp_path)


@pytest.fixture
def cloud(shared: Shared) -> Cloud:
    keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "local"}
    endpoint = Endpoint(shared.server.url, keys)
    return Connection(endpoint=endpoint, say=shared.said.append, patience=0, attempts=1).cloud(REGION)


def sent(shared: Shared) -> Counter[str]:
    return Counter(xform_name(call.operation) for call in shared.server.requests.all())


def minute(shared: Shared, watched: Iterator[View]) -> Counter[str]:
    """What is sent in the minute after the second look, by the clock of the pauses"""
    next(watched)
    passed = next(watched).pause
    shared.server.requests.clear()
    while passed <= A_MINUTE:
        passed += next(watched).pause
    return sent(shared)


def test_a_minute_of_a_running_build(shared: Shared, shop: Shop, cloud: Cloud) -> None:
    execution = shop.create(BUILD, blocks=builds("mkfifo hold && cat hold"))
    shop.reaches(execution, "Build", "InProgress")
    watched = views(cloud, REGION, "shop")
    while next(watched).state.stages[1].actions[0].phase != "BUILD":
        pass
    asked = minute(shared, watched)
    assert asked.total() <= BUILDING, asked
    assert {*asked} == {"get_pipeline_state", "batch_get_builds", "get_log_events"}
    build = shop.stage("Build")["actionStates"][0]["latestExecution"]["externalExecutionId"]
    shop.client("codebuild").stop_build(id=build)
    shop.ends(execution, "Failed")
    assert not list(watched)[-1].is_running


def test_a_minute_of_a_rollout(shared: Shared, shop: Shop, cloud: Cloud) -> None:
    blocks = serves()
    blocks["ecs"]["shop"]["services"]["web"]["deployment"] = {"circuit_breaker": False}
    missing = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/nothing:1"  # its tasks never come to run
    files = {"imagedefinitions.json": json.dumps([{"name": "rails", "imageUri": missing}])}
    execution = shop.create(DEPLOY, blocks=blocks, files=files)
    shop.reaches(execution, "Deploy", "InProgress")
    asked = minute(shared, views(cloud, REGION, "shop"))
    assert asked.total() <= ROLLING, asked
    assert {*asked} == {"get_pipeline_state", "describe_services"}


def test_a_minute_of_a_parallel_pipeline(shared: Shared, shop: Shop, cloud: Cloud) -> None:
    execution = shop.create(GATE, execution_mode="PARALLEL")
    until(lambda: [row["stageName"] for row in shop.rows(execution)] == ["Gate", "Source"])
    asked = minute(shared, views(cloud, REGION, "shop"))
    assert asked.total() <= PARALLEL, asked


@pytest.mark.parametrize("held", [False, True])
def test_an_answer_of_why(shared: Shared, shop: Shop, held: bool) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    if held:
        shop.hold("Release")
        shop.waits(shop.execution(shop.push("Remind friends twice")), "Release")
    shared.server.requests.clear()
    shop.ask("why")
    assert sent(shared).total() <= WHY, sent(shared)


def test_a_minute_before_an_approval(shared: Shared, shop: Shop, cloud: Cloud) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    asked = minute(shared, views(cloud, REGION, "shop"))
    assert asked == {"get_pipeline_state": ASKED}


def test_a_minute_in_which_nothing_runs(shared: Shared, shop: Shop, cloud: Cloud) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    asked = minute(shared, views(cloud, REGION, "shop", forever=True))
    assert asked.total() <= IDLE, asked


@pytest.mark.parametrize(
    ("fault", "error"), [({"code": "ThrottlingException"}, AwsError), ({"close": True}, NoAnswer)]
)
def test_a_watch_that_is_throttled_or_not_answered_comes_slower_and_goes_on(
    shared: Shared, shop: Shop, cloud: Cloud, fault: dict[str, object], error: type[PipectlError]
) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    watched = views(cloud, REGION, "shop")
    calm = next(watched)
    try:
        shared.server.faults.order([{"operation": "GetPipelineState", **fault}])
        first, second, third = next(watched), next(watched), next(watched)
    finally:
        shared.server.faults.order([])
    assert calm.hindered is None
    assert {type(each.hindered) for each in (first, second, third)} == {error}
    assert calm.pause < first.pause < second.pause == third.pause == LONGEST
    assert third.state == calm.state
    healed = [next(watched) for _ in range(4)]
    assert healed[0].hindered is None
    assert healed[-1].pause == calm.pause


def test_what_hinders_the_first_look_is_an_error_and_so_is_what_does_not_pass(
    shared: Shared, shop: Shop, cloud: Cloud
) -> None:
    shop.create(GATE)
    watched = views(cloud, REGION, "shop")
    next(watched)
    denied = {"operation": "GetPipelineState", "code": "ExpiredTokenException"}
    try:
        shared.server.faults.order([denied])
        with pytest.raises(NotConnected, match="ExpiredTokenException"):
            next(watched)
        shared.server.faults.order([{**denied, "code": "ThrottlingException"}])
        with pytest.raises(AwsError, match="ThrottlingException"):
            next(views(cloud, REGION, "shop"))
    finally:
        shared.server.faults.order([])


def test_a_hundred_pipelines_are_one_call_each_and_one_for_their_names(shared: Shared, shop: Shop) -> None:
    shop.create(GATE, first=None)  # an execution without a commit ends at once
    declaration = shop.api.get_pipeline(name="shop")["pipeline"]
    for number in range(1, PIPELINES):
        shop.api.create_pipeline(pipeline={**declaration, "name": f"shop-{number:02}"})
    shared.server.requests.clear()
    result = shop.ask("status", "--all", "-o", "json")
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)) == PIPELINES
    assert sent(shared) == {"list_pipelines": 1, "get_pipeline_state": PIPELINES}
    shared.server.requests.clear()
    shop.ask("history", "--all")
    assert sent(shared) == {
        "list_pipelines": 1, "get_pipeline_state": PIPELINES, "list_pipeline_executions": PIPELINES,
    }  # fmt: skip
