"""`rollback`, typed at pipelines in which executions really deployed."""

from collections.abc import Callable

import pytest

from tests.cli.acts.conftest import Shop, deploy
from tests.local.codepipeline.conftest import approval, stage, until

Screen = Callable[..., None]


def live(shop: Shop) -> str:
    """What the deployment left"""
    body = shop.s3.get_object(Bucket=shop.bucket, Key="live/readme")["Body"].read()
    return str(body.decode())


def deployed(shop: Shop, count: int) -> list[str]:
    """So many executions that deployed, the oldest first"""
    ran = [shop.working(stage("Deploy", deploy(shop)))]
    for number in range(2, count + 1):
        shop.push(readme=f"release {number}")
        ran.append(shop.start())
        shop.ends(ran[-1], "Succeeded")
    return ran


def test_a_stage_goes_back_to_the_execution_before_the_current_one(shop: Shop, screen: Screen) -> None:
    first, _ = deployed(shop, 2)
    assert live(shop) == "release 2"
    screen("rollback_list", shop.type("rollback", "Deploy", "--list").stdout)
    result, writes = shop.writes("rollback", "Deploy")
    assert (result.exit_code, writes) == (0, ["RollbackStage"])
    screen("rollback", result.stdout)
    back = shop.ids()[0]
    shop.ends(back, "Succeeded")
    assert live(shop) == "hello"
    assert shop.summary(back)["rollbackMetadata"]["rollbackTargetPipelineExecutionId"] == first


def test_the_same_rollback_twice_goes_back_once(shop: Shop, screen: Screen) -> None:
    first, second, _ = deployed(shop, 3)
    shop.ends(shop.data("rollback", "Deploy")["execution"], "Succeeded")
    screen("rollback_refused_second", shop.refuses("rollback", "Deploy"))
    again, writes = shop.writes("rollback", "Deploy", "--to", second[:8])
    assert (again.exit_code, writes) == (0, [])
    screen("rollback_again", again.stdout)
    screen("rollback_list_after", shop.type("rollback", "Deploy", "--list").stdout, types=False)
    told = shop.data("rollback", "Deploy", "--to", first[:8])
    assert (told["changed"], told["target"], told["stage"]) == (True, first, "Deploy")
    shop.ends(told["execution"], "Succeeded")
    assert live(shop) == "hello"


def test_what_was_rolled_back_from_is_not_gone_back_to(shop: Shop, screen: Screen) -> None:
    """A run began before the rollback, entered the stage after it, and is the one to be taken back now"""
    first = shop.working(stage("Gate", approval()), stage("Deploy", deploy(shop)), answered=True)
    bad = shop.again()
    shop.answer()
    shop.ends(bad, "Succeeded")
    newest = shop.again()
    shop.asked()
    back = shop.data("rollback", "Deploy")
    assert back["target"] == first
    shop.ends(back["execution"], "Succeeded")
    shop.answer()
    shop.ends(newest, "Succeeded")
    screen("rollback_list_between", shop.type("rollback", "Deploy", "--list").stdout, types=False)
    assert shop.data("rollback", "Deploy")["target"] == first


def test_a_rollback_that_failed_goes_back_to_the_same_again(shop: Shop) -> None:
    bucket = f"live-{shop.account}"
    place = {"LocationConstraint": "eu-west-1"}
    shop.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    shop.working(stage("Deploy", deploy(shop, bucket=bucket)))
    for _ in range(2):
        shop.ends(shop.again(), "Succeeded")
    shop.s3.delete_object(Bucket=bucket, Key="live/readme")
    shop.s3.delete_bucket(Bucket=bucket)
    failed = shop.data("rollback", "Deploy")
    shop.ends(failed["execution"], "Failed")
    shop.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    assert shop.data("rollback", "Deploy")["target"] == failed["target"] == shop.ids()[3]


def test_a_target_is_named_by_its_revision(shop: Shop) -> None:
    first, _, _ = deployed(shop, 3)
    revision = shop.summary(first)["sourceRevisions"][0]["revisionId"]
    told = shop.data("rollback", "Deploy", "--to", revision[:10])
    assert told["target"] == first
    shop.ends(told["execution"], "Succeeded")
    assert live(shop) == "hello"


def test_a_failed_deployment_goes_back_to_the_newest_that_succeeded(shop: Shop) -> None:
    bucket = f"live-{shop.account}"
    place = {"LocationConstraint": "eu-west-1"}
    shop.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    first = shop.working(stage("Deploy", deploy(shop, bucket=bucket)))
    shop.s3.delete_object(Bucket=bucket, Key="live/readme")
    shop.s3.delete_bucket(Bucket=bucket)
    second = shop.again()
    shop.ends(second, "Failed")
    shop.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    assert shop.data("rollback", "Deploy")["target"] == first


def test_a_rollback_takes_four_calls(shop: Shop) -> None:
    deployed(shop, 2)
    shop.server.requests.clear()
    shop.type("rollback", "Deploy", "-p", "shop")
    asked = sorted(call.operation for call in shop.server.requests.all() if call.service == "codepipeline")
    assert asked == [
        "GetPipelineState",
        "ListPipelineExecutions",
        "ListPipelineExecutions",
        "RollbackStage",
    ]


def test_what_has_nothing_to_go_back_to_says_so(shop: Shop, screen: Screen) -> None:
    deployed(shop, 1)
    screen("rollback_refused_source", shop.refuses("rollback", "Source"))
    screen("rollback_refused_only", shop.refuses("rollback", "Deploy"))
    assert "did you mean `Deploy`?" in shop.refuses("rollback", "Deplyo")


def test_a_stage_that_is_busy_is_not_rolled_back(shop: Shop, screen: Screen) -> None:
    shop.create(stage("Gate", approval()), stage("Later", deploy(shop)))
    shop.answer()
    shop.ends(shop.ids()[0], "Succeeded")
    shop.again()
    shop.asked()
    screen("rollback_refused_running", shop.refuses("rollback", "Gate"))


def test_an_execution_that_did_not_succeed_in_the_stage_is_no_target(shop: Shop, screen: Screen) -> None:
    first = shop.create(stage("Deploy", deploy(shop, bucket=f"live-{shop.account}")))
    shop.ends(first, "Failed")
    screen("rollback_refused_target", shop.refuses("rollback", "Deploy", "--to", first[:8]))
    assert "no execution of shop begins with `beefbeef`" in shop.refuses(
        "rollback", "Deploy", "--to", "beefbeef"
    )


def test_an_execution_of_an_older_version_of_the_pipeline_is_no_target(shop: Shop) -> None:
    first = deployed(shop, 1)[0]
    shop.api.update_pipeline(pipeline=shop.api.get_pipeline(name="shop")["pipeline"])
    said = shop.refuses("rollback", "Deploy", "--to", first[:8])
    assert "cannot go back to execution E1: shop was changed since then (version 1, now 2)" in said
    refused = shop.refuses("rollback", "Deploy")
    assert "no execution of the present version of shop (version 2) succeeded in Deploy" in refused
    for text in (said, refused):
        assert ", and AWS rolls back only within one version of the pipeline\n" in text
    listed = shop.data("rollback", "Deploy", "--list")
    assert (listed["candidates"], listed["next"], listed["current"]) == ([], None, first)


def test_a_rollback_is_no_target(shop: Shop) -> None:
    deployed(shop, 2)
    back = shop.data("rollback", "Deploy")["execution"]
    shop.ends(back, "Succeeded")
    shop.ends(shop.again(), "Succeeded")
    said = shop.refuses("rollback", "Deploy", "--to", back[:8])
    assert "it is a rollback itself, to E1" in said


def test_executions_side_by_side_are_not_rolled_back(shop: Shop) -> None:
    first = shop.create(stage("Deploy", deploy(shop)), executionMode="PARALLEL")
    shop.ends(first, "Succeeded")
    assert "runs its executions side by side" in shop.refuses("rollback", "Deploy")


def test_a_pipeline_that_ran_its_executions_side_by_side_once_is_as_every_other_now(shop: Shop) -> None:
    first = shop.create(stage("Deploy", deploy(shop)), stage("Gate", approval()), executionMode="PARALLEL")
    until(lambda: ("Approve", "InProgress") in shop.actions(first))
    declared = shop.api.get_pipeline(name="shop")["pipeline"]
    shop.api.update_pipeline(pipeline={**declared, "executionMode": "SUPERSEDED"})
    for _ in range(2):
        last = shop.start()
        shop.asked()
        assert shop.data("approve", "--execution", last[:8])["execution"] == last
        shop.ends(last, "Succeeded")
    told = shop.data("rollback", "Deploy")
    assert told["target"] == shop.ids()[2]
    shop.ends(told["execution"], "Succeeded")


@pytest.mark.parametrize("words", [("--to", "abcd"), ("--wait",)])
def test_a_list_is_only_a_list(shop: Shop, words: tuple[str, ...]) -> None:
    assert shop.type("rollback", "Deploy", "--list", *words).exit_code == 2
