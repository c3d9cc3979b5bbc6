"""Keys, connections, clones, rules and pushes: what else a pipeline and its builds call in a role's name"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.permissions.rehearsal import Ended, Rehearsal
from tests.permissions.test_denials import BUILD, SOURCE, phases, role_of, shop

Shape = dict[str, Any]
ACCOUNT, REGION = "012345678901", "eu-west-1"


def test_artifacts_of_a_customer_s_key_need_the_key(rehearsal: Rehearsal) -> None:
    key = rehearsal.aws("kms").create_key()["KeyMetadata"]["Arn"]
    rehearsal.create(shop(pipeline={"encryption_key": key}))
    rehearsal.push("shop", {"a": "1"})
    assert _statuses(rehearsal.finished("shop")) == ["Succeeded", "Succeeded"]
    closed = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**closed, "Action": ["kms:DescribeKey"]}]}
    rehearsal.aws("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    failed = rehearsal.run("shop")["Source/Source"]
    assert (failed.status, failed.code) == ("Failed", "PermissionError")
    assert f"is not authorized to perform: kms:GenerateDataKey on resource: {key}" in failed.message
    assert failed.message.endswith("no resource-based policy allows the kms:GenerateDataKey action)")


def test_a_build_that_clones_needs_to_pull(rehearsal: Rehearsal) -> None:
    full = {**SOURCE, "actions": [{**SOURCE["actions"][0], "output_format": "CODEBUILD_CLONE_REF"}]}  # type: ignore[dict-item]
    spec = shop(BUILD)
    spec["codepipeline"]["shop"]["stages"][0] = full
    rehearsal.create(spec)
    role = role_of(rehearsal, "codebuild")
    rehearsal.push("shop", {"a": "1"})
    assert _statuses(rehearsal.finished("shop")) == ["Succeeded", "Succeeded"]
    rehearsal.take_away(role, "codecommit:GitPull")
    failed = rehearsal.run("shop")["Build/Build"]
    code, message = phases(rehearsal, failed.external_id)["DOWNLOAD_SOURCE"]
    assert code == "CLIENT_ERROR"
    assert message.startswith("authorization failed for primary source and source version ")
    assert "is not authorized to perform: codecommit:GitPull" in message


@pytest.fixture
def connected(rehearsal: Rehearsal, tmp_path: Path) -> Shape:
    """A spec whose source is a repository behind a connection"""
    from dulwich import porcelain
    from dulwich.refs import Ref

    from pipectl.local import connections

    arn = f"arn:aws:codestar-connections:{REGION}:{ACCOUNT}:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
    folder = tmp_path / "repository"
    repository = porcelain.init(str(folder))
    repository.refs.set_symbolic_ref(Ref(b"HEAD"), Ref(b"refs/heads/main"))
    (folder / "a").write_text("1")
    porcelain.add(str(folder), ["a"])
    porcelain.commit(str(folder), message=b"First", author=b"a <a@b>", committer=b"a <a@b>")
    connections.link(rehearsal.world.server.world, arn, str(folder))
    action = {"provider": "CodeStarSourceConnection", "connection": arn, "repository": "ann/shop",
              "branch": "main"}  # fmt: skip
    spec = shop(BUILD)
    del spec["codecommit"]
    spec["codepipeline"]["shop"]["stages"][0] = {"name": "Source", "actions": [{"name": "Source", **action}]}
    return spec


def test_a_source_behind_a_connection_sets_an_acl(rehearsal: Rehearsal, connected: Shape) -> None:
    rehearsal.create(connected)
    role = role_of(rehearsal, "codepipeline")
    assert _statuses(rehearsal.run("shop")) == ["Succeeded", "Succeeded"]
    rehearsal.take_away(role, "s3:PutObjectAcl")
    failed = rehearsal.run("shop")["Source/Source"]
    assert failed.code == "PermissionError"
    assert "Upload to S3 failed with the following error: Access Denied" in failed.message
    assert "is not authorized to perform: s3:PutObjectAcl" in failed.message


def test_a_connection_may_be_allowed_by_either_prefix(rehearsal: Rehearsal, connected: Shape) -> None:
    rehearsal.create(connected)
    role = role_of(rehearsal, "codepipeline")
    rehearsal.take_away(role, "codeconnections:UseConnection")
    assert rehearsal.run("shop")["Source/Source"].status == "Succeeded"
    rehearsal.take_away(role, "codestar-connections:UseConnection")
    failed = rehearsal.run("shop")["Source/Source"]
    assert failed.code == "PermissionError"
    assert failed.message.startswith("Unable to use Connection: arn:aws:codestar-connections:")
    assert "The provided role does not have sufficient permissions." in failed.message


def test_a_build_that_clones_through_a_connection_needs_to_use_it(
    rehearsal: Rehearsal, connected: Shape
) -> None:
    connected["codepipeline"]["shop"]["stages"][0]["actions"][0]["output_format"] = "CODEBUILD_CLONE_REF"
    rehearsal.create(connected)
    role = role_of(rehearsal, "codebuild")
    assert _statuses(rehearsal.run("shop")) == ["Succeeded", "Succeeded"]
    for prefix in ("codeconnections", "codestar-connections"):
        rehearsal.take_away(role, f"{prefix}:UseConnection")
    failed = rehearsal.run("shop")["Build/Build"]
    _, message = phases(rehearsal, failed.external_id)["DOWNLOAD_SOURCE"]
    assert "is not authorized to perform: codestar-connections:UseConnection" in message


def test_a_rule_of_a_condition_needs_its_permission(rehearsal: Rehearsal) -> None:
    rule = {"name": "Check", "provider": "CodeBuild", "configuration": {"ProjectName": "shop"}}
    spec = shop({**BUILD, "on_success": {"result": "FAIL", "rules": [rule]}})
    rehearsal.create(spec)
    role = role_of(rehearsal, "codepipeline")
    rehearsal.push("shop", {"a": "1"})
    rehearsal.finished("shop")
    rehearsal.take_away(role, "codebuild:StartBuild")
    rehearsal.run("shop")
    state = rehearsal.aws("codepipeline").get_pipeline_state(name="shop")["stageStates"][1]
    errors = [
        each["latestExecution"].get("errorDetails", {}).get("message", "") for each in state["actionStates"]
    ]
    assert "Error calling startBuild: User: " in errors[0]


DOCKER = """version: 0.2
phases:
  build:
    commands:
      - aws ecr get-login-password | docker login --username AWS --password-stdin HOST
      - printf 'FROM scratch' > Dockerfile
      - docker build -t HOST/shop:1 .
      - docker push HOST/shop:1
artifacts: {files: ['**/*']}
""".replace("HOST", f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com")


@pytest.mark.parametrize("permission", ["ecr:InitiateLayerUpload", "ecr:PutImage"])
def test_a_push_needs_every_permission_of_a_push(rehearsal: Rehearsal, permission: str) -> None:
    project = {"privileged": True, "repository": "shop"}
    rehearsal.create(shop(buildspec=DOCKER, project=project, ecr={"shop": {}}))
    rehearsal.push("shop", {"a": "1"})
    assert _statuses(rehearsal.finished("shop")) == ["Succeeded", "Succeeded"]
    rehearsal.take_away(role_of(rehearsal, "codebuild"), permission)
    failed = rehearsal.run("shop")["Build/Build"]
    log = _log(rehearsal, failed.external_id)
    assert "denied: User: arn:aws:sts::" in log
    assert f"is not authorized to perform: {permission} on resource: arn:aws:ecr:" in log


def _log(rehearsal: Rehearsal, build: str) -> str:
    stream = build.partition(":")[2]
    found = rehearsal.aws("logs").get_log_events(logGroupName="/aws/codebuild/shop", logStreamName=stream)
    return "".join(event["message"] for event in found["events"])


def _statuses(ended: dict[str, Ended]) -> list[str]:
    assert all(each.status == "Succeeded" for each in ended.values()), ended
    return [each.status for each in ended.values()]
