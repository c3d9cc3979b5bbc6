"""Every answer to "why is my commit not live?", each with the pipeline really in that state"""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from pipectl.local.server import Server
from tests.shop import GATE, REGION, RELEASE, Shop, until

Told = Callable[..., None]

LIVE, NOT_LIVE, UNKNOWN = 0, 1, 2
DAY_S = 86_400


@pytest.fixture
def later(server: Server) -> Iterator[Callable[[int], None]]:
    """Let days pass in the local AWS, or go back; afterwards it is today again"""
    moved: list[int] = []

    def later(days: int) -> None:
        moved.append(days)
        server.world.clock.advance(days * DAY_S)

    yield later
    server.world.clock.advance(-sum(moved) * DAY_S)


def test_a_commit_that_runs_is_live_since_its_deployment(shop: Shop, told: Told) -> None:
    execution = shop.create(RELEASE)
    shop.ends(execution, "Succeeded")
    told("why_live", shop.ask("why", shop.commits[0][:7]), LIVE)


def test_without_a_commit_it_is_about_the_tip_of_the_branch(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    commit = shop.push("Second reminder")
    shop.ends(shop.execution(commit), "Succeeded")
    asked = shop.ask("why")
    assert (asked.exit_code, asked.stdout.split()[0]) == (LIVE, commit[:7])


def test_a_commit_before_a_closed_transition_is_told_whose_hold_that_is(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    commit = shop.push("Remind friends twice")
    shop.waits(shop.execution(commit), "Release")
    told("why_held", shop.ask("why", commit), NOT_LIVE)


def test_after_thirty_days_a_hold_does_not_let_go_of_what_waits(
    shop: Shop, later: Callable[[int], None]
) -> None:
    later(-31)
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    commit = shop.push("Remind friends twice")
    shop.waits(shop.execution(commit), "Release")
    later(31)
    answer = shop.ask("why", commit)
    assert answer.exit_code == NOT_LIVE
    assert "more than 30 days" in answer.stdout
    start = f"`pipectl start --commit {commit[:7]}`"
    assert f"next: `pipectl enable-transition Release`, then {start}" in answer.stdout


def test_a_commit_behind_another_one_in_the_stage_is_told_which(shop: Shop, told: Told) -> None:
    first = shop.create(GATE, RELEASE)
    shop.reaches(first, "Gate", "InProgress")
    commit = shop.push("Remind friends twice")
    shop.waits(shop.execution(commit), "Gate")
    told("why_queued", shop.ask("why", commit), NOT_LIVE)


def test_a_closed_way_out_is_guessed_since_aws_does_not_tell_it(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.api.disable_stage_transition(
        pipelineName="shop", stageName="Source", transitionType="Outbound", reason="no"
    )
    commit = shop.push("Remind friends twice")
    shop.waits(shop.execution(commit), "Release")
    told("why_way_out", shop.ask("why", commit), NOT_LIVE)


def test_a_commit_at_an_approval_is_told_what_is_asked_and_where(shop: Shop, told: Told) -> None:
    topic = shop.aws("sns").create_topic(Name="releases")["TopicArn"]
    asking = {"provider": "Manual", "custom_data": "Is the ad out?", "link": "https://shop.example/4"}
    gate = {"name": "Gate", "actions": [{**asking, "topic": topic}]}
    shop.reaches(shop.create(gate, RELEASE), "Gate", "InProgress")
    until(lambda: shop.stage("Gate")["actionStates"][0]["latestExecution"].get("token"))
    told("why_approval", shop.ask("why"), NOT_LIVE)


def test_a_disabled_transition_ahead_of_an_approval_is_told_too(shop: Shop) -> None:
    shop.reaches(shop.create(GATE, RELEASE), "Gate", "InProgress")
    until(lambda: shop.stage("Gate")["actionStates"][0]["latestExecution"].get("token"))
    assert "disabled" not in shop.ask("why").stdout
    shop.hold("Release")
    answer = " ".join(shop.ask("why").stdout.split())
    assert "after that it waits before Release: disabled by" in answer
    assert "`pipectl reject` then `pipectl enable-transition Release`" in answer


def test_a_rejected_commit_is_told_who_rejected_it_and_why(shop: Shop, told: Told) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.answer("Rejected", "the ad is not out")
    shop.ends(execution, "Failed")
    told("why_rejected", shop.ask("why"), NOT_LIVE)


def test_a_superseded_commit_is_told_by_which_and_where_that_one_is(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    older = shop.push("Remind friends twice")
    overtaken = shop.execution(older)
    shop.waits(overtaken, "Release")
    newer = shop.push("And again")
    shop.ends(overtaken, "Superseded")
    shop.waits(shop.execution(newer), "Release")
    told("why_superseded", shop.ask("why", older), NOT_LIVE)


def test_a_superseded_commit_is_live_with_the_newer_one_that_contains_it(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    older = shop.push("Remind friends twice")
    overtaken = shop.execution(older)
    shop.waits(overtaken, "Release")
    newer = shop.execution(shop.push("And again"))
    shop.ends(overtaken, "Superseded")
    shop.open("Release")
    shop.ends(newer, "Succeeded")
    told("why_part_of", shop.ask("why", older), LIVE)


def test_an_older_commit_is_live_with_the_newer_one_that_contains_it(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    newer = shop.push("Second reminder")
    shop.ends(shop.execution(newer), "Succeeded")
    answer = shop.ask("why", shop.commits[0])
    assert answer.exit_code == LIVE
    assert f'it is part of {newer[:7]} "Second reminder", which is newer' in answer.stdout


def test_a_commit_stopped_in_a_stage_is_told_why_and_how_it_goes_on(shop: Shop, told: Told) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.reaches(execution, "Gate", "InProgress")
    shop.api.stop_pipeline_execution(
        pipelineName="shop", pipelineExecutionId=execution, abandon=True, reason="the ad is wrong"
    )
    shop.ends(execution, "Stopped")
    told("why_stopped", shop.ask("why"), NOT_LIVE)


def test_a_commit_stopped_before_a_stage_can_only_be_started_again(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    commit = shop.push("Remind friends twice")
    execution = shop.execution(commit)
    shop.waits(execution, "Release")
    shop.api.stop_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
    shop.ends(execution, "Stopped")
    told("why_stopped_outside", shop.ask("why", commit), NOT_LIVE)


def _checked(result: str) -> dict[str, object]:
    """A stage that lets nothing but version 2 in"""
    rule = {"name": "Look", "provider": "VariableCheck", "configuration": CHECK}
    return {**RELEASE, "before_entry": {"result": result, "rules": [rule]}}


CHECK = {"Variable": "#{variables.VERSION}", "Value": "2", "Operator": "EQ"}
VARIABLES = {"VERSION": {"default": "1"}}


def test_a_condition_that_is_not_met_is_told_with_what_overrides_it(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(_checked("FAIL"), variables=VARIABLES), "Failed")
    told("why_condition", shop.ask("why"), NOT_LIVE)


def test_a_skipped_stage_leaves_what_was_live(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(_checked("SKIP"), variables=VARIABLES), "Succeeded")
    told("why_skipped", shop.ask("why"), NOT_LIVE)


def test_a_cancelled_commit_is_told_of_the_change(shop: Shop, told: Told) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.hold("Release")
    shop.answer("Approved")
    until(lambda: shop.stage("Release").get("inboundExecution"))
    _change(shop)
    shop.ends(execution, "Cancelled")
    shop.api.enable_stage_transition(pipelineName="shop", stageName="Release", transitionType="Inbound")
    told("why_cancelled", shop.ask("why"), NOT_LIVE)


def test_a_commit_whose_approval_was_taken_back_is_told_of_the_change(shop: Shop, told: Told) -> None:
    execution = shop.create(GATE, RELEASE)
    shop.reaches(execution, "Gate", "InProgress")
    until(lambda: shop.stage("Gate")["actionStates"][0].get("latestExecution", {}).get("token"))
    _change(shop)
    told("why_taken_back", shop.ask("why"), NOT_LIVE)


def _change(shop: Shop) -> None:
    declaration = shop.api.get_pipeline(name="shop")["pipeline"]
    declaration["stages"][1]["actions"][0]["configuration"] = {"CustomData": "Sure?"}
    shop.api.update_pipeline(pipeline=declaration)


def test_a_commit_that_was_rolled_back_is_told_by_whom_and_to_what(shop: Shop, told: Told) -> None:
    first = shop.create(RELEASE)
    shop.ends(first, "Succeeded")
    commit = shop.push("Remind friends twice")
    shop.ends(shop.execution(commit), "Succeeded")
    back = shop.api.rollback_stage(pipelineName="shop", stageName="Release", targetPipelineExecutionId=first)[
        "pipelineExecutionId"
    ]
    shop.ends(back, "Succeeded")
    told("why_rolled_back", shop.ask("why", commit), NOT_LIVE)
    assert shop.ask("why", shop.commits[0]).exit_code == LIVE


def test_a_pushed_commit_before_the_last_one_came_with_that_one(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.aws("events").disable_rule(Name="shop-Source")
    older = shop.push("Remind friends twice")
    shop.aws("events").enable_rule(Name="shop-Source")
    newer = shop.push("And again")
    shop.ends(shop.execution(newer), "Succeeded")
    answer = shop.ask("why", older)
    assert answer.exit_code == LIVE
    assert f'{older[:7]} "Remind friends twice" is live\n  it is part of {newer[:7]}' in answer.stdout


def test_a_commit_that_was_not_pushed_is_not_known(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    told("why_not_pushed", shop.ask("why", "abcdef1"), NOT_LIVE)


def test_a_branch_is_looked_at_once_however_many_reasons_are_thought_of(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    answer = shop.ask("why", "abcdef1", "--calls")
    (line,) = [each for each in answer.stderr.splitlines() if "get_branch" in each]
    assert line.split() == ["codecommit", "get_branch", "1", "read"]


def test_the_name_of_a_branch_is_no_commit(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    answer = shop.ask("why", "main")
    assert (answer.exit_code, answer.stdout) == (UNKNOWN, "")
    assert answer.stderr.startswith("error: `main` is no commit\n")


def test_a_commit_on_another_branch_is_told_which_branch_counts(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    commit = shop.push("Try colours", branch="colours")
    told("why_other_branch", shop.ask("why", commit), NOT_LIVE)


def test_a_disabled_rule_starts_nothing(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.aws("events").disable_rule(Name="shop-Source")
    shop.push("Remind friends twice")
    told("why_rule_disabled", shop.ask("why"), NOT_LIVE)


def test_without_a_rule_nothing_starts(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.aws("events").remove_targets(Rule="shop-Source", Ids=["pipeline"])
    shop.push("Remind friends twice")
    told("why_no_rule", shop.ask("why"), NOT_LIVE)


def test_a_rule_that_was_put_right_since_leaves_a_guess(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.aws("events").disable_rule(Name="shop-Source")
    unseen = shop.push("Remind friends twice")
    shop.aws("events").enable_rule(Name="shop-Source")
    told("why_unknown", shop.ask("why", unseen), NOT_LIVE)
    assert "looks right" in shop.ask("why", unseen[:12].upper()).stdout


def test_a_commit_behind_itself_is_told_by_the_execution_in_the_way(shop: Shop) -> None:
    first = shop.create(GATE, RELEASE, first="Remind friends " * 9)
    shop.reaches(first, "Gate", "InProgress")
    shop.ask("start")
    shop.waits(until(lambda: shop.executions()[:-1])[0], "Gate")
    answer = shop.ask("why").stdout
    assert f"next: `pipectl why {first[:8]}` tells what holds that one" in answer
    assert max(map(len, answer.splitlines())) <= 80
    link = (
        f"https://{REGION}.console.aws.amazon.com/codesuite/codepipeline/pipelines/shop/view?region={REGION}"
    )
    assert link in shop.ask("why", first).stdout


def test_a_rule_for_another_branch_starts_nothing(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    events = shop.aws("events")
    pattern = events.describe_rule(Name="shop-Source")["EventPattern"].replace('"main"', '"master"')
    events.put_rule(Name="shop-Source", EventPattern=pattern)
    shop.push("Remind friends twice")
    told("why_rule_elsewhere", shop.ask("why"), NOT_LIVE)


def test_a_rule_whose_role_is_gone_starts_nothing(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    role = f"shop-{shop.aws('s3').meta.region_name}-shop-events"
    iam = shop.aws("iam")
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
    iam.delete_role(RoleName=role)
    shop.push("Remind friends twice")
    told("why_rule_without_role", shop.ask("why"), NOT_LIVE)


def test_a_schedule_starts_nothing_when_a_source_changes(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    events = shop.aws("events")
    (target,) = events.list_targets_by_rule(Rule="shop-Source")["Targets"]
    events.remove_targets(Rule="shop-Source", Ids=[target["Id"]])
    events.delete_rule(Name="shop-Source")
    events.put_rule(Name="nightly", ScheduleExpression="cron(0 3 * * ? *)")
    events.put_targets(Rule="nightly", Targets=[target])
    shop.push("Remind friends twice")
    assert "no event rule starts the pipeline on changes" in shop.ask("why").stdout


def test_an_empty_repository_waits_for_its_first_push(shop: Shop, told: Told) -> None:
    execution = shop.create(RELEASE, first=None)
    shop.ends(execution, "Failed")
    told("why_source_failed", shop.ask("why"), NOT_LIVE)
    words = re.search(
        r"waiting for the first push: `git push http://\S+/shop main`",
        " ".join(shop.ask("why").stdout.split()),
    )
    assert words
    assert words[0] in " ".join(shop.ask("status").stdout.split())
    assert "retry" not in shop.ask("status").stdout


def test_a_branch_that_is_gone_does_not_wait_for_its_first_push(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    codecommit = shop.aws("codecommit")
    tip = codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]["commitId"]
    codecommit.create_branch(repositoryName="shop", branchName="other", commitId=tip)
    codecommit.update_default_branch(repositoryName="shop", defaultBranchName="other")
    codecommit.delete_branch(repositoryName="shop", branchName="main")
    shop.ask("start", "--wait")
    status = " ".join(shop.ask("status").stdout.split())
    assert "No branch [main] found" in status
    assert re.search(r"`git push \S+/shop main` brings branch main back", status)
    for screen in (status, shop.ask("why").stdout):
        assert not re.search("retry|first push", screen)


def test_a_commit_before_the_closed_first_stage_waits_there(shop: Shop, told: Told) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Source", "no releases in the holidays")
    shop.push("Remind friends twice")
    until(lambda: shop.stage("Source").get("inboundExecution"))
    told("why_parked", shop.ask("why"), NOT_LIVE)


def test_too_short_a_commit_is_refused(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    refused = shop.ask("why", "abc")
    assert (refused.exit_code, "too short" in refused.stderr) == (2, True)


def test_what_cannot_be_looked_at_cannot_be_told(shop: Shop, faults: Callable[..., None]) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    faults({"service": "codepipeline", "operation": "GetPipelineState", "code": "AccessDeniedException"})
    assert shop.ask("why").exit_code == UNKNOWN
    assert shop.ask("why", "-p", "nowhere").exit_code == UNKNOWN


def test_the_answer_is_data_too(shop: Shop) -> None:
    shop.ends(shop.create(RELEASE), "Succeeded")
    shop.hold("Release")
    commit = shop.push("Remind friends twice")
    execution = shop.execution(commit)
    shop.waits(execution, "Release")
    told = json.loads(shop.ask("why", "-o", "json").stdout)
    assert (told["commit"]["id"], told["live"], told["answer"]) == (commit, False, "held")
    assert told["execution"] == execution
    assert told["details"]["gate"]["reason"] == "Release freeze until Monday"
    assert [each["stage"] for each in told["places"]] == ["Release"]
    assert told["next"] == ["pipectl enable-transition Release"]
