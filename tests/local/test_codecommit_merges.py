"""CodeCommit: merges of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import BASE, FAR, NEAR, OURS, commit, diverge, read, sides, tip
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipectl.local.server import Server


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


@pytest.fixture
def events(server: Server, account: str) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []

    def listen(owner: str, region: str, event: dict[str, Any]) -> None:
        if owner == account:
            heard.append(event["detail"])

    server.world.on_event(listen)
    return heard


def test_a_branch_that_is_ahead_can_be_merged_in_every_way(
    codecommit: Any, events: list[dict[str, Any]]
) -> None:
    base = commit(codecommit, "main", {"a": BASE})
    codecommit.create_branch(repositoryName="shop", branchName="next", commitId=base)
    ahead = commit(codecommit, "next", {"a": OURS})
    answer = codecommit.get_merge_options(**sides())
    assert answer["mergeOptions"] == ["FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"]
    assert (answer["sourceCommitId"], answer["destinationCommitId"]) == (ahead, base)
    assert answer["baseCommitId"] == base
    assert codecommit.merge_branches_by_fast_forward(**sides())["commitId"] == ahead
    assert tip(codecommit, "main") == ahead
    assert (events[-1]["event"], events[-1]["referenceName"]) == ("referenceUpdated", "main")
    assert (events[-1]["mergeOption"], events[-1]["sourceCommitId"]) == ("FAST_FORWARD_MERGE", ahead)
    assert "mergedCommitId" not in codecommit.get_merge_commit(**sides())


def test_diverged_branches_do_not_fast_forward(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"1"})
    assert codecommit.get_merge_options(**sides())["mergeOptions"] == ["SQUASH_MERGE", "THREE_WAY_MERGE"]
    answer = codecommit.get_merge_conflicts(**sides(mergeOption="FAST_FORWARD_MERGE"))
    assert (answer["mergeable"], answer["conflictMetadataList"]) == (False, [])
    with refused("ManualMergeRequiredException"):
        codecommit.merge_branches_by_fast_forward(**sides())


@pytest.mark.parametrize("way", ["squash", "three_way"])
def test_a_merge_has_the_changes_of_both(codecommit: Any, way: str) -> None:
    diverge(codecommit, {"b": b"ours", "kept": None}, {"c": b"theirs"})
    source, destination = tip(codecommit, "next"), tip(codecommit, "main")
    merge = getattr(codecommit, f"merge_branches_by_{way}")
    answer = merge(**sides(authorName="Ann", email="ann@example.com", commitMessage="Both"))
    assert tip(codecommit, "main") == answer["commitId"]
    made = codecommit.get_commit(repositoryName="shop", commitId=answer["commitId"])["commit"]
    assert made["parents"] == ([destination, source] if way == "three_way" else [destination])
    assert (made["message"], made["author"]["name"], made["treeId"]) == ("Both", "Ann", answer["treeId"])
    assert (read(codecommit, "b"), read(codecommit, "c")) == (b"ours", b"theirs")
    with refused("FileDoesNotExistException"):
        read(codecommit, "kept")
    assert codecommit.get_merge_commit(**sides())["mergedCommitId"] == answer["commitId"]
    assert (
        codecommit.get_merge_commit(**sides(destinationCommitSpecifier=destination))["mergedCommitId"]
        == answer["commitId"]
    )


@pytest.mark.parametrize(
    ("strategy", "level", "expected"),
    [
        ("ACCEPT_SOURCE", "FILE_LEVEL", NEAR + b"six\n"),
        ("ACCEPT_DESTINATION", "FILE_LEVEL", OURS),
        ("ACCEPT_DESTINATION", "LINE_LEVEL", OURS + b"six\n"),
    ],
)
def test_a_strategy_decides_conflicts(codecommit: Any, strategy: str, level: str, expected: bytes) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR + b"six\n"})
    codecommit.merge_branches_by_squash(
        **sides(conflictDetailLevel=level, conflictResolutionStrategy=strategy)
    )
    assert read(codecommit, "a") == expected


def test_automerge_merges_lines_and_leaves_the_rest(codecommit: Any) -> None:
    diverge(codecommit, {"a": OURS}, {"a": FAR})
    commit(codecommit, "next", {"a": NEAR})
    automerge = {"conflictResolutionStrategy": "AUTOMERGE"}
    assert codecommit.get_merge_options(**sides(**automerge))["mergeOptions"] == []
    with refused("ManualMergeRequiredException"):
        codecommit.merge_branches_by_three_way(**sides(**automerge))
    commit(codecommit, "next", {"a": FAR})
    codecommit.merge_branches_by_three_way(**sides(**automerge))
    assert read(codecommit, "a") == b"ONE\ntwo\nthree\nfour\nFIVE\n"


@pytest.mark.parametrize(("strategy", "path"), [("ACCEPT_SOURCE", "n/m"), ("ACCEPT_DESTINATION", "n")])
def test_a_side_decides_between_file_and_folder(codecommit: Any, strategy: str, path: str) -> None:
    diverge(codecommit, {"n": b"1"}, {"n/m": b"2"})
    codecommit.merge_branches_by_three_way(**sides(conflictResolutionStrategy=strategy))
    tree = codecommit.get_differences(repositoryName="shop", afterCommitSpecifier="main")["differences"]
    assert [entry["afterBlob"]["path"] for entry in tree] == ["a", "kept", path]


def test_an_unreferenced_merge_commit_moves_no_branch(codecommit: Any, events: list[dict[str, Any]]) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    before = tip(codecommit, "main")
    answer = codecommit.create_unreferenced_merge_commit(**sides(mergeOption="THREE_WAY_MERGE"))
    assert tip(codecommit, "main") == before
    assert read(codecommit, "c", answer["commitId"]) == b"2"
    assert (events[-1]["event"], events[-1]["commitId"]) == (
        "unreferencedMergeCommitCreated",
        answer["commitId"],
    )
    with refused("InvalidMergeOptionException"):
        codecommit.create_unreferenced_merge_commit(**sides(mergeOption="FAST_FORWARD_MERGE"))


def test_the_target_branch_is_a_branch_at_the_destination(codecommit: Any) -> None:
    diverge(codecommit, {"b": b"1"}, {"c": b"2"})
    destination = tip(codecommit, "main")
    with refused("InvalidTargetBranchException"):
        codecommit.merge_branches_by_squash(**sides(destinationCommitSpecifier=destination))
    with refused("BranchDoesNotExistException"):
        codecommit.merge_branches_by_squash(**sides(targetBranch="other"))
    with refused("ConcurrentReferenceUpdateException"):
        codecommit.merge_branches_by_squash(**sides(targetBranch="next"))
    answer = codecommit.merge_branches_by_squash(
        **sides(destinationCommitSpecifier=destination, targetBranch="main")
    )
    assert tip(codecommit, "main") == answer["commitId"]
