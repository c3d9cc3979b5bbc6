"""What others recorded of the real AWS, played again here.

Every test names its recording: a file of testdata/aws (without a folder: of codepipeline) in the public
repository radkawar/stackd, commit 9dc356f5e5cc49d2d334178a09c1398dd1c62617, calls of September 2026 with
their request ids. The facts are retold; nothing of the files is here.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.codepipeline.conftest import (
    Runs,
    action,
    approval,
    bucket,
    declare,
    role,
    runs,
    stage,
    until,
)
from tests.local.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Runs",
    "Story",
    "action",
    "approval",
    "bucket",
    "declare",
    "role",
    "runs",
    "stage",
    "story",
    "until",
]

Shape = dict[str, Any]


class Story(Runs):
    """A pipeline of an S3 source and the stages of a recording, and what the service answers about it."""

    def state(self, name: str) -> Shape:
        """The state of the first action of a stage."""
        return dict(self.stage(name)["actionStates"][0])

    def latest(self, name: str) -> Shape:
        """How that action stands, without what differs from run to run."""
        return without(self.state(name).get("latestExecution", {}), "lastStatusChange")

    def shown(self, execution: str) -> Shape:
        """GetPipelineExecution."""
        answer = self.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
        return dict(answer["pipelineExecution"])

    def row(self, execution: str, name: str) -> Shape:
        """The newest attempt of an action, as ListActionExecutions tells it."""
        return next(row for row in self.rows(execution) if row["actionName"] == name)

    def asked(self, stage_name: str = "Gate", name: str = "Approve") -> str:
        """The token of an approval, as soon as it is there."""
        return str(until(lambda: self.token(stage_name, name)))

    def put(self, token: str, status: str = "Approved", summary: str = "seen", **names: str) -> Shape:
        """PutApprovalResult."""
        where = {"stageName": "Gate", "actionName": "Approve", **names}
        result = {"status": status, "summary": summary}
        return dict(self.api.put_approval_result(pipelineName="shop", token=token, result=result, **where))

    def refused(self, operation: str, **request: Any) -> tuple[str, str]:
        """Code and message with which a call about the pipeline is refused."""
        return refusal(getattr(self.api, operation), pipelineName="shop", **request)

    def stop(self, execution: str, *, abandon: bool = False, **members: Any) -> None:
        self.api.stop_pipeline_execution(
            pipelineName="shop", pipelineExecutionId=execution, abandon=abandon, **members
        )

    def update(self, **members: Any) -> None:
        """UpdatePipeline with what is there, but for some members."""
        declaration = self.api.get_pipeline(name="shop")["pipeline"]
        self.api.update_pipeline(pipeline={**declaration, **members})

    def retry(self, execution: str, mode: str = "FAILED_ACTIONS", stage_name: str = "Gate") -> None:
        self.api.retry_stage_execution(
            pipelineName="shop", stageName=stage_name, pipelineExecutionId=execution, retryMode=mode
        )

    def roll_back(self, stage_name: str, target: str) -> str:
        answer = self.api.rollback_stage(
            pipelineName="shop", stageName=stage_name, targetPipelineExecutionId=target
        )
        return str(answer["pipelineExecutionId"])


def without(shape: Shape, *keys: str) -> Shape:
    return {key: value for key, value in shape.items() if key not in keys}


def deploy(to: str, **configuration: str) -> Shape:
    """An S3 deploy action of the source's artifact."""
    settings = {"BucketName": to, "Extract": "true", **configuration}
    return action("Deploy", "Deploy", "S3", configuration=settings, inputArtifacts=[{"name": "SourceOutput"}])


def archive(*members: tuple[str, bytes]) -> bytes:
    """A zip file of members in this order; the same name may come twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, content in members:
            info = zipfile.ZipInfo("x")
            info.filename = name
            opened.writestr(info, content)
    return buffer.getvalue()


@pytest.fixture
def story(client: Callable[..., Any], declare: Callable[..., Shape], account: str) -> Story:
    return Story(client, declare, account)


@pytest.fixture
def live(story: Story, client: Callable[..., Any], account: str) -> str:
    """A bucket to deploy to."""
    name = f"live-{account}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name
