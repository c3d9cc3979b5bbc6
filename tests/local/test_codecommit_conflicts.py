"""CodeCommit: how conflicts of a merge are described and resolved."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import BASE, FAR, NEAR, OURS, commit, diverge, read, sides
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


def test_the_detail_level_decides_what_conflicts(codecommit: Any) -> None:
    base = diverge(codecommit, {"a": OURS}, {"a": FAR})
    answer = codecommit.get_merge_conflicts(**sides(mergeOption="THREE_WAY_MERGE"))
    assert (answer["mergeable"], answer["baseCommitId"]) == (False, base)
    (metadata,) = answer["conflictMetadataList"]
    assert (metadata["filePath"], metadata["numberOfConflicts"]) == ("a", 1)
    assert metadata["fileSizes"] == {"source": 24, "destination": 24, "base": 24}
    assert metadata["fileModes"] == dict.fromkeys(("source", "destination", "base"), "NORMAL")
    assert metadata["objectTypes"] == dict.fromkeys(("source", "destination", "base"), "FILE")
    assert metadata["isBinaryFile"] == dict.fromkeys(("source", "destination", "base"), False)
    assert metadata["mergeOperations"] == {"source": "M", "destination": "M"}
    assert (metadata["contentConflict"], metadata["fileModeConflict"]) == (True, False)
    with refused("ManualMergeRequiredException"):
        codecommit.merge_branches_by_three_way(**sides())
    level = {"conflictDetailLevel": "LINE_LEVEL"}
    assert codecommit.get_merge_conflicts(**sides(mergeOption="SQUASH_MERGE", **level))["mergeable"]
    codecommit.merge_branches_by_three_way(**sides(**level))
    assert read(codecommit, "a") == b"ONE\ntwo\nthree\nfour\nFIVE\n"


def test_hunks_show_the_lines_of_each_side(codecommit: Any) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR.replace(b"five", b"FIVE")})
    question = sides(mergeOption="THREE_WAY_MERGE", conflictDetailLevel="LINE_LEVEL")
    answer = codecommit.describe_merge_conflicts(**question, filePath="a")
    assert answer["conflictMetadata"]["numberOfConflicts"] == 1
    conflict, change = answer["mergeHunks"]
    assert (conflict["isConflict"], change["isConflict"]) == (True, False)
    assert {
        side: base64.b64decode(conflict[side]["hunkContent"]) for side in ("base", "source", "destination")
    } == {"base": b"one\n", "source": b"uno\n", "destination": b"ONE\n"}
    assert (change["source"]["startLine"], change["source"]["endLine"]) == (4, 5)
    batch = codecommit.batch_describe_merge_conflicts(**question)
    assert batch["conflicts"] == [
        {"conflictMetadata": answer["conflictMetadata"], "mergeHunks": answer["mergeHunks"]}
    ]
    first = codecommit.describe_merge_conflicts(**question, filePath="a", maxMergeHunks=1)
    rest = codecommit.describe_merge_conflicts(**question, filePath="a", nextToken=first["nextToken"])
    assert [*first["mergeHunks"], *rest["mergeHunks"]] == answer["mergeHunks"]


def test_a_file_without_conflict_is_described_and_a_missing_one_is_an_error(codecommit: Any) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR})
    question = sides(mergeOption="SQUASH_MERGE")
    kept = codecommit.describe_merge_conflicts(**question, filePath="kept")
    assert (kept["conflictMetadata"]["numberOfConflicts"], kept["mergeHunks"]) == (0, [])
    with refused("FileDoesNotExistException"):
        codecommit.describe_merge_conflicts(**question, filePath="nowhere")
    batch = codecommit.batch_describe_merge_conflicts(**question, filePaths=["a", "nowhere"])
    assert [entry["conflictMetadata"]["filePath"] for entry in batch["conflicts"]] == ["a"]
    assert [(entry["filePath"], entry["exceptionName"]) for entry in batch["errors"]] == [
        ("nowhere", "FileDoesNotExistException")
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "operations", "flags"),
    [
        ({"a": None}, {"a": FAR}, {"source": "M", "destination": "D"}, (True, False, False)),
        ({"n": b"1"}, {"n": b"2"}, {"source": "A", "destination": "A"}, (True, False, False)),
        ({"n": b"1"}, {"n/m": b"2"}, {"destination": "A"}, (False, False, True)),
        ({"a": b"\0"}, {"a": b"\0\0"}, {"source": "M", "destination": "M"}, (True, False, False)),
    ],
)
def test_conflicts_of_every_kind(
    codecommit: Any,
    ours: dict[str, bytes | None],
    theirs: dict[str, bytes | None],
    operations: dict[str, str],
    flags: tuple[bool, bool, bool],
) -> None:
    diverge(codecommit, ours, theirs)
    answer = codecommit.get_merge_conflicts(
        **sides(mergeOption="THREE_WAY_MERGE", conflictDetailLevel="LINE_LEVEL")
    )
    (metadata,) = answer["conflictMetadataList"]
    assert metadata["mergeOperations"] == operations
    kinds = ("contentConflict", "fileModeConflict", "objectTypeConflict")
    assert tuple(metadata[kind] for kind in kinds) == flags


def test_modes_conflict_too(codecommit: Any) -> None:
    base = commit(codecommit, "main", {"a": BASE})
    codecommit.create_branch(repositoryName="shop", branchName="next", commitId=base)
    commit(codecommit, "main", {}, {"a": "EXECUTABLE"})
    commit(codecommit, "next", {}, {"a": "SYMLINK"})
    (metadata,) = codecommit.get_merge_conflicts(**sides(mergeOption="THREE_WAY_MERGE"))[
        "conflictMetadataList"
    ]
    assert (metadata["contentConflict"], metadata["fileModeConflict"]) == (False, True)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"replacementType": "USE_NEW_CONTENT", "content": b"new\n"}, b"new\n"),
        ({"replacementType": "KEEP_SOURCE"}, NEAR),
        ({"replacementType": "KEEP_DESTINATION"}, OURS),
        ({"replacementType": "KEEP_BASE"}, BASE),
    ],
)
def test_a_caller_resolves_conflicts(codecommit: Any, entry: dict[str, Any], expected: bytes) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR})
    codecommit.merge_branches_by_three_way(
        **sides(
            conflictResolutionStrategy="AUTOMERGE",
            conflictResolution={"replaceContents": [{"filePath": "a", **entry}]},
        )
    )
    assert read(codecommit, "a") == expected


def test_a_conflict_is_resolved_by_deletion(codecommit: Any) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR})
    codecommit.merge_branches_by_three_way(
        **sides(
            conflictResolutionStrategy="AUTOMERGE", conflictResolution={"deleteFiles": [{"filePath": "a"}]}
        )
    )
    with refused("FileDoesNotExistException"):
        read(codecommit, "a")


@pytest.mark.parametrize(
    ("strategy", "resolution", "code"),
    [
        ("NONE", {"deleteFiles": [{"filePath": "a"}]}, "InvalidConflictResolutionException"),
        ("AUTOMERGE", {"deleteFiles": [{"filePath": "kept"}]}, "InvalidConflictResolutionException"),
        (
            "AUTOMERGE",
            {"deleteFiles": [{"filePath": "a"}, {"filePath": "/a"}]},
            "MultipleConflictResolutionEntriesException",
        ),
        (
            "AUTOMERGE",
            {"replaceContents": [{"filePath": "a", "replacementType": "USE_NEW_CONTENT"}]},
            "ReplacementContentRequiredException",
        ),
        (
            "AUTOMERGE",
            {"replaceContents": [{"filePath": "a", "replacementType": "KEEP_BASE", "content": b"1"}]},
            "InvalidReplacementContentException",
        ),
        (
            "AUTOMERGE",
            {"replaceContents": [{"filePath": "a", "replacementType": "KEEP"}]},
            "InvalidReplacementTypeException",
        ),
    ],
)
def test_wrong_resolutions_are_refused(
    codecommit: Any, strategy: str, resolution: dict[str, Any], code: str
) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR})
    with refused(code):
        codecommit.merge_branches_by_squash(
            **sides(conflictResolutionStrategy=strategy, conflictResolution=resolution)
        )


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"repositoryName": "other"}, "RepositoryDoesNotExistException"),
        ({"sourceCommitSpecifier": "other"}, "CommitDoesNotExistException"),
        ({"destinationCommitSpecifier": ""}, "CommitRequiredException"),
        ({"mergeOption": "REBASE"}, "InvalidMergeOptionException"),
        ({"mergeOption": "FAST_FORWARD_MERGE"}, "InvalidMergeOptionException"),
        ({"conflictDetailLevel": "WORD_LEVEL"}, "InvalidConflictDetailLevelException"),
        ({"conflictResolutionStrategy": "GUESS"}, "InvalidConflictResolutionStrategyException"),
        ({"maxMergeHunks": 0}, "InvalidMaxMergeHunksException"),
        ({"maxConflictFiles": 0}, "InvalidMaxConflictFilesException"),
        ({"nextToken": "x"}, "InvalidContinuationTokenException"),
    ],
)
def test_wrong_questions_are_refused(codecommit: Any, members: dict[str, Any], code: str) -> None:
    diverge(codecommit, {"a": OURS}, {"a": NEAR})
    with refused(code):
        codecommit.batch_describe_merge_conflicts(**sides(**{"mergeOption": "SQUASH_MERGE"} | members))
