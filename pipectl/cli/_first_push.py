"""The way to start the first run: where to push the code to, after its repository was created."""

import contextvars
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from pipectl.cli._options import Settings
from pipectl.cli._pipelines import declarations
from pipectl.command import first_push
from pipectl.engine.values import Action, Outcome, Result
from pipectl.errors import PipectlError
from pipectl.runs.clone import clone_url

if TYPE_CHECKING:
    from pipectl.flow import Stack

KIND = "codecommit repository"
AT_ONCE = 4
"""Repositories that are asked for at the same time."""


class FirstPush:
    """Asks where to push to as soon as a repository is made, while the rest is being made."""

    def __init__(self, stacks: "Sequence[Stack]", settings: Settings) -> None:
        self._stacks = stacks
        self._urls: dict[str, Future[str]] = {}
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
        if step.resource.kind == KIND and is_made and step.resource.name in self._branches:
            stack, _ = self._branches[step.resource.name]
            asked = self._pool.submit(
                contextvars.copy_context().run, clone_url, stack.cloud, step.resource.name
            )
            self._urls[step.resource.name] = asked

    def text(self, outcomes: Sequence[Outcome]) -> str | None:
        """The command to type, one for each new repository that a pipeline reads; None when there is none."""
        self._pool.shutdown(wait=False)
        if not self._urls or any(outcome.result is not Result.DONE for outcome in outcomes):
            return None
        try:
            told = [
                first_push(url.result(), self._branches[repository][1], repository)
                for repository, url in sorted(self._urls.items())
            ]
        except PipectlError:  # all was made: who may not ask for the URL is not told it
            return None
        return "\n".join(told)


def _sources(stack: "Stack") -> Iterator[tuple[str, str]]:
    """Repository and branch of every CodeCommit source."""
    for declaration in declarations(stack.spec, stack.cloud.account.region).values():
        for stage in declaration["stages"] if declaration else []:
            for action in stage["actions"]:
                if action["actionTypeId"]["provider"] == "CodeCommit":
                    yield action["configuration"]["RepositoryName"], action["configuration"]["BranchName"]
