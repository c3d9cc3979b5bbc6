"""Sources that tell nobody are looked at: polling, and connections to a folder with their Git triggers."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local.codepipeline.git_filters import Push, glob, starts

from .conftest import Runs, action, approval, stage, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipectl.local.server import Server

Shape = dict[str, Any]


# polling


def test_a_polled_source_starts_the_pipeline_when_it_changes(runs: Runs, server: Server) -> None:
    polled = runs.source(configuration={"S3Bucket": runs.bucket, "S3ObjectKey": "source.zip"})
    runs.create(stage("Gate", approval()), first=stage("Source", polled))
    until(runs.token)
    version = runs.push(readme="new")
    server.world.clock.advance(60)
    until(lambda: len(runs.ids()) == 2)
    execution = runs.ids()[0]
    runs.waits_at(execution, "Gate")
    summary = runs.summary(execution)
    assert summary["trigger"] == {"triggerType": "PollForSourceChanges", "triggerDetail": "Source"}
    assert summary["sourceRevisions"][0]["revisionId"] == version


# connections


class Folder:
    """A Git repository on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._git("init", "-q", "-b", "main")
        self.commit("hello")

    def _git(self, *words: str) -> str:
        identity = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com"}
        identity |= {"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com"}
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(self.path), "GIT_CONFIG_NOSYSTEM": "1", **identity}
        done = subprocess.run(
            ["git", *words], cwd=self.path, env=clean, capture_output=True, check=True, text=True
        )
        return done.stdout.strip()

    def commit(self, text: str, file: str = "readme", branch: str = "main") -> str:
        if branch != "main":
            self._git("checkout", "-q", "-B", branch)
        (self.path / file).write_text(text)
        self._git("add", ".")
        self._git("commit", "-q", "-m", f"Say {text}")
        made = self._git("rev-parse", "HEAD")
        if branch != "main":
            self._git("checkout", "-q", "main")
        return made

    def tag(self, name: str) -> None:
        self._git("tag", name)


def test_polling_ends_after_thirty_days_without_an_execution(runs: Runs, server: Server) -> None:
    settings = {"S3Bucket": runs.bucket, "S3ObjectKey": "source.zip"}
    first = stage("Source", runs.source(configuration=settings))
    declaration = runs.declare(first, stage("Gate", approval()))
    runs.push()
    runs.api.create_pipeline(pipeline=declaration)
    until(runs.ids)
    server.world.clock.advance(31 * 24 * 3600)
    until(lambda: "pollingDisabledAt" in runs.api.get_pipeline(name="shop")["metadata"])
    runs.push(readme="unseen")
    server.world.clock.advance(3600)
    seen = server.world.now()
    until(lambda: (server.world.now() - seen).total_seconds() > 1)  # the watch looks twice a second
    assert len(runs.ids()) == 1
    runs.api.update_pipeline(pipeline=declaration)
    until(lambda: len(runs.ids()) == 2)
    assert "pollingDisabledAt" not in runs.api.get_pipeline(name="shop")["metadata"]


@pytest.fixture
def arn(account: str) -> str:
    return f"arn:aws:codeconnections:eu-west-1:{account}:connection/7dd8e4a1-0b6e-4f6f-9c5c-1b7e0ad2f3c4"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def _link(server: Server, arn: str, path: str) -> None:
    body = json.dumps({"connection": arn, "path": path}).encode()
    request = urllib.request.Request(f"{server.url}/_pipectl/connect", body, method="POST")  # noqa: S310  ours
    with urllib.request.urlopen(request) as answer:  # noqa: S310  our own server
        answer.read()


def _connection(arn: str, **configuration: str) -> Shape:
    settings = {"ConnectionArn": arn, "FullRepositoryId": "me/shop", "BranchName": "main", **configuration}
    return action(
        "Source",
        "Source",
        "CodeStarSourceConnection",
        configuration=settings,
        outputArtifacts=[{"name": "SourceOutput"}],
        namespace="Source",
    )


def _trigger(**push: Any) -> list[Shape]:
    git = {"sourceActionName": "Source", "push": [push]}
    return [{"providerType": "CodeStarSourceConnection", "gitConfiguration": git}]


def test_a_commit_behind_a_connection_starts_the_pipeline(
    runs: Runs, server: Server, folder: Folder, arn: str
) -> None:
    _link(server, arn, str(folder.path))
    first = runs.create(stage("Gate", approval()), first=stage("Source", _connection(arn)))
    until(runs.token)
    assert runs.summary(first)["sourceRevisions"][0]["revisionSummary"].strip() == "Say hello"
    folder.commit("elsewhere", branch="other")
    pushed = folder.commit("more")
    until(lambda: len(runs.ids()) == 2)
    execution = runs.ids()[0]
    runs.waits_at(execution, "Gate")
    assert runs.summary(execution)["trigger"]["triggerType"] == "WebhookV2"
    variables = runs.rows(execution)[0]["output"]["outputVariables"]
    assert (variables["CommitId"], variables["FullRepositoryName"]) == (pushed, "me/shop")
    assert len(runs.ids()) == 2


def test_a_connection_that_leads_nowhere_fails_the_source(runs: Runs, arn: str) -> None:
    first = runs.create(stage("Gate", approval()), first=stage("Source", _connection(arn)))
    runs.ends(first, "Failed")
    assert f"in your clone of me/shop, `pipectl local connect {arn} .` links it" in runs.problem(first)[1]


@pytest.mark.parametrize("case", [("no arn", "{path}"), ("{arn}", "{path}/nowhere"), ("{arn}", "relative")])
def test_a_wrong_link_is_refused(server: Server, folder: Folder, arn: str, case: tuple[str, str]) -> None:
    connection, path = (text.format(arn=arn, path=folder.path) for text in case)
    with pytest.raises(urllib.error.HTTPError) as refused:
        _link(server, connection, path)
    assert refused.value.code == 400
    refused.value.close()


def test_a_trigger_chooses_branches_and_files(runs: Runs, server: Server, folder: Folder, arn: str) -> None:
    _link(server, arn, str(folder.path))
    triggers = _trigger(branches={"includes": ["release/*"]}, filePaths={"excludes": ["docs.md"]})
    runs.create(stage("Gate", approval()), first=stage("Source", _connection(arn)), triggers=triggers)
    until(runs.token)
    folder.commit("main is not meant")
    docs = folder.commit("only docs", "docs.md", branch="release/1")
    until(lambda: len(runs.ids()) == 2)  # a new branch brings all its files
    pushed = folder.commit("code", "code.py", branch="release/2")
    until(lambda: len(runs.ids()) == 3)
    newest = runs.ids()[0]
    runs.waits_at(newest, "Gate")
    variables = runs.rows(newest)[0]["output"]["outputVariables"]
    assert (variables["CommitId"], variables["BranchName"]) == (pushed, "release/2")
    assert docs != pushed


def test_a_trigger_chooses_tags(runs: Runs, server: Server, folder: Folder, arn: str) -> None:
    _link(server, arn, str(folder.path))
    triggers = _trigger(tags={"includes": ["v*"], "excludes": ["v0*"]})
    runs.create(stage("Gate", approval()), first=stage("Source", _connection(arn)), triggers=triggers)
    until(runs.token)
    folder.tag("v0.1")
    folder.tag("nightly")
    pushed = folder.commit("release")
    folder.tag("v1.0")
    until(lambda: len(runs.ids()) == 2)
    runs.waits_at(runs.ids()[0], "Gate")
    assert runs.summary(runs.ids()[0])["sourceRevisions"][0]["revisionId"] == pushed


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("release/*", "release/1", True),
        ("release/*", "release/1/a", False),
        ("release/**", "release/1/a", True),
        ("**/x.py", "x.py", True),
        ("**/x.py", "a/b/x.py", True),
        ("{main,master}", "master", True),
        ("v?", "v1", True),
        ("v?", "v10", False),
        ("a.b", "acb", False),
    ],
)
def test_globs_of_triggers(pattern: str, name: str, *, fits: bool) -> None:
    assert glob(pattern, name) is fits


@pytest.mark.parametrize(
    ("push", "passes"),
    [
        (Push("tag", "v1", "c", frozenset()), True),
        (Push("tag", "w1", "c", frozenset()), False),
        (Push("branch", "main", "c", frozenset({"src/a"})), True),
        (Push("branch", "main", "c", frozenset({"docs/a"})), False),
        (Push("branch", "v1", "c", frozenset({"src/a"})), False),
    ],
)
def test_a_filter_of_tags_branches_and_paths_holds_each_push_against_its_kind(
    push: Push, *, passes: bool
) -> None:
    kinds = {"tags": "v*", "branches": "main", "filePaths": "src/**"}
    together = {kind: {"includes": [pattern]} for kind, pattern in kinds.items()}
    trigger = {"gitConfiguration": {"sourceActionName": "Source", "push": [together]}}
    assert starts(trigger, "main", push) is passes


def test_a_filter_of_tags_branches_and_paths_is_taken(runs: Runs, arn: str) -> None:
    kinds = {"tags": {"includes": ["v*"]}, "branches": {"includes": ["main"]}}
    triggers = _trigger(**kinds, filePaths={"includes": ["src/**"]})
    runs.api.create_pipeline(
        pipeline=runs.declare(stage("Source", _connection(arn)), stage("Gate", approval()), triggers=triggers)
    )
    assert runs.api.get_pipeline(name="shop")["pipeline"]["triggers"] == triggers


def test_a_connection_may_not_detect(
    runs: Runs, server: Server, folder: Folder, arn: str, commit_later: Callable[[], None]
) -> None:
    _link(server, arn, str(folder.path))
    quiet = _connection(arn, DetectChanges="false")
    runs.create(stage("Gate", approval()), first=stage("Source", quiet))
    until(runs.token)
    folder.commit("more")
    commit_later()
    assert len(runs.ids()) == 1


@pytest.fixture
def commit_later(runs: Runs, server: Server) -> Callable[[], None]:
    """Let the watch look at everything once more."""

    def look() -> None:
        server.world.clock.advance(60)
        watch = server.world.service("codepipeline", runs.account, "eu-west-1").engine.watch
        watch.look()

    return look
