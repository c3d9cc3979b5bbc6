"""A role, a bucket, small pipelines to start from, and a patient eye on what they do."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests import roles

REGION = "eu-west-1"
PATIENCE_S = 60
Shape = dict[str, Any]
Client = Callable[..., Any]


@pytest.fixture
def role(client: Client) -> str:
    return roles.make(client("iam"), "pipeline", "codepipeline")


@pytest.fixture
def bucket(client: Client, account: str) -> str:
    name = f"artifacts-{account}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return name


@pytest.fixture
def codepipeline(client: Client) -> Any:
    return client("codepipeline")


def action(name: str, category: str, provider: str, **members: Any) -> Shape:
    identity = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": identity, **members}


def source(name: str = "Source", output: str = "SourceOutput", **members: Any) -> Shape:
    configuration = {"RepositoryName": "shop", "BranchName": "main", "PollForSourceChanges": "false"}
    settings: Shape = {"configuration": configuration, "outputArtifacts": [{"name": output}], **members}
    return action(name, "Source", "CodeCommit", **settings)


def approval(name: str = "Approve", **members: Any) -> Shape:
    return action(name, "Approval", "Manual", **members)


def build(name: str = "Build", inputs: tuple[str, ...] = ("SourceOutput",), **members: Any) -> Shape:
    settings: Shape = {
        "configuration": {"ProjectName": "shop"},
        "inputArtifacts": [{"name": each} for each in inputs],
        **members,
    }
    return action(name, "Build", "CodeBuild", **settings)


def stage(name: str, *actions: Shape, **members: Any) -> Shape:
    return {"name": name, "actions": list(actions), **members}


@pytest.fixture
def declare(role: str, bucket: str) -> Callable[..., Shape]:
    """A declaration: stages and members as given, the rest as it works."""

    def declaration(*stages: Shape, **members: Any) -> Shape:
        default = (stage("Source", source()), stage("Gate", approval()))
        return {
            "name": "shop",
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": bucket},
            "pipelineType": "V2",
            "stages": list(stages or default),
            **members,
        }

    return declaration


class Runs:
    """A pipeline that starts from an object in S3, and questions about its executions."""

    def __init__(self, client: Client, declare: Callable[..., Shape], account: str) -> None:
        self.api = client("codepipeline")
        self.s3 = client("s3")
        self.declare = declare
        self.account = account
        self.bucket = f"source-{account}"
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})

    def push(self, **files: str) -> str:
        """A new version of the source."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in (files or {"readme": "hello"}).items():
                archive.writestr(name, text)
        put = self.s3.put_object(Bucket=self.bucket, Key="source.zip", Body=buffer.getvalue())
        return str(put["VersionId"])

    def source(self, name: str = "Source", output: str = "SourceOutput", **members: Any) -> Shape:
        configuration = {
            "S3Bucket": self.bucket,
            "S3ObjectKey": "source.zip",
            "PollForSourceChanges": "false",
        }
        settings: Shape = {"configuration": configuration, "outputArtifacts": [{"name": output}], **members}
        return action(name, "Source", "S3", **settings)

    def create(self, *stages: Shape, **members: Any) -> str:
        """A pipeline of the S3 source and the given stages; answers its first execution."""
        self.push()
        first = members.pop("first", None) or stage("Source", self.source())
        self.api.create_pipeline(pipeline=self.declare(first, *stages, **members))
        return self.ids()[0]

    def start(self, **request: Any) -> str:
        return str(self.api.start_pipeline_execution(name="shop", **request)["pipelineExecutionId"])

    def ids(self) -> list[str]:
        """Newest first."""
        found = self.api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
        return [each["pipelineExecutionId"] for each in found]

    def summary(self, execution: str) -> Shape:
        found = self.api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
        return next(dict(each) for each in found if each["pipelineExecutionId"] == execution)

    def status(self, execution: str) -> str:
        shown = self.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
        return str(shown["pipelineExecution"]["status"])

    def stage(self, name: str) -> Shape:
        states = self.api.get_pipeline_state(name="shop")["stageStates"]
        return next(dict(each) for each in states if each["stageName"] == name)

    def stage_status(self, name: str) -> tuple[str, str] | None:
        """The execution that was last in a stage, and how it stands there."""
        latest = self.stage(name).get("latestExecution")
        return (latest["pipelineExecutionId"], latest["status"]) if latest else None

    def inbound(self, name: str) -> list[str]:
        stage = self.stage(name)
        alone = [stage["inboundExecution"]] if "inboundExecution" in stage else []
        return [each["pipelineExecutionId"] for each in stage["inboundExecutions"] or alone]

    def rows(self, execution: str) -> list[Shape]:
        """The actions of an execution, newest first."""
        found = self.api.list_action_executions(
            pipelineName="shop", filter={"pipelineExecutionId": execution}
        )
        return [dict(each) for each in found["actionExecutionDetails"]]

    def problem(self, execution: str) -> tuple[str, str]:
        """Code and message of the failure of the action that started last."""
        result = self.rows(execution)[0]["output"]["executionResult"]
        return result["errorDetails"]["code"], result["externalExecutionSummary"]

    def actions(self, execution: str) -> list[tuple[str, str]]:
        """Names and states in the order in which they started."""
        return [(row["actionName"], row["status"]) for row in reversed(self.rows(execution))]

    def token(self, stage_name: str = "Gate", name: str = "Approve") -> str:
        states = self.stage(stage_name)["actionStates"]
        state = next(each for each in states if each["actionName"] == name)
        return str(state.get("latestExecution", {}).get("token", ""))

    def answer(self, status: str = "Approved", stage_name: str = "Gate", name: str = "Approve") -> None:
        """Answer an approval as soon as it asks."""
        token = until(lambda: self.token(stage_name, name))
        self.api.put_approval_result(
            pipelineName="shop",
            stageName=stage_name,
            actionName=name,
            token=token,
            result={"status": status, "summary": ""},
        )

    def gate(self, name: str, *, enabled: bool, side: str = "Inbound") -> None:
        which = {"pipelineName": "shop", "stageName": name, "transitionType": side}
        if enabled:
            self.api.enable_stage_transition(**which)
        else:
            self.api.disable_stage_transition(**which, reason="Freeze")

    def ends(self, execution: str, status: str) -> None:
        """Wait until an execution has ended, and see how."""
        running = ("InProgress", "Stopping")
        until(lambda: self.status(execution) not in running or status in running)
        assert (self.status(execution), self.rows(execution)) == (status, self.rows(execution))

    def enters(self, execution: str, name: str) -> None:
        until(lambda: self.stage_status(name) == (execution, "InProgress"))

    def waits_at(self, execution: str, name: str) -> None:
        until(lambda: execution in self.inbound(name))


def until(condition: Callable[[], Any]) -> Any:
    """The first true answer; the test fails when there is none in time."""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        pause.wait(0.01)
    raise AssertionError("it never came true")


@pytest.fixture
def runs(client: Client, declare: Callable[..., Shape], account: str) -> Runs:
    return Runs(client, declare, account)
