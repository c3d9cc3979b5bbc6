"""A source that is not there: a repository that was deleted or is empty, a branch that nobody has pushed."""

from collections.abc import Iterator
from functools import partial

from pipectl.aws.cloud import find
from pipectl.doctor._case import Action, Case
from pipectl.doctor._finding import Finding, doubt, good, wrong
from pipectl.doctor._tools import each
from pipectl.kinds import source as sources_kind

TITLE = "source"
GONE, NO_BRANCH = "RepositoryDoesNotExistException", "BranchDoesNotExistException"


def check(case: Case) -> list[Finding]:
    """Every source in CodeCommit of a pipeline that is there; `create` makes those of the others."""
    found = [action for action in case.actions_of("CodeCommit") if action.pipeline.live]
    return each(found, lambda action: action.title, partial(_look, case))


def _look(case: Case, action: Action) -> Iterator[Finding]:
    name, branch = action.value("RepositoryName"), action.value("BranchName")
    if not name or not branch:
        return
    where = {"repositoryName": name, "branchName": branch}
    if find([GONE, NO_BRANCH], case.cloud, "codecommit", "get_branch", **where):
        yield good(action.title, f"reads {branch} of {name}")
    elif find([GONE], case.cloud, "codecommit", "get_repository", repositoryName=name):
        text = f"{name} has no branch {branch}, so there is nothing to run"
        yield doubt(action.title, text, f"push {branch}, or name another branch in the action")
    else:
        otherwise = "make the repository, or name another in the action"
        text = f"its repository {name} is not there"
        yield wrong(action.title, text, case.mend(sources_kind.NAME, name, otherwise))
