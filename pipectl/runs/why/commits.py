"""The commits of the CodeCommit sources: which are on their branches, and which contain which."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipectl.aws.cloud import find
from pipectl.runs.executions import message
from pipectl.runs.why.answers import Commit
from pipectl.runs.why.sight import Sight

MISSING = (
    "BranchDoesNotExistException",
    "RepositoryDoesNotExistException",
    "CommitIdDoesNotExistException",
    "InvalidCommitIdException",
    "CommitDoesNotExistException",
)
PREFIX = re.compile(r"[0-9a-f]{0,40}")
"""The beginning of a commit's id."""
WALKED = 30
"""Commits that are looked at, from the newest on; each is a call."""


@dataclass(frozen=True)
class Branch:
    """The branch that a CodeCommit source action follows."""

    action: str
    repository: str
    name: str


def branches(sight: Sight) -> Iterator[Branch]:
    """The branches of the sources, in their order."""
    for action in sight.sources:
        if action["actionTypeId"]["provider"] == "CodeCommit":
            configuration = action.get("configuration") or {}
            repository, name = (configuration.get(key, "") for key in ("RepositoryName", "BranchName"))
            yield Branch(action["name"], repository, name)


def branch(sight: Sight, action: str) -> Branch | None:
    """The branch of one source, when that is CodeCommit."""
    return next((each for each in branches(sight) if each.action == action), None)


def tip(sight: Sight, where: Branch) -> str | None:
    """The newest commit of the branch; None when there is no such branch."""
    answer = find(
        MISSING,
        sight.cloud,
        "codecommit",
        "get_branch",
        repositoryName=where.repository,
        branchName=where.name,
    )
    return str(answer["branch"]["commitId"]) if answer else None


def known(sight: Sight, repository: str, identity: str) -> Commit | None:
    """One commit by its full id."""
    found = _commit(sight, repository, identity)
    return Commit(identity, message(str(found.get("message") or ""))) if found else None


def walk(sight: Sight, repository: str, start: str) -> Iterator[Commit]:
    """A commit and those it descends from, the nearest first; at most WALKED."""
    todo, seen = [start], {start}
    for _ in range(WALKED):
        if not todo:
            return
        identity = todo.pop(0)
        found = _commit(sight, repository, identity)
        if found is None:
            continue
        yield Commit(identity, message(str(found.get("message") or "")))
        parents = [str(each) for each in found.get("parents") or [] if each not in seen]
        seen.update(parents)
        todo += parents


def contains(sight: Sight, action: str, newer: str, older: str) -> bool | None:
    """Whether a commit of a source descends from another; None when that cannot be told."""
    where = branch(sight, action)
    if where is None:
        return None
    count = 0
    for each in walk(sight, where.repository, newer):
        count += 1
        if each.id == older:
            return True
    return None if count == WALKED else False


def _commit(sight: Sight, repository: str, identity: str) -> dict[str, Any] | None:
    answer = find(
        MISSING, sight.cloud, "codecommit", "get_commit", repositoryName=repository, commitId=identity
    )
    return dict(answer["commit"]) if answer else None
