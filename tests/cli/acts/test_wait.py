"""`--wait` follows an execution to its end, and the exit code says how it ended."""

import _thread
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import Result

from tests.cli.acts.conftest import Shop, condition, deploy
from tests.local.codepipeline.conftest import action, approval, stage, until

Screen = Callable[..., None]
Followed = Callable[[str, Result, int], None]


@contextmanager
def meanwhile(*doings: Callable[[], object]) -> Iterator[None]:
    """Do something, step by step, while a command waits; what goes wrong there fails the test"""
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            for doing in doings:
                doing()
        except BaseException as error:
            wrong.append(error)
            _thread.interrupt_main()  # nobody else ends the command's waiting
            raise

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()
    assert wrong == []


def finished(shop: Shop, result: Result, code: int, *said: str) -> str:
    assert result.exit_code == code, result.output
    text = shop.masked(result.output)
    for each in said:
        assert each in text, text
    return text


def seen(shop: Shop) -> None:
    """Wait until the command has looked from now on; one of two looks is whole"""
    now = time.time()
    looks = ("GetPipelineExecution", "ListActionExecutions")
    until(
        lambda: sum(each.operation in looks and each.start > now for each in shop.server.requests.all()) > 2
    )


def held(shop: Shop, name: str) -> Callable[[], object]:
    """Waits until a new execution stands before a closed stage, and the command has seen it"""

    def hold() -> None:
        until(lambda: shop.inbound(name))
        seen(shop)

    return hold


def answered(shop: Shop, status: str) -> Callable[[], object]:
    """Answers an approval when the command has seen that it is asked for"""

    def answer() -> None:
        shop.asked()
        seen(shop)
        shop.answer(status)

    return answer


def test_a_start_that_succeeds_ends_with_0_and_tells_each_step(shop: Shop, followed: Followed) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    result = shop.type("start", "--wait")
    followed("succeeded", result, 0)
    assert result.stdout.count("\n") == 2
    assert "✓ execution" in result.stdout
    assert "  ✓ Deploy" in result.stderr


def test_a_failure_ends_with_4_and_says_what_failed(shop: Shop, screen: Screen) -> None:
    shop.ends(shop.create(stage("Deploy", deploy(shop, bucket=f"live-{shop.account}"))), "Failed")
    result = shop.type("retry", "Deploy", "--wait", "-p", "shop")
    assert result.exit_code == 4
    screen("wait_failed", result.stderr.splitlines(keepends=True)[-2] + result.stderr.splitlines()[-1])


def test_why_it_failed_is_told_once_with_the_way_on(shop: Shop) -> None:
    shop.ends(shop.create(stage("Deploy", deploy(shop, bucket=f"live-{shop.account}"))), "Failed")
    result = shop.type("start", "--wait", "-p", "shop")
    text = finished(
        shop, result, 4, "  ✗ Deploy              failed\n", "error: execution E2 failed in Deploy"
    )
    assert text.count("The bucket live-ACCOUNT does not exist") == 1
    assert "hint: `pipectl logs --execution E2 -p shop`" in text


def test_why_an_action_failed_is_told_also_when_the_time_is_over_first(shop: Shop) -> None:
    execution = shop.create(stage("Gate", deploy(shop, bucket=f"live-{shop.account}"), approval()))
    until(lambda: ("Deploy", "Failed") in shop.actions(execution))
    text = finished(
        shop, shop.type("wait", "-p", "shop", "--timeout", "1s"), 5, "still runs after TIME in Gate"
    )
    assert text.count("The bucket live-ACCOUNT does not exist") == 1


def test_the_closed_gate_is_said_at_once_with_what_opens_it(shop: Shop, followed: Followed) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    shop.gate("Deploy", enabled=False)
    with meanwhile(held(shop, "Deploy"), lambda: shop.gate("Deploy", enabled=True)):
        result = shop.type("start", "--wait")
    followed("held", result, 0)


def test_an_approval_is_said_at_once_with_what_gives_it(shop: Shop, followed: Followed) -> None:
    shop.create(stage("Gate", approval()))
    shop.answer()
    shop.ends(shop.ids()[0], "Succeeded")
    with meanwhile(answered(shop, "Approved")):
        result = shop.type("start", "--wait", "-p", "shop")
    followed("asked", result, 0)


def test_an_approval_is_followed_to_the_end_of_the_execution(shop: Shop) -> None:
    shop.create(stage("Gate", approval()), stage("Deploy", deploy(shop)))
    shop.asked()
    told = shop.data("approve", "--wait")
    assert told["wait"] == {
        "status": "Succeeded",
        "good": True,
        "stage": "Deploy",
        "errors": [],
        "services": [],
        "successor": None,
    }


def test_a_rejected_execution_ends_with_4(shop: Shop) -> None:
    shop.create(stage("Gate", approval()))
    shop.answer()
    shop.ends(shop.ids()[0], "Succeeded")
    with meanwhile(answered(shop, "Rejected")):
        result = shop.type("start", "--wait", "-o", "json")
    finished(shop, result, 4, "failed in Gate")
    told = json.loads(result.stdout.splitlines()[-1])
    assert (told["wait"]["status"], told["wait"]["good"]) == ("Failed", False)


def test_a_stopped_execution_ends_with_4_and_says_why(shop: Shop, followed: Followed) -> None:
    shop.create(stage("Gate", approval()))
    shop.answer()
    shop.ends(shop.ids()[0], "Succeeded")

    def stop() -> None:
        shop.asked()
        seen(shop)
        shop.api.stop_pipeline_execution(
            pipelineName="shop", pipelineExecutionId=shop.ids()[0], abandon=True, reason="bad build"
        )

    with meanwhile(stop):
        result = shop.type("start", "--wait")
    followed("stopped", result, 4)


def test_what_is_stopped_before_a_stage_is_not_said_to_be_in_one(shop: Shop) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    shop.gate("Deploy", enabled=False)

    def stop() -> None:
        shop.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=shop.ids()[0])

    with meanwhile(held(shop, "Deploy"), stop):
        result = shop.type("start", "--wait")
    finished(shop, result, 4, "error: execution E2 was stopped\nhint: `pipectl start` starts a new one")


def test_a_condition_that_fails_an_execution_is_said_with_what_overrides_it(
    shop: Shop, followed: Followed
) -> None:
    shop.ends(
        shop.create(stage("Deploy", deploy(shop), beforeEntry=condition("FAIL", passes=False))), "Failed"
    )
    followed("condition", shop.type("start", "--wait"), 4)
    told = json.loads(shop.type("start", "--wait", "-o", "json").stdout.splitlines()[-1])["wait"]
    assert (told["stage"], told["errors"]) == (
        "Deploy",
        [{"stage": "Deploy", "action": None, "error": "Variable check failed: 'a' EQ 'b'", "log": []}],
    )


def test_a_superseded_execution_ends_with_4_and_says_by_which(shop: Shop, followed: Followed) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    shop.gate("Deploy", enabled=False)
    with meanwhile(held(shop, "Deploy"), shop.start):
        result = shop.type("start", "--wait")
    followed("superseded", result, 4)


def test_a_cancelled_execution_ends_with_4(shop: Shop, followed: Followed) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    shop.gate("Deploy", enabled=False)
    declared = shop.api.get_pipeline(name="shop")["pipeline"]
    with meanwhile(held(shop, "Deploy"), lambda: shop.api.update_pipeline(pipeline=declared)):
        result = shop.type("start", "--wait")
    followed("cancelled", result, 4)


def test_a_failed_stage_that_rolls_back_by_itself_says_by_which(shop: Shop) -> None:
    bucket = f"live-{shop.account}"
    place = {"LocationConstraint": "eu-west-1"}
    shop.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    shop.working(stage("Deploy", deploy(shop, bucket=bucket), onFailure={"result": "ROLLBACK"}))
    shop.s3.delete_object(Bucket=bucket, Key="live/readme")
    shop.s3.delete_bucket(Bucket=bucket)
    result = shop.type("start", "--wait")
    finished(shop, result, 4, "execution E2 failed in Deploy", "it is rolled back by execution E3")


def test_a_timeout_ends_with_5_and_leaves_the_execution_alone(shop: Shop, followed: Followed) -> None:
    shop.create(stage("Gate", approval()))
    shop.asked()
    shop.answer()
    shop.ends(shop.ids()[0], "Succeeded")
    followed("timeout", shop.type("start", "--wait", "--timeout", "1s"), 5)
    assert shop.status(shop.ids()[0]) == "InProgress"


def test_a_rollback_is_followed(shop: Shop, followed: Followed) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    shop.ends(shop.again(), "Succeeded")
    followed("rollback", shop.type("rollback", "Deploy", "--wait"), 0)
    assert shop.type("rollback", "Deploy", "--to", shop.ids()[-1][:8], "--wait").exit_code == 0


def test_executions_side_by_side_are_followed_one_at_a_time(shop: Shop) -> None:
    first = shop.create(stage("Gate", approval()), executionMode="PARALLEL")

    def approve() -> None:
        newest = until(lambda: next((each for each in shop.ids() if each != first), ""))

        def asked() -> str:
            gates = [row for row in shop.rows(newest) if row["actionName"] == "Approve"]
            result = gates[0]["output"].get("executionResult", {}) if gates else {}
            return str(result.get("externalExecutionId", ""))

        token = until(asked)
        seen(shop)
        result = {"status": "Approved", "summary": ""}
        shop.api.put_approval_result(
            pipelineName="shop", stageName="Gate", actionName="Approve", token=token, result=result
        )

    with meanwhile(approve):
        result = shop.type("start", "--wait")
    finished(shop, result, 0, "✓ execution E2", "! Gate/Approve")
    assert shop.status(first) == "InProgress"


@pytest.mark.parametrize("operation", ["GetPipelineExecution", "ListActionExecutions"])
def test_a_look_that_is_denied_does_not_hide_what_was_started(
    shop: Shop, faults: Callable[..., None], operation: str
) -> None:
    shop.working(stage("Deploy", deploy(shop)))
    said = "User: ci is not authorized"
    faults({"operation": operation, "code": "AccessDeniedException", "message": said})
    result = shop.type("start", "--wait", "-p", "shop", "-o", "json")
    faults()
    told = json.loads(result.stdout.splitlines()[-1])
    assert (told["execution"], told["wait"]) == (shop.ids()[0], None)
    finished(shop, result, 1, said, "hint: execution E2 was not followed to its end; `pipectl policy SPEC`")


@pytest.fixture
def ecs(shop: Shop) -> Any:
    """A service `web` that runs the revision shop:1"""
    ecs = shop.client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "rails", "image": "public.ecr.aws/shop/rails:1", "essential": True}
    ecs.register_task_definition(family="shop", containerDefinitions=[container], cpu="256", memory="512")
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="shop:1", desiredCount=1)
    return ecs


def deployed(shop: Shop) -> str:
    """An execution that deployed the service, and waits for an approval then"""
    configuration = {"ClusterName": "shop", "ServiceName": "web"}
    deploy = action(
        "Deploy", "Deploy", "ECS", configuration=configuration, inputArtifacts=[{"name": "SourceOutput"}]
    )
    shop.ends(shop.create(stage("Deploy", deploy), stage("Gate", approval())), "Failed")
    images = json.dumps([{"name": "rails", "imageUri": "public.ecr.aws/shop/rails:2"}])
    shop.push(**{"imagedefinitions.json": images})
    execution = shop.start()
    shop.asked()
    return execution


def test_a_success_says_which_revision_the_service_runs(shop: Shop, ecs: Any) -> None:
    deployed(shop)
    result = shop.type("approve", "--wait")
    finished(shop, result, 0, "shop/web runs shop:2")


def test_a_deployment_that_was_rolled_back_is_no_success(shop: Shop, ecs: Any, screen: Screen) -> None:
    """As the circuit breaker of ECS does it: the old revision becomes the primary deployment again"""
    execution = deployed(shop)
    ecs.update_service(cluster="shop", service="web", taskDefinition="shop:1")
    result = shop.type("approve", "--wait", "-o", "json")
    assert result.exit_code == 4
    shop.ends(execution, "Succeeded")
    screen("wait_rolled_back", "".join(result.stderr.splitlines(keepends=True)[-2:]))
    (service,) = json.loads(result.stdout.splitlines()[-1])["wait"]["services"]
    assert (service["revision"], service["made_by_execution"]) == ("shop:1", False)


def test_what_the_circuit_breaker_rolls_back_ends_with_4(shop: Shop, ecs: Any) -> None:
    """Its image is not there, so that no task comes to run"""
    shop.type("reject", "--execution", deployed(shop))
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    ecs.update_service(cluster="shop", service="web", deploymentConfiguration=breaker)
    gone = f"{shop.account}.dkr.ecr.eu-west-1.amazonaws.com/gone:1"
    shop.push(**{"imagedefinitions.json": json.dumps([{"name": "rails", "imageUri": gone}])})
    finished(shop, shop.type("start", "--wait"), 4, "✗ Deploy", "execution E3 failed in Deploy: JobFailed")
    (service,) = ecs.describe_services(cluster="shop", services=["web"])["services"]
    assert service["deployments"][0]["taskDefinition"].endswith("shop:2")


def test_a_service_that_is_gone_is_no_success(shop: Shop, ecs: Any) -> None:
    deployed(shop)
    ecs.delete_service(cluster="shop", service="web", force=True)
    finished(shop, shop.type("approve", "--wait"), 4, "shop/web is not there any more")
