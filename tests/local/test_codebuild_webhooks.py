"""CodeBuild: webhooks, and the local door where GitHub's calls start builds."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from pipectl.local import connections
from pipectl.local.codebuild import webhook_events, webhook_filters
from tests.local.builder import contexts
from tests.local.refusals import refusal, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipectl.local.server import Server
    from tests.local.builder import Builder

LOCATION = "https://github.com/acme/shop.git"
SPEC = """
version: 0.2
env:
  exported-variables: [CODEBUILD_WEBHOOK_EVENT, CODEBUILD_WEBHOOK_TRIGGER, CODEBUILD_WEBHOOK_HEAD_REF, HEAD]
phases: {build: {commands: ["HEAD=$(git rev-parse HEAD || true)"]}}
"""
ONE, TWO = "1" * 40, "2" * 40
PUSH = {
    "ref": "refs/heads/main",
    "before": ONE,
    "after": TWO,
    "deleted": False,
    "head_commit": {"message": "Add a shop [build]"},
    "commits": [{"added": ["src/new.py"], "modified": ["README.md"], "removed": []}],
    "repository": {"name": "shop"},
    "sender": {"id": 42},
}
PULL = {
    "action": "opened",
    "number": 7,
    "pull_request": {
        "number": 7,
        "head": {"ref": "feature", "sha": TWO},
        "base": {"ref": "main", "sha": ONE},
        "merged": False,
    },
    "repository": {"name": "shop"},
    "sender": {"id": 42},
}
RELEASE = {"action": "released", "release": {"tag_name": "v1", "name": "First"}, "sender": {"id": 42}}


def entry(kind: str, pattern: str, *, exclude: bool = False) -> dict[str, Any]:
    return {"type": kind, "pattern": pattern, "excludeMatchedPattern": exclude}


ANY = entry("EVENT", ", ".join(webhook_filters.EVENTS))
FILTERS: dict[str, tuple[dict[str, Any], list[dict[str, Any]], bool]] = {
    "the event": (PUSH, [entry("EVENT", "PUSH")], True),
    "another event": (PUSH, [entry("EVENT", "PULL_REQUEST_CREATED, RELEASED")], False),
    "the branch": (PUSH, [ANY, entry("HEAD_REF", "^refs/heads/main$")], True),
    "another branch": (PUSH, [ANY, entry("HEAD_REF", "^refs/heads/dev$")], False),
    "no tags": (PUSH, [ANY, entry("HEAD_REF", "^refs/tags/.*", exclude=True)], True),
    "a changed file": (PUSH, [ANY, entry("FILE_PATH", "^src/.*")], True),
    "no changed file": (PUSH, [ANY, entry("FILE_PATH", "^docs/")], False),
    "an excluded file": (PUSH, [ANY, entry("FILE_PATH", "README", exclude=True)], False),
    "the message": (PUSH, [ANY, entry("COMMIT_MESSAGE", r"\[build\]")], True),
    "an excluded message": (PUSH, [ANY, entry("COMMIT_MESSAGE", r"\[build\]", exclude=True)], False),
    "the actor": (PUSH, [ANY, entry("ACTOR_ACCOUNT_ID", "^42$")], True),
    "another actor": (PUSH, [ANY, entry("ACTOR_ACCOUNT_ID", "^7$")], False),
    "the base of a pull request": (
        PULL,
        [entry("EVENT", "PULL_REQUEST_CREATED"), entry("BASE_REF", "^refs/heads/main$")],
        True,
    ),
    "the head of a pull request": (PULL, [ANY, entry("HEAD_REF", "^refs/heads/feature$")], True),
    "another base": (
        PULL,
        [entry("EVENT", "PULL_REQUEST_CREATED"), entry("BASE_REF", "^refs/heads/dev$")],
        False,
    ),
    "the repository": (PULL, [ANY, entry("REPOSITORY_NAME", "shop")], True),
    "the tag of a release": (RELEASE, [ANY, entry("TAG_NAME", "^v")], True),
    "the name of a release": (RELEASE, [ANY, entry("RELEASE_NAME", "Second")], False),
}


def event_of(payload: dict[str, Any]) -> webhook_events.Event:
    kind = "push" if payload is PUSH else "release" if payload is RELEASE else "pull_request"
    event = webhook_events.read(kind, payload)
    assert event is not None
    return event


@pytest.mark.parametrize("case", FILTERS)
def test_filters_decide_by(case: str) -> None:
    payload, group, expected = FILTERS[case]
    assert webhook_filters.passes({"filterGroups": [group]}, event_of(payload)) is expected


def test_one_group_of_several_is_enough_and_a_branch_filter_looks_at_branches() -> None:
    groups = [[entry("EVENT", "RELEASED")], [entry("EVENT", "PUSH")]]
    assert webhook_filters.passes({"filterGroups": groups}, event_of(PUSH))
    assert webhook_filters.passes({"branchFilter": "^ma"}, event_of(PUSH))
    assert not webhook_filters.passes({"branchFilter": "^dev"}, event_of(PUSH))
    assert webhook_filters.passes({}, event_of(PULL))


KINDS = {
    "opened": "PULL_REQUEST_CREATED",
    "synchronize": "PULL_REQUEST_UPDATED",
    "reopened": "PULL_REQUEST_REOPENED",
    "closed": "PULL_REQUEST_CLOSED",
    "labeled": None,
}


@pytest.mark.parametrize("action", KINDS)
def test_actions_of_pull_requests_have_events(action: str) -> None:
    event = webhook_events.read("pull_request", PULL | {"action": action})
    assert (event.kind if event else None) == KINDS[action]


def test_a_merged_pull_request_is_merged_and_a_deleted_branch_is_nothing() -> None:
    request = dict(PULL["pull_request"], merged=True)  # type: ignore[call-overload]
    event = webhook_events.read("pull_request", PULL | {"action": "closed", "pull_request": request})
    assert event is not None
    assert (event.kind, event.version) == ("PULL_REQUEST_MERGED", "pr/7")
    assert webhook_events.read("push", PUSH | {"deleted": True, "after": "0" * 40}) is None
    assert webhook_events.read("ping", {"zen": "Keep it simple"}) is None


class Hub:
    """A project with a GitHub source, and the host that calls its webhook"""

    def __init__(self, builder: Builder, connection: str) -> None:
        self.builder, self.api = builder, builder.api
        source = {
            "type": "GITHUB",
            "location": LOCATION,
            "buildspec": SPEC,
            "auth": {"type": "CODECONNECTIONS", "resource": connection},
        }
        builder.project(SPEC, source=source)

    def webhook(self, **stated: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.api.create_webhook(projectName="shop", **stated)["webhook"]
        return made

    def call(
        self, webhook: dict[str, Any], name: str, payload: Any, secret: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        body = json.dumps(payload).encode()
        digest = hmac.new((secret or webhook["secret"]).encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-GitHub-Event": name,
            "X-Hub-Signature-256": f"sha256={digest}",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/0a1b2c3",
        }
        request = urllib.request.Request(webhook["payloadUrl"], body, headers)  # noqa: S310  loopback
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310  loopback
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture
def connection(client: Callable[..., Any]) -> str:
    made = client("codeconnections").create_connection(ConnectionName="hub", ProviderType="GitHub")
    return str(made["ConnectionArn"])


@pytest.fixture
def hub(builder: Builder, connection: str) -> Hub:
    return Hub(builder, connection)


@pytest.fixture
def clone(tmp_path: Path, server: Server, connection: str) -> tuple[Path, list[str]]:
    """A linked clone with two commits, of which the second changes src/new.py"""
    folder = tmp_path / "clone"
    folder.mkdir()
    commits = []

    def git(*words: str) -> str:
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        done = subprocess.run(["git", *who, *words], cwd=folder, env=clean, check=True, capture_output=True)
        return done.stdout.decode().strip()

    git("init", "-q", "-b", "main")
    for name in ("README.md", "src/new.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("text")
        git("add", "-A")
        git("commit", "-q", "-m", f"Add {name}")
        commits.append(git("rev-parse", "HEAD"))
    connections.link(server.world, connection, str(folder))
    return folder, commits


def exported(build: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in build["exportedEnvironmentVariables"]}


def test_a_webhook_is_answered_with_its_url_and_secret_and_shown_without(hub: Hub) -> None:
    webhook = hub.webhook(filterGroups=[[{"type": "EVENT", "pattern": "PUSH"}]], buildType="BUILD")
    assert webhook["url"].startswith("https://api.github.com/repos/acme/shop/hooks/")
    assert webhook["payloadUrl"].startswith("http://127.0.0.1:")
    assert webhook["filterGroups"] == [[entry("EVENT", "PUSH")]]
    assert len(webhook["secret"]) == 40
    project = hub.api.batch_get_projects(names=["shop"])["projects"][0]
    assert project["webhook"]["payloadUrl"] == webhook["payloadUrl"]
    assert "secret" not in project["webhook"]
    with refused("ResourceAlreadyExistsException"):
        hub.webhook()
    changed = hub.api.update_webhook(projectName="shop", rotateSecret=True, branchFilter="^main$")["webhook"]
    assert changed["secret"] != webhook["secret"]
    assert (changed["branchFilter"], changed["filterGroups"]) == ("^main$", [])
    hub.api.delete_webhook(projectName="shop")
    with refused("ResourceNotFoundException"):
        hub.api.delete_webhook(projectName="shop")


BAD = {
    "no event": [entry("HEAD_REF", "main")],
    "an unknown event": [entry("EVENT", "PUSHED")],
    "a broken pattern": [entry("EVENT", "PUSH"), entry("HEAD_REF", "(")],
    "the base of a push": [entry("EVENT", "PUSH"), entry("BASE_REF", "main")],
}


@pytest.mark.parametrize("case", BAD)
def test_filters_that_codebuild_does_not_take_are_refused(hub: Hub, case: str) -> None:
    code, _ = refusal(hub.api.create_webhook, projectName="shop", filterGroups=[BAD[case]])
    assert code == "InvalidInputException"


def test_only_projects_with_a_git_host_have_webhooks(builder: Builder) -> None:
    builder.project(SPEC)
    with refused("InvalidInputException", "source type NO_SOURCE"):
        builder.api.create_webhook(projectName="shop")


def test_a_push_starts_a_build_of_its_commit(hub: Hub, clone: tuple[Path, list[str]]) -> None:
    webhook = hub.webhook(filterGroups=[[ANY, entry("HEAD_REF", "^refs/heads/main$")]])
    first = clone[1][0]
    status, answer = hub.call(webhook, "push", PUSH | {"after": first})
    assert (status, answer["message"]) == (200, "started")
    build = hub.builder.ended(answer["id"])
    assert build["buildStatus"] == "SUCCEEDED"
    assert (build["sourceVersion"], build["resolvedSourceVersion"]) == (first, first)
    assert build["initiator"] == "GitHub-Hookshot/0a1b2c3"
    assert exported(build) == {
        "CODEBUILD_WEBHOOK_EVENT": "PUSH",
        "CODEBUILD_WEBHOOK_TRIGGER": "branch/main",
        "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/main",
        "HEAD": first,
    }
    assert build["environment"]["environmentVariables"] == []
    status, answer = hub.call(webhook, "push", PUSH | {"ref": "refs/heads/dev"})
    assert (status, answer) == (200, {"message": "ignored: the filter groups do not match"})


def test_a_pull_request_is_filtered_by_files_of_the_clone(hub: Hub, clone: tuple[Path, list[str]]) -> None:
    webhook = hub.webhook(filterGroups=[[ANY, entry("FILE_PATH", "^src/")]])
    first, second = clone[1]
    head, base = {"ref": "feature", "sha": second}, {"ref": "main", "sha": first}
    _, answer = hub.call(webhook, "pull_request", PULL | {"pull_request": {"head": head, "base": base}})
    build = hub.builder.ended(answer["id"])
    assert (build["sourceVersion"], build["resolvedSourceVersion"]) == ("pr/7", second)
    assert exported(build)["CODEBUILD_WEBHOOK_EVENT"] == "PULL_REQUEST_CREATED"
    hub.api.update_webhook(projectName="shop", filterGroups=[[ANY, entry("FILE_PATH", "^docs/")]])
    _, answer = hub.call(webhook, "pull_request", PULL | {"pull_request": {"head": head, "base": base}})
    assert answer["message"].startswith("ignored")


def test_a_call_with_a_wrong_signature_starts_nothing(hub: Hub) -> None:
    webhook = hub.webhook()
    status, _ = hub.call(webhook, "push", PUSH, secret="wrong")
    assert status == 403
    assert hub.api.list_builds()["ids"] == []
    assert hub.call(webhook | {"payloadUrl": webhook["payloadUrl"] + "x"}, "push", PUSH)[0] == 404


def test_without_a_clone_the_build_says_how_to_link_one(hub: Hub, connection: str) -> None:
    _, answer = hub.call(hub.webhook(), "push", PUSH)
    build = hub.builder.ended(answer["id"])
    message = contexts(build, "DOWNLOAD_SOURCE")[0]["message"]
    assert f"in your clone of acme/shop, `pipectl local connect {connection} .` links it" in message
