"""How the first execution starts: the push to a new repository, or the connection that is to be completed."""

import contextvars
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from pipectl.cli._options import Settings
from pipectl.cli._pipelines import declarations
from pipectl.command import complete_connection, first_push, pipectl
from pipectl.engine.values import Action, Outcome, Result
from pipectl.errors import PipectlError
from pipectl.runs.clone import clone_url
from pipectl.runs.connection import AVAILABLE, connection_status

if TYPE_CHECKING:
    from pipectl.flow import Stack

KIND, PIPELINE = "codecommit repository", "pipeline"
AT_ONCE = 4
"""Repositories that are asked for at the same time."""


class FirstPush:
    """Asks where to push to as soon as a repository is made, while the rest is being made."""

    def __init__(self, stacks: "Sequence[Stack]", settings: Settings) -> None:
        self._stacks = stacks
        self._urls: dict[str, Future[str]] = {}
        self._connections: dict[tuple[str, str, str], Future[str | None]] = {}
        """By pipeline, ARN and repository: the state of a connection."""
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self.hear: Callable[[Outcome], None] | None = self._hear if settings.is_text else None
        """Takes note of a repository that was made; as data nobody is told, and nothing is asked."""

    @cached_property
    def _branches(self) -> "dict[str, tuple[Stack, str]]":
        """Every repository that a pipeline reads, with the first branch that one follows."""
        return {
            repository: (stack, branch)
            for stack in reversed(self._stacks)
            for repository, branch in reversed(list(_sources(stack)))
        }

    def _hear(self, outcome: Outcome) -> None:
        step = outcome.step
        is_made = step.action is Action.CREATE and outcome.result is Result.DONE
        if step.resource.kind == PIPELINE and is_made:
            self._ask_connections(step.resource.name)
        if step.resource.kind == KIND and is_made and step.resource.name in self._branches:
            stack, _ = self._branches[step.resource.name]
            asked = self._pool.submit(
                contextvars.copy_context().run, clone_url, stack.cloud, step.resource.name
            )
            self._urls[step.resource.name] = asked

    def _ask_connections(self, pipeline: str) -> None:
        for stack in self._stacks:
            for arn, repository in _connected(stack, pipeline):
                status = self._pool.submit(
                    contextvars.copy_context().run, connection_status, stack.cloud, arn
                )
                self._connections[pipeline, arn, repository] = status

    def text(self, outcomes: Sequence[Outcome]) -> str | None:
        """What to type for each new repository and each new pipeline with a connection; None when nothing."""
        self._pool.shutdown(wait=False)
        if any(outcome.result is not Result.DONE for outcome in outcomes):
            return None
        return "\n".join([*self._pushes(), *self._completions()]) or None

    def _pushes(self) -> list[str]:
        return [
            first_push(_url(asked), self._branches[repository][1], repository)
            for repository, asked in sorted(self._urls.items())
        ]

    def _completions(self) -> Iterator[str]:
        for (name, arn, repository), asked in sorted(self._connections.items()):
            several = len(self._connections) > 1
            pipeline = name if several else None
            try:
                status = asked.result()
            except PipectlError:  # all was made: who may not ask for the state is told how to look
                status = AVAILABLE
            if status in (AVAILABLE, None):
                yield f"the first execution runs: {pipectl('status', '--watch', pipeline=pipeline)} shows it"
                continue
            yield f"waiting for its connection: {complete_connection(arn, repository)}"
            yield f"then {pipectl('start', '--wait', pipeline=pipeline)} deploys {repository}"


def _url(asked: Future[str]) -> str:
    try:
        return asked.result()
    except PipectlError:  # all was made: who may not ask for the URL is told to push all the same
        return ""


def _sources(stack: "Stack") -> Iterator[tuple[str, str]]:
    """Repository and branch of every CodeCommit source."""
    for declaration in declarations(stack.spec, stack.cloud.account.region).values():
        for stage in declaration["stages"] if declaration else []:
            for action in stage["actions"]:
                if action["actionTypeId"]["provider"] == "CodeCommit":
                    yield action["configuration"]["RepositoryName"], action["configuration"]["BranchName"]


def _connected(stack: "Stack", pipeline: str) -> Iterator[tuple[str, str]]:
    """ARN and repository of every source of a pipeline that has a connection."""
    declaration = declarations(stack.spec, stack.cloud.account.region).get(pipeline)
    for stage in declaration["stages"] if declaration else []:
        for action in stage["actions"]:
            if action["actionTypeId"]["provider"] == "CodeStarSourceConnection":
                yield action["configuration"]["ConnectionArn"], action["configuration"]["FullRepositoryId"]
