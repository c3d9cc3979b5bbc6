"""`enable-transition`, `disable-transition` and `status`, as users type them, against the local AWS."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from pipectl.errors import ExitCode

Run = Callable[..., Result]
Client = Callable[[str], Any]
Data = Callable[[Result], Any]

REGION = ("--region", "ap-southeast-1")


@pytest.fixture
def gate(client: Client) -> Callable[[], Any]:
    """The gate before Deploy, as AWS tells it"""

    def gate() -> Any:
        states = client("codepipeline").get_pipeline_state(name="FriendReminders")["stageStates"]
        return next(each["inboundTransitionState"] for each in states if each["stageName"] == "Deploy")

    return gate


def writes(result: Result) -> list[str]:
    """What was sent that may have written, by `--calls`"""
    rows = [line.split() for line in result.stderr.splitlines()]
    return [row[1] for row in rows if row[-1:] == ["write"]]


def test_a_gate_is_closed_with_a_reason_and_opened_again(
    created: str, run: Run, gate: Callable[[], Any]
) -> None:
    closed = run("disable-transition", "Deploy", "--reason", "Release freeze until Monday", *REGION)
    assert closed.stdout == 'Deploy of FriendReminders is closed: "Release freeze until Monday"\n'
    assert gate()["disabledReason"] == "Release freeze until Monday"
    opened = run("enable-transition", "Deploy", *REGION)
    assert opened.stdout.startswith("Deploy of FriendReminders is open\n  it was closed by ")
    assert gate()["enabled"] is True


def test_an_equal_state_sends_no_write_and_says_so(created: str, run: Run) -> None:
    run("disable-transition", "Deploy", "--reason", "freeze", *REGION)
    again = run("disable-transition", "Deploy", "--reason", "freeze", "--calls", *REGION)
    assert again.stdout.startswith("Deploy of FriendReminders is closed already by ")
    assert again.stdout.endswith(': "freeze"; nothing was sent\n')
    assert writes(again) == []
    run("enable-transition", "Deploy", *REGION)
    opened = run("enable-transition", "Deploy", "--calls", *REGION)
    assert opened.stdout == "Deploy of FriendReminders is open already; nothing was sent\n"
    assert writes(opened) == []


def test_a_reason_is_transliterated_and_it_is_said_what_was_sent(
    created: str, run: Run, gate: Callable[[], Any]
) -> None:
    result = run("disable-transition", "Deploy", "--reason", "Chờ kiểm thử, xin đừng mở", *REGION)
    assert result.stdout == (
        'Deploy of FriendReminders is closed: "Cho kiem thu xin dung mo"\n'
        "  AWS keeps only plain letters, digits and !@().*?- in a reason\n"
    )
    assert gate()["disabledReason"] == "Cho kiem thu xin dung mo"


@pytest.mark.parametrize("reason", ["見本", "", "..."])
def test_a_reason_of_which_nothing_is_left_is_refused(reason: str, run: Run) -> None:
    result = run("disable-transition", "Deploy", "--reason", reason, *REGION)
    assert result.exit_code == 2
    assert "AWS keeps nothing of the reason" in result.stderr


def test_an_unknown_stage_is_answered_with_the_nearest_and_the_list(created: str, run: Run) -> None:
    result = run("disable-transition", "Deplyo", "--reason", "x", *REGION)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: no stage `Deplyo` in FriendReminders\n"
        "hint: did you mean `Deploy`? Its stages are Source, Build, Deploy\n"
    )


def test_an_unknown_pipeline_is_answered_with_those_there_are(created: str, run: Run) -> None:
    result = run("enable-transition", "Deploy", "-p", "FriendReminder", *REGION)
    assert result.exit_code == 1
    assert "error: there is no pipeline `FriendReminder`" in result.stderr
    assert "FriendReminders" in result.stderr


def test_the_way_out_of_a_stage_is_closed_and_opened(created: str, run: Run, gate: Callable[[], Any]) -> None:
    closed = run("disable-transition", "Build", "--reason", "freeze", "--outbound", *REGION)
    assert closed.stdout.startswith('the way out of Build of FriendReminders is closed: "freeze"\n')
    opened = run("enable-transition", "Build", "--outbound", *REGION)
    assert opened.exit_code == 0
    unknown = run("enable-transition", "Bild", "--outbound", *REGION)
    assert "did you mean `Build`?" in unknown.stderr


def test_a_gate_is_told_as_data(created: str, run: Run, data: Data) -> None:
    words = ("disable-transition", "Deploy", "--reason", "freeze", "-o", "json", *REGION)
    told = data(run(*words))
    assert told == {
        "pipeline": "FriendReminders",
        "stage": "Deploy",
        "transition": {
            "enabled": False,
            "reason": "freeze",
            "changed_by": None,
            "changed_at": None,
            "until": None,
        },
        "changed": True,
    }
    again = data(run(*words))
    assert again["changed"] is False
    assert again["transition"]["changed_at"].endswith("Z")
    assert again["transition"]["changed_by"].startswith("arn:aws:")


def test_create_leaves_a_persons_hold_alone(created: str, run: Run, gate: Callable[[], Any]) -> None:
    run("disable-transition", "Deploy", "--reason", "freeze", *REGION)
    assert "as the spec says" in run("create", created).stdout
    assert gate()["disabledReason"] == "freeze"


def test_when_the_spec_states_the_opposite_it_is_said_who_wins(
    created: str, run: Run, tmp_path: Path, gate: Callable[[], Any]
) -> None:
    spec = tmp_path / "held.yaml"
    text = Path(created).read_text(encoding="utf-8")
    held = text.replace(
        "- name: Deploy", "- name: Deploy\n        transition: {enabled: false, reason: Audit}"
    )
    spec.write_text(held, encoding="utf-8")
    assert '  ~ transition             FriendReminders/Deploy\n      open -> closed       "Audit"\n' in (
        run("create", str(spec)).stdout
    )
    opened = run("enable-transition", "Deploy", "-f", str(spec))
    assert f"{spec} says closed: the next `pipectl create {spec}` sets it back" in opened.stdout
    assert gate()["enabled"] is True
    same = run("disable-transition", "Deploy", "--reason", "Audit", "-f", str(spec))
    assert "sets it back" not in same.stdout


def test_lifting_a_persons_hold_is_announced_with_whose_it_is(created: str, run: Run, tmp_path: Path) -> None:
    run("disable-transition", "Deploy", "--reason", "waiting for the audit", *REGION)
    spec = tmp_path / "open.yaml"
    text = Path(created).read_text(encoding="utf-8")
    spec.write_text(
        text.replace("- name: Deploy", "- name: Deploy\n        transition: enabled"), encoding="utf-8"
    )
    told = " ".join(run("plan", str(spec)).stdout.split())
    assert "closed -> open held by root since " in told
    assert '"waiting for the audit"' in told


def test_status_tells_stages_gates_actions_and_services(created: str, run: Run) -> None:
    run("disable-transition", "Deploy", "--reason", "freeze", *REGION)
    screen = run("status", created).stdout
    assert screen.startswith("FriendReminders  ·  execution ")
    assert "  Source    ·  has no commit yet\n" in screen
    assert "waiting for the first push: `git push http://127.0.0.1:" in " ".join(screen.split())
    assert "retry" not in screen
    assert "No branch" not in screen
    assert "  Build     ·  has never run" in screen
    assert "     ╳ closed by root, " in screen
    assert '): "freeze"' in screen
    assert "friendreminders/remindersmgt  0/2 running" in screen
    assert max(len(line) for line in screen.splitlines() if "`" not in line) <= 80


def test_status_is_the_same_with_a_spec_with_a_name_and_without_either(
    created: str, run: Run, data: Data
) -> None:
    told = [
        data(run("status", *words, "-o", "json"))
        for words in ([created], ["-p", "FriendReminders", *REGION], REGION)
    ]
    for each in told:
        del each["services"][0]["deployments"]  # its tasks fail meanwhile: no image was pushed
    assert told[0] == told[1] == told[2]


def test_status_is_told_as_data_in_the_documented_form(created: str, run: Run, data: Data) -> None:
    run("disable-transition", "Deploy", "--reason", "freeze", *REGION)
    told = data(run("status", created, "-o", "json"))
    assert (told["pipeline"], told["region"]) == ("FriendReminders", "ap-southeast-1")
    assert [stage["name"] for stage in told["stages"]] == ["Source", "Build", "Deploy"]
    deploy = told["stages"][2]
    assert {*deploy} >= {"name", "status", "transition", "waiting", "actions"}
    assert (deploy["transition"]["enabled"], deploy["transition"]["reason"]) == (False, "freeze")
    assert deploy["transition"]["changed_at"].endswith("Z")
    assert deploy["waiting"] is None
    action = told["stages"][0]["actions"][0]
    assert {*action} >= {
        "name", "provider", "status", "summary", "error", "revision", "url", "changed_at",
    }  # fmt: skip
    assert (action["provider"], action["status"]) == ("CodeCommit", "Failed")
    (deployment,) = told["services"][0].pop("deployments")
    assert (deployment["status"], deployment["revision"]) == ("PRIMARY", "rails-compose:1")
    assert {*deployment} == {"status", "revision", "desired", "running", "pending", "failed"}
    assert told["services"] == [
        {
            "cluster": "friendreminders",
            "service": "remindersmgt",
            "desired": 2,
            "running": 0,
            "rollout": "IN_PROGRESS",
            "draining": False,
            "awaits_first_deployment": True,
            "images": [told["services"][0]["images"][0]],
        }
    ]


def test_status_with_a_spec_sends_four_reads_and_one_for_where_to_push(created: str, run: Run) -> None:
    result = run("status", created, "--calls")
    assert result.stderr.splitlines()[-1] == "5 reads, 0 writes"


def test_the_commands_of_a_status_repeat_what_was_typed(
    created: str, run: Run, client: Callable[[str], Any]
) -> None:
    """There may be other pipelines, and what is typed next must mean the same"""
    client("codecommit").delete_repository(repositoryName="FriendReminders")
    assert run("start", "--wait", *REGION).exit_code == ExitCode.RUN_FAILED
    region = " ".join(REGION)
    for words, place, about in (
        ((*REGION, "-p", "FriendReminders"), f"{region} ", " -p FriendReminders"),
        ((created,), "", f" -f {created}"),
        (("-f", created), "", f" -f {created}"),
        (("--no-spec", *REGION), f"{region} ", " --no-spec"),
        (REGION, f"{region} ", ""),
    ):
        told = run("status", *words).stdout
        assert f"`pipectl {place}retry Source{about}` tries again" in " ".join(told.split()), told
    told = run("status", PIPECTL_FILE=created).stdout
    assert "`pipectl retry Source` tries again" in told


def test_without_any_pipeline_status_says_so(run: Run, account: str) -> None:
    result = run("status", *REGION)
    assert result.exit_code == 1
    assert f"error: there is no pipeline in ap-southeast-1 of account {account}" in result.stderr


def test_of_several_pipelines_one_must_be_named(created: str, run: Run, client: Client, data: Data) -> None:
    declaration = client("codepipeline").get_pipeline(name="FriendReminders")["pipeline"]
    client("codepipeline").create_pipeline(pipeline={**declaration, "name": "Other"})
    refused = run("status", *REGION)
    assert refused.exit_code == 1
    assert refused.stderr == (
        "error: there are 2 pipelines: FriendReminders, Other\n"
        "hint: name one with `-p NAME`; `pipectl --region ap-southeast-1 status --all` shows all\n"
    )
    assert data(run("status", "-p", "Other", "-o", "json", *REGION))["pipeline"] == "Other"


def test_a_pipeline_that_the_named_spec_does_not_have_is_refused(created: str, run: Run) -> None:
    result = run("status", created, "-p", "Nope")
    assert result.exit_code == 2
    assert "no pipeline `Nope` in" in result.stderr
    assert "there is FriendReminders" in result.stderr


@pytest.fixture
def waiting(created: str, run: Run, client: Client) -> str:
    """The execution of a pushed commit, which waits before the closed gate of Build"""
    run("disable-transition", "Build", "--reason", "freeze", *REGION)
    commit = client("codecommit").put_file(
        repositoryName="FriendReminders",
        branchName="master",
        fileContent=b"version: 0.2",
        filePath="buildspec.yml",
        commitMessage="Remind friends twice\n\nand once more",
    )
    for _ in range(3000):  # asked without a pause: the local AWS works while it answers
        build = client("codepipeline").get_pipeline_state(name="FriendReminders")["stageStates"][1]
        if "inboundExecution" in build:
            return str(commit["commitId"])
    raise AssertionError("nothing came to the gate")


def test_what_waits_is_told_with_its_commit_and_what_opens_the_gate(
    waiting: str, created: str, run: Run, data: Data
) -> None:
    told = data(run("status", created, "-o", "json"))
    build = told["stages"][1]
    assert build["waiting"]["revision"] == waiting
    assert build["waiting"]["message"] == "Remind friends twice"
    assert build["waiting"]["execution"] == told["execution"]["id"]
    source = told["stages"][0]["actions"][0]
    assert (source["revision"], source["summary"]) == (waiting, "Remind friends twice")
    screen = run("status", *REGION).stdout
    assert f'"Remind friends twice" ({waiting[:7]})' in screen.splitlines()[0]
    screen = " ".join(screen.replace("│", "").split())
    assert "waits here; `pipectl --region ap-southeast-1 enable-transition Build` lets it in" in screen


def test_a_change_that_would_cancel_a_running_execution_needs_a_word(
    waiting: str, created: str, run: Run, tmp_path: Path, client: Client, data: Data
) -> None:
    spec = tmp_path / "varied.yaml"
    text = Path(created).read_text(encoding="utf-8")
    spec.write_text(text.replace("branch: master", "branch: main"), encoding="utf-8")
    execution = data(run("status", created, "-o", "json"))["execution"]["id"]
    refused = run("create", str(spec))
    assert refused.exit_code == 1
    assert "  ! pipeline               FriendReminders\n" in refused.stdout
    assert "1 needs your word" in refused.stdout
    assert f"execution {execution[:8]}" in refused.stderr
    assert "hint: `--wait-for-run` waits until it has ended, `--yes` goes on at once\n" in refused.stderr
    assert client("codepipeline").get_pipeline(name="FriendReminders")["pipeline"]["version"] == 1
    assert run("create", str(spec), "--yes").exit_code == 0
    assert client("codepipeline").get_pipeline(name="FriendReminders")["pipeline"]["version"] == 2
