"""CodeCommit: branches, commits and files through the API."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

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


def put(codecommit: Any, path: str, content: bytes, parent: str | None = None, **more: Any) -> str:
    stated = {"parentCommitId": parent} if parent else {}
    answer = codecommit.put_file(
        repositoryName="shop", branchName="main", filePath=path, fileContent=content, **stated, **more
    )
    return str(answer["commitId"])


def paths(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["absolutePath"] for answer in answers]


def test_the_first_file_makes_branch_and_default(codecommit: Any, events: list[dict[str, Any]]) -> None:
    commit = put(
        codecommit, "README.md", b"hello", name="Ann", email="ann@example.com", commitMessage="Begin"
    )
    assert codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]["defaultBranch"] == "main"
    described = codecommit.get_commit(repositoryName="shop", commitId=commit)["commit"]
    assert described["commitId"] == commit
    assert described["message"] == "Begin"
    assert described["parents"] == []
    assert (described["author"]["name"], described["author"]["email"]) == ("Ann", "ann@example.com")
    assert described["author"]["date"].endswith(" +0000")
    assert [(event["event"], event["commitId"]) for event in events] == [("referenceCreated", commit)]


def test_a_file_comes_back(codecommit: Any) -> None:
    commit = put(codecommit, "bin/run", b"\x00\xff", fileMode="EXECUTABLE")
    for specifier in (
        {},
        {"commitSpecifier": "main"},
        {"commitSpecifier": commit},
        {"commitSpecifier": "HEAD"},
    ):
        found = codecommit.get_file(repositoryName="shop", filePath="bin/run", **specifier)
        assert found["fileContent"] == b"\x00\xff"
        assert (found["commitId"], found["fileMode"], found["fileSize"]) == (commit, "EXECUTABLE", 2)
    assert codecommit.get_blob(repositoryName="shop", blobId=found["blobId"])["content"] == b"\x00\xff"


def test_the_next_commit_names_the_tip(codecommit: Any, events: list[dict[str, Any]]) -> None:
    first = put(codecommit, "a", b"1")
    with refused("ParentCommitIdRequiredException"):
        put(codecommit, "a", b"2")
    second = put(codecommit, "a", b"2", first)
    with refused("ParentCommitIdOutdatedException", second):
        put(codecommit, "a", b"3", first)
    with refused("SameFileContentException"):
        put(codecommit, "a", b"2", second)
    with refused("InvalidParentCommitIdException"):
        put(codecommit, "a", b"3", "HEAD")
    with refused("ParentCommitDoesNotExistException"):
        put(codecommit, "a", b"3", "0" * 40)
    assert codecommit.get_commit(repositoryName="shop", commitId=second)["commit"]["parents"] == [first]
    assert (events[1]["event"], events[1]["oldCommitId"]) == ("referenceUpdated", first)


def test_only_the_first_branch_comes_from_nothing(codecommit: Any) -> None:
    put(codecommit, "a", b"1")
    with refused("BranchDoesNotExistException", "Branch other does not exist"):
        codecommit.put_file(repositoryName="shop", branchName="other", filePath="a", fileContent=b"1")


@pytest.mark.parametrize("path", ["../a", "a/../b", ".git/config", "a/.GIT/x", "a//b"])
def test_bad_paths_are_refused(codecommit: Any, path: str) -> None:
    with refused("InvalidPathException"):
        put(codecommit, path, b"1")


def test_a_commit_of_several_files(codecommit: Any) -> None:
    first = codecommit.create_commit(
        repositoryName="shop",
        branchName="main",
        putFiles=[{"filePath": name, "fileContent": name.encode()} for name in ("a", "b", "src/c", "src/d")],
    )
    assert paths(first["filesAdded"]) == ["a", "b", "src/c", "src/d"]
    second = codecommit.create_commit(
        repositoryName="shop",
        branchName="main",
        parentCommitId=first["commitId"],
        putFiles=[
            {"filePath": "a", "fileContent": b"new"},
            {"filePath": "moved", "sourceFile": {"filePath": "src/c", "isMove": True}},
        ],
        deleteFiles=[{"filePath": "src/d"}],
        setFileModes=[{"filePath": "b", "fileMode": "EXECUTABLE"}],
        keepEmptyFolders=True,
    )
    assert paths(second["filesAdded"]) == ["moved"]
    assert paths(second["filesUpdated"]) == ["a", "b"]
    assert paths(second["filesDeleted"]) == ["src/c", "src/d"]
    assert codecommit.get_file(repositoryName="shop", filePath="moved")["fileContent"] == b"src/c"


def test_a_kept_folder_has_a_mark(codecommit: Any) -> None:
    first = put(codecommit, "src/c", b"1")
    answer = codecommit.delete_file(
        repositoryName="shop",
        branchName="main",
        filePath="src/c",
        parentCommitId=first,
        keepEmptyFolders=True,
    )
    assert answer["filePath"] == "src/c"
    assert paths(codecommit.get_folder(repositoryName="shop", folderPath="/src")["files"]) == ["src/.gitkeep"]


WRONG_COMMITS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing to do": ({}, "FileEntryRequiredException"),
    "a file twice": (
        {"putFiles": [{"filePath": "x", "fileContent": b"1"}], "deleteFiles": [{"filePath": "x"}]},
        "SamePathRequestException",
    ),
    "a missing file deleted": ({"deleteFiles": [{"filePath": "x"}]}, "FileDoesNotExistException"),
    "neither content nor source": ({"putFiles": [{"filePath": "x"}]}, "SourceFileOrContentRequiredException"),
    "content and source": (
        {"putFiles": [{"filePath": "x", "fileContent": b"1", "sourceFile": {"filePath": "a"}}]},
        "FileContentAndSourceFileSpecifiedException",
    ),
    "nothing changed": ({"putFiles": [{"filePath": "a", "fileContent": b"1"}]}, "NoChangeException"),
    "a file below a file": (
        {"putFiles": [{"filePath": "a/b", "fileContent": b"1"}]},
        "DirectoryNameConflictsWithFileNameException",
    ),
    "a file for a folder": (
        {"putFiles": [{"filePath": "src", "fileContent": b"1"}]},
        "FileNameConflictsWithDirectoryNameException",
    ),
    "101 files": (
        {"putFiles": [{"filePath": f"f{number}", "fileContent": b"1"} for number in range(101)]},
        "MaximumFileEntriesExceededException",
    ),
    "a broken email": (
        {"putFiles": [{"filePath": "x", "fileContent": b"1"}], "email": "<a>"},
        "InvalidEmailException",
    ),
}


@pytest.mark.parametrize("case", WRONG_COMMITS)
def test_commits_that_aws_refuses(codecommit: Any, case: str) -> None:
    first = put(codecommit, "a", b"1")
    second = put(codecommit, "src/b", b"1", first)
    request, code = WRONG_COMMITS[case]
    with refused(code):
        codecommit.create_commit(repositoryName="shop", branchName="main", parentCommitId=second, **request)
    branch = codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]
    assert branch["commitId"] == second


def test_branches_are_made_and_deleted(codecommit: Any, events: list[dict[str, Any]]) -> None:
    commit = put(codecommit, "a", b"1")
    codecommit.create_branch(repositoryName="shop", branchName="feature/one", commitId=commit)
    with refused("BranchNameExistsException"):
        codecommit.create_branch(repositoryName="shop", branchName="feature/one", commitId=commit)
    assert codecommit.list_branches(repositoryName="shop")["branches"] == ["feature/one", "main"]
    gone = codecommit.delete_branch(repositoryName="shop", branchName="feature/one")
    assert gone["deletedBranch"] == {"branchName": "feature/one", "commitId": commit}
    assert "deletedBranch" not in codecommit.delete_branch(repositoryName="shop", branchName="feature/one")
    assert [event["event"] for event in events] == [
        "referenceCreated",
        "referenceCreated",
        "referenceDeleted",
    ]


def test_a_branch_needs_a_commit(codecommit: Any) -> None:
    with refused("CommitDoesNotExistException"):
        codecommit.create_branch(repositoryName="shop", branchName="new", commitId="0" * 40)
    with refused("InvalidCommitIdException"):
        codecommit.create_branch(repositoryName="shop", branchName="new", commitId="main")


def test_the_default_branch_stays_until_another_one_is_default(codecommit: Any) -> None:
    commit = put(codecommit, "a", b"1")
    codecommit.create_branch(repositoryName="shop", branchName="next", commitId=commit)
    with refused("DefaultBranchCannotBeDeletedException"):
        codecommit.delete_branch(repositoryName="shop", branchName="main")
    codecommit.update_default_branch(repositoryName="shop", defaultBranchName="next")
    codecommit.delete_branch(repositoryName="shop", branchName="main")
    assert codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]["defaultBranch"] == "next"


def test_a_folder_lists_its_parts_apart(codecommit: Any) -> None:
    codecommit.create_commit(
        repositoryName="shop",
        branchName="main",
        putFiles=[
            {"filePath": "app/run.sh", "fileContent": b"1", "fileMode": "EXECUTABLE"},
            {"filePath": "app/link", "fileContent": b"run.sh", "fileMode": "SYMLINK"},
            {"filePath": "app/src/a", "fileContent": b"1"},
        ],
    )
    found = codecommit.get_folder(repositoryName="shop", folderPath="app")
    assert paths(found["subFolders"]) == ["app/src"]
    assert found["files"][0]["relativePath"] == "run.sh"
    assert found["files"][0]["fileMode"] == "EXECUTABLE"
    assert paths(found["symbolicLinks"]) == ["app/link"]
    assert paths(codecommit.get_folder(repositoryName="shop", folderPath="/")["subFolders"]) == ["app"]


def test_what_is_not_there_is_told(codecommit: Any) -> None:
    with refused("CommitDoesNotExistException"):
        codecommit.get_file(repositoryName="shop", filePath="a")
    put(codecommit, "a", b"1")
    with refused("FileDoesNotExistException"):
        codecommit.get_file(repositoryName="shop", filePath="b")
    with refused("FolderDoesNotExistException"):
        codecommit.get_folder(repositoryName="shop", folderPath="a")
    with refused("CommitIdDoesNotExistException"):
        codecommit.get_commit(repositoryName="shop", commitId="0" * 40)
    with refused("InvalidCommitIdException"):
        codecommit.get_commit(repositoryName="shop", commitId="main")
    with refused("BlobIdDoesNotExistException"):
        codecommit.get_blob(repositoryName="shop", blobId="0" * 40)


def test_commits_are_read_in_a_batch(codecommit: Any) -> None:
    commit = put(codecommit, "a", b"1")
    answer = codecommit.batch_get_commits(repositoryName="shop", commitIds=[commit, "nothing"])
    assert [found["commitId"] for found in answer["commits"]] == [commit]
    assert [error["commitId"] for error in answer["errors"]] == ["nothing"]
    with refused("CommitIdsLimitExceededException"):
        codecommit.batch_get_commits(repositoryName="shop", commitIds=["0" * 40] * 101)


def test_differences_between_two_commits(codecommit: Any) -> None:
    first = put(codecommit, "a", b"1")
    second = put(codecommit, "src/b", b"1", first)
    answer = codecommit.create_commit(
        repositoryName="shop",
        branchName="main",
        parentCommitId=second,
        putFiles=[{"filePath": "src/b", "fileContent": b"2"}],
        deleteFiles=[{"filePath": "a"}],
    )
    found = codecommit.get_differences(
        repositoryName="shop", beforeCommitSpecifier=first, afterCommitSpecifier=answer["commitId"]
    )["differences"]
    assert [(change["changeType"], *_paths(change)) for change in found] == [
        ("D", "a", None),
        ("A", None, "src/b"),
    ]
    all_added = codecommit.get_differences(repositoryName="shop", afterCommitSpecifier="main")["differences"]
    assert [(change["changeType"], change["afterBlob"]["mode"]) for change in all_added] == [("A", "100644")]
    restricted = codecommit.get_differences(
        repositoryName="shop", beforeCommitSpecifier=second, afterCommitSpecifier="main", afterPath="src"
    )["differences"]
    assert [change["changeType"] for change in restricted] == ["M"]


def _paths(change: dict[str, Any]) -> tuple[str | None, str | None]:
    return change.get("beforeBlob", {}).get("path"), change.get("afterBlob", {}).get("path")


def test_differences_come_in_pages(codecommit: Any) -> None:
    files = [{"filePath": f"f{number}", "fileContent": b"1"} for number in range(5)]
    codecommit.create_commit(repositoryName="shop", branchName="main", putFiles=files)
    pages = codecommit.get_paginator("get_differences").paginate(
        repositoryName="shop", afterCommitSpecifier="main", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["differences"]) for page in pages] == [2, 2, 1]


def test_other_services_get_a_commit_as_a_zip_file(codecommit: Any, server: Server, account: str) -> None:
    files = [
        {"filePath": "app/run.sh", "fileContent": b"echo", "fileMode": "EXECUTABLE"},
        {"filePath": "README.md", "fileContent": b"hello"},
    ]
    commit = codecommit.create_commit(repositoryName="shop", branchName="main", putFiles=files)["commitId"]
    service = server.world.service("codecommit", account, "eu-west-1")
    assert service.branch_tip("shop", "main") == commit
    assert service.branch_tip("shop", "other") is None
    assert service.commit("shop", commit)["commitId"] == commit
    with zipfile.ZipFile(io.BytesIO(service.archive("shop", commit))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "app/run.sh": b"echo",
            "README.md": b"hello",
        }
        assert archive.getinfo("app/run.sh").external_attr >> 16 == 0o100755
    assert service.archive("shop", commit) == service.archive("shop", commit)
