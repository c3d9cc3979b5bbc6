"""A small pipeline `shop` on the local AWS, brought into any state by what people do; its screens."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from click.testing import Result

from tests.plain import session

Run = Callable[..., Result]
Client = Callable[[str], Any]
Shape = dict[str, Any]

PATIENCE_S = 30
REGION = "ap-southeast-1"
GATE = {"name": "Gate", "actions": [{"provider": "Manual"}]}
RELEASE: Shape = {
    "name": "Release",
    "actions": [{"provider": "S3", "bucket": "BUCKET", "extract": "false", "key": "live.zip"}],
}
SOURCE = {"name": "Source", "actions": [{"provider": "CodeCommit", "repository": "shop", "branch": "main"}]}
BUILD: Shape = {"name": "Build", "actions": [{"provider": "CodeBuild", "project": "shop"}]}
DEPLOY: Shape = {
    "name": "Deploy",
    "actions": [{"provider": "ECS", "cluster": "shop", "service": "web", "inputs": ["SourceOutput"]}],
}


def builds(*commands: str, **phases: list[str]) -> Shape:
    """The block of a build project that runs these commands in its phase BUILD"""
    written = {name: {"commands": lines} for name, lines in {**phases, "build": list(commands)}.items()}
    text = yaml.safe_dump(
        {"version": 0.2, "phases": written, "artifacts": {"files": ["**/*"]}}, sort_keys=False
    )
    image = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    return {"codebuild": {"shop": {"image": image, "buildspec": text}}}


def serves(**container: Any) -> Shape:
    """The block of a cluster with the service `web`, whose container is `rails`"""
    rails = {"image": "public.ecr.aws/shop/rails:1", **container}
    service = {
        "task_definition": {"family": "web", "cpu": 256, "memory": 512, "containers": {"rails": rails}},
        "desired_count": 1,
        "subnets": ["subnet-0a1b2c3d4e5f60718"],
        "deployment": {"circuit_breaker": {"rollback": False}},
    }
    return {"ecs": {"shop": {"services": {"web": service}}}}


IMAGES = {"imagedefinitions.json": '[{"name": "rails", "imageUri": "public.ecr.aws/shop/rails:2"}]'}


def until(condition: Callable[[], Any]) -> Any:
    """The first true answer; the test fails when there is none in time"""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        pause.wait(0.02)
    raise AssertionError("it never came true")


def clients(account: str, url: str) -> Client:
    """Plain clients of an account of the local AWS"""
    made = session(account, region=REGION)

    @cache
    def client(service: str) -> Any:
        return made.client(service, endpoint_url=url)  # type: ignore[call-overload]  # any service

    return client


@dataclass
class Shop:
    """The pipeline, and the hands of those who push, hold, approve and stop"""

    run: Run
    client: Client
    account: str
    folder: Path
    commits: list[str] = field(default_factory=list)

    @property
    def api(self) -> Any:
        return self.aws("codepipeline")

    def aws(self, service: str) -> Any:
        """A plain client"""
        return self.client(service)

    def create(
        self,
        *stages: Shape,
        first: str | None = "First reminder",
        files: Mapping[str, str] | None = None,
        **pipeline: Any,
    ) -> str:
        """Make the repository with a first commit, then the pipeline; the execution that this starts"""
        self.aws("codecommit").create_repository(repositoryName="shop")
        bucket = f"live-{self.account}"
        self.aws("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if first is not None:
            self.push(first, **(files or {}))
        self.declare(*stages, **pipeline)
        return self.executions()[-1]

    def declare(self, *stages: Shape, blocks: Mapping[str, Any] | None = None, **pipeline: Any) -> None:
        """Make, or change, the pipeline with pipectl"""
        file = self.folder / "shop.yaml"
        file.write_text(self.described(*stages, blocks=blocks, **pipeline), encoding="utf-8")
        made = self.run("create", str(file))
        assert made.exit_code == 0, made.output

    def described(self, *stages: Shape, blocks: Mapping[str, Any] | None = None, **pipeline: Any) -> str:
        """The spec"""
        return yaml.safe_dump(
            {
                "pipectl": 1,
                "name": "shop",
                "region": REGION,
                "codecommit": {"shop": {"managed": False}},
                **(blocks or {}),
                "codepipeline": {"shop": {"stages": [SOURCE, *stages], **pipeline}},
            },
            sort_keys=False,
        ).replace("BUCKET", f"live-{self.account}")

    def ask(self, *words: str) -> Result:
        """Type a command without a spec"""
        return self.run(*words, AWS_REGION=REGION)

    def push(self, message: str, branch: str = "main", **files: str) -> str:
        """Commit to a branch; its full id"""
        codecommit = self.aws("codecommit")
        parent = {}
        if self.commits:
            tip = codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]["commitId"]
            parent = {"parentCommitId": tip}
        if branch != "main":
            codecommit.create_branch(repositoryName="shop", branchName=branch, commitId=tip)
        put = {f"file{len(self.commits)}": message, **files}
        made = codecommit.create_commit(
            repositoryName="shop",
            branchName=branch,
            putFiles=[{"filePath": name, "fileContent": text.encode()} for name, text in put.items()],
            commitMessage=message,
            authorName="tung",
            email="tung@example.org",
            **parent,
        )
        self.commits.append(str(made["commitId"]))
        return self.commits[-1]

    def executions(self, commit: str | None = None) -> list[str]:
        """The ids, newest first; only of a commit, when one is named"""
        found = self.api.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
        return [
            str(each["pipelineExecutionId"])
            for each in found
            if commit in (None, *(revision["revisionId"] for revision in each.get("sourceRevisions", [])))
        ]

    def execution(self, commit: str) -> str:
        """The newest execution of a commit, as soon as it has fetched it"""
        return str(until(lambda: self.executions(commit))[0])

    def stage(self, name: str) -> Shape:
        states = self.api.get_pipeline_state(name="shop")["stageStates"]
        return next(dict(each) for each in states if each["stageName"] == name)

    def reaches(self, execution: str, name: str, status: str) -> None:
        """Wait until an execution stands so in a stage"""

        def stands() -> bool:
            latest = self.stage(name).get("latestExecution", {})
            return (latest.get("pipelineExecutionId"), latest.get("status")) == (execution, status)

        until(stands)

    def waits(self, execution: str, name: str) -> None:
        """Wait until an execution is before a stage"""
        until(lambda: self.stage(name).get("inboundExecution", {}).get("pipelineExecutionId") == execution)

    def status(self, execution: str) -> str:
        found = self.api.get_pipeline_execution(pipelineName="shop", pipelineExecutionId=execution)
        return str(found["pipelineExecution"]["status"])

    def ends(self, execution: str, status: str) -> None:
        until(lambda: self.status(execution) not in ("InProgress", "Stopping"))
        assert (self.status(execution), self._problems(execution)) == (status, self._problems(execution))

    def rows(self, execution: str) -> list[Shape]:
        """What the execution's actions did, newest first"""
        found = self.api.list_action_executions(
            pipelineName="shop", filter={"pipelineExecutionId": execution}
        )
        return [dict(each) for each in found["actionExecutionDetails"]]

    def _problems(self, execution: str) -> list[str]:
        """What went wrong in an execution, for whoever reads why a test failed"""
        results = [row.get("output", {}).get("executionResult", {}) for row in self.rows(execution)]
        return [each["externalExecutionSummary"] for each in results if "errorDetails" in each]

    def hold(self, name: str, reason: str = "Release freeze until Monday") -> None:
        self.api.disable_stage_transition(
            pipelineName="shop", stageName=name, transitionType="Inbound", reason=reason
        )

    def open(self, name: str) -> None:
        self.api.enable_stage_transition(pipelineName="shop", stageName=name, transitionType="Inbound")

    def answer(self, status: str, summary: str = "") -> None:
        """Answer the approval of Gate as soon as it asks, with plain boto3"""

        def token() -> str | None:
            state = self.stage("Gate")["actionStates"][0].get("latestExecution", {})
            return str(state["token"]) if "token" in state else None

        self.api.put_approval_result(
            pipelineName="shop",
            stageName="Gate",
            actionName="Gate",
            token=until(token),
            result={"status": status, "summary": summary},
        )

    def stable(self, text: str) -> str:
        """A screen without what differs from run to run: ids by their order, moments, account"""
        text = re.sub(r"http://127\.0\.0\.1:\d+/git/\d+", "http://127.0.0.1:PORT/git/ACCOUNT", text)
        for number, commit in enumerate(self.commits, 1):
            text = text.replace(commit, f"c{number:039d}").replace(commit[:7], f"c{number:06d}")
        for number, execution in enumerate(reversed(self.executions()), 1):
            text = text.replace(execution[:8], f"e{number:07d}")
        text = text.replace(self.account, "123456789012")
        text = re.sub(r"(?<=:connection/)[0-9a-f-]{36}", "UUID", text)
        text = re.sub(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d:\d\d\b", "Mon 09:12", text)
        text = re.sub(r"\b\d\d:\d\d:\d\d\b", "09:12:00", text)
        text = re.sub(r"\b\d+(\.\d)? s  +", lambda took: "2 s".ljust(len(took[0])), text)
        text = re.sub(r"\bjust now\b|\b\d+(\.\d)? s ago\b", "2 s ago", text)
        return re.sub(r"\b\d+(\.\d)? s\b", "2 s", text)
