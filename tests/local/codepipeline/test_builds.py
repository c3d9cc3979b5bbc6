"""The CodeBuild action runs the project's buildspec on its artifacts (facts, section 9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import roles

from .conftest import Runs, action, approval, build, stage, until

Shape = dict[str, Any]
Client = Callable[..., Any]

SPEC = """
version: 0.2
env:
  exported-variables: [GREETING]
phases:
  build:
    commands:
      - export GREETING="$(cat readme) $NAME"
      - echo "$GREETING" > out.txt
      - echo "$CODEBUILD_INITIATOR $CODEBUILD_RESOLVED_SOURCE_VERSION $CODEBUILD_SOURCE_VERSION" > about.txt
artifacts:
  files: ['*.txt']
"""


@pytest.fixture
def project(client: Client) -> Callable[[str], None]:
    """A CodeBuild project `shop` with an inline buildspec."""
    role = roles.make(client("iam"), "build", "codebuild")

    def create(spec: str) -> None:
        client("codebuild").create_project(
            name="shop",
            source={"type": "CODEPIPELINE", "buildspec": spec},
            artifacts={"type": "CODEPIPELINE"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                "computeType": "BUILD_GENERAL1_SMALL",
            },
            serviceRole=role,
        )

    return create


def _build(**members: Any) -> Shape:
    variables = json.dumps([{"name": "NAME", "value": "#{variables.name}"}])
    return build(
        outputArtifacts=[{"name": "Built"}],
        namespace="Build",
        configuration={"ProjectName": "shop", "EnvironmentVariables": variables},
        **members,
    )


def _deploy(runs: Runs) -> Shape:
    return action(
        "Deploy",
        "Deploy",
        "S3",
        configuration={"BucketName": runs.bucket, "Extract": "true", "ObjectKey": "live"},
        inputArtifacts=[{"name": "Built"}],
    )


NAME = [{"name": "name", "defaultValue": "world"}]


def test_a_build_gets_its_input_and_hands_on_output_and_variables(
    runs: Runs, project: Callable[[str], None], bucket: str
) -> None:
    project(SPEC)
    gate = approval(configuration={"CustomData": "#{Build.GREETING}"})
    execution = runs.create(
        stage("Build", _build()), stage("Deploy", _deploy(runs)), stage("Gate", gate), variables=NAME
    )
    until(runs.token)
    approve, _, built, fetched = runs.rows(execution)
    assert approve["input"]["resolvedConfiguration"] == {"CustomData": "hello world"}
    assert built["output"]["outputVariables"] == {"GREETING": "hello world"}
    assert runs.s3.get_object(Bucket=runs.bucket, Key="live/out.txt")["Body"].read() == b"hello world\n"
    about = runs.s3.get_object(Bucket=runs.bucket, Key="live/about.txt")["Body"].read().decode()
    initiator, revision, version = about.split()
    key = fetched["output"]["outputArtifacts"][0]["s3location"]["key"]
    assert initiator == "codepipeline/shop"
    assert revision == runs.summary(execution)["sourceRevisions"][0]["revisionId"]
    assert version == f"arn:aws:s3:::{bucket}/{key}"
    build_id = built["output"]["executionResult"]["externalExecutionId"]
    assert build_id.startswith("shop:")


def test_a_failed_build_fails_the_action(runs: Runs, project: Callable[[str], None]) -> None:
    project("version: 0.2\nphases:\n  build:\n    commands:\n      - 'false'\n")
    execution = runs.create(stage("Build", build()))
    runs.ends(execution, "Failed")
    reason = "Error while executing command: false. Reason: exit status 1"
    failed = "Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: "
    assert runs.problem(execution) == ("JobFailed", failed + reason)


def test_a_build_without_artifacts_succeeds_and_the_reader_of_its_output_fails(
    runs: Runs, project: Callable[[str], None]
) -> None:
    project("version: 0.2\nphases:\n  build:\n    commands:\n      - 'true'\n")
    execution = runs.create(
        stage("Build", build(outputArtifacts=[{"name": "Built"}])), stage("Deploy", _deploy(runs))
    )
    runs.ends(execution, "Failed")
    deploy, built, _ = runs.rows(execution)
    assert (built["actionName"], built["status"]) == ("Build", "Succeeded")
    assert (deploy["actionName"], deploy["status"]) == ("Deploy", "Failed")
    assert runs.problem(execution)[1].startswith("Unable to access the artifact with Amazon S3 object key")


def test_names_of_several_artifacts_must_be_identifiers(runs: Runs, project: Callable[[str], None]) -> None:
    project(SPEC)
    several = build(outputArtifacts=[{"name": "Built"}, {"name": "also-built"}])
    execution = runs.create(stage("Build", several))
    runs.ends(execution, "Failed")
    assert (
        "identifier must contain only alphanumeric characters and underscores and be less than 128 characters"
        in runs.problem(execution)[1]
    )


def test_several_inputs_lie_side_by_side(runs: Runs, project: Callable[[str], None]) -> None:
    project(
        "version: 0.2\nphases:\n  build:\n    commands:\n"
        '      - cat readme "$CODEBUILD_SRC_DIR_Second/readme" > both\nartifacts: {files: [both]}\n'
    )
    sources = stage("Source", runs.source(), runs.source("Other", "Second"))
    both = build(
        inputs=("Second", "SourceOutput"),
        configuration={"ProjectName": "shop", "PrimarySource": "SourceOutput"},
        outputArtifacts=[{"name": "Built"}],
    )
    execution = runs.create(stage("Build", both), stage("Deploy", _deploy(runs)), first=sources)
    runs.ends(execution, "Succeeded")
    assert runs.s3.get_object(Bucket=runs.bucket, Key="live/both")["Body"].read() == b"hellohello"


def test_commands_run_without_a_project(runs: Runs, client: Client) -> None:
    run = action(
        "Run",
        "Compute",
        "Commands",
        commands=["export SIZE=$(wc -c < readme)", "echo $GREETING $(cat readme) > said"],
        inputArtifacts=[{"name": "SourceOutput"}],
        outputArtifacts=[{"name": "Built", "files": ["said"]}],
        outputVariables=["SIZE"],
        environmentVariables=[{"name": "GREETING", "value": "oh", "type": "PLAINTEXT"}],
        namespace="Run",
    )
    execution = runs.create(stage("Run", run), stage("Deploy", _deploy(runs)))
    runs.ends(execution, "Succeeded")
    assert runs.s3.get_object(Bucket=runs.bucket, Key="live/said")["Body"].read() == b"oh hello\n"
    assert runs.rows(execution)[1]["output"]["outputVariables"] == {"SIZE": "5"}
    groups = client("logs").describe_log_groups(logGroupNamePrefix="/aws/codepipeline/")["logGroups"]
    assert [each["logGroupName"] for each in groups] == ["/aws/codepipeline/shop"]


@pytest.mark.parametrize(("command", "passes"), [("test -f readme", True), ("test -f nothing", False)])
def test_a_rule_may_run_commands(runs: Runs, command: str, *, passes: bool) -> None:
    identity = {"category": "Rule", "owner": "AWS", "provider": "Commands", "version": "1"}
    rule: Shape = {"name": "Look", "ruleTypeId": identity, "commands": [command]}
    rule["inputArtifacts"] = [{"name": "SourceOutput"}]
    entry = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
    execution = runs.create(stage("Gate", approval(), beforeEntry=entry))
    if passes:
        runs.answer()
    runs.ends(execution, "Succeeded" if passes else "Failed")


def test_a_rule_may_run_a_build(runs: Runs, project: Callable[[str], None]) -> None:
    project("version: 0.2\nphases:\n  build:\n    commands:\n      - 'false'\n")
    identity = {"category": "Rule", "owner": "AWS", "provider": "CodeBuild", "version": "1"}
    rule = {"name": "Look", "ruleTypeId": identity, "configuration": {"ProjectName": "shop"}}
    entry = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
    execution = runs.create(stage("Gate", approval(), beforeEntry=entry))
    runs.ends(execution, "Failed")
    rules = runs.api.list_rule_executions(pipelineName="shop")["ruleExecutionDetails"]
    problem = rules[0]["output"]["executionResult"]["errorDetails"]
    assert problem["message"].startswith("Build terminated with state: FAILED. Phase: BUILD, Code: ")


def test_an_unknown_project_fails(runs: Runs) -> None:
    execution = runs.create(stage("Build", build()))
    runs.ends(execution, "Failed")
    assert runs.problem(execution)[1].startswith("Error calling startBuild: Project cannot be found")


BATCH = """
version: 0.2
batch: {build-list: [{identifier: one}, {identifier: two}]}
phases: {build: {commands: ["cp readme $CODEBUILD_BATCH_BUILD_IDENTIFIER.txt"]}}
artifacts:
  files: ["*.txt"]
  secondary-artifacts: {more: {files: [readme]}}
"""


def _batch(runs: Runs, *outputs: str, **settings: str) -> str:
    """Start a pipeline whose one action builds a batch and deploys the first output"""
    configuration = {"ProjectName": "shop", "BatchEnabled": "true", **settings}
    built = build(outputArtifacts=[{"name": name} for name in outputs], configuration=configuration)
    deploy = _deploy(runs) | {"inputArtifacts": [{"name": outputs[0]}]}
    return runs.create(stage("Build", built), stage("Deploy", deploy))


def _deployed(runs: Runs) -> list[str]:
    listed = runs.s3.list_objects_v2(Bucket=runs.bucket, Prefix="live/").get("Contents", [])
    return [str(entry["Key"]) for entry in listed]


@pytest.fixture
def batch_project(client: Client, project: Callable[[str], None]) -> None:
    role = roles.make(client("iam"), "batcher", "codebuild")
    project(BATCH)
    client("codebuild").update_project(name="shop", buildBatchConfig={"serviceRole": role})


@pytest.mark.usefixtures("batch_project")
def test_a_batch_hands_on_the_artifacts_of_each_build(runs: Runs, client: Client) -> None:
    execution = _batch(runs, "two", "one_more")
    runs.ends(execution, "Succeeded")
    assert _deployed(runs) == ["live/two.txt"]
    built = next(row for row in runs.rows(execution) if row["actionName"] == "Build")
    batch = built["output"]["executionResult"]["externalExecutionId"]
    shown = client("codebuild").batch_get_build_batches(ids=[batch])["buildBatches"][0]
    assert shown["initiator"] == "codepipeline/shop"


@pytest.mark.usefixtures("batch_project")
def test_a_batch_may_combine_the_artifacts_of_its_builds(runs: Runs) -> None:
    execution = _batch(runs, "Everything", CombineArtifacts="true")
    runs.ends(execution, "Succeeded")
    assert _deployed(runs) == ["live/one.txt", "live/two.txt"]


def test_a_batch_of_a_project_without_a_batch_role_fails(runs: Runs, project: Callable[[str], None]) -> None:
    project(BATCH)
    execution = _batch(runs, "one")
    runs.ends(execution, "Failed")
    assert runs.problem(execution)[1].startswith("Error calling startBuildBatch: ")


@pytest.mark.usefixtures("batch_project")
def test_a_failed_batch_says_which_builds_failed(runs: Runs, client: Client) -> None:
    source = {"type": "CODEPIPELINE", "buildspec": BATCH.replace("cp readme", "cat nothing")}
    client("codebuild").update_project(name="shop", source=source)
    execution = _batch(runs, "one")
    runs.ends(execution, "Failed")
    assert runs.problem(execution)[1].endswith("Message: Failed builds: one, two")
