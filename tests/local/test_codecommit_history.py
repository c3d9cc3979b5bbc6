"""CodeCommit: the history of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import BASE, FAR, OURS, commit, diverge, sides, tip
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


def history(codecommit: Any, path: str, **more: Any) -> list[dict[str, Any]]:
    answer = codecommit.list_file_commit_history(repositoryName="shop", filePath=path, **more)
    return list(answer["revisionDag"])


def test_the_commits_that_changed_a_file_are_listed(codecommit: Any) -> None:
    first = commit(codecommit, "main", {"a": BASE})
    commit(codecommit, "main", {"b": b"1"})
    second = commit(codecommit, "main", {"a": OURS})
    versions = history(codecommit, "a")
    assert [version["commit"]["commitId"] for version in versions] == [second, first]
    assert [version["revisionChildren"] for version in versions] == [[], [second]]
    blob = codecommit.get_blob(repositoryName="shop", blobId=versions[1]["blobId"])
    assert (blob["content"], versions[1]["path"]) == (BASE, "a")
    assert [version["commit"]["commitId"] for version in history(codecommit, "a", commitSpecifier=first)] == [
        first
    ]
    assert history(codecommit, "nowhere") == []


def test_a_merge_has_both_sides_as_parents_of_its_version(codecommit: Any) -> None:
    base = diverge(codecommit, {"a": OURS}, {"a": FAR})
    ours, theirs = tip(codecommit, "main"), tip(codecommit, "next")
    merged = codecommit.merge_branches_by_three_way(**sides(conflictDetailLevel="LINE_LEVEL"))["commitId"]
    children = {
        version["commit"]["commitId"]: version["revisionChildren"] for version in history(codecommit, "a")
    }
    assert children[merged] == []
    assert children[ours] == children[theirs] == [merged]
    assert sorted(children[base]) == sorted([ours, theirs])


def test_history_comes_in_pages(codecommit: Any) -> None:
    commit(codecommit, "main", {"a": BASE})
    commit(codecommit, "main", {"a": OURS})
    first = codecommit.list_file_commit_history(repositoryName="shop", filePath="a", maxResults=1)
    rest = codecommit.list_file_commit_history(
        repositoryName="shop", filePath="a", nextToken=first["nextToken"]
    )
    assert [*first["revisionDag"], *rest["revisionDag"]] == history(codecommit, "a")
    with refused("InvalidMaxResultsException"):
        history(codecommit, "a", maxResults=0)
    with refused("CommitDoesNotExistException"):
        history(codecommit, "a", commitSpecifier="other")
