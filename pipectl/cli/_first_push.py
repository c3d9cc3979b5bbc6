"""The way to start the first run: where to push the code to, after its repository was created."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pipectl.cli._options import Settings
from pipectl.cli._pipelines import declarations
from pipectl.engine.values import Action, Outcome, Result

if TYPE_CHECKING:
    from pipectl.flow import Stack

KIND = "codecommit repository"


def first_push(stacks: "Sequence[Stack]", outcomes: Sequence[Outcome], settings: Settings) -> str | None:
    """The command to type, one for each new repository that a pipeline reads; None when there is none."""
    created = {
        outcome.step.resource.name
        for outcome in outcomes
        if outcome.step.resource.kind == KIND
        and outcome.step.action is Action.CREATE
        and outcome.result is Result.DONE
    }
    if not created or any(outcome.result is not Result.DONE for outcome in outcomes):
        return None
    from pipectl.aws.cloud import side_by_side

    pushes = [
        partial(_command, stack, repository, branch, settings)
        for stack in stacks
        for repository, branch in dict.fromkeys(_sources(stack))
        if repository in created
    ]
    return "\n".join(["Push to start the first run:", *side_by_side(pushes)]) if pushes else None


def _command(stack: "Stack", repository: str, branch: str, settings: Settings) -> str:
    return f"  git push {_url(stack, repository, settings)} {branch}"


def _sources(stack: "Stack") -> Iterator[tuple[str, str]]:
    """Repository and branch of every CodeCommit source."""
    for declaration in declarations(stack.spec, stack.cloud.account.region).values():
        for stage in declaration["stages"] if declaration else []:
            for action in stage["actions"]:
                if action["actionTypeId"]["provider"] == "CodeCommit":
                    yield action["configuration"]["RepositoryName"], action["configuration"]["BranchName"]


def _url(stack: "Stack", repository: str, settings: Settings) -> str:
    """git-remote-codecommit's URL; another endpoint than AWS' says itself where it takes a push."""
    if settings.local or settings.endpoint_url:
        answer = stack.cloud.call("codecommit", "get_repository", repositoryName=repository)
        return str(answer["repositoryMetadata"]["cloneUrlHttp"])
    profile = f"{settings.profile}@" if settings.profile else ""
    return f"codecommit::{stack.cloud.account.region}://{profile}{repository}"
