"""Why a commit is not live whose build or deployment failed or is at work, by executions that really did"""

from collections.abc import Callable

from tests.shop import BUILD, DEPLOY, GATE, IMAGES, RELEASE, Shop, builds, serves, until

Told = Callable[..., None]

LIVE, NOT_LIVE = 0, 1


def test_a_failed_build_is_told_with_its_command_and_what_that_said(shop: Shop, told: Told) -> None:
    failing = builds("echo all is well", "echo $HOW_BAD && exit 3", pre_build=["export HOW_BAD=very"])
    shop.ends(shop.create(BUILD, RELEASE, blocks=failing), "Failed")
    told("why_build_failed", shop.ask("why"), NOT_LIVE)


def test_a_failed_deployment_is_told_with_the_reason_of_its_tasks(shop: Shop) -> None:
    execution = shop.create(DEPLOY, blocks=serves(environment={"FAIL": "1"}), files=IMAGES)
    shop.ends(execution, "Failed")
    answer = shop.ask("why")
    assert answer.exit_code == NOT_LIVE
    assert "  | task " in answer.stdout
    assert "stopped: Essential container in task exited" in answer.stdout
    assert "  | container rails: exit code 1" in answer.stdout
    assert "next: `pipectl retry Deploy` tries again" in answer.stdout


def test_a_failed_commit_that_another_one_followed_is_started_again(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("cat wanted")), "Failed")
    newer = shop.push("Add what was wanted", wanted="it")
    shop.ends(shop.execution(newer), "Succeeded")
    answer = shop.ask("why", shop.commits[0])
    assert answer.exit_code == NOT_LIVE
    assert f"next: `pipectl start --commit {shop.commits[0][:7]}` runs it anew" in answer.stdout


def test_a_build_at_work_is_told_with_how_long_it_usually_takes(shop: Shop, told: Told) -> None:
    blocks = builds("test ! -f slow || until test -f /nowhere-at-all; do sleep 0.1; done")
    shop.ends(shop.create(BUILD, RELEASE, blocks=blocks), "Succeeded")
    commit = shop.push("Take longer", slow="yes")
    execution = shop.execution(commit)
    shop.reaches(execution, "Build", "InProgress")
    until(lambda: shop.stage("Build")["actionStates"][0]["latestExecution"].get("externalExecutionId"))
    told("why_running", shop.ask("why", commit), NOT_LIVE, types=False)
    shop.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
    answer = shop.ask("why", commit)
    assert f"execution {execution[:8]} is being stopped in Build" in answer.stdout
    build = shop.stage("Build")["actionStates"][0]["latestExecution"]["externalExecutionId"]
    shop.aws("codebuild").stop_build(id=build)
    shop.ends(execution, "Stopped")


def test_a_stage_that_failed_and_rolled_itself_back_tells_the_failure(shop: Shop) -> None:
    build = {
        "name": "Build",
        "actions": [{"provider": "CodeBuild", "project": "shop", "inputs": ["SourceOutput"]}],
    }
    stage = {**build, "on_failure": {"result": "ROLLBACK"}}
    shop.ends(shop.create(stage, blocks=builds("test ! -f broken")), "Succeeded")
    commit = shop.push("Break it", broken="yes")
    execution = shop.execution(commit)
    shop.ends(execution, "Failed")
    until(lambda: len(shop.executions()) > len(shop.commits))
    shop.ends(shop.executions()[0], "Succeeded")
    answer = shop.ask("why", commit)
    assert answer.exit_code == NOT_LIVE
    assert "Build failed " in answer.stdout
    assert f"live in Build: {shop.commits[0][:7]}" in answer.stdout
    assert shop.ask("why", shop.commits[0]).exit_code == LIVE


def test_an_approved_gate_is_passed_whoever_approved_it(shop: Shop) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.answer("Approved")
    shop.ends(execution, "Succeeded")
    assert shop.ask("why").exit_code == LIVE


def test_a_service_that_somebody_changed_does_not_run_what_was_deployed(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(DEPLOY, blocks=serves(), files=IMAGES), "Succeeded")
    assert shop.ask("why").exit_code == LIVE
    shop.aws("ecs").update_service(cluster="shop", service="web", taskDefinition="web:1")
    told("why_changed", shop.ask("why"), NOT_LIVE)


def test_a_new_size_of_the_tasks_keeps_the_commit_live(shop: Shop) -> None:
    shop.ends(shop.create(DEPLOY, blocks=serves(), files=IMAGES), "Succeeded")
    shop.declare(DEPLOY, blocks=serves(environment={"GREETING": "hello"}))
    definition = shop.aws("ecs").describe_services(cluster="shop", services=["web"])["services"][0]
    assert definition["taskDefinition"].endswith("web:3")
    assert shop.ask("why").exit_code == LIVE
