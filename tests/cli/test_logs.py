"""What an execution said: builds, deployments and tasks that really ran and failed"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipectl.local.server import Server
from tests.shop import BUILD, DEPLOY, GATE, IMAGES, REGION, RELEASE, Shop, builds, serves, until

Told = Callable[..., None]

ROOT = Path(__file__).parents[2]
LONGEST_S = 60


def test_a_build_tells_its_log_under_a_heading(shop: Shop) -> None:
    execution = shop.create(BUILD, blocks=builds("echo hello friends"))
    shop.ends(execution, "Succeeded")
    told = shop.ask("logs")
    assert told.exit_code == 0, told.output
    head, *lines = told.stdout.splitlines()
    assert head.startswith("Build  ·  CodeBuild shop:")
    assert "hello friends" in lines
    assert any("Phase complete: BUILD State: SUCCEEDED" in line for line in lines)


def test_one_phase_of_a_build_is_told_alone(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("echo two", install=["echo one"])), "Succeeded")
    told = shop.ask("logs", "--phase", "install")
    assert "\none\n" in told.stdout
    assert "\ntwo\n" not in told.stdout
    assert "Entering phase INSTALL" in told.stdout
    assert "Entering phase BUILD" not in told.stdout


def test_a_failed_build_ends_with_the_reason(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("echo before", "ls /nowhere-at-all")), "Failed")
    last = shop.ask("logs").stdout.splitlines()[-1]
    assert last.startswith("✗ failed after ")
    assert "COMMAND_EXECUTION_ERROR in BUILD" in last
    assert "ls /nowhere-at-all" in last


def test_what_a_build_prints_cannot_steer_the_terminal(shop: Shop) -> None:
    print_ = r"""printf '\033[31mred\033[0m \033[2J\033]0;title\007 \a \000 \377 end\r10%%\r100%%\n'"""
    shop.ends(shop.create(BUILD, blocks=builds(print_)), "Succeeded")
    told = shop.ask("logs", "--phase", "BUILD").stdout
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "red  " in told
    assert "\n100%\n" in told


def test_an_earlier_execution_is_named_by_its_commit(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("cat file0; echo")), "Succeeded")
    commit = shop.push("Second reminder", file0="second")
    shop.ends(shop.execution(commit), "Succeeded")
    assert "\nsecond\n" in shop.ask("logs").stdout
    assert "\nFirst reminder" in shop.ask("logs", "--execution", shop.commits[0][:7]).stdout


def test_a_failed_action_without_a_log_says_why(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    _without_main(shop)
    shop.ends(shop.api.start_pipeline_execution(name="shop")["pipelineExecutionId"], "Failed")
    told("logs_source_failed", shop.ask("logs"))


def test_a_rejected_approval_says_by_what_words(shop: Shop, told: Told) -> None:
    execution = shop.create(GATE)
    shop.answer("Rejected", "the ad is not out")
    shop.ends(execution, "Failed")
    told("logs_rejected", shop.ask("logs"))


def test_a_deployment_tells_the_events_of_its_service(shop: Shop) -> None:
    execution = shop.create(DEPLOY, blocks=serves(), files=IMAGES)
    shop.ends(execution, "Succeeded")
    told = shop.ask("logs").stdout
    assert told.startswith("Deploy  ·  ECS shop/web\n")
    assert "has started 1 tasks" in told
    assert "stopped:" not in told


def test_a_failed_deployment_tells_why_its_tasks_stopped_and_what_they_logged(shop: Shop) -> None:
    execution = shop.create(DEPLOY, blocks=serves(environment={"FAIL": "1"}), files=IMAGES)
    shop.ends(execution, "Failed")
    told = shop.ask("logs").stdout
    assert "Deploy  ·  ECS task " in told
    assert "✗ stopped: Essential container in task exited" in told
    assert "✗ container rails: exit code 1" in told
    assert "the local AWS started rails with public.ecr.aws/shop/rails:2" in told
    assert "rails:1" not in told
    assert "✗ failed after " in told


def test_a_task_that_was_replaced_has_not_failed(shop: Shop) -> None:
    first = shop.create(DEPLOY, blocks=serves(), files=IMAGES)
    shop.ends(first, "Succeeded")
    other = {"imagedefinitions.json": IMAGES["imagedefinitions.json"].replace("rails:2", "rails:3")}
    shop.ends(shop.execution(shop.push("Second reminder", **other)), "Succeeded")
    told = shop.ask("logs", "--execution", first[:8]).stdout
    assert "· stopped: Scaling activity initiated by " in told
    assert "✗" not in told


def test_one_action_is_told_alone(shop: Shop) -> None:
    execution = shop.create(BUILD, DEPLOY, blocks={**builds("echo hi"), **serves()}, files=IMAGES)
    shop.ends(execution, "Succeeded")
    assert "CodeBuild" not in shop.ask("logs", "--action", "Deploy").stdout
    refused = shop.ask("logs", "--action", "Biuld")
    assert (refused.exit_code, "did you mean `Build`?" in refused.stderr) == (2, True)


def test_logs_are_data_too(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("echo hello")), "Succeeded")
    told = json.loads(shop.ask("logs", "-o", "json").stdout)
    line = next(each for each in told if each["text"] == "hello")
    assert (line["stage"], line["action"], line["source"]) == ("Build", "Build", "build")
    assert (line["phase"], line["note"]) == ("BUILD", False)
    assert line["time"].endswith("Z")


def test_what_is_older_is_left_out(shop: Shop) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("echo hello")), "Succeeded")
    assert "hello" in shop.ask("logs", "--since", "5m").stdout
    told = shop.ask("logs", "--since", "2999-01-01")
    assert (told.exit_code, told.stdout) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--phase", "BUIDL"), "did you mean `BUILD`?"), (("--since", "noon"), "is no moment")],
)
def test_what_cannot_be_meant_is_refused(shop: Shop, words: tuple[str, ...], said: str) -> None:
    refused = shop.ask("logs", *words)
    assert (refused.exit_code, said in refused.stderr) == (2, True)


def test_following_ends_with_4_when_the_execution_failed_and_as_data_is_one_object_a_line(
    shop: Shop,
) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("echo Step 1", "false")), "Failed")
    result = shop.ask("logs", "--follow", "-o", "json")
    assert result.exit_code == 4
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert "Step 1" in [line["text"] for line in told]
    assert "failed" in result.stderr
    assert shop.ask("logs", "--follow", "--action", "Source").exit_code == 0
    assert shop.ask("logs", "--follow", "--action", "Build").exit_code == 4


def test_a_pipeline_that_waits_for_its_first_push_has_no_failure_to_tell(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE, first=None), "Failed")
    for words in (("logs",), ("logs", "--follow"), ("logs", "-o", "json")):
        told = shop.ask(*words)
        assert (told.exit_code, told.stdout.strip("[]\n")) == (0, "")
        assert re.fullmatch(r"waiting for the first push: `git push \S+ main`.*\n", told.stderr)
    document = json.loads(shop.ask("status", "-o", "json").stdout)
    assert document["first_push"]["branch"] == "main"
    (glance,) = json.loads(shop.ask("status", "--all", "-o", "json").stdout)
    assert (glance["standing"], glance["error"]) == ("waiting for the first push", None)
    failed = shop.ask("start", "--wait")
    assert "hint: waiting for the first push: `git push " in failed.stderr
    assert "retry" not in failed.stderr


def _without_main(shop: Shop) -> None:
    """The branch that the pipeline follows goes"""
    codecommit = shop.aws("codecommit")
    tip = codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]["commitId"]
    codecommit.create_branch(repositoryName="shop", branchName="other", commitId=tip)
    codecommit.update_default_branch(repositoryName="shop", defaultBranchName="other")
    codecommit.delete_branch(repositoryName="shop", branchName="main")


def test_a_branch_that_is_gone_later_has_failed(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    _without_main(shop)
    failed = shop.ask("start", "--wait")
    assert failed.exit_code == 4
    assert "brings branch main back" in failed.stderr
    assert "No branch" in shop.ask("logs").stdout
    assert json.loads(shop.ask("status", "-o", "json").stdout)["first_push"] is None
    (glance,) = json.loads(shop.ask("status", "--all", "-o", "json").stdout)
    assert glance["standing"] == "failed"


def test_following_has_an_end_after_which_it_ends_with_5(shop: Shop) -> None:
    shop.reaches(shop.create(GATE), "Gate", "InProgress")
    result = shop.ask("logs", "--follow", "--timeout", "0")
    assert result.exit_code == 5
    assert "still runs after" in result.stderr
    assert shop.ask("logs", "--timeout", "1s").exit_code == 2


def test_following_ends_with_the_execution_and_tells_all_of_it(shop: Shop) -> None:
    shop.create(BUILD, blocks=builds("for i in 1 2 3; do echo line $i; sleep 0.3; done"))
    told = shop.ask("logs", "--follow").stdout
    assert [line for line in told.splitlines() if line.startswith("line ")] == ["line 1", "line 2", "line 3"]
    assert "Phase complete: FINALIZING" in told or "Phase complete: POST_BUILD" in told


def test_ctrl_c_ends_following_with_130(
    shop: Shop, server: Server, environment: dict[str, str | None]
) -> None:
    shop.create(BUILD, GATE, blocks=builds("echo hello friends"))
    shop.reaches(shop.executions()[0], "Gate", "InProgress")
    with _follow(server, environment) as process:
        until(lambda: "hello friends" in process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST_S) == 130


def test_a_reader_that_goes_away_ends_it_without_a_word(
    shop: Shop, server: Server, environment: dict[str, str | None]
) -> None:
    shop.ends(shop.create(BUILD, blocks=builds("seq 20000")), "Succeeded")
    with _follow(server, environment) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(LONGEST_S) == 1


def _follow(server: Server, environment: dict[str, str | None]) -> Any:
    words = ["--endpoint-url", server.url, "logs", "--follow", "--region", REGION]
    given = {name: value for name, value in environment.items() if value is not None}
    return subprocess.Popen(
        [sys.executable, "-m", "pipectl", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **given},
    )
