"""A change of a pipeline in which something runs: said, asked about, waited for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from pipectl.local.server import Server
from tests.shop import GATE, RELEASE, Shop, until

Run = Callable[..., Result]
CHANGED = {**GATE, "actions": [{"provider": "Manual", "custom_data": "Is the ad out?"}]}


def renamed(shop: Shop) -> str:
    """The spec of the shop with another name for its pipeline, before it is carried out"""
    file = shop.folder / "renamed.yaml"
    text = (shop.folder / "shop.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("codepipeline:\n  shop:", "codepipeline:\n  store:"), encoding="utf-8")
    return str(file)


def changed(shop: Shop, *stages: Any) -> str:
    """The spec of the shop with other stages, before it is carried out"""
    file = shop.folder / "changed.yaml"
    file.write_text(shop.described(*stages), encoding="utf-8")
    return str(file)


def approving(shop: Shop, server: Server, command: Callable[[], Result]) -> Result:
    """Run a command, and approve as soon as it looks at the execution"""
    server.requests.clear()

    def answer() -> None:
        until(lambda: any(call.operation == "GetPipelineExecution" for call in server.requests.all()))
        shop.answer("Approved")

    thread = threading.Thread(target=answer)
    thread.start()
    result = command()
    thread.join()
    return result


def version(shop: Shop) -> int:
    return int(shop.api.get_pipeline(name="shop")["pipeline"]["version"])


def test_the_plan_names_the_execution_its_stage_and_what_aws_does(shop: Shop, told: Any, run: Run) -> None:
    shop.reaches(shop.create(GATE, RELEASE), "Gate", "InProgress")
    file = changed(shop, CHANGED, RELEASE)
    told("plan_while_it_runs", run("plan", file))
    refused = run("create", file)
    assert refused.exit_code == 1
    assert "hint: `--wait-for-run` waits until it has ended, `--yes` goes on at once\n" in refused.stderr
    assert version(shop) == 1


def test_wait_for_run_lets_the_execution_end_and_then_changes_the_pipeline(
    shop: Shop, run: Run, server: Server
) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.reaches(execution, "Gate", "InProgress")
    result = approving(shop, server, lambda: run("create", changed(shop, CHANGED, RELEASE), "--wait-for-run"))
    assert result.exit_code == 0, result.output
    assert f"waiting until execution {execution[:8]} of shop has ended" in result.stderr
    assert shop.status(execution) == "Succeeded"
    assert version(shop) == 2


def test_the_time_to_wait_has_an_end_and_then_nothing_is_written(shop: Shop, run: Run) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.reaches(execution, "Gate", "InProgress")
    result = run("create", changed(shop, CHANGED, RELEASE), "--wait-for-run", "--timeout", "1s")
    assert result.exit_code == 5
    assert f"execution {execution[:8]} of shop has not ended; nothing was written" in result.stderr
    assert (version(shop), shop.status(execution)) == (1, "InProgress")


def test_where_nothing_runs_there_is_nothing_to_wait_for(shop: Shop, run: Run) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    result = run("create", changed(shop, RELEASE, GATE), "--wait-for-run")
    assert result.exit_code == 0, result.output
    assert "waiting until" not in result.stderr
    assert version(shop) == 2


def test_a_pipeline_that_goes_is_told_with_what_runs_in_it_and_waits_for_that_too(
    shop: Shop, run: Run, server: Server
) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.reaches(execution, "Gate", "InProgress")
    file = renamed(shop)
    told = f"execution {execution[:8]} is in Gate and goes no further"
    assert told in run("create", file, "--prune").stdout
    assert told in run("destroy", str(shop.folder / "shop.yaml")).stdout
    result = approving(shop, server, lambda: run("create", file, "--prune", "--wait-for-run", "--yes"))
    assert result.exit_code == 0, result.output
    live = shop.aws("s3").get_object(Bucket=f"live-{shop.account}", Key="live.zip")
    assert live["Body"].read()
    assert [each["name"] for each in shop.api.list_pipelines()["pipelines"]] == ["store"]


def test_a_kept_plan_waits_for_the_execution_that_began_after_it_was_made(
    shop: Shop, run: Run, server: Server, tmp_path: Path
) -> None:
    """As in CI: the push starts an execution while the plan is reviewed"""
    shop.create(GATE, RELEASE, first=None)
    kept = str(tmp_path / "plan.json")
    assert run("plan", changed(shop, CHANGED, RELEASE), "--out", kept).exit_code == 0
    execution = shop.execution(shop.push("first"))
    shop.reaches(execution, "Gate", "InProgress")
    refused = run("create", "--plan", kept)
    assert (refused.exit_code, version(shop)) == (1, 1), refused.output
    assert "`--wait-for-run` waits until it has ended" in refused.stderr
    result = approving(shop, server, lambda: run("create", "--plan", kept, "--wait-for-run"))
    assert result.exit_code == 0, result.output
    assert (version(shop), shop.status(execution)) == (2, "Succeeded")
