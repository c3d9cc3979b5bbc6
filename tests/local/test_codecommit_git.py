"""CodeCommit: ordinary git over HTTP."""

from __future__ import annotations

import os
import secrets
import subprocess
import threading
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipectl.local.server import Server

WHO = {"NAME": "Ann", "EMAIL": "ann@example.com"}


def git(folder: Path, *words: str, fails: bool = False) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()},
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def codecommit(client: Callable[..., Any]) -> Any:
    return client("codecommit")


@pytest.fixture
def events(server: Server, account: str) -> list[dict[str, Any]]:
    """What EventBridge is told about this account"""
    heard: list[dict[str, Any]] = []

    def listen(owner: str, region: str, event: dict[str, Any]) -> None:
        if owner == account:
            heard.append(event)

    server.world.on_event(listen)
    return heard


@pytest.fixture
def url(codecommit: Any) -> str:
    return str(codecommit.create_repository(repositoryName="shop")["repositoryMetadata"]["cloneUrlHttp"])


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with one commit on main"""
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "README.md", "hello")
    return folder


def commit(folder: Path, name: str, content: str) -> str:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    git(folder, "add", name)
    git(folder, "commit", "-q", "-m", f"Write {name}")
    return head(folder)


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").strip()


def test_the_first_push_makes_the_default_branch_and_tells_it(
    codecommit: Any, url: str, work: Path, events: list[dict[str, Any]], account: str
) -> None:
    git(work, "push", "-q", url, "main")
    described = codecommit.get_repository(repositoryName="shop")["repositoryMetadata"]
    assert described["defaultBranch"] == "main"
    branch = codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]
    assert branch == {"branchName": "main", "commitId": head(work)}
    (event,) = events
    assert event["source"] == "aws.codecommit"
    assert event["detail-type"] == "CodeCommit Repository State Change"
    assert event["resources"] == [f"arn:aws:codecommit:eu-west-1:{account}:shop"]
    caller = event["detail"].pop("callerUserArn")
    assert account in caller
    assert event["detail"] == {
        "event": "referenceCreated",
        "repositoryName": "shop",
        "repositoryId": described["repositoryId"],
        "referenceType": "branch",
        "referenceName": "main",
        "referenceFullName": "refs/heads/main",
        "commitId": head(work),
    }


def test_a_clone_has_what_was_pushed(url: str, work: Path, tmp_path: Path) -> None:
    git(work, "push", "-q", url, "main")
    git(tmp_path, "clone", "-q", url, "copy")
    assert (tmp_path / "copy" / "README.md").read_text() == "hello"
    assert head(tmp_path / "copy") == head(work)


def test_a_fetch_brings_what_was_pushed_since(url: str, work: Path, tmp_path: Path) -> None:
    git(work, "push", "-q", url, "main")
    git(tmp_path, "clone", "-q", "--depth", "1", url, "copy")
    new = commit(work, "more.txt", "more")
    git(work, "push", "-q", url, "main")
    git(tmp_path / "copy", "pull", "-q")
    assert head(tmp_path / "copy") == new


def test_an_empty_repository_can_be_cloned(url: str, tmp_path: Path) -> None:
    assert "empty repository" in git(tmp_path, "clone", url, "copy")


def test_pushes_of_moved_and_deleted_branches_and_tags_are_told(
    url: str, work: Path, events: list[dict[str, Any]]
) -> None:
    old = head(work)
    git(work, "push", "-q", url, "main", "main:feature")
    new = commit(work, "more.txt", "more")
    git(work, "tag", "v1")
    git(work, "push", "-q", url, "main", "v1")
    git(work, "push", "-q", url, ":feature")
    told = [
        (event["detail"]["event"], event["detail"]["referenceType"], event["detail"]["referenceName"])
        for event in events
    ]
    assert sorted(told[:2]) == [
        ("referenceCreated", "branch", "feature"),
        ("referenceCreated", "branch", "main"),
    ]
    assert sorted(told[2:4]) == [("referenceCreated", "tag", "v1"), ("referenceUpdated", "branch", "main")]
    assert told[4:] == [("referenceDeleted", "branch", "feature")]
    updated = next(event["detail"] for event in events if event["detail"]["event"] == "referenceUpdated")
    assert (updated["oldCommitId"], updated["commitId"]) == (old, new)
    assert "commitId" not in events[-1]["detail"]


def test_a_push_that_changes_nothing_tells_nothing(
    url: str, work: Path, events: list[dict[str, Any]]
) -> None:
    git(work, "push", "-q", url, "main")
    git(work, "push", "-q", url, "main")
    assert len(events) == 1


def test_a_push_behind_another_one_is_refused(url: str, work: Path, tmp_path: Path, codecommit: Any) -> None:
    git(work, "push", "-q", url, "main")
    git(tmp_path, "clone", "-q", url, "copy")
    kept = commit(work, "one.txt", "1")
    git(work, "push", "-q", url, "main")
    commit(tmp_path / "copy", "two.txt", "2")
    git(tmp_path / "copy", "push", url, "main", fails=True)
    branch = codecommit.get_branch(repositoryName="shop", branchName="main")["branch"]
    assert branch["commitId"] == kept


def test_the_default_branch_cannot_be_deleted_by_push(url: str, work: Path, codecommit: Any) -> None:
    git(work, "push", "-q", url, "main")
    git(work, "push", url, ":main", fails=True)
    assert codecommit.list_branches(repositoryName="shop")["branches"] == ["main"]


def test_branches_are_pushed_side_by_side(url: str, work: Path, codecommit: Any) -> None:
    git(work, "push", "-q", url, "main")
    names = [f"branch-{number}" for number in range(4)]
    threads = [threading.Thread(target=git, args=(work, "push", "-q", url, f"main:{name}")) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codecommit.list_branches(repositoryName="shop")["branches"] == [*names, "main"]


def test_a_large_push_arrives(url: str, work: Path, tmp_path: Path) -> None:
    """Larger than git's http.postBuffer (1 MB), so that it comes in chunks"""
    content = secrets.token_bytes(8 * 1024 * 1024)
    (work / "large.bin").write_bytes(content)
    git(work, "add", "large.bin")
    git(work, "commit", "-q", "-m", "Large")
    git(work, "push", "-q", url, "main")
    git(tmp_path, "clone", "-q", url, "copy")
    assert (tmp_path / "copy" / "large.bin").read_bytes() == content


def test_a_missing_repository_is_told(url: str, work: Path) -> None:
    assert "not found" in git(work, "push", url.replace("shop", "nowhere"), "main", fails=True)


@pytest.mark.parametrize("path", ["/git/", "/git/1/eu-west-1/v1/repos/x", "/git/123456789012/eu/v1/repos/.."])
def test_no_path_leads_elsewhere(server: Server, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()


def test_a_renamed_repository_keeps_its_history(
    codecommit: Any, url: str, work: Path, tmp_path: Path
) -> None:
    git(work, "push", "-q", url, "main")
    codecommit.update_repository_name(oldName="shop", newName="store")
    git(tmp_path, "clone", "-q", url.replace("shop", "store"), "copy")
    assert head(tmp_path / "copy") == head(work)
