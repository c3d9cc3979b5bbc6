"""CodeCommit: the lines in which two blobs differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.local.diverged import BASE, OURS, commit
from tests.local.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    made = client("codecommit")
    made.create_repository(repositoryName="shop")
    return made


def blob(codecommit: Any, content: bytes) -> str:
    commit(codecommit, "main", {f"f{len(content)}{content[:3]!r}": content})
    answer = codecommit.get_differences(repositoryName="shop", afterCommitSpecifier="main")
    return next(
        str(entry["afterBlob"]["blobId"])
        for entry in answer["differences"]
        if codecommit.get_blob(repositoryName="shop", blobId=entry["afterBlob"]["blobId"])["content"]
        == content
    )


def compare(codecommit: Any, before: bytes | None, after: bytes, **more: Any) -> dict[str, Any]:
    stated = {"beforeBlobId": blob(codecommit, before)} if before is not None else {}
    return dict(
        codecommit.get_blob_differences(
            repositoryName="shop", afterBlobId=blob(codecommit, after), **stated, **more
        )
    )


def test_changed_lines_stand_among_their_context(codecommit: Any) -> None:
    answer = compare(codecommit, BASE, OURS, contextLines=1)
    assert answer["hunks"] == [
        {
            "beforeStartLine": 1,
            "beforeLineCount": 2,
            "afterStartLine": 1,
            "afterLineCount": 2,
            "changes": [
                {"type": "DELETE", "beforeLineNumber": 1, "content": "one"},
                {"type": "ADD", "afterLineNumber": 1, "content": "ONE"},
                {"type": "CONTEXT", "beforeLineNumber": 2, "afterLineNumber": 2, "content": "two"},
            ],
        }
    ]
    assert (answer["beforeBlobSize"], answer["afterBlobSize"], answer["isBinary"]) == (24, 24, False)


def test_a_new_file_is_added_and_white_space_may_be_ignored(codecommit: Any) -> None:
    (hunk,) = compare(codecommit, None, b"a\nb\n")["hunks"]
    assert [change["type"] for change in hunk["changes"]] == ["ADD", "ADD"]
    assert compare(codecommit, b"a b\n", b"a  b\n", ignoreWhitespace=True)["hunks"] == []


def test_binary_content_has_no_hunks(codecommit: Any) -> None:
    answer = compare(codecommit, b"a\n", b"\0")
    assert (answer["isBinary"], answer["hunks"]) == (True, [])


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"afterBlobId": "x"}, "InvalidBlobIdException"),
        ({"afterBlobId": "0" * 40}, "BlobIdDoesNotExistException"),
        ({"contextLines": 21}, "ValidationException"),
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
    ],
)
def test_wrong_questions_are_refused(codecommit: Any, members: dict[str, Any], code: str) -> None:
    with refused(code):
        codecommit.get_blob_differences(
            **{"repositoryName": "shop", "afterBlobId": blob(codecommit, BASE)} | members
        )
