"""Run a spec to its end on the local AWS with the roles that pipectl makes, or with one permission less."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import roles
from tests.shop import until

if TYPE_CHECKING:
    from tests.conftest import World

Shape = dict[str, Any]
RUNNING = ("InProgress", "Stopping")


@dataclass(frozen=True)
class Ended:
    """How an action or rule ended"""

    status: str
    code: str = ""
    message: str = ""
    external_id: str = ""


@dataclass
class Rehearsal:
    """One account in which specs are made and run"""

    world: "World"
    region: str = "eu-west-1"
    seen: set[str] = field(default_factory=set)
    """The executions whose end was waited for."""

    def aws(self, service: str) -> Any:
        """A plain client of the account's administrator"""
        return self.world.client(service, self.region)

    def create(self, spec: Path | str | Mapping[str, Any]) -> None:
        """Make everything in a spec; everything must succeed"""
        loaded = self.world.load(spec)
        self.region = loaded.region or self.region
        self.world.made(loaded)

    def push(self, repository: str, files: Mapping[str, str], branch: str = "main") -> str:
        """Commit to a CodeCommit repository; the commit's id. Rules of the spec start its pipelines"""
        codecommit = self.aws("codecommit")
        branches = codecommit.list_branches(repositoryName=repository)["branches"]
        parent: Shape = {}
        if branch in branches:
            tip = codecommit.get_branch(repositoryName=repository, branchName=branch)["branch"]
            parent = {"parentCommitId": tip["commitId"]}
        put = [{"filePath": name, "fileContent": text.encode()} for name, text in files.items()]
        made = codecommit.create_commit(repositoryName=repository, branchName=branch, putFiles=put, **parent)
        return str(made["commitId"])

    def start(self, pipeline: str) -> str:
        """Start an execution; its id"""
        started = self.aws("codepipeline").start_pipeline_execution(name=pipeline)
        return str(started["pipelineExecutionId"])

    def finished(self, pipeline: str, execution: str = "") -> dict[str, Ended]:
        """Wait for the end of an execution; how its actions ended, by `Stage/Action`

        Without one it is that which the last push has started: the first of all finds an empty repository.
        """
        identity = execution or until(lambda: self._pushed(pipeline))
        self.seen.add(identity)
        until(lambda: self.status(pipeline, identity) not in RUNNING)
        return self.actions(pipeline, identity)

    def run(self, pipeline: str) -> dict[str, Ended]:
        """Start an execution and wait for its end"""
        return self.finished(pipeline, self.start(pipeline))

    def status(self, pipeline: str, execution: str) -> str:
        """An execution's status"""
        found = self.aws("codepipeline").get_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=execution
        )
        return str(found["pipelineExecution"]["status"])

    def actions(self, pipeline: str, execution: str) -> dict[str, Ended]:
        """How the actions of an execution ended so far, by `Stage/Action`"""
        found = self.aws("codepipeline").list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        return {f"{row['stageName']}/{row['actionName']}": _ended(row) for row in reversed(found)}

    def statements(self, role: str) -> list[Shape]:
        """All statements of a role's inline and attached policies"""
        return roles.statements(self.aws("iam"), role)

    def take_away(self, role: str, action: str, resource: str = "") -> None:
        """Take one permission away from a role that pipectl has made; the role must have it.

        `action` is spelled as in the role's policy (it may be a pattern); with `resource` only from
        statements that name this resource.
        """
        roles.take_away(self.aws("iam"), role, action, resource)

    def give(self, role: str, *statements: Shape) -> None:
        """Allow a role more"""
        text = roles.document(*statements)
        self.aws("iam").put_role_policy(RoleName=role, PolicyName="given", PolicyDocument=text)

    def _pushed(self, pipeline: str) -> str:
        found = self.aws("codepipeline").list_pipeline_executions(pipelineName=pipeline)
        started = [
            str(each["pipelineExecutionId"])
            for each in found["pipelineExecutionSummaries"]
            if each["trigger"]["triggerType"] == "CloudWatchEvent"
        ]
        return next((identity for identity in started if identity not in self.seen), "")


def _ended(row: Shape) -> Ended:
    """AWS tells the message in the summary (docs/aws/codepipeline.md, 4)"""
    result = row.get("output", {}).get("executionResult", {})
    error = result.get("errorDetails", {})
    message = error.get("message") or result.get("externalExecutionSummary") or ""
    return Ended(row["status"], error.get("code", ""), message, result.get("externalExecutionId", ""))
