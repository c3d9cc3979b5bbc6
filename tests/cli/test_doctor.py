"""`pipectl doctor`: what stops people, with the way out, and nothing is written"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from pipectl.aws.cloud import writes
from pipectl.local.server import Server

Run = Callable[..., Result]
REGION = "ap-southeast-1"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
IMAGE = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": []})


@pytest.fixture
def healthy(
    run: Run,
    client: Callable[[str], Any],
    friendreminders: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> str:
    """The tutorial's system, made in subnets that there are"""
    ec2 = client("ec2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    values = yaml.safe_load(Path(friendreminders).read_text(encoding="utf-8"))
    service = values["ecs"]["friendreminders"]["services"]["remindersmgt"]
    service["subnets"] = [subnet["SubnetId"] for subnet in subnets]
    service["assign_public_ip"] = True
    monkeypatch.chdir(tmp_path)
    file = Path("system.yaml")
    file.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    made = run("create", str(file))
    assert made.exit_code == 0, made.output
    client("ecr").put_image(repositoryName="rails_app", imageTag="latest", imageManifest=IMAGE)
    return str(file)


@pytest.fixture
def shown(account: str) -> Callable[[str, Result], None]:
    """Compare with a reviewed screen; PIPECTL_REWRITE_SCREENS=1 writes it"""

    def shown(name: str, result: Result) -> None:
        text = result.stdout.replace(account, "123456789012")
        text = re.sub(r"subnet-[0-9a-f]{17}", "subnet-0a1b2c3d4e5f60718", text)
        file = Path(__file__).parent / "screens" / f"{name}.txt"
        if os.environ.get("PIPECTL_REWRITE_SCREENS") == "1":
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return shown


def written(server: Server) -> list[str]:
    calls = [re.sub(r"(?<!^)(?=[A-Z])", "_", call.operation).lower() for call in server.requests.all()]
    return [call for call in calls if writes(call)]


def test_a_healthy_system_is_good(run: Run, healthy: str, shown: Callable[[str, Result], None]) -> None:
    result = run("doctor", healthy)
    assert result.exit_code == 0, result.output
    shown("doctor_healthy", result)


def test_nothing_is_written_by_the_servers_own_log(run: Run, server: Server, healthy: str) -> None:
    server.requests.clear()
    assert run("doctor", healthy).exit_code == 0
    assert run("doctor", "-p", "FriendReminders", "--region", REGION).exit_code == 0
    assert server.requests.all()
    assert written(server) == []


def test_what_is_wrong_is_told_with_the_way_out(
    run: Run, client: Callable[[str], Any], healthy: str, shown: Callable[[str, Result], None]
) -> None:
    client("events").disable_rule(Name="FriendReminders-Source")
    client("logs").delete_log_group(logGroupName="/ecs/rails-compose")
    client("codepipeline").disable_stage_transition(
        pipelineName="FriendReminders", stageName="Deploy", transitionType="Inbound", reason="freeze"
    )
    result = run("doctor", healthy)
    assert result.exit_code == 1
    shown("doctor_wrong", result)
    assert run("create", healthy).exit_code == 0
    assert run("doctor", healthy).exit_code == 0


def test_without_a_spec_it_is_the_only_pipeline(
    run: Run, healthy: str, shown: Callable[[str, Result], None]
) -> None:
    result = run("doctor", "--region", REGION)
    assert result.exit_code == 0, result.output
    shown("doctor_without_a_spec", result)


def test_a_spec_that_is_not_made_yet_is_examined_too(
    run: Run, friendreminders: str, shown: Callable[[str, Result], None]
) -> None:
    result = run("doctor", friendreminders)
    assert result.exit_code == 1
    shown("doctor_before_create", result)


def test_what_is_denied_is_not_good(
    run: Run, healthy: str, faults: Callable[..., None], shown: Callable[[str, Result], None]
) -> None:
    said = "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: ecs:DescribeServices"
    faults(
        {"service": "ecs", "operation": "DescribeServices", "code": "AccessDeniedException", "message": said}
    )
    result = run("doctor", healthy)
    assert result.exit_code == 1
    shown("doctor_denied", result)


def test_json_has_every_finding(run: Run, healthy: str, data: Callable[[Result], Any]) -> None:
    found = data(run("doctor", healthy, "-o", "json"))
    assert found["region"] == REGION
    nothing_pushed = 1
    good = len(found["findings"]) - nothing_pushed
    assert found["summary"] == {"good": good, "doubt": nothing_pushed, "wrong": 0, "unseen": 0}
    assert set(found["findings"][0]) == {"check", "subject", "standing", "text", "hint", "permission"}


def test_without_credentials_that_is_what_is_found(
    offline: Run, friendreminders: str, shown: Callable[[str, Result], None]
) -> None:
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    result = offline("doctor", friendreminders, **nobody)
    assert result.exit_code == 1
    assert result.stdout.startswith("friendreminders\n\n  ✗ credentials")
    assert "aws sso login" in result.stdout


def test_without_a_region_that_is_what_is_found(run: Run) -> None:
    result = run("doctor", "-p", "FriendReminders")
    assert result.exit_code == 1
    assert "no AWS Region is set" in result.stdout
    assert "AWS_REGION" in result.stdout


def test_credentials_of_another_account_end_the_look(
    run: Run, server: Server, friendreminders: str, tmp_path: Path
) -> None:
    file = tmp_path / "other.yaml"
    text = Path(friendreminders).read_text(encoding="utf-8")
    file.write_text(f'account: "999999999999"\n{text}', encoding="utf-8")
    server.requests.clear()
    result = run("doctor", str(file))
    assert result.exit_code == 1
    assert "is for 999999999999" in " ".join(result.stdout.split())
    assert [call.operation for call in server.requests.all()] == ["GetCallerIdentity"]


def test_an_unknown_pipeline_is_an_error(run: Run) -> None:
    result = run("doctor", "-p", "Nowhere", "--region", REGION)
    assert result.exit_code == 1
    assert "no pipeline `Nowhere`" in result.stderr
