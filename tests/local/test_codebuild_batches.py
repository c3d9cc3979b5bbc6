"""CodeBuild: batches of builds that really run."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests import roles
from tests.local.builder import until
from tests.local.refusals import refusal, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.builder import Builder

LIST = """
version: 0.2
batch:
  build-list:
    - identifier: one
      env: {compute-type: BUILD_GENERAL1_LARGE, variables: {WORD: first}}
    - identifier: two
      env: {variables: {WORD: second}}
env: {exported-variables: [SAID]}
phases:
  build: {commands: ['SAID="$WORD of $CODEBUILD_BATCH_BUILD_IDENTIFIER"', "echo $WORD > $WORD.txt"]}
artifacts: {files: ["*.txt"]}
"""


class Batches:
    """A project whose batches run, and what became of them"""

    def __init__(self, builder: Builder, role: str) -> None:
        self.builder, self.api, self.role = builder, builder.api, role

    def project(self, spec: str, **changes: Any) -> None:
        config = {"serviceRole": self.role, **changes.pop("config", {})}
        self.builder.project(spec, buildBatchConfig=config, **changes)

    def start(self, **overrides: Any) -> str:
        return str(self.api.start_build_batch(projectName="shop", **overrides)["buildBatch"]["id"])

    def shown(self, identity: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.batch_get_build_batches(ids=[identity])["buildBatches"][0]
        return found

    def ended(self, identity: str) -> dict[str, Any]:
        def complete() -> dict[str, Any] | None:
            batch = self.shown(identity)
            return batch if batch["complete"] else None

        found: dict[str, Any] = until(complete)
        return found

    def run(self, spec: str, **changes: Any) -> dict[str, Any]:
        self.project(spec, **changes)
        return self.ended(self.start())

    def builds(self, batch: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The builds of a batch by their identifiers"""
        arns = {
            group["identifier"]: group["currentBuildSummary"].get("arn") for group in batch["buildGroups"]
        }
        return {
            name: self.builder.shown(arn.partition("/")[2])
            for name, arn in arns.items()
            if arn and name != "DOWNLOAD_SOURCE"
        }


@pytest.fixture
def batches(builder: Builder, client: Callable[..., Any]) -> Batches:
    return Batches(builder, roles.make(client("iam"), "batcher", "codebuild"))


@pytest.fixture
def bucket(client: Callable[..., Any], account: str) -> str:
    name = f"batches-{account}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


def statuses(batch: dict[str, Any]) -> dict[str, str]:
    groups = batch.get("buildGroups", [])
    return {group["identifier"]: group["currentBuildSummary"]["buildStatus"] for group in groups}


def test_a_started_batch_is_answered_without_phases(batches: Batches) -> None:
    batches.project(LIST)
    batch = batches.api.start_build_batch(projectName="shop")["buildBatch"]
    assert batch["arn"].endswith(f":build-batch/{batch['id']}")
    assert (batch["currentPhase"], batch["buildBatchStatus"]) == ("SUBMITTED", "IN_PROGRESS")
    assert (batch["buildBatchNumber"], batch["complete"]) == (1, False)
    assert batch["buildBatchConfig"] == {
        "serviceRole": batches.role,
        "restrictions": {"maximumBuildsAllowed": 100},
        "timeoutInMins": 480,
    }
    assert "phases" not in batch
    assert "buildGroups" not in batch
    batches.ended(batch["id"])


def test_a_list_runs_its_builds_with_their_own_environments(batches: Batches) -> None:
    batch = batches.run(LIST)
    assert batch["buildBatchStatus"] == "SUCCEEDED"
    assert [phase["phaseType"] for phase in batch["phases"]] == [
        "SUBMITTED", "DOWNLOAD_BATCHSPEC", "IN_PROGRESS", "SUCCEEDED",
    ]  # fmt: skip
    assert statuses(batch) == {"DOWNLOAD_SOURCE": "SUCCEEDED", "one": "SUCCEEDED", "two": "SUCCEEDED"}
    builds = batches.builds(batch)
    assert {name: build["exportedEnvironmentVariables"][0]["value"] for name, build in builds.items()} == {
        "one": "first of one",
        "two": "second of two",
    }
    assert builds["one"]["environment"]["computeType"] == "BUILD_GENERAL1_LARGE"
    assert builds["two"]["environment"]["computeType"] == "BUILD_GENERAL1_SMALL"
    assert {build["buildBatchArn"] for build in builds.values()} == {batch["arn"]}
    assert batch["buildGroups"][1]["currentBuildSummary"]["primaryArtifact"] == {
        "type": "no_artifacts",
        "identifier": "one",
    }


def test_a_matrix_runs_every_combination(batches: Batches) -> None:
    batch = batches.run("""
        version: 0.2
        batch:
          build-matrix:
            static: {env: {privileged-mode: true}}
            dynamic:
              env:
                compute-type: [BUILD_GENERAL1_SMALL, BUILD_GENERAL1_MEDIUM]
                variables: {WORD: [a, b]}
        env: {exported-variables: [WORD]}
        phases: {build: {commands: [echo $WORD]}}
        """)
    builds = batches.builds(batch).values()
    found = {
        (build["environment"]["computeType"][15:], build["exportedEnvironmentVariables"][0]["value"])
        for build in builds
    }
    assert found == {("SMALL", "a"), ("SMALL", "b"), ("MEDIUM", "a"), ("MEDIUM", "b")}
    assert all(build["environment"]["privilegedMode"] for build in builds)


GRAPH = """
version: 0.2
batch:
  fast-fail: {fast}
  build-graph:
    - {{identifier: base, ignore-failure: {ignore}, env: {{variables: {{CODE: "{code}"}}}}}}
    - {{identifier: top, depend-on: [base]}}
    - {{identifier: side, env: {{variables: {{CODE: "{side}"}}}}}}
phases: {{build: {{commands: ["{command}", "exit ${{CODE:-0}}"]}}}}
"""


def graph(
    code: int = 0, side: int = 0, ignore: str = "false", fast: str = "false", command: str = ":"
) -> str:
    return GRAPH.format(code=code, side=side, ignore=ignore, fast=fast, command=command)


def test_a_graph_runs_in_the_order_of_its_dependencies(batches: Batches) -> None:
    batch = batches.run(graph())
    builds = batches.builds(batch)
    assert builds["top"]["startTime"] >= builds["base"]["endTime"]
    assert batch["buildGroups"][2]["dependsOn"] == ["base"]
    assert batch["buildGroups"][1]["dependsOn"] == []
    assert "dependsOn" not in batch["buildGroups"][0]


def test_what_depends_on_a_failed_build_is_never_started(batches: Batches) -> None:
    batch = batches.run(graph(code=3))
    assert batch["buildBatchStatus"] == "FAILED"
    assert statuses(batch) == {
        "DOWNLOAD_SOURCE": "SUCCEEDED", "base": "FAILED", "top": "STOPPED", "side": "SUCCEEDED",
    }  # fmt: skip
    assert [(phase["phaseType"], phase.get("phaseStatus")) for phase in batch["phases"]][2:] == [
        ("IN_PROGRESS", "CLIENT_ERROR"),
        ("FAILED", None),
    ]


def test_a_failure_may_be_ignored(batches: Batches) -> None:
    batch = batches.run(graph(code=3, ignore="true"))
    assert batch["buildBatchStatus"] == "SUCCEEDED"
    assert statuses(batch)["top"] == "SUCCEEDED"


def test_fast_fail_stops_the_builds_that_run(batches: Batches) -> None:
    spec = graph(code=3, fast="true", command="test -z $CODE || test $CODE = 3 || sleep 60").replace(
        'CODE: "0"', 'CODE: "1"'
    )
    batch = batches.run(spec)
    assert batch["buildBatchStatus"] == "FAILED"
    assert statuses(batch)["side"] == "STOPPED"


def test_a_stopped_batch_is_stopped_in_the_answer_and_its_builds_end(batches: Batches) -> None:
    batches.project(graph(command="sleep 60"))
    identity = batches.start()
    until(lambda: statuses(batches.shown(identity)).get("base") == "IN_PROGRESS")
    batch = batches.api.stop_build_batch(id=identity)["buildBatch"]
    assert (batch["buildBatchStatus"], batch["currentPhase"]) == ("STOPPED", "STOPPED")
    assert batch["complete"]
    assert statuses(batch)["top"] == "PENDING"
    until(lambda: statuses(batches.shown(identity))["top"] == "STOPPED")
    assert statuses(batches.shown(identity))["base"] == "STOPPED"


def test_a_failed_batch_is_retried_under_its_own_id(batches: Batches) -> None:
    first = batches.run(graph(code=3))
    again = batches.api.retry_build_batch(id=first["id"], retryType="RETRY_FAILED_BUILDS")["buildBatch"]
    assert again["id"] == first["id"]
    assert (again["buildBatchStatus"], again["currentPhase"]) == ("IN_PROGRESS", "SUBMITTED")
    assert [phase.get("phaseStatus") for phase in again["phases"]][-2:] == ["RETRY", None]
    second = batches.ended(first["id"])
    groups = {group["identifier"]: group for group in second["buildGroups"]}
    assert groups["base"]["priorBuildSummaryList"][0]["buildStatus"] == "FAILED"
    assert groups["base"]["currentBuildSummary"]["arn"] != groups["base"]["priorBuildSummaryList"][0]["arn"]
    assert "priorBuildSummaryList" not in groups["side"]  # it had succeeded


def test_only_failed_batches_are_retried(batches: Batches) -> None:
    batch = batches.run(LIST)
    with refused("InvalidInputException", "Only batch builds that have failed can be retried"):
        batches.api.retry_build_batch(id=batch["id"])
    with refused("ResourceNotFoundException"):
        batches.api.retry_build_batch(id="shop:nothing")


def test_batches_are_listed_by_status_and_deleted_with_their_builds(batches: Batches) -> None:
    batch = batches.run(LIST)
    second = batches.ended(batches.start())
    assert batches.api.list_build_batches()["ids"] == [second["id"], batch["id"]]
    listed = batches.api.list_build_batches_for_project
    assert listed(projectName="shop", sortOrder="ASCENDING")["ids"] == [batch["id"], second["id"]]
    assert listed(projectName="shop", filter={"status": "FAILED"})["ids"] == []
    deleted = batches.api.delete_build_batch(id=batch["id"])
    assert deleted["statusCode"] == "BATCH_DELETED"
    assert len(deleted["buildsDeleted"]) == len(batch["buildGroups"])
    assert batches.api.batch_get_build_batches(ids=[batch["id"]])["buildBatchesNotFound"] == [batch["id"]]
    assert not set(deleted["buildsDeleted"]) & {
        f"arn:aws:codebuild:eu-west-1:{batch['arn'].split(':')[4]}:build/{identity}"
        for identity in batches.api.list_builds()["ids"]
    }


def test_a_batch_needs_a_role_of_its_own(batches: Batches, client: Callable[..., Any]) -> None:
    batches.builder.project(LIST)
    code, message = refusal(batches.api.start_build_batch, projectName="shop")
    assert (code, message) == (
        "InvalidInputException",
        "Invalid build batch config: service role is required",
    )
    roles.put(client("iam"), "batcher", roles.allow("s3:*"))
    batch = batches.ended(batches.start(buildBatchConfigOverride={"serviceRole": batches.role}))
    context = batch["phases"][1]["contexts"][0]
    assert context["statusCode"] == "ACCESS_DENIED"
    assert "codebuild:StartBuild" in context["message"]


BAD = {
    "no batch": ("phases: {build: {commands: [ls]}}", "the buildspec has no batch of builds"),
    "fan-out": ("batch: {build-fanout: {parallelism: 2}}", "does not split tests over builds"),
    "a circle": (
        "batch: {build-graph: [{identifier: a, depend-on: [b]}, {identifier: b, depend-on: [a]}]}",
        "in a circle",
    ),
    "an unknown dependency": (
        "batch: {build-graph: [{identifier: a, depend-on: [b]}]}",
        "a depends on b, which is no build of the batch",
    ),
    "twice the same": ("batch: {build-list: [{identifier: a}, {identifier: a}]}", "a is there twice"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_batch_fails_while_its_spec_is_downloaded(batches: Batches, case: str) -> None:
    block, message = BAD[case]
    batch = batches.run(f"version: 0.2\n{block}\n")
    assert batch["buildBatchStatus"] == "FAILED"
    context = batch["phases"][1]["contexts"][0]
    assert context["statusCode"] == "YAML_FILE_ERROR"
    assert message in context["message"]


def test_restrictions_of_the_project_are_kept(batches: Batches) -> None:
    batch = batches.run(LIST, config={"restrictions": {"maximumBuildsAllowed": 1}})
    assert "2 builds exceed the maximum of 1 builds" in batch["phases"][1]["contexts"][0]["message"]
    allowed = {"restrictions": {"computeTypesAllowed": ["BUILD_GENERAL1_SMALL"]}}
    override = {"serviceRole": batches.role, **allowed}
    batch = batches.ended(batches.start(buildBatchConfigOverride=override))
    assert "BUILD_GENERAL1_LARGE of build one is not allowed" in str(batch["phases"][1]["contexts"])


def test_the_artifacts_of_all_builds_lie_apart_or_combined(
    batches: Batches, bucket: str, client: Callable[..., Any]
) -> None:
    s3 = client("s3")
    batches.project(LIST, artifacts={"type": "S3", "location": bucket, "packaging": "ZIP"})
    batches.ended(batches.start())
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["one/shop", "two/shop"]
    config = {"serviceRole": batches.role, "combineArtifacts": True}
    batch = batches.ended(batches.start(buildBatchConfigOverride=config))
    assert [phase["phaseType"] for phase in batch["phases"]][3] == "COMBINE_ARTIFACTS"
    assert batch["artifacts"]["location"] == f"arn:aws:s3:::{bucket}/shop"
    data = s3.get_object(Bucket=bucket, Key="shop")["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["first.txt", "second.txt"]
